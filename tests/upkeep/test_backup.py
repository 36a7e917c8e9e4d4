"""A backup is a promise: it is put back in a test, on both databases, and holds no key."""

from __future__ import annotations

import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from hotline import upkeep
from hotline.config import Config
from hotline.transaction import db, unit_of_work
from models.callers import Caller, CallerIdentity
from models.crypto import Undecipherable, ring
from tests.makers import Agency
from tests.worlds import SteppedClock

NEW_KEY = "a newer field key 0123456789 abcdefgh"


def _write_caller(app: Flask, clock: SteppedClock, name: str) -> int:
    with app.app_context(), unit_of_work() as session:
        caller = Caller(reference="K7M-4QX", created_at=clock.now())
        caller.identity = CallerIdentity(name=name)
        session.add(caller)
        session.flush()
        return caller.id


def _name(app: Flask, caller_id: int) -> str | None:
    with app.app_context():
        return db.session.scalar(
            select(CallerIdentity.name).where(CallerIdentity.caller_id == caller_id)
        )


@pytest.mark.both_databases
@pytest.mark.usefixtures("postgres_tools")
def test_what_was_backed_up_comes_back(
    app: Flask, agency: Agency, config: Config, clock: SteppedClock, tmp_path: Path
) -> None:
    caller = _write_caller(app, clock, "陳小明")
    spool = config.spool_path
    spool.mkdir(parents=True)
    (spool / "0001").write_bytes(b"kept while the database was away")
    target = tmp_path / "backup.tar.gz"
    upkeep.back_up(config, target)
    with app.app_context(), unit_of_work() as session:
        session.execute(text("UPDATE caller_identities SET name = NULL"))
    (spool / "0001").unlink()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()

    with pytest.raises(upkeep.UpkeepError, match="already"):
        upkeep.restore(config, target)
    upkeep.restore(config, target, overwrite=True)

    assert _name(app, caller) == "陳小明"
    assert (spool / "0001").read_bytes() == b"kept while the database was away"


def test_no_key_and_no_plain_name_is_in_the_archive(
    app: Flask, agency: Agency, config: Config, clock: SteppedClock, tmp_path: Path
) -> None:
    _write_caller(app, clock, "Maria da Conceição")
    target = tmp_path / "backup.tar.gz"
    upkeep.back_up(config, target)
    with tarfile.open(target) as archive:
        parts = [archive.extractfile(member) for member in archive.getmembers() if member.isfile()]
        content = b"".join(part.read() for part in parts if part)
    assert "Maria da Conceição".encode() not in content
    for secret in (*config.field_keys, config.index_key, config.secret_key):
        assert secret.encode() not in content


def test_a_backup_under_other_keys_is_refused_with_the_remedy(
    app: Flask, agency: Agency, config: Config, tmp_path: Path
) -> None:
    target = tmp_path / "backup.tar.gz"
    upkeep.back_up(config, target)
    other = replace(config, field_keys=(NEW_KEY,))
    with pytest.raises(upkeep.UpkeepError, match="HOTLINE_FIELD_KEYS"):
        upkeep.restore(other, target, overwrite=True)


def test_a_damaged_backup_is_refused(
    app: Flask, agency: Agency, config: Config, tmp_path: Path
) -> None:
    target = tmp_path / "backup.tar.gz"
    upkeep.back_up(config, target)
    folder = tmp_path / "open"
    with tarfile.open(target) as archive:
        archive.extractall(folder, filter="data")
    damaged = bytearray((folder / "database").read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (folder / "database").write_bytes(damaged)
    with tarfile.open(target, "w:gz") as archive:
        for part in folder.iterdir():
            archive.add(part, part.name)
    with pytest.raises(upkeep.UpkeepError, match="damaged"):
        upkeep.restore(config, target, overwrite=True)


@pytest.mark.both_databases
def test_rotation_puts_every_value_under_the_newest_key(
    app: Flask, agency: Agency, config: Config, clock: SteppedClock
) -> None:
    caller = _write_caller(app, clock, "Someone")
    ring.configure((NEW_KEY, *config.field_keys), config.index_key)
    assert upkeep.rotate_columns(app, batch=3) > 0
    ring.configure((NEW_KEY,), config.index_key)
    assert _name(app, caller) == "Someone"
    ring.configure(config.field_keys, config.index_key)
    with pytest.raises(Undecipherable):
        _name(app, caller)
