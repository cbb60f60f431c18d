"""Opening conversations, greeting, the menu and the four entrances."""

from __future__ import annotations

from actions.base import TalkAction
from bot.dialogue import openings
from bot.dialogue.talk import Talk


class OpenConversation(TalkAction):
    """Open the conversation that the intent names."""

    action = "action_open_conversation"

    def move(self, talk: Talk) -> None:
        """Begin, resume, or say why not."""
        openings.open_conversation(talk, talk.intent or "")


class Greet(TalkAction):
    """Greet."""

    action = "action_greet"

    def move(self, talk: Talk) -> None:
        """Say what this is, or what waits."""
        openings.greet(talk)


class HelpMenu(TalkAction):
    """Say what there is."""

    action = "action_help_menu"

    def move(self, talk: Talk) -> None:
        """Show the menu."""
        openings.help_menu(talk)


class Enter(TalkAction):
    """Note the entrance through which a person comes."""

    action = "action_enter"

    def move(self, talk: Talk) -> None:
        """Order what is offered by it."""
        openings.enter(talk, (talk.intent or "").removeprefix("entrance_"))
