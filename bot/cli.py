"""The command `groundwork`."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import tempfile
import warnings
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

# Libraries warn of their own future; none of it is for the person who runs this.
warnings.simplefilter("ignore")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from bot import logs  # noqa: E402
from bot.errors import GroundworkError  # noqa: E402
from bot.settings import Settings, get_settings  # noqa: E402

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Groundwork: private guidance, offline."
)
knowledge_app = typer.Typer(
    no_args_is_help=True, help="The guidance library and an operator's own documents."
)
hotlines_app = typer.Typer(no_args_is_help=True, help="The help lines.")
app.add_typer(knowledge_app, name="knowledge")
app.add_typer(hotlines_app, name="hotlines")


def say(text: str) -> None:
    """Print one line of progress at once."""
    typer.echo(f"groundwork: {text}")


def _ready(settings: Settings) -> None:
    from bot.training import make_all  # noqa: PLC0415

    make_all(settings, say)


@app.command()
def serve(
    workers: Annotated[int, typer.Option(help="processes; more than one need Redis")] = 1,
) -> None:
    """Serve the web API and the widget; trains and indexes first where inputs changed."""
    import uvicorn  # noqa: PLC0415

    from bot import workers as several  # noqa: PLC0415
    from bot.store.home import open_store  # noqa: PLC0415

    settings = get_settings()
    # A crash must not write the memory of this process, with keys and words in it, to a disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if settings.telegram_webhook_url:
        from bot.channels.telegram.api import check  # noqa: PLC0415

        check(settings)
    several.check(settings, workers)
    _ready(settings)
    logs.configure()
    open_store(settings).close()  # what is wrong with it is one clear line here
    say(f"serving on http://{settings.host}:{settings.port}")
    if workers > 1:
        several.run(settings, workers)
        return
    from bot.app import create_app  # noqa: PLC0415

    application = create_app(settings)
    uvicorn.run(application, host=settings.host, port=settings.port, **several.OPTIONS)


@app.command()
def train(force: Annotated[bool, typer.Option(help="make everything anew")] = False) -> None:
    """Train the models and build the index, where their inputs changed."""
    from bot.training import make_all  # noqa: PLC0415

    if not make_all(get_settings(), say, force=force):
        say("everything is up to date")


@app.command()
def chat() -> None:
    """Hold the conversation in this terminal. What is written is erased when you leave."""
    settings = get_settings()
    _ready(settings)
    logs.configure()
    from bot.wording import say as word  # noqa: PLC0415

    typer.echo(word("terminal.starting"))
    with tempfile.TemporaryDirectory(prefix="groundwork-") as folder:
        asyncio.run(_chat(settings, Path(folder)))


async def _chat(settings: Settings, folder: Path) -> None:
    from bot.channels.terminal import Terminal  # noqa: PLC0415
    from bot.dialogue.agent import Brain  # noqa: PLC0415
    from bot.engine import Engine  # noqa: PLC0415
    from bot.store.keys import ServerSecret  # noqa: PLC0415
    from bot.store.store import Store  # noqa: PLC0415
    from bot.training import MODEL  # noqa: PLC0415
    from bot.wording import say as word  # noqa: PLC0415

    brain = Brain.load(MODEL)
    store = Store.open(
        f"sqlite:///{folder / 'talk.db'}", ServerSecret.load_or_create(folder / "key")
    )
    engine = Engine(store, lambda: brain, region=settings.region)
    typer.echo(word("terminal.hint"))
    try:
        await Terminal(engine).run()
    finally:
        engine.close()


@app.command()
def telegram() -> None:
    """Run the Telegram bot; it asks Telegram for messages, so no public address is needed."""
    settings = get_settings()
    from bot.channels.telegram.api import check  # noqa: PLC0415

    if settings.telegram_webhook_url:
        raise GroundworkError(
            "GROUNDWORK_TELEGRAM_WEBHOOK_URL is set, so `groundwork serve` runs the bot; unset it to poll"
        )
    check(settings)
    if not settings.operator_name:
        say("no GROUNDWORK_OPERATOR_NAME is set: people can't see who runs this bot")
    _ready(settings)
    logs.configure()
    from bot.channels.telegram.polling import run  # noqa: PLC0415
    from bot.dialogue.agent import Brain  # noqa: PLC0415
    from bot.settings import ROOT  # noqa: PLC0415
    from bot.training import MODEL  # noqa: PLC0415

    brain = Brain.load(ROOT / MODEL)
    say("the Telegram bot is running; Ctrl-C ends it")
    asyncio.run(run(settings, brain))


@app.command()
def parse(texts: Annotated[list[str], typer.Argument(help="messages")]) -> None:
    """Show what the language side makes of messages, each for a fresh talk."""
    settings = get_settings()
    _ready(settings)
    logs.configure()
    from bot.debug import parse_texts  # noqa: PLC0415
    from bot.dialogue.agent import Brain  # noqa: PLC0415
    from bot.training import MODEL  # noqa: PLC0415

    for found in parse_texts(Brain.load(MODEL), texts):
        typer.echo(json.dumps(found))


@app.command()
def practice(
    kind: Annotated[str, typer.Argument(help="i-statement or apology")] = "i-statement",
) -> None:
    """Practise an "I" statement or an apology in this terminal. Nothing is stored."""
    from bot.practice.terminal import run  # noqa: PLC0415

    if kind not in ("i-statement", "apology"):
        raise GroundworkError("practice knows two kinds: i-statement and apology")
    _ready(get_settings())
    run("apology" if kind == "apology" else "i_statement", sys.stdin, sys.stdout)


@app.command()
def worksheets(
    into: Annotated[Path, typer.Option(help="the folder to write them to")] = Path("worksheets"),
    form: Annotated[str, typer.Option("--format", help="pdf, md or txt")] = "pdf",
) -> None:
    """Write every conversation as a blank worksheet, to print."""
    from bot import services  # noqa: PLC0415
    from bot.artifacts.model import Format  # noqa: PLC0415
    from bot.artifacts.worksheets import write_all  # noqa: PLC0415

    known: dict[str, Format] = {"pdf": "pdf", "md": "md", "txt": "txt"}
    if form not in known:
        raise GroundworkError("worksheets come as pdf, md or txt")
    today = datetime.now(UTC).date()
    files = write_all(services.catalog().values(), into, known[form], today)
    for path in files:
        typer.echo(str(path))
    say(f"{len(files)} worksheets are written")


@app.command()
def purge() -> None:
    """Remove what has run out. Safe to repeat and to interrupt."""
    from bot.store.home import open_store  # noqa: PLC0415

    store = open_store(get_settings())
    count = store.purge()
    store.close()
    say(f"{count} conversations had run out and are gone")


@app.command("rotate-key")
def rotate_key() -> None:
    """Replace the server secret while everything runs. Interrupted, call it again."""
    from bot.store.home import open_store  # noqa: PLC0415
    from bot.store.ring import change_secret  # noqa: PLC0415

    settings = get_settings()
    path = settings.data_dir / "secret.key"
    if settings.secret_key is None:
        moved = change_secret(path, lambda: open_store(settings))
        say(f"{moved} keys moved to a new secret; keep a copy of {path}")
        return
    store = open_store(settings)
    moved = store.rewrap()
    store.close()
    say(f"{moved} keys moved to the first secret in GROUNDWORK_SECRET_KEY: the others can go")


@app.command()
def backup(into: Annotated[Path, typer.Argument(help="a new folder")]) -> None:
    """Copy the database and its secret while everything runs."""
    from bot.store.backup import backup as copy  # noqa: PLC0415

    for path in copy(get_settings(), into):
        typer.echo(path)


@app.command("check-conversations")
def check_conversations() -> None:
    """Check every conversation file; an error names file, step and line."""
    from bot.dialogue.catalog import load_catalog  # noqa: PLC0415

    say(f"{len(load_catalog())} conversations are in order")


@hotlines_app.command("check")
def hotlines_check(
    on: Annotated[str | None, typer.Option(help="a date, today without it")] = None,
) -> None:
    """Fail and name every entry that was verified more than 90 days ago."""
    from bot import services  # noqa: PLC0415

    day = date.fromisoformat(on) if on else datetime.now(UTC).date()
    stale = services.hotlines().check(day)
    for entry in stale:
        typer.echo(entry)
    if stale:
        raise typer.Exit(1)
    say("every help line was verified within 90 days")


@hotlines_app.command("show")
def hotlines_show(region: str, topic: str | None = None) -> None:
    """Show the lines of a country."""
    from bot import services  # noqa: PLC0415

    typer.echo(
        json.dumps(services.hotlines().as_dict(region.upper(), topic), indent=2, ensure_ascii=False)
    )


def _library_parts() -> tuple[list[Path], Path, Any]:
    from bot import services  # noqa: PLC0415

    return services.knowledge_dirs(), get_settings().cache_dir, services.encoder()


@knowledge_app.command("add")
def knowledge_add(
    paths: Annotated[list[Path], typer.Argument(help="files or folders")],
    into: Annotated[Path, typer.Option(help="folder of guidance to add them to")],
) -> None:
    """Add documents (Markdown, text, HTML, PDF, Word); a file that can't be read is named and skipped."""
    from knowledge.add import add  # noqa: PLC0415

    report = add(paths, into)
    for name in report.added:
        typer.echo(f"added {name}")
    for path, reason in report.skipped:
        typer.echo(f"skipped {path}: {reason}")
    for duplicate in report.duplicates:
        typer.echo(f"duplicate: {duplicate}")


