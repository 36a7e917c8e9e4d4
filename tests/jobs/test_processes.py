"""Real workers on a real PostgreSQL: killed in the middle, two at once, under a clock that jumps.

The workers are `hotline worker` processes; the clock of their machine is pushed from outside, and
the provider is played over HTTP. Every reminder and every step of the ladder happens exactly once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from hotline.access.identity import number_key
from hotline.adapters.simulation.scenario import Scenario
from hotline.adapters.simulator import Network
from hotline.adapters.system import SystemClock
from hotline.bookings import reminders
from hotline.config import Config
from hotline.jobs.distributed import apply_schema
from hotline.ports import Ports
from hotline.transaction import db, unit_of_work
from models.bookings import Appointment
from models.callers import Caller, CallerNumber, ContactRule
from models.followups import Alert, FollowUp
from models.identifiers import new_reference
from models.outbox import Heartbeat, OutboxMessage
from tests.bookings.makers import a_case
from tests.conftest import TOKEN
from tests.followups.tasks import make_task
from tests.makers import Agency
from tests.worlds import START, SteppedClock
from triage.vocabulary import ResponseCode, SafeContact

ROOT = Path(__file__).resolve().parent.parent.parent
REMINDERS, TASKS = 150, 20
BEFORE = START - timedelta(days=2)

pytestmark = [
    pytest.mark.slow, pytest.mark.timeout(300),
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
]


@pytest.fixture
def network() -> Iterator[Network]:
    scenario = Scenario(account_sid="ACtest", speed=50)
    with Network(scenario, token=TOKEN, now=SystemClock().now, against="http://127.0.0.1:9") as made:
        yield made
        made.core.settle(10)


class Machine:
    """A machine whose clock can be pushed, and the workers that run on it."""

    def __init__(self, folder: Path, config: Config, network: Network) -> None:
        self.offset = folder / "offset"
        self.set_clock(START)
        self._log = (folder / "workers.log").open("wb")
        self._full = folder / "full"
        self._running: list[subprocess.Popen[bytes]] = []
        self._env = os.environ | {
            "HOTLINE_INSTANCE": str(folder / "instance"), "HOTLINE_DATABASE_URL": config.database_url,
            "HOTLINE_PUBLIC_URL": config.public_url, "HOTLINE_SECRET_KEY": config.secret_key,
            "HOTLINE_FIELD_KEYS": ",".join(config.field_keys), "HOTLINE_INDEX_KEY": config.index_key,
            "HOTLINE_PROVIDER": "simulator", "HOTLINE_TELEPHONY_API_URL": network.base,
            "TWILIO_ACCOUNT_SID": "ACtest", "TWILIO_AUTH_TOKEN": TOKEN, "OMP_NUM_THREADS": "1",
        }

    def set_clock(self, to: datetime) -> None:
        """Let the machine's clock show that instant and run on from it."""
        waiting = self.offset.with_suffix(".new")
        waiting.write_text(str((to - datetime.now(UTC)).total_seconds()))
        waiting.replace(self.offset)

    def start(self) -> subprocess.Popen[bytes]:
        """One more worker."""
        command = [sys.executable, "-m", "benchmarks.faulty_server", str(self.offset), str(self._full),
                   "worker"]
        process = subprocess.Popen(
            command, env=self._env, cwd=ROOT, stdout=self._log, stderr=self._log
        )
        self._running.append(process)
        return process

    def stop(self) -> None:
        """End every worker of this machine."""
        for process in self._running:
            if process.poll() is None:
                process.terminate()
        for process in self._running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.close()


@pytest.fixture
def machine(tmp_path: Path, config: Config, network: Network, app: Flask) -> Iterator[Machine]:
    with app.app_context(), db.engine.begin() as connection:
        apply_schema(connection)
    made = Machine(tmp_path, config, network)
    yield made
    made.stop()
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("TRUNCATE procrastinate_jobs, procrastinate_periodic_defers CASCADE"))


def until(what: Callable[[], Any], seconds: float = 60, every: float = 0.2) -> Any:
    """Wait until it is true; gives what it was at last."""
    end = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < end:
        time.sleep(every)
    return found


