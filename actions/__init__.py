"""Custom Rasa actions: thin, one move of `bot.dialogue` each. `rasa run actions` serves them too."""

from actions import controls, forms, help, openings

__all__ = ["controls", "forms", "help", "openings"]
