"""Speed and memory beside plain `rasa run` + `rasa run actions` on the same model, in one run, as ratios.

Both are real processes on loopback and get the same messages: a short pre-brief with controls. The
rounds alternate; the table gives the median of each figure and the ratio with its spread.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from bot.settings import ROOT

MESSAGES = (
    "I want to talk before we get close tonight", "yes both of us", "a long hug and some kissing",
    "no hands on my neck", "how much is left?", "pineapple", "skip", "read it back",
)  # fmt: skip
BIN = ROOT / ".venv" / "bin"


@dataclass
class Figures:
    """What one system showed, by name of the figure."""

    rows: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        """Note a value."""
        self.rows.setdefault(name, []).append(value)


def free_port() -> int:
    """Return a free port on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class System:
    """Processes that answer messages."""

    def __init__(self, commands: list[list[str]], ready: str, env: dict[str, str]) -> None:
        self.began = time.perf_counter()
        plain = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", **env}
        self.processes = [
            subprocess.Popen(
                c,
                cwd=ROOT,
                env=plain,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            for c in commands
        ]
        deadline = time.monotonic() + 300
        while not _answers(ready):
            if time.monotonic() > deadline:
                raise SystemExit(f"{commands[0][0]} did not get ready")
            time.sleep(0.1)
        self.ready_seconds = time.perf_counter() - self.began

    def memory(self) -> float:
        """Return the resident memory of all processes, in MiB."""
        family = [psutil.Process(p.pid) for p in self.processes]
        family += [child for process in family for child in process.children(recursive=True)]
        return float(sum(p.memory_info().rss for p in family)) / 2**20

    def stop(self) -> None:
        """End all processes."""
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def ours(folder: str) -> tuple[System, Callable[[int], list[float]]]:
    """Start `groundwork serve` and return how a person talks to it."""
    port = free_port()
    env = {
        "GROUNDWORK_PORT": str(port),
        "GROUNDWORK_DATA_DIR": folder,
        "GROUNDWORK_RATE_LIMIT": "off",
    }
    url = f"http://127.0.0.1:{port}"
    system = System([[str(BIN / "groundwork"), "serve"]], f"{url}/readyz", env)

    def talk(_: int) -> list[float]:
        with httpx.Client(base_url=url, timeout=120) as http:
            token = http.post("/api/conversations", json={"region": "GB"}).json()["token"]
            head = {"Authorization": f"Bearer {token}"}
            return [
                _timed(http, "/api/conversations/messages", {"text": t}, head) for t in MESSAGES
            ]

    return system, talk


def plain_rasa(folder: str) -> tuple[System, Callable[[int], list[float]]]:
    """Start plain Rasa with its action server and return how a person talks to it."""
    port, actions = free_port(), free_port()
    endpoints = Path(folder) / "endpoints.yml"
    endpoints.write_text(f'action_endpoint:\n  url: "http://127.0.0.1:{actions}/webhook"\n')
    url = f"http://127.0.0.1:{port}"
    system = System(
        [[str(BIN / "rasa"), "run", "actions", "--port", str(actions)],
         [str(BIN / "rasa"), "run", "-m", "models/groundwork.tar.gz", "--port", str(port), "-i", "127.0.0.1",
          "--endpoints", str(endpoints), "--enable-api"]],
        f"{url}/status", {},
    )  # fmt: skip

    def talk(number: int) -> list[float]:
        sender = f"s{number}-{time.perf_counter_ns()}"
        with httpx.Client(base_url=url, timeout=120) as http:
            path = "/webhooks/rest/webhook"
            return [_timed(http, path, {"sender": sender, "message": t}, {}) for t in MESSAGES]

    return system, talk


def _timed(http: httpx.Client, path: str, body: dict[str, str], headers: dict[str, str]) -> float:
    began = time.perf_counter()
    http.post(path, json=body, headers=headers).raise_for_status()
    return (time.perf_counter() - began) * 1000


def measure(figures: Figures, talk: Callable[[int], list[float]], talks: int) -> None:
    """Talk alone, then with eight at once, then with thirty-two."""
    talk(0)
    alone = sorted(t for n in range(talks) for t in talk(n))
    figures.add("p50 alone, ms", statistics.median(alone))
    figures.add("p95 alone, ms", alone[int(len(alone) * 0.95)])
    for clients in (8, 32):
        began = time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            times = sorted(t for found in pool.map(talk, range(clients)) for t in found)
        figures.add(f"messages/s, {clients} clients", len(times) / (time.perf_counter() - began))
        figures.add(f"p99 with {clients} clients, ms", times[int(len(times) * 0.99)])


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--talks", type=int, default=5)
    chosen = parser.parse_args()
    mine, theirs = Figures(), Figures()
    for _ in range(chosen.rounds):
        for figures, start in ((mine, ours), (theirs, plain_rasa)):
            with tempfile.TemporaryDirectory() as folder:
                system, talk = start(folder)
                try:
                    measure(figures, talk, chosen.talks)
                    figures.add("memory, MiB", system.memory())
                    figures.add("ready, s", system.ready_seconds)
                finally:
                    system.stop()
    print(f"{'figure':32}{'groundwork':>12}{'plain Rasa':>12}{'ratio':>8}  spread")
    for name, values in mine.rows.items():
        other = theirs.rows[name]
        ratios = sorted(a / b for a, b in zip(values, other, strict=True))
        middle = statistics.median(ratios)
        print(
            f"{name:32}{statistics.median(values):12.1f}{statistics.median(other):12.1f}{middle:8.2f}  {ratios[0]:.2f}-{ratios[-1]:.2f}"
        )


if __name__ == "__main__":
    sys.exit(main())
