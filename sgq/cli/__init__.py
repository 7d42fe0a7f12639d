"""The command ``sgq``.

Exit codes: 0; 1 where a solution was asked for and not found within the limit; 2 for bad input, which is one
line on stderr; 130 where Ctrl-C left nothing to show.
"""

from sgq.cli.app import main as main
