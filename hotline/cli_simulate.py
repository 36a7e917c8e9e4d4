"""The command that plays a scenario of telephone calls against a running installation."""

from __future__ import annotations

import json
import os
import sys
import threading
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import click

from hotline.adapters import ed25519
from hotline.adapters.simulation.scenario import Number, Scenario, ScenarioError, load
from hotline.adapters.simulator import Network
from hotline.adapters.system import SystemClock
from hotline.config import ED25519


def find(name: str) -> Path:
    """The file of a scenario: a path, or the name of one that comes with the program."""
    given = Path(name)
    if given.exists():
        return given
    packaged = Path(str(resources.files("hotline"))) / "scenarios" / f"{given.stem}.toml"
    if packaged.exists():
        return packaged
    known = sorted(path.stem for path in packaged.parent.glob("*.toml"))
    raise click.UsageError(f"no scenario {name}; a file, or one of: {', '.join(known)}")


def _line(event: dict[str, Any]) -> str:
    rest = " ".join(
        f"{key}={value}" for key, value in event.items() if key not in ("at", "event", "who", "call")
    )
    return f"{event['at']:8.1f}s  {event.get('who', ''):16}  {event['event']:16} {rest}"


@click.command("simulate")
@click.argument("scenario")
@click.option("--against", default="http://127.0.0.1:8000", show_default=True,
              help="Address of the installation to drive.")  # fmt: skip
@click.option("--public", default="",
              help="Its public address, where that differs; webhooks are signed for it.")  # fmt: skip
@click.option("--listen", default=8100, show_default=True,
              help="Port of the provider's REST side (HOTLINE_TELEPHONY_API_URL points here).")  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--line", "lines", multiple=True, help="Number of a line, instead of the file's.")
@click.option("--speed", type=float, help="Simulated seconds in one real second.")
@click.option("--seed", help="Another seed for the order and the faults.")
@click.option("--limit", default=600.0, show_default=True, help="Give up after so many seconds.")
@click.option("--private-key", default="",
              help="For scheme ed25519: what the provider signs with, 32 bytes in base64.")  # fmt: skip
@click.option("--stay", is_flag=True, help="Go on answering REST calls afterwards.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line; the summary last.")
def simulate(scenario: str, against: str, public: str, listen: int, host: str,
             lines: tuple[str, ...], speed: float | None, seed: str | None, limit: float,
             private_key: str, stay: bool, as_json: bool) -> None:  # fmt: skip
    """Play SCENARIO (a TOML file or the name of a packaged one) as the telephone provider.

    Takes TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN from the environment, like the installation it
    drives. Exits with 0 when everything went as the scenario expects, else with 1.
    """
    try:
        played = _adjusted(load(find(scenario)), lines, speed, seed)
    except ScenarioError as error:
        raise click.UsageError(str(error)) from error
    tokens = [t.strip() for t in os.environ.get("TWILIO_AUTH_TOKEN", "").split(",") if t.strip()]
    if not tokens:
        raise click.UsageError("TWILIO_AUTH_TOKEN is not set; use the installation's")
    network = Network(
        played,
        token=tokens[0],
        old_tokens=tokens[1:],
        signing_key=_signing_key(played, private_key),
        now=SystemClock().now,
        against=against,
        public=public,
        host=host,
        port=listen,
    )

    def show(event: dict[str, Any]) -> None:
        click.echo(json.dumps(event, ensure_ascii=False) if as_json else _line(event))

    network.core.listeners.append(show)
    with network:
        click.echo(f"provider at {network.base}, ringing {against}", err=True)
        network.play()
        settled = network.settle(limit)
        if stay:
            click.echo("callers have gone; answering REST calls until interrupted", err=True)
            _wait_for_interrupt()
        found = network.summary()
        wrong = network.failures() + ([] if settled else [f"still running after {limit} s"])
    _tell(found, wrong, as_json)
    sys.exit(1 if wrong else 0)


def _signing_key(played: Scenario, private_key: str) -> str:
    """What the webhooks are signed with; an installation knows only the public half of a pair."""
    if played.signature_scheme != ED25519:
        return os.environ.get("HOTLINE_SIGNATURE_KEY", "").split(",")[0].strip()
    try:
        ed25519.public_key(private_key)
    except ValueError as error:
        raise click.UsageError("--private-key must be 32 bytes in base64 for scheme ed25519") from error
    return private_key


def _wait_for_interrupt() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return


def _adjusted(played: Scenario, lines: tuple[str, ...], speed: float | None,
              seed: str | None) -> Scenario:  # fmt: skip
    account = os.environ.get("TWILIO_ACCOUNT_SID", "").strip()
    numbers = tuple(Number(line) for line in lines) or played.numbers
    callers = played.callers
    if lines:
        callers = tuple(
            replace(caller, line=lines[index % len(lines)]) for index, caller in enumerate(callers)
        )
    return replace(
        played,
        numbers=numbers,
        callers=callers,
        speed=speed or played.speed,
        seed=seed or played.seed,
        account_sid=account or played.account_sid,
        signature_header=os.environ.get("HOTLINE_SIGNATURE_HEADER", "") or played.signature_header,
        signature_scheme=os.environ.get("HOTLINE_SIGNATURE_SCHEME", "") or played.signature_scheme,
    )


def _tell(found: dict[str, Any], wrong: list[str], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({**found, "failures": wrong}, ensure_ascii=False))
        return
    for call in found["calls"]:
        if call["direction"] == "inbound":
            whom = ", ".join(call["bridged_with"])
            click.echo(f"{call['who']}: {call['outcome']}{f' with {whom}' if whom else ''}")
    names = ("callers", "bridged", "voicemail", "ended", "hung_up", "dropped", "invalid_documents")
    click.echo("  ".join(f"{name}: {found[name]}" for name in names))
    click.echo(
        f"webhooks: {found['webhooks']}  p50 {found['webhook_p50_ms']} ms  "
        f"p95 {found['webhook_p95_ms']} ms"
    )
    for sentence in (*found["problems"], *wrong):
        click.echo(f"! {sentence}")
