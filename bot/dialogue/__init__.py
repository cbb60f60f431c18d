"""Conversations, turns and moves, and Rasa's edge."""
