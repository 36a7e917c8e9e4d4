"""Carries out the outbox and the periodic work, on however many workers there are.

The row is the truth: it is claimed by a lease in one statement, carried out, and marked done. A
worker that dies in between lets the lease run out, and another one takes the row up again.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from hotline.jobs.registry import Delivery, JobContext, Periodic, Registry
from hotline.ports import DeliveryError
from hotline.transaction import db, unit_of_work
from models.outbox import Heartbeat, OutboxMessage, PeriodicRun

log = logging.getLogger("hotline.jobs")

LEASE = timedelta(seconds=60)
# One row at a time: a slow provider then holds up one row, not the batch behind it, and no lease
# runs out while its row still waits its turn.
BATCH = 1
LONGEST_PAUSE = timedelta(minutes=10)


class Engine:
    """One worker's hands: claims due rows, delivers them, runs what is periodic."""

    def __init__(self, app: Flask, registry: Registry, context: JobContext, name: str) -> None:
        self.app = app
        self.registry = registry
        self.context = context
        self.name = name
        self.started_at = context.ports.clock.now()

    def _now(self) -> datetime:
        return self.context.ports.clock.now()

    def deliver_due(self, kinds: frozenset[str] | None = None) -> int:
        """Deliver what is due now, one batch; gives how many rows were taken up."""
        with self.app.app_context():
            rows = self._claim(kinds)
            for row in rows:
                self._deliver(row)
            return len(rows)

    def _claim(self, kinds: frozenset[str] | None) -> list[OutboxMessage]:
        now = self._now()
        kinds = kinds or frozenset(self.registry.deliveries)
        due = (
            select(OutboxMessage.id)
            .where(
                OutboxMessage.done_at.is_(None),
                OutboxMessage.failed_at.is_(None),
                OutboxMessage.due_at <= now,
                or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < now),
                OutboxMessage.kind.in_(kinds),
            )
            .order_by(OutboxMessage.due_at)
            .limit(BATCH)
        )
        # Looking costs no write lock; only a row that is there is claimed.
        with db.engine.connect() as connection:
            if connection.scalar(due) is None:
                return []
        with unit_of_work() as session:
            claimed = session.scalars(
                update(OutboxMessage)
                .where(OutboxMessage.id.in_(due.with_for_update(skip_locked=True)))
                .values(
                    lease_until=now + LEASE,
                    lease_by=self.name,
                    attempts=OutboxMessage.attempts + 1,
                )
                .returning(OutboxMessage)
                .execution_options(synchronize_session=False)
            ).all()
            return sorted(claimed, key=lambda row: (row.due_at, row.id))

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
        ran = 0
        with self.app.app_context():
            for job in self.registry.periodic.values():
                if self._claim_run(job):
                    self._run(job)
                    ran += 1
        return ran

    def run_now(self, name: str) -> bool:
        """Run one periodic job if its time has come; False when another worker has just run it."""
        with self.app.app_context():
            job = self.registry.periodic[name]
            # Half a period's grace: a schedule by the clock never fires to the millisecond.
            if not self._claim_run(job, grace=job.every_seconds / 2):
                return False
            self._run(job)
            return True

    def _claim_run(self, job: Periodic, grace: float = 0.25) -> bool:
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
            # A little grace, so that a timer which fires early loses no run.
            latest = now - timedelta(seconds=job.every_seconds - grace)
            taken = session.execute(
                update(PeriodicRun)
                .where(
                    PeriodicRun.name == job.name,
                    or_(PeriodicRun.last_started_at.is_(None), PeriodicRun.last_started_at <= latest),
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
