"""Runs the work of a webhook against the database within a caller's patience, or says it is away."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from typing import TypeVar

from flask import Flask
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    OperationalError,
    TimeoutError,  # noqa: A004 - the pool's own, which is no other time-out
)
from sqlalchemy.orm import Session

from hotline.transaction import VOICE_SECONDS, Patience, unit_of_work

log = logging.getLogger("hotline.voice")

Result = TypeVar("Result")

# Everything the database may cost a caller: waiting for a turn, a connection, a lock, statements.
LIMIT_SECONDS = VOICE_SECONDS
RETRY_WITHIN_SECONDS = 0.3
# Nobody joins a crowd of which the first has waited for this share of the limit in vain.
VAIN_SHARE = 0.5
# Whoever finds a row locked tries again until this share of the limit has gone: then there is no
# time left for one more wait of that length.
LOCKED_SHARE = 0.5
# Where so few are at it, one more may always join, whatever it cost lately.
FEW = 8
# One more is helped at once instead, when the crowd would cost them more than this share of the limit.
CROWD_SHARE = 0.8
# How much the last one counts in what each of a crowd costs the others.
LATELY = 0.1
# After a time-out nobody else waits for the database until this has passed, except one who tries.
REST_SECONDS = 1.0
THREADS = 48


class Away(Exception):
    """The database could not do it in time, or at all."""


class Busy(Away):
    """Others were served meanwhile, one was not: asking again in a moment may help."""


class Broken(Away):
    """The database is there, and this piece of work fails on it: a fault of ours or of the data."""


class Keeper:
    """A few threads that talk with the database, so that a stuck one never holds up an answer."""

    def __init__(self, app: Flask, limit: float = LIMIT_SECONDS) -> None:
        self.limit = limit
        self._app = app
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="voice")
        self._lock = threading.Lock()
        self._away_until = 0.0
        self._done_at = 0.0
        self._waiting: list[float] = []
        self._cost = 0.0
        #: How many requests have no thread yet; the server says so where it can.
        self.behind: Callable[[], int] = lambda: 0

    def run(self, work: Callable[[Session], Result], *, patient: bool = False) -> Result:
        """The result of the work, committed; raises Away when it was not done in time.

        `patient` work waits its time in a crowd too, because no help is as good as its answer.

        Work that was given up may still be committed later: everything a webhook does can be done
        twice with the effect of once.
        """
        began = time.monotonic()
        crowd = self._join(began, patient=patient)
        try:
            return self._wait(work, began)
        finally:
            with self._lock:
                # What each one costs all: with as many again it would take so much longer. One
                # alone may have waited for whatever; it only tells that it is cheaper again.
                crowd = max(crowd, len(self._waiting))
                each = (time.monotonic() - began) / crowd
                if crowd > 1 or each < self._cost:
                    self._cost += LATELY * (each - self._cost)
                self._waiting.remove(began)

    def _wait(self, work: Callable[[Session], Result], began: float) -> Result:
        try:
            future: Future[Result] = self._pool.submit(self._attempt, work)
        except RuntimeError as error:
            raise Away("closed") from error
        try:
            result = future.result(timeout=self.limit)
        except TooLate as error:
            future.cancel()
            raise self._too_late(began) from error
        except Exception as error:
            # The class alone: a message may carry a caller's number.
            log.error("a webhook's work failed: %s", type(error).__name__)
            raise (Away if is_outage(error) else Broken)(type(error).__name__) from error
        with self._lock:
            self._away_until, self._done_at = 0.0, time.monotonic()
        return result

    def close(self) -> None:
        """Let the threads finish what they are at, and end."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _too_late(self, began: float) -> Away:
        """What it means that somebody waited in vain: a crowd, or a database that does nothing."""
        with self._lock:
            if self._done_at > began:
                return Busy("too late")
            self._away_until = time.monotonic() + REST_SECONDS
            return Away("too late")

    def _join(self, now: float, *, patient: bool) -> int:
        """How many are at it with this one. Raises Away where there is no hope, Busy in a crowd.

        Where this one and those behind them could not all be served in time, this one is helped at
        once: those behind hold no thread yet, and are not heard at all meanwhile.
        """
        with self._lock:
            first = min(self._waiting, default=now)
            in_vain = now - first > VAIN_SHARE * self.limit and self._done_at < first
            if now < self._away_until or in_vain:
                raise Away("resting")
            crowd = len(self._waiting) + 1
            if not patient and crowd > FEW and (crowd + self.behind()) * self._cost > CROWD_SHARE * self.limit:
                raise Busy("crowded")
            if self._away_until:
                # This one tries; the others go on resting until it is known.
                self._away_until = now + self.limit
            self._waiting.append(now)
            return crowd

    def _attempt(self, work: Callable[[Session], Result]) -> Result:
        began = time.monotonic()
        tried = 0
        with self._app.app_context():
            while True:
                tried += 1
                try:
                    return self._once(work)
                except (IntegrityError, OperationalError) as error:
                    if not self._may_repeat(error, time.monotonic() - began, tried):
                        raise

    def _may_repeat(self, error: DatabaseError, seconds: float, tried: int) -> bool:
        """True when the same work may well be done now."""
        if is_contention(error):
            # Somebody else has the call's row: that is no outage, and to help this one as if it
            # were would let two people have one caller until the provider decides.
            return seconds < self.limit * LOCKED_SHARE
        # Two signals of one call at the same moment: once more, if quick.
        return tried == 1 and seconds < RETRY_WITHIN_SECONDS

    @staticmethod
    def _once(work: Callable[[Session], Result]) -> Result:
        with unit_of_work(Patience.VOICE) as session:
            return work(session)


def is_contention(error: DatabaseError) -> bool:
    """True when the database is well, and somebody else held what this one needed for too long."""
    # PostgreSQL's lock_not_available and deadlock_detected.
    return getattr(error.orig, "sqlstate", None) in ("55P03", "40P01")


def is_outage(error: BaseException) -> bool:
    """True for what passes when the database is well again, whatever is asked of it.

    A missing table counts: the schema is being changed, or was never written.
    """
    if isinstance(error, (IntegrityError, DataError, NotSupportedError)):
        return False
    return isinstance(error, (DatabaseError, InterfaceError, TimeoutError, OSError))
