"""The fault suite in small, and proof that its counting can fail."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from benchmarks.stand import Stand
from benchmarks.tally import Row, count
from hotline import config as configuration
from hotline.app import create_app
from hotline.transaction import dispose, unit_of_work
from models.calls import Call
from models.followups import FollowUp
from triage.vocabulary import CallOutcome

SMALL = ("server killed", "database stopped", "power cut", "disk full")


@pytest.mark.slow
@pytest.mark.timeout(420)
def test_a_small_run_of_the_fault_suite_loses_nobody() -> None:
    names = [part for name in SMALL for part in ("--only", name)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults", "--callers", "6", "--minute", "6", *names],
        capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines()[-2:] == ["lost: 0", "duplicated: 0"], done.stdout + done.stderr
    assert done.returncode == 0
    for name in SMALL:
        (row,) = [line for line in done.stdout.splitlines() if line.startswith(name)]
        offered, helped, logged = row.removeprefix(name).split()[:3]
        assert offered == helped == logged == "7", row


@pytest.mark.slow
def test_the_tally_sees_what_is_lost_and_what_is_doubled() -> None:
    with tempfile.TemporaryDirectory() as place:
        stand = Stand(Path(place), 3, speed=40.0, spread=0.3)
        stand.prepare()
        with stand.network:
            # There is no server at all: the provider's own document takes the messages.
            stand.ring()
            assert stand.network.settle(60)

            def counted(*, catch_up: bool) -> Row:
                return count(stand, "nobody there", 0.0, catch_up=catch_up)

            without = counted(catch_up=False)
            assert (without.offered, without.helped, without.logged) == (3, 3, 0)
            assert without.why == {"not in the log": 3}
            after = counted(catch_up=True)
            assert (after.logged, after.from_list, after.lost, after.duplicated) == (3, 3, 0, 0)

            def change(session):  # type: ignore[no-untyped-def]
                first, second, third = session.query(Call).order_by(Call.id)
                first.voicemail_sid = second.ended_at = None
                session.add(Call(reference="X", provider="simulator", sid="CAnobody",
                                 direction=third.direction, status=third.status,
                                 outcome=CallOutcome.MISSED, arrived_at=third.arrived_at))  # fmt: skip
                task = session.get(FollowUp, third.follow_up_id)
                session.add(FollowUp(kind=task.kind, code=task.code, rank=task.rank,
                                     centre_id=task.centre_id, call_id=third.id,
                                     due_at=task.due_at, created_at=task.created_at))  # fmt: skip

            _write(stand, change)
            broken = counted(catch_up=False)
            assert broken.why == {"message": 1, "never closed": 1}
            assert broken.duplicated == 2


def _write(stand: Stand, work) -> None:  # type: ignore[no-untyped-def]
    app = create_app(configuration.read(stand.env))
    with app.app_context(), unit_of_work() as session:
        work(session)
    app.extensions["hotline.voice"].keeper.close()
    dispose(app)
