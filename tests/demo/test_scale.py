"""The invented archive: whole, encrypted, the same for the same seed, and never over anything real."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import create_engine, func, inspect, select, text
from sqlalchemy.pool import NullPool

from hotline.access.identity import number_key
from hotline.cli import main
from hotline.config import Config
from hotline.demo.scale.archive import NotEmpty, mark_of, write_archive
from hotline.demo.scale.chance import reference
from hotline.transaction import db, unit_of_work
from models.agency import Centre
from models.callers import CallerNumber
from models.calls import Call
from models.cases import Case
from models.crypto import ring
from models.followups import FollowUp
from models.registry import metadata
from models.reports import ContactReport
from tests.makers import Agency
from tests.people import Person
from triage.vocabulary import CallDirection, CallStatus, CaseStatus, TaskStatus

CALLS = 400


def _shape(url: str) -> dict[str, Any]:
    """Indexes and foreign keys of every table, as the database tells them."""
    engine = create_engine(url, poolclass=NullPool)
    look = inspect(engine)
    found = {
        table: (
            sorted((each["name"] or "", tuple(each["column_names"])) for each in look.get_indexes(table)),
            sorted((tuple(each["constrained_columns"]), each["referred_table"])
                   for each in look.get_foreign_keys(table)),
        )
        for table in metadata.tables
    }
    engine.dispose()
    return found


@pytest.mark.both_databases
def test_an_archive_is_whole_and_the_house_works_on_in_it(app: Flask, config: Config) -> None:
    before = _shape(config.database_url)
    written = write_archive(app, CALLS)
    assert _shape(config.database_url) == before
    with app.app_context():
        session = db.session()
        assert mark_of(session) == (CALLS, written.now)
        # Six calls more are of today, and not written down yet.
        assert session.scalar(select(func.count()).select_from(Call)) == CALLS + 6
        open_cases = session.scalar(
            select(func.count()).select_from(Case).where(Case.status != CaseStatus.CLOSED)
        )
        assert open_cases == 162
        todo = select(func.count()).select_from(FollowUp)
        assert session.scalar(todo.where(FollowUp.status == TaskStatus.OPEN)) == 100
        if db.engine.dialect.name == "sqlite":
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        with unit_of_work() as fresh:
            # The keys go on after those of the archive.
            fresh.add(Call(
                reference="new", provider="none", sid="new", direction=CallDirection.INBOUND,
                status=CallStatus.RINGING, arrived_at=written.now,
            ))


def test_nothing_a_caller_said_or_left_stands_there_in_the_clear(app: Flask) -> None:
    write_archive(app, CALLS)
    with app.app_context():
        session = db.session()
        for table in metadata.sorted_tables:
            for column in table.columns:
                if type(column.type).__name__ not in ("EncryptedText", "EncryptedJson"):
                    continue
                raw = session.execute(text(
                    f"SELECT {column.name} FROM {table.name} WHERE {column.name} IS NOT NULL LIMIT 3"
                )).scalars()
                for token in raw:
                    assert ring.decrypt(token) != token
        for number in session.scalars(select(CallerNumber).limit(20)):
            assert number.number.startswith("+8539")
            assert number.number_hash == number_key(number.number)


def test_the_same_seed_writes_the_same_archive_and_another_one_another(
    app: Flask, config: Config, tmp_path: Path
) -> None:
    from dataclasses import replace

    from hotline.app import create_app
    from hotline.transaction import dispose
    from hotline.upkeep import migrate_database

    def contacts(application: Flask) -> list[tuple[Any, ...]]:
        with application.app_context():
            r = ContactReport
            return [tuple(row) for row in db.session.execute(
                select(r.public_id, r.caller_id, r.case_id, r.call_type, r.language, r.contact_at)
                .order_by(r.id)
            )]

    found = []
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        made = create_app(
            replace(config, database_url=f"sqlite:///{tmp_path}/{name}.sqlite3"),
            app.extensions["hotline.ports"],
        )
        migrate_database(made)
        write_archive(made, CALLS, seed)
        found.append(contacts(made))
        dispose(made)
    assert found[0] == found[1] != found[2]


def test_a_database_that_holds_anything_is_left_alone(app: Flask, agency: Agency) -> None:
    with pytest.raises(NotEmpty):
        write_archive(app, CALLS)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Call)) == 0
        assert db.session.scalar(select(func.count()).select_from(Centre)) == 2
    assert agency.users


def test_the_command_writes_once_and_refuses_what_is_not_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    first = runner.invoke(main, ["demo", "--scale", "200", "--write-only"])
    assert first.exit_code == 0, first.output
    assert "all of them invented" in first.output
    again = runner.invoke(main, ["demo", "--scale", "200", "--write-only"])
    assert again.exit_code == 0, again.output
    assert "Writing" not in again.output
    held = f"sqlite:///{tmp_path}/instance/demo-200/hotline.sqlite3"
    refused = runner.invoke(main, ["demo", "--scale", "300", "--database", held, "--write-only"])
    assert refused.exit_code == 1
    assert "Only an empty one is filled" in refused.output


@pytest.mark.both_databases
def test_people_open_their_screens_on_it(app: Flask) -> None:
    from hotline.demo.agency import PASSWORD

    write_archive(app, CALLS)
    for name, paths in (
        ("counsellor", ("/queue", "/cases", "/week", "/waiting", "/groups")),
        ("supervisor", ("/wall", "/triage", "/quality", "/hand-over", "/alerts")),
        ("volunteer", ("/desk",)),
    ):
        person = Person(app.test_client())
        person.get("/sign-in")
        person.post("/sign-in", {"username": name, "password": PASSWORD})
        for path in paths:
            assert person.get(path, follow_redirects=True).status_code == 200, path


def test_references_count_on_without_ever_repeating() -> None:
    assert reference(0) == "333-333"
    assert len({reference(number) for number in range(5000)}) == 5000
