"""The controls that work everywhere; each is one move of `bot.dialogue`."""

from __future__ import annotations

from actions.base import TalkAction
from bot import services
from bot.dialogue import controls, corrections, openings, pending
from bot.dialogue.talk import Talk
from bot.wording import say


class Skip(TalkAction):
    """Move on without comment."""

    action = "action_skip"

    def move(self, talk: Talk) -> None:
        """Skip the waiting step."""
        controls.skip(talk)


class GoBack(TalkAction):
    """Ask the step before again."""

    action = "action_go_back"

    def move(self, talk: Talk) -> None:
        """Go one step back."""
        controls.go_back(talk)


class Repeat(TalkAction):
    """Ask again, then in simpler words, then with an example."""

    action = "action_repeat"

    def move(self, talk: Talk) -> None:
        """Repeat the waiting question."""
        controls.repeat(talk)


class ShowExample(TalkAction):
    """Show what somebody might write."""

    action = "action_show_example"

    def move(self, talk: Talk) -> None:
        """Show the step's example."""
        controls.show_example(talk)


class AskWhy(TalkAction):
    """Say why a question is asked."""

    action = "action_ask_why"

    def move(self, talk: Talk) -> None:
        """Explain the waiting question."""
        controls.ask_why(talk)


class AskProgress(TalkAction):
    """Say how much is left."""

    action = "action_ask_progress"

    def move(self, talk: Talk) -> None:
        """Count the steps."""
        controls.ask_progress(talk)


class ReadBack(TalkAction):
    """Read the answers back."""

    action = "action_read_back"

    def move(self, talk: Talk) -> None:
        """List the answers so far."""
        controls.read_back(talk)


class Pause(TalkAction):
    """Let the conversation wait."""

    action = "action_pause"

    def move(self, talk: Talk) -> None:
        """Pause."""
        controls.pause(talk)


class Resume(TalkAction):
    """Go on with what waits."""

    action = "action_resume"

    def move(self, talk: Talk) -> None:
        """Resume, or ask which."""
        controls.resume(talk)


class Stop(TalkAction):
    """End the conversation at once."""

    action = "action_stop"

    def move(self, talk: Talk) -> None:
        """Stop."""
        controls.stop(talk)


class Finish(TalkAction):
    """End the conversation because this is all."""

    action = "action_finish"

    def move(self, talk: Talk) -> None:
        """Finish with what there is."""
        controls.done(talk)


class Correct(TalkAction):
    """Change an earlier answer."""

    action = "action_correct"

    def move(self, talk: Talk) -> None:
        """Find the answer that is meant and change it."""
        corrections.correct(talk, talk.text, services.encoder().encode)


class ForgetMe(TalkAction):
    """Ask once before everything is erased."""

    action = "action_forget_me"

    def move(self, talk: Talk) -> None:
        """Ask for confirmation."""
        controls.forget(talk)


class NotUnderstood(TalkAction):
    """Help where nothing was understood."""

    action = "action_not_understood"

    def move(self, talk: Talk) -> None:
        """Offer likely options, then the menu."""
        controls.not_understood(talk)


class Say(TalkAction):
    """Say one fixed text and come back to the waiting step; the subclasses name the text."""

    key = ""

    def move(self, talk: Talk) -> None:
        """Say it."""
        openings.simple(talk, self.key)


class Goodbye(Say):
    """Say goodbye."""

    action, key = "action_goodbye", "goodbye"

    def move(self, talk: Talk) -> None:
        """Say goodbye; what runs waits."""
        if talk.step is not None:
            controls.put_aside(talk)
        talk.speak("dialogue.goodbye")


class Thanks(Say):
    """Answer thanks."""

    action, key = "action_thanks", "thanks"


class WhoReads(Say):
    """Say who reads what is written: no one, unless there are people to hand something over to."""

    def move(self, talk: Talk) -> None:
        """Say what this installation's settings make true."""
        name = services.settings().handover_name
        if name is None:
            openings.simple(talk, self.key)
        else:
            openings.simple(talk, f"{self.key}_handover", name=name)


class AreYouHuman(WhoReads):
    """Say that this is a program."""

    action, key = "action_are_you_human", "are_you_human"


class PrivacyQuestion(WhoReads):
    """Say what is kept and who can read it."""

    action, key = "action_privacy_question", "privacy_question"


class FeedbackNegative(Say):
    """Take blame kindly and name the operator's contact."""

    action, key = "action_feedback_negative", "feedback_negative"

    def move(self, talk: Talk) -> None:
        """Say sorry, and to whom one can tell it; nothing is sent."""
        chosen = services.settings()
        if chosen.operator_name and chosen.operator_contact:
            talk.utter(
                say(
                    "dialogue.feedback_negative_contact",
                    name=chosen.operator_name,
                    contact=chosen.operator_contact,
                )
            )
        else:
            openings.simple(talk, self.key)


class ReturnPhrase(TalkAction):
    """Offer a phrase with which papers and unfinished conversations can be found again."""

    action = "action_return_phrase"

    def move(self, talk: Talk) -> None:
        """Ask whether to keep them."""
        pending.ask_to_keep(talk)


class StaleButton(Say):
    """A button of an earlier question was pressed: nothing is stored, the waiting step is asked again."""

    action, key = "action_stale_button", "stale_button"


class LeaveNow(TalkAction):
    """One neutral word, and nothing that reveals anything."""

    action = "action_leave_now"

    def move(self, talk: Talk) -> None:
        """Put aside what runs and say one word."""
        if talk.step is not None:
            controls.put_aside(talk)
        talk.speak("dialogue.leave_now")
