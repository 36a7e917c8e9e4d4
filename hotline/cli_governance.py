"""The command that trains from the agency's own contacts, for whoever sits at the machine."""

from __future__ import annotations

from pathlib import Path

import click

from hotline.cli_environment import application


@click.command()
@click.option("--with", "extra", multiple=True, help="A folder of other labelled sets to learn from too.",
              type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say from how many contacts would be learned.")
def retrain(extra: tuple[Path, ...], dry_run: bool) -> None:
    """Train a model from your own rated contacts, for the shadow. No text leaves the database."""
    from hotline.governance import registry, retraining
    from hotline.governance.jobs import STALE
    from hotline.ports import Ports
    from hotline.transaction import db, unit_of_work

    app = application()
    ports: Ports = app.extensions["hotline.ports"]
    with app.app_context():
        contacts = retraining.lessons(db.session())
        click.echo(f"{len(contacts)} contacts with consent may be learned from.")
        if dry_run:
            return
        now = ports.clock.now()
        with unit_of_work() as session:
            if not registry.start_training(session, now, stale_before=now - STALE):
                raise click.ClickException("A training is running already.")
        failed: str | None = "interrupted"
        try:
            learned = retraining.learn(contacts, extra)
            with unit_of_work() as session:
                row = registry.enter_shadow(
                    session, None, version=learned.version, digest=learned.digest,
                    files=learned.files, facts=learned.facts, now=ports.clock.now(),
                )
            failed = None
        except retraining.TooFew as few:
            failed = f"too_few:{few.count}"
            msg = f"At least {retraining.LEAST_CONTACTS} are needed."
            raise click.ClickException(msg) from few
        finally:
            with unit_of_work() as session:
                registry.end_training(session, ports.clock.now(), failed)
    click.echo(f"{row.version} listens in the shadow now. Compare and activate it under Triage, Models.")
