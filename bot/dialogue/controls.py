"""The controls that work in every conversation at every step."""

from __future__ import annotations

from bot.artifacts.model import Artifact
from bot.dialogue.finish import as_text, build, finish, leave, menu, offered
from bot.dialogue.route import previous_step, progress
from bot.dialogue.session import Waiting
from bot.dialogue.steps import take_skip
from bot.dialogue.talk import Talk, control, menu_button
from bot.types import Button
from bot.wording import say


def skip(talk: Talk) -> None:
    """Move on without comment; an answer already there stays."""
    if talk.step is None:
        talk.speak("dialogue.nothing_waits", buttons=menu(talk))
    else:
        take_skip(talk, talk.step)


def go_back(talk: Talk) -> None:
    """Ask the step before again, with the earlier answer shown."""
    if talk.step is None:
        talk.speak("dialogue.nothing_waits", buttons=menu(talk))
        return
    earlier = previous_step(talk)
    if earlier is None:
        talk.speak("dialogue.first_already")
        talk.ask(variant="plain" if talk.answer(talk.step) is None else None)
        return
    if earlier.id in talk.run.skipped:
        talk.run.skipped.remove(earlier.id)
    talk.session.repeats = 0
    talk.ask(earlier)


def repeat(talk: Talk) -> None:
    """Ask again: the same question, then in simpler words, then with an example."""
    step = talk.step
    if step is None:
        talk.speak("dialogue.nothing_to_repeat", buttons=menu(talk))
        return
    talk.session.repeats += 1
    stage = (talk.session.repeats - 1) % 3
    if stage == 2:
        talk.speak("dialogue.example", example=step.example)
    talk.ask(variant="simpler" if stage == 1 else "plain")


def show_example(talk: Talk) -> None:
    """Show what somebody might write at this step."""
    if talk.step is None:
        talk.speak("dialogue.nothing_waits", buttons=menu(talk))
        return
    talk.speak("dialogue.example", example=talk.step.example)
    talk.ask()


def ask_why(talk: Talk) -> None:
    """Say why the waiting question is asked, then ask it again."""
    if talk.step is None:
        talk.speak("dialogue.why_nothing", buttons=menu(talk))
        return
    talk.speak("dialogue.why", why=talk.step.why)
    talk.ask()


def ask_progress(talk: Talk) -> None:
    """Say how much is left, then ask the waiting step again."""
    done, of = progress(talk)
    if talk.step is None:
        talk.speak("dialogue.nothing_waits", buttons=menu(talk))
        return
    left = of - done
    talk.speak(
        "dialogue.progress_one" if left == 1 else "dialogue.progress", done=done, of=of, left=left
    )
    talk.ask()


def read_back(talk: Talk) -> None:
    """Read the answers so far, then ask the waiting step again; else the last finished one."""
    conversation = talk.conversation
    if conversation is not None:
        given = talk.answered()
        lines = "\n".join(f"• {s.label}: {talk.answer(s)}" for s in given)
        talk.speak("dialogue.so_far" if given else "dialogue.so_far_nothing", answers=lines)
        talk.ask()
    elif talk.artifacts:
        artifact = Artifact.from_dict(talk.artifacts[-1])
        talk.utter(as_text(artifact), card=artifact.card())
    else:
        talk.speak("dialogue.nothing_to_repeat", buttons=menu(talk))


def pause(talk: Talk) -> None:
    """Let the conversation wait where it is."""
    if talk.conversation is None or talk.step is None:
        talk.speak("dialogue.pause_nothing")
        return
    title = talk.conversation.title
    put_aside(talk)
    talk.speak("dialogue.paused", title=title, buttons=[control("buttons.resume", "resume")])


def put_aside(talk: Talk) -> None:
    """Close the loop and remember where it was."""
    if talk.conversation is not None and talk.step is not None:
        talk.session.wait(talk.conversation.name, talk.step.id)
    talk.session.repeats = talk.session.misses = 0
    talk.close()


def resume(talk: Talk) -> None:
    """Go on with what waits; with several waiting, name them and ask."""
    waiting = [w for w in talk.session.paused if w.conversation in talk.catalog]
    if talk.conversation is not None:
        talk.speak("dialogue.resume_running", title=talk.conversation.title)
        talk.ask()
    elif not waiting:
        talk.speak("dialogue.resume_nothing", buttons=menu(talk))
    elif len(waiting) == 1:
        resume_one(talk, waiting[0])
    else:
        talk.session.pending = {"kind": "resume"}
        names = [talk.catalog[w.conversation] for w in reversed(waiting)]
        titles = say("dialogue.list_or").join(f"“{c.title}”" for c in names)
        talk.speak("dialogue.resume_which", titles=titles, buttons=[menu_button(c) for c in names])


def resume_one(talk: Talk, waiting: Waiting) -> None:
    """Take up a conversation at the step at which it waits."""
    conversation = talk.catalog[waiting.conversation]
    if not offered(talk, conversation.name):
        talk.speak("safety.joint_closed", buttons=menu(talk))
        return
    talk.session.release(conversation.name)
    talk.loop, talk.closed_loop = f"{conversation.name}_form", False
    talk.speak("dialogue.resumed", title=conversation.title)
    step = next((s for s in conversation if s.id == waiting.step), conversation.steps[0])
    talk.ask(step)


def stop(talk: Talk) -> None:
    """End the conversation at once, and say what happens to the answers."""
    conversation = talk.conversation
    if conversation is None:
        waiting = bool(talk.session.paused)
        talk.speak("dialogue.stop_waiting" if waiting else "dialogue.stop_nothing")
        return
    if build(talk, conversation) is None:
        leave(talk, conversation)
        talk.speak("dialogue.stopped_empty")
        return
    finish(talk, closing=say("dialogue.stopped"))


def done(talk: Talk) -> None:
    """End the conversation because the person says that this is all."""
    finish(talk)


def forget(talk: Talk) -> None:
    """Ask once before everything is emptied."""
    talk.session.pending = {"kind": "forget"}
    talk.speak(
        "dialogue.forget_confirm",
        buttons=[
            Button(say("buttons.forget_yes"), '/settle{"choice": "yes"}'),
            Button(say("buttons.forget_no"), '/settle{"choice": "no"}'),
        ],
    )


def not_understood(talk: Talk) -> None:
    """Help: first two or three likely options, then fewer words and the menu; never the same line twice."""
    talk.session.misses += 1
    again = talk.session.misses - 1
    if talk.step is not None:
        talk.speak("dialogue.unclear_in_step", variant=again, buttons=_step_helps())
        talk.ask(variant="plain" if again % 2 == 0 else "simpler")
        return
    if again == 0:
        talk.speak("dialogue.unclear_options", buttons=_likely(talk))
    else:
        talk.speak("dialogue.unclear_menu", variant=again - 1, buttons=menu(talk))


def _step_helps() -> list[Button]:
    return [
        control("buttons.example", "show_example"),
        control("buttons.skip", "skip"),
        control("buttons.pause", "pause"),
    ]


def _likely(talk: Talk) -> list[Button]:
    """The two or three conversations that the message came closest to, or the menu's first."""
    close = [name for name, _ in talk.ranking if name in talk.catalog and offered(talk, name)][:3]
    if not close:
        return list(menu(talk)[:3])
    return [menu_button(talk.catalog[name]) for name in close]


def waiting_titles(talk: Talk) -> str:
    """Return the titles of what waits, latest first, as one phrase."""
    found = [
        talk.catalog[w.conversation].title
        for w in reversed(talk.session.paused)
        if w.conversation in talk.catalog
    ]
    return say("dialogue.list_or").join(f"“{title}”" for title in found)
