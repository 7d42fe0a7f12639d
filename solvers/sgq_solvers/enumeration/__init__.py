"""What exhaustive search is made of: models cut into groups of configurations, and threads that visit them."""
