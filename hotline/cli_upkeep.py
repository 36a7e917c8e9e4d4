"""Commands that look after the data."""

from __future__ import annotations

from pathlib import Path

import click
from cryptography.fernet import Fernet

from hotline import upkeep
from hotline.cli_environment import application, configured
from models.identifiers import new_secret


@click.command()
def keys() -> None:
    """Print new keys, to be kept apart from the data (and from its backups)."""
    click.echo(f"HOTLINE_SECRET_KEY={new_secret(48)}")
    click.echo(f"HOTLINE_FIELD_KEYS={Fernet.generate_key().decode()}")
    click.echo(f"HOTLINE_INDEX_KEY={new_secret(48)}")


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    before = upkeep.migrate_database(application())
    click.echo(f"The database stood at {before or 'nothing'} and is at the newest schema now.")


@click.command()
def rotate() -> None:
    """Write every encrypted column again under the newest key of HOTLINE_FIELD_KEYS."""
    changed = upkeep.rotate_columns(application())
    click.echo(f"{changed} values are under the newest key now.")


@click.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def backup(target: Path) -> None:
    """Write database and spool into TARGET. Keys are not in it: keep them elsewhere."""
    try:
        manifest = upkeep.back_up(configured(), target)
    except upkeep.UpkeepError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Wrote {target} (schema {manifest['revision']}).")
    click.echo("The keys are not in it. Keep HOTLINE_FIELD_KEYS and HOTLINE_INDEX_KEY elsewhere.")


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace the database that is there.")
def restore(source: Path, overwrite: bool) -> None:
    """Put the database and spool of SOURCE in place. Stop the server first."""
    try:
        manifest = upkeep.restore(configured(), source, overwrite=overwrite)
    except upkeep.UpkeepError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Restored {source} (schema {manifest['revision']}).")
