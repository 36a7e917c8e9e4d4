"""Measures the queue page at 1,000 and at 200,000 open cases beside the page of an empty queue."""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Connection, insert, select

from benchmarks.incoming import environment
from hotline import config
from hotline.app import create_app
from hotline.demo.agency import PASSWORD, write_agency
from hotline.transaction import db, dispose, unit_of_work
from hotline.upkeep import migrate_database
from models.agency import Centre
from models.cases import Case
from models.followups import FollowUp
from models.identifiers import new_public_id
from triage.vocabulary import ResponseCode, TaskKind

CODES = [ResponseCode.B] + [ResponseCode.C] * 4 + [ResponseCode.D] * 15 + [ResponseCode.E] * 30


def fill(connection: Connection, first: int, count: int, centres: list[int], now) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Write open cases with one telephone follow-up each, spread over codes, centres and weeks."""
    cases, tasks = [], []
    for n in range(first, first + count):
        code = CODES[n * 7919 % len(CODES)]
        common = {"centre_id": centres[n % len(centres)], "code": code, "rank": code.rank}
        cases.append({
            **common, "public_id": new_public_id(), "reference": f"B{n:07d}", "opened_at": now,
            "updated_at": now,
        })
        tasks.append({
            **common, "public_id": new_public_id(), "kind": TaskKind.PHONE, "case_id": n + 1,
            "due_at": now + timedelta(minutes=(n * 104729) % 40000 - 3000), "created_at": now,
            "reason": {}, "language": ("yue", "cmn", "pt", "en")[n % 4],
        })
    for start in range(0, count, 5000):
        connection.execute(insert(Case), cases[start:start + 5000])
        connection.execute(insert(FollowUp), tasks[start:start + 5000])


def signed_in(client: FlaskClient) -> FlaskClient:
    """The counsellor's browser."""
    page = client.get("/sign-in").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    client.post("/sign-in", data={
        "csrf_token": token.group(1), "username": "counsellor", "password": PASSWORD,
    })
    return client


def timed(client: FlaskClient, path: str, times: int) -> list[float]:
    """Seconds of each of so many requests after one to warm up."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        client.get(path)
        taken.append(time.perf_counter() - began)
    return sorted(taken)


def main() -> None:
    """Fill, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=40)
    options.add_argument("--postgres", help="an empty database for the run")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = config.read(environment(Path(folder), 8000, given.postgres))
        app = create_app(replace(settings, second_factor=False))
        migrate_database(app)
        now = app.extensions["hotline.ports"].clock.now()
        with app.app_context(), unit_of_work() as session:
            write_agency(session, now)
        with app.app_context():
            centres = list(db.session.scalars(select(Centre.id)))
        client = signed_in(app.test_client())
        floor = 0.0
        written = 0
        for count in (0, 1_000, 200_000):
            with app.app_context(), unit_of_work() as session:
                fill(session.connection(), written, count - written, centres, now)
            with app.app_context(), db.engine.begin() as connection:
                connection.exec_driver_sql("ANALYZE")
            written = count
            for path in ("/queue", "/queue?mine=1", "/cases"):
                taken = timed(client, path, given.times)
                middle, late = statistics.median(taken), taken[int(len(taken) * 0.95) - 1]
                if count == 0 and path == "/queue":
                    floor = middle
                print(f"{count:>8} cases  {path:<16} p50 {middle * 1000:7.1f} ms  p95 "
                      f"{late * 1000:7.1f} ms  {middle / floor:5.2f} of an empty queue")
        dispose(app)


if __name__ == "__main__":
    main()
