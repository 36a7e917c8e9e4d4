"""`hotline doctor`: looks inside and from outside, and says what to do."""

from __future__ import annotations

import json
import sys

import click
from flask import Flask
from sqlalchemy import select

from hotline.adapters.twiml import Writer
from hotline.cli_environment import application, configured
from hotline.settings.doctor import Finding, Patient, State, examine, worst
from hotline.settings.doctor_inside import INSIDE
from hotline.settings.doctor_outside import OUTSIDE
from hotline.settings.doctor_people import PEOPLE
from hotline.transaction import db, dispose
from hotline.voice.dialogue import Voice, trouble
from models.agency import Line
from triage.vocabulary import Language

MARK = {State.OK: "ok  ", State.WARN: "warn", State.FAIL: "FAIL"}
COLOUR = {State.OK: "green", State.WARN: "yellow", State.FAIL: "red"}


def examine_app(app: Flask, *, outside: bool) -> list[Finding]:
    """Everything the doctor finds about an application."""
    patient = Patient(app.config["HOTLINE"], app.extensions["hotline.ports"])
    with app.app_context():
        try:
            return examine(patient, INSIDE + PEOPLE + (OUTSIDE if outside else []))
        finally:
            db.session.remove()


def fallback_document(app: Flask, number: str) -> str:
    """A document for the provider's own hosting: what a caller hears when we cannot be reached.

    `number` picks the line; empty takes the first. It rings the line's fallback number, and asks
    for no address of ours, which would be away.
    """
    with app.app_context():
        query = select(Line).order_by(Line.id)
        if number:
            query = query.where(Line.number == number)
        line = db.session.scalars(query).first()
        if line is None:
            raise click.ClickException("There is no such line. See the settings, or leave the number out.")
        spoken = [code for code in (line.default_language, "en") if code in set(Language)]
        voices = [Voice(Language(code)) for code in dict.fromkeys(spoken)]
        numbers = [each for each in (line.fallback_number, line.supervisor_number) if each]
        if not numbers:
            raise click.ClickException(
                "The line has no fallback number: the document could only apologise. Set one first."
            )
        text = Writer(app.config["HOTLINE"].public_url).document(trouble(voices, numbers, line.number))
        return text if isinstance(text, str) else str(text)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object for a machine.")
@click.option("--inside", is_flag=True, help="Leave out the look from outside.")
@click.option("--fallback", is_flag=True, help="Print the document to host at the provider, and stop.")
@click.option("--number", default="", help="With --fallback: the number of the line.")
def doctor(as_json: bool, inside: bool, fallback: bool, number: str) -> None:
    """Look at everything that must work before a number is published; exit 1 when something does not."""
    app = application(configured())
    try:
        if fallback:
            click.echo(fallback_document(app, number))
            return
        found = examine_app(app, outside=not inside)
    finally:
        dispose(app)
    state = worst(found)
    if as_json:
        click.echo(json.dumps(
            {"state": state.value, "findings": [finding.as_json() for finding in found]},
            ensure_ascii=False, indent=1,
        ))
    else:
        for finding in found:
            mark = click.style(MARK[finding.state], fg=COLOUR[finding.state])
            click.echo(f"{mark}  {finding.check:14} {finding.text()}")
            if finding.remedy:
                click.echo(f"{'':21}{finding.advice()}")
        click.echo(f"\n{len(found)} checks, worst: {state.value}")
    if state is State.FAIL:
        sys.exit(1)
