"""The ways in and out: web, terminal."""
