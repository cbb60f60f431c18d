"""One script a released change of the tables."""
