"""The sealed store: what is kept, encrypted so that each token opens its own part."""
