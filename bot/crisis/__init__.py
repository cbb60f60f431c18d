"""The crisis gate and what is said then."""
