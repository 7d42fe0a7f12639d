"""``python -m sgq`` is the command ``sgq``."""

from sgq.cli import main

if __name__ == "__main__":
    main()