@knowledge_app.command("build")
def knowledge_build(
    full: Annotated[bool, typer.Option(help="embed everything anew")] = False,
) -> None:
    """Build the index; only what changed is embedded."""
    from knowledge import build  # noqa: PLC0415

    dirs, cache, encoder = _library_parts()
    with typer.progressbar(length=100, label="building the guidance index") as bar:
        report = build(
            dirs,
            cache,
            encoder,
            lambda done, of: bar.update(int(100 * done / max(of, 1)) - bar.pos),
            full,
        )
    typer.echo(str(report))


@knowledge_app.command("search")
def knowledge_search(question: str, k: int = 5) -> None:
    """Search the library."""
    from knowledge import Library  # noqa: PLC0415

    found = Library.open(*_library_parts()).search(question, k=k)
    if not found.answered:
        typer.echo(f"nothing on that ({found.refusal})")
    for hit in found.passages:
        typer.echo(f"{hit.score:.2f}  {hit.title}, {hit.heading}  [{hit.id}]\n      {hit.text}\n")


@knowledge_app.command("list")
def knowledge_list() -> None:
    """List the documents."""
    from bot import services  # noqa: PLC0415
    from knowledge.add import list_documents  # noqa: PLC0415

    for item in list_documents(services.knowledge_dirs()):
        typer.echo(str(item))


@knowledge_app.command("remove")
def knowledge_remove(doc_id: str) -> None:
    """Remove a document."""
    from bot import services  # noqa: PLC0415
    from knowledge.add import remove  # noqa: PLC0415

    remove(doc_id, services.knowledge_dirs())
    say(f"{doc_id} is removed; the index follows at the next build or start")


def main() -> None:
    """Run the command; an error on purpose is one clear line."""
    try:
        app()
    except GroundworkError as error:
        typer.echo(f"groundwork: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
