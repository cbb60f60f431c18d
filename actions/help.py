"""Help lines, the private screen, what follows a sign of danger, and answers from the library."""

from __future__ import annotations

from actions.base import TalkAction
from bot import services
from bot.dialogue import crisis, guidance, help_lines, pending, safety
from bot.dialogue.talk import Talk


class Hotline(TalkAction):
    """Show help lines for the person's country."""

    action = "action_hotline"

    def move(self, talk: Talk) -> None:
        """Ask the country if it is not known."""
        help_lines.offer_lines(talk, services.hotlines(), services.settings().region)


class Settle(TalkAction):
    """Act on the answer to a side question."""

    action = "action_settle"
    settles = True

    def move(self, talk: Talk) -> None:
        """Settle it."""
        pending.settle(talk, talk.text, services.hotlines())


class PrivateScreen(TalkAction):
    """Open the private screen."""

    action = "action_private_screen"

    def move(self, talk: Talk) -> None:
        """Ask whether the person is alone with this screen."""
        safety.open_screen(talk)


class NotASlip(TalkAction):
    """Someone went on after a no."""

    action = "action_not_a_slip"

    def move(self, talk: Talk) -> None:
        """Close joint work and offer help for this person alone."""
        safety.not_a_slip(talk)


class Safety(TalkAction):
    """Something could be unsafe now."""

    action = "action_safety"

    def move(self, talk: Talk) -> None:
        """Go to safety first."""
        safety.safety(talk)


class Leverage(TalkAction):
    """Someone asks for a way to get a yes out of somebody."""

    action = "action_leverage"

    def move(self, talk: Talk) -> None:
        """Refuse calmly, and offer a way into their own work."""
        safety.leverage(talk)


class Crisis(TalkAction):
    """Answer words that point to danger."""

    action = "action_crisis"

    def move(self, talk: Talk) -> None:
        """Go through the same gate as the engine; if it should fail, say the safety reply."""
        dialogue, region = services.crisis_dialogue(), services.settings().region
        verdict = crisis.assess(talk, services.detector())
        if not crisis.gate(talk, verdict, dialogue, region):
            crisis.fail_closed(talk, dialogue, region)


class AnswerQuestion(TalkAction):
    """Answer a question from the guidance library."""

    action = "action_answer_question"

    def move(self, talk: Talk) -> None:
        """Search, cite, and come back to the step that waits."""
        guidance.answer_question(talk, services.library())


class More(TalkAction):
    """Show more on the last question."""

    action = "action_more"

    def move(self, talk: Talk) -> None:
        """Show the next passage."""
        guidance.more(talk, services.library())


class NotWhatIMeant(TalkAction):
    """Look nearby."""

    action = "action_not_what_i_meant"

    def move(self, talk: Talk) -> None:
        """Offer neighbours of what was shown."""
        guidance.not_what_i_meant(talk, services.library())
