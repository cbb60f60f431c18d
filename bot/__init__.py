"""Groundwork: a private guidance chatbot."""