def remind(session: Any, agency: Agency, number: int, starts: datetime, now: datetime) -> None:
    """An appointment of somebody with a number of their own, and its reminder."""
    phone = f"+85366{number:06d}"
    caller = Caller(reference=new_reference(), created_at=BEFORE, language="yue")
    caller.numbers = [CallerNumber(number=phone, number_hash=number_key(phone), created_at=BEFORE)]
    caller.contact_rule = ContactRule(
        follow_up=SafeContact.YES, sms=SafeContact.YES, number=phone, number_hash=number_key(phone),
        recorded_at=BEFORE,
    )
    session.add(caller)
    case = a_case(session, agency, caller=caller)
    made = Appointment(
        reference=f"R{number}", case_id=case.id, caller_id=caller.id, centre_id=agency.north,
        counsellor_id=agency.users["counsellor"], starts_at=starts,
        ends_at=starts + timedelta(minutes=45), booked_by_id=agency.users["counsellor"],
        booked_at=BEFORE, status_at=BEFORE,
    )
    session.add(made)
    session.flush()
    reminders.plan(session, made, now)


def sent(network: Network) -> Counter[str]:
    return Counter(message["to"] for message in list(network.core.messages.values()))


def count(app: Flask, statement: Any) -> int:
    with app.app_context(), unit_of_work() as session:
        return session.scalar(statement) or 0


WAITING = select(func.count(OutboxMessage.id)).where(
    OutboxMessage.done_at.is_(None), OutboxMessage.kind == reminders.KIND
)
REMINDED = select(func.count(Appointment.id)).where(Appointment.reminder_state == "sent")


def climbed(app: Flask) -> Counter[str]:
    with app.app_context(), unit_of_work() as session:
        late = select(Alert.to_role).where(Alert.kind == "late", Alert.follow_up_id.is_not(None))
        return Counter(session.scalars(late))


def test_killed_workers_two_workers_and_a_jumping_clock_do_everything_exactly_once(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, machine: Machine, network: Network
) -> None:
    clock.set(BEFORE)
    with app.app_context(), unit_of_work() as session:
        for number in range(REMINDERS):
            # All of them are due when the workers begin, at ten in the morning.
            remind(session, agency, number, START + timedelta(hours=22, minutes=number % 60), BEFORE)
        for _ in range(TASKS):
            make_task(session, agency, replace(ports, clock=clock), ResponseCode.C,
                      due_at=START - timedelta(minutes=1))
    expected = {f"+85366{number:06d}": 1 for number in range(REMINDERS)}

    # Two workers, each killed in the middle of the batch, and one that takes over.
    first, second = machine.start(), machine.start()
    assert until(lambda: len(sent(network)) >= 15, every=0.01)
    first.kill()
    third = machine.start()
    if until(lambda: len(sent(network)) >= 60, every=0.01):
        second.kill()
    machine.start()
    assert until(lambda: count(app, REMINDED) >= REMINDERS - 20, 90)
    assert until(lambda: climbed(app)["owner"] == TASKS, 60)

    # The clock jumps three hours ahead: leases of the dead run out, and two steps of the ladder.
    machine.set_clock(START + timedelta(hours=3))
    assert until(lambda: count(app, WAITING) == 0, 60)
    assert until(lambda: climbed(app)["supervisor"] == TASKS, 60)
    assert climbed(app) == dict.fromkeys(("owner", "shift_leader", "supervisor"), TASKS)
    assert sent(network) == expected

    # And back: nothing is done twice, and what is new does not wait until the clock has caught up.
    machine.set_clock(START + timedelta(minutes=5))
    with app.app_context(), unit_of_work() as session:
        remind(session, agency, REMINDERS, START + timedelta(hours=22), BEFORE)
        make_task(session, agency, replace(ports, clock=clock), ResponseCode.C,
                  due_at=START + timedelta(minutes=1))
    expected |= {f"+85366{REMINDERS:06d}": 1}
    assert until(lambda: sent(network) == expected, 60), sent(network) - Counter(expected)
    assert until(lambda: climbed(app)["owner"] == TASKS + 1, 60)
    third.kill()
    time.sleep(3)
    assert sent(network) == expected
    assert climbed(app) == {"owner": TASKS + 1, "shift_leader": TASKS, "supervisor": TASKS}
    assert count(app, REMINDED) == REMINDERS + 1
    assert count(app, select(func.count(FollowUp.id)).where(FollowUp.done_at.is_not(None))) == 0
    assert count(app, select(func.count()).select_from(Heartbeat)) >= 3
