"""Holds one outbox row for as long as it is really being carried out, whatever the clocks say.

A lease is a time, and times jump: after a step forwards a row looks abandoned while its worker is
still asking the provider. So whoever carries a row out also holds a lock that ends with the work or
with the worker, and with nothing else: on PostgreSQL an advisory lock of a connection, which the
server frees when the process dies; on SQLite, where one process does the work, a set in memory.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

NAMESPACE = 0x686F746C
"""Ours among the advisory locks of a database."""


class InHand:
    """The rows the threads of this process are carrying out."""

    def __init__(self) -> None:
        self._keys: set[int] = set()
        self._lock = threading.Lock()

    @contextmanager
    def hold(self, engine: Engine, key: int) -> Iterator[bool]:
        """True within the block when nobody else carries the row out, here or in another process."""
        with self._lock:
            free = key not in self._keys
            if free:
                self._keys.add(key)
        if not free:
            yield False
            return
        try:
            if engine.dialect.name == "postgresql":
                with _advisory(engine, key) as free:
                    yield free
            else:
                yield True
        finally:
            with self._lock:
                self._keys.discard(key)


@contextmanager
def _advisory(engine: Engine, key: int) -> Iterator[bool]:
    names = {"ours": NAMESPACE, "key": key}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = connection.scalar(text("SELECT pg_try_advisory_lock(:ours, :key)"), names)
        try:
            yield bool(taken)
        finally:
            if taken:
                connection.execute(text("SELECT pg_advisory_unlock(:ours, :key)"), names)
