"""Commands for the people who work here: the first administrator comes in through this door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit, invitations
from hotline.access import people as service
from hotline.access.people import PeopleError, PersonValues
from hotline.cli_environment import application
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.accounts import User
from models.agency import Centre
from triage.vocabulary import CodePurpose, Role

REASONS = {
    "username_form": "A sign-in name has 3 to 40 small letters, digits, dots, hyphens or underscores.",
    "username_taken": "That sign-in name is taken.",
    "no_role": "Give at least one role.",
    "last_administrator": "Nobody else is an administrator. Invite another one first.",
}


@contextmanager
def _work(app: Flask | None = None) -> Iterator[tuple[Session, Ports, Flask]]:
    made = app or application()
    try:
        with made.app_context(), unit_of_work() as session:
            yield session, made.extensions["hotline.ports"], made
    except PeopleError as error:
        raise click.ClickException(REASONS.get(error.reason, error.reason)) from error


def _person(session: Session, username: str) -> User:
    user = service.named(session, username)
    if user is None:
        raise click.ClickException(f"Nobody signs in as {username}. See: hotline people list")
    return user


def _centres(session: Session, codes: tuple[str, ...]) -> frozenset[int]:
    known = {row.code: row.id for row in session.scalars(select(Centre))}
    unknown = [code for code in codes if code not in known]
    if unknown:
        there = ", ".join(sorted(known)) or "none yet: leave --centre out, and make them in the settings"
        raise click.ClickException(f"No centre has the code {', '.join(unknown)} (there are: {there}).")
    return frozenset(known[code] for code in codes)


def _print_slip(slip: invitations.Slip, address: str) -> None:
    click.echo(f"Code for {slip.name}, who signs in as {slip.username}:")
    click.echo("")
    click.echo(f"    {slip.code}")
    click.echo("")
    click.echo(f"Type it at {address}/welcome before {slip.expires_at:%Y-%m-%d %H:%M} UTC.")
    click.echo("It is shown this once, and it opens the account once.")


@click.group()
def people() -> None:
    """Invite people, list them, help with a lost second factor, let them go."""


@people.command()
@click.argument("name")
@click.option("--username", required=True, help="The name to sign in with.")
@click.option(
    "--role", "roles", multiple=True, required=True,
    type=click.Choice([role.value for role in Role]), help="May be given several times.",
)
@click.option("--centre", "centres", multiple=True, help="Code of a centre; several times if need be.")
@click.option("--language", default="zh_Hant", show_default=True,
              type=click.Choice(["en", "zh_Hant", "zh_Hans", "pt"]), help="Language of the pages.")
def invite(
    name: str, username: str, roles: tuple[str, ...], centres: tuple[str, ...], language: str
) -> None:
    """Take NAME in and print the code that opens the account."""
    with _work() as (session, ports, app):
        values = PersonValues(
            name=name, username=username, roles=frozenset(Role(role) for role in roles),
            centre_ids=_centres(session, centres), locale=language,
        )
        user = service.take_in(session, None, ports, values)
        slip = invitations.issue(session, None, ports, user=user, purpose=CodePurpose.INVITATION)
    _print_slip(slip, app.config["HOTLINE"].public_url)


@people.command(name="list")
def list_() -> None:
    """List everybody: sign-in name, name, roles, centres, second factor, state."""
    with _work() as (session, _ports, _app):
        for user in service.everybody(session):
            roles = ",".join(sorted(service.roles_of(user))) or "-"
            centres = ",".join(centre.code for centre in user.centres) or "-"
            has_factor = bool(user.tf_totp_secret) or bool(user.webauthn)
            state = "in use" if user.active else "gone"
            if user.active and not user.password:
                state = "invited"
            factor = "second factor" if has_factor else "no second factor"
            cells = [user.username, user.display_name, roles, centres, factor, state]
            click.echo("\t".join(cells))


@people.command(name="new-code")
@click.argument("username")
@click.option("--purpose", type=click.Choice([purpose.value for purpose in CodePurpose]),
              default=CodePurpose.PASSWORD.value, show_default=True)
def new_code(username: str, purpose: str) -> None:
    """Print a new code for USERNAME: an invitation again, a new password, a lost second factor."""
    with _work() as (session, ports, app):
        slip = invitations.issue(
            session, None, ports, user=_person(session, username), purpose=CodePurpose(purpose),
            checked="at the console",
        )
    _print_slip(slip, app.config["HOTLINE"].public_url)


@people.command(name="reset-second-factor")
@click.argument("username")
@click.confirmation_option(
    prompt="App, passkeys and recovery codes of this person stop working at once. Go on?"
)
def reset_second_factor(username: str) -> None:
    """Take app, passkeys and recovery codes off USERNAME now; a new one is set up at sign-in."""
    with _work() as (session, ports, _app):
        user = _person(session, username)
        invitations.forget_second_factor(user)
        user.fs_uniquifier = ports.tokens.secret()
        audit.record(
            session, None, "account.second_factor_reset", ("account", user.id),
            at=ports.clock.now(), reason="at the console",
        )
    click.echo(f"{username} signs in with the password and then sets up a new second factor.")


@people.command()
@click.argument("username")
@click.confirmation_option(prompt="This person is signed out everywhere at once. Go on?")
def deactivate(username: str) -> None:
    """Let USERNAME go: signed out everywhere at once, off duty."""
    with _work() as (session, ports, _app):
        service.deactivate(session, None, ports, _person(session, username))
    click.echo(f"{username} cannot sign in any more.")
