"""A service that speaks D-Wave's Solver API on the loopback interface: what the unmodified client is tested against."""
