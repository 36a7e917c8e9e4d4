"""`hotline doctor`: looks inside and from outside, and says what to do."""

from __future__ import annotations

import json
import sys

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from hotline.cli_environment import application, configured
from hotline.settings.doctor import Finding, Patient, State, examine, worst
from hotline.settings.doctor_inside import INSIDE
from hotline.settings.doctor_outside import OUTSIDE
from hotline.settings.doctor_people import PEOPLE
from hotline.transaction import db, dispose
from hotline.voice.fallback_document import fallback_document
from models.agency import Line

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


def document_to_host(app: Flask, number: str) -> str:
    """The fallback document of the line with that number; an empty number takes the first line.

    It is made for bad times, so it can be had in bad times too: while the database is away, or
    before there is a line, it rings nobody and takes a message.
    """
    public_url = app.config["HOTLINE"].public_url
    query = select(Line).order_by(Line.id)
    if number:
        query = query.where(Line.number == number)
    with app.app_context():
        try:
            line = db.session.scalars(query).first()
        except SQLAlchemyError:
            click.echo("The database cannot be read: this document rings nobody.", err=True)
            return fallback_document(public_url)
        finally:
            db.session.remove()
        if line is None and number:
            raise click.ClickException("There is no such line. See the settings, or leave the number out.")
        if line is None:
            return fallback_document(public_url)
        numbers = tuple(each for each in (line.fallback_number, line.supervisor_number) if each)
        return fallback_document(public_url, numbers=numbers, shown=line.number)


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
            click.echo(document_to_host(app, number))
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
