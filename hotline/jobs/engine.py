"""Carries out the outbox and the periodic work, on however many workers there are.

The row is the truth: it is claimed by a lease in one statement, carried out, and marked done. A
worker that dies in between lets the lease run out, and another one takes the row up again. While a
row is carried out it is held besides, by a lock that no step of a clock can end (see `holding`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.exc import IntegrityError

from hotline.jobs.holding import InHand
from hotline.jobs.registry import Delivery, JobContext, Periodic, Registry
from hotline.ports import DeliveryError
from hotline.transaction import db, unit_of_work
from models.outbox import Heartbeat, OutboxMessage, PeriodicRun

log = logging.getLogger("hotline.jobs")

LEASE = timedelta(seconds=60)
# So many due rows are looked at for one that nobody else has in hand.
LOOK = 32
LONGEST_PAUSE = timedelta(minutes=10)
# The clock of a machine may be put right: what was written under one that ran ahead of now by more
# than this is not waited for.
AHEAD = timedelta(seconds=60)
# A little grace, so that a timer which fires early loses no run.
GRACE_SECONDS = 0.25


class Engine:
    """One worker's hands: claims due rows, delivers them, runs what is periodic."""

    def __init__(self, app: Flask, registry: Registry, context: JobContext, name: str) -> None:
        self.app = app
        self.registry = registry
        self.context = context
        self.name = name
        self.started_at = context.ports.clock.now()
        self._in_hand: InHand = app.extensions.setdefault("hotline.outbox_in_hand", InHand())

    def _now(self) -> datetime:
        return self.context.ports.clock.now()

    def deliver_due(self, kinds: frozenset[str] | None = None) -> int:
        """Deliver the first row that is due and in nobody's hand; gives how many were taken up.

        One row at a time: a slow provider then holds up one row, not a batch behind it, and no
        lease runs out while its row still waits its turn.
        """
        with self.app.app_context():
            for key in self._due(kinds or frozenset(self.registry.deliveries)):
                with self._in_hand.hold(db.engine, key) as alone:
                    row = self._claim(key) if alone else None
                    if row is not None:
                        self._deliver(row)
                        return 1
            return 0

    def _due(self, kinds: frozenset[str]) -> list[int]:
        # Looking costs no write lock; only a row that is there is claimed.
        with db.engine.connect() as connection:
            return list(
                connection.scalars(
                    select(OutboxMessage.id)
                    .where(self._waiting(self._now()), OutboxMessage.kind.in_(kinds))
                    .order_by(OutboxMessage.due_at, OutboxMessage.id)
                    .limit(LOOK)
                )
            )

    @staticmethod
    def _waiting(now: datetime) -> ColumnElement[bool]:
        return and_(
            OutboxMessage.done_at.is_(None),
            OutboxMessage.failed_at.is_(None),
            _is_due(now),
            or_(
                OutboxMessage.lease_until.is_(None),
                OutboxMessage.lease_until < now,
                # No lease is longer: this one was taken before the clock was set back.
                OutboxMessage.lease_until > now + LEASE,
            ),
        )

    def _claim(self, key: int) -> OutboxMessage | None:
        now = self._now()
        with unit_of_work() as session:
            return session.scalars(
                update(OutboxMessage)
                .where(OutboxMessage.id == key, self._waiting(now))
                .values(
                    lease_until=now + LEASE,
                    lease_by=self.name,
                    attempts=OutboxMessage.attempts + 1,
                )
                .returning(OutboxMessage)
                .execution_options(synchronize_session=False)
            ).first()

    def _deliver(self, row: OutboxMessage) -> None:
        delivery = self.registry.deliveries[row.kind]
        try:
            delivery.deliver(self.context, dict(row.payload))
        except DeliveryError as error:
            self._put_off(row, delivery, error)
        except Exception as error:  # a bug in one delivery must not stop the others
            # The class alone: a message may carry a caller's number.
            log.error("delivery %s of %s failed: %s", row.id, row.kind, type(error).__name__)
            self._put_off(row, delivery, DeliveryError(type(error).__name__))
        else:
            self._finish(row, done_at=self._now())

    def _put_off(self, row: OutboxMessage, delivery: Delivery, error: DeliveryError) -> None:
        now = self._now()
        failure = f"{error.code or ''} {type(error.__cause__ or error).__name__}".strip()[:80]
        if error.permanent or error.unknown or row.attempts >= delivery.most_attempts:
            self._finish(row, failed_at=now, failure=failure)
            return
        pause = timedelta(seconds=delivery.first_pause_seconds * 2 ** (row.attempts - 1))
        self._finish(row, due_at=now + min(pause, LONGEST_PAUSE), failure=failure)

    def _finish(self, row: OutboxMessage, **values: object) -> None:
        with unit_of_work() as session:
            # Only the holder of the lease may say how it ended.
            session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id == row.id, OutboxMessage.lease_by == self.name)
                .values(lease_until=None, lease_by=None, **values)
            )

    def run_periodic(self) -> int:
        """Run every periodic job whose time has come and that no other worker took; gives how many."""
        return self._run_all(lambda _job: GRACE_SECONDS)

    def run_late(self) -> int:
        """Run every periodic job that is late by half its period and five seconds; gives how many.

        For workers whose schedule is kept elsewhere: should it stop, or its clock jump, the ladder
        and the alarms go on.
        """
        return self._run_all(lambda job: -(job.every_seconds / 2 + 5))

    def _run_all(self, grace_of: Callable[[Periodic], float]) -> int:
        ran = 0
        with self.app.app_context():
            # Looking costs no write lock, which every webhook needs as well.
            with db.engine.connect() as connection:
                rows = connection.execute(select(PeriodicRun.name, PeriodicRun.last_started_at))
                known = {row.name: row.last_started_at for row in rows}
            for job in self.registry.periodic.values():
                grace = grace_of(job)
                if self._may_run(job, known.get(job.name), grace) and self._claim_run(job, grace):
                    self._run(job)
                    ran += 1
        return ran

    def _may_run(self, job: Periodic, last: datetime | None, grace: float) -> bool:
        now = self._now()
        return last is None or last <= now - _period(job, grace) or last > now + _ahead(job)

    def run_now(self, name: str) -> bool:
        """Run one periodic job if its time has come; False when another worker has just run it."""
        with self.app.app_context():
            job = self.registry.periodic[name]
            # Half a period's grace: a schedule by the clock never fires to the millisecond.
            if not self._claim_run(job, grace=job.every_seconds / 2):
                return False
            self._run(job)
            return True

    def _claim_run(self, job: Periodic, grace: float = GRACE_SECONDS) -> bool:
        now = self._now()
        with unit_of_work() as session:
            if session.get(PeriodicRun, job.name) is None:
                session.add(PeriodicRun(name=job.name, last_started_at=now))
                try:
                    session.flush()
                except IntegrityError:
                    # Another worker wrote the first row in this very moment: it runs the job.
                    session.rollback()
                    return False
                return True
            last = PeriodicRun.last_started_at
            taken = session.execute(
                update(PeriodicRun)
                .where(
                    PeriodicRun.name == job.name,
                    or_(
                        last.is_(None), last <= now - _period(job, grace), last > now + _ahead(job)
                    ),
                )
                .values(last_started_at=now)
            )
            return taken.rowcount == 1  # type: ignore[attr-defined,no-any-return]

    def _run(self, job: Periodic) -> None:
        error_name: str | None = None
        try:
            job.run(self.context)
        except Exception as error:  # one job's bug must not stop the others
            error_name = type(error).__name__
            log.exception("periodic job %s failed", job.name) if self.app.debug else log.error(
                "periodic job %s failed: %s", job.name, error_name
            )
        with unit_of_work() as session:
            session.execute(
                update(PeriodicRun)
                .where(PeriodicRun.name == job.name)
                .values(last_done_at=self._now(), last_error=error_name)
            )

    def beat(self) -> None:
        """Leave a sign of life, which `/ready` and the doctor look at."""
        with self.app.app_context(), unit_of_work() as session:
            session.merge(Heartbeat(name=self.name, beat_at=self._now(), started_at=self.started_at))


def _period(job: Periodic, grace: float) -> timedelta:
    return timedelta(seconds=job.every_seconds - grace)


def _ahead(job: Periodic) -> timedelta:
    """How far in the future a run must have started to have been told by a clock that was wrong."""
    return max(timedelta(seconds=job.every_seconds), AHEAD)


def _is_due(now: datetime) -> ColumnElement[bool]:
    """True for a row whose time has come, or whose time was told by a clock that has been put back."""
    ahead = OutboxMessage.created_at > now + AHEAD
    return or_(
        OutboxMessage.due_at <= now,
        and_(ahead, OutboxMessage.due_at <= OutboxMessage.created_at),
        and_(OutboxMessage.attempts > 0, OutboxMessage.due_at > now + LONGEST_PAUSE + AHEAD),
    )
