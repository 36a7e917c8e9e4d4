"""The doctor's look inside: settings, database, worker, spool, keys, disk. Needs an app context."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select, text

from hotline.settings.doctor import N_, Check, Finding, Patient, fail, ok, warn
from hotline.transaction import db
from hotline.upkeep import encrypted_columns
from models.crypto import Undecipherable, ring
from models.migrations_state import newest, revision
from models.outbox import REFUSED, Counter, Heartbeat, OutboxMessage

BEAT = timedelta(seconds=60)
LATE = timedelta(minutes=5)
GIGABYTE = 1024**3


def settings(patient: Patient) -> list[Finding]:
    """Settings that are allowed and yet should make somebody think."""
    config = patient.config
    found = []
    if not config.second_factor:
        found.append(warn("settings", N_("A second factor is not required of anybody."),
                          N_("Only the demonstration goes without one. Use `hotline serve` for real callers.")))
    if config.demo:
        found.append(warn("settings", N_("This is a demonstration with a password everybody knows."),
                          N_("Use `hotline serve` for real callers.")))
    if config.idle_minutes > 30 or not config.idle_minutes:
        found.append(warn("settings", N_("Untended screens stay open for a long time."),
                          N_("Set HOTLINE_IDLE_MINUTES to 10.")))
    return found or [ok("settings", N_("All settings are there."))]


def database(_patient: Patient) -> list[Finding]:
    """Whether the database answers, and whether its tables are the newest."""
    connection = db.session.connection()
    connection.execute(text("SELECT 1"))
    kind = connection.dialect.name
    found = [ok("database", N_("The database (%(kind)s) answers."), kind=kind)]
    at = revision(connection)
    if at == newest():
        found.append(ok("migrations", N_("The tables are those this version was written for.")))
    else:
        found.append(fail("migrations", N_("The tables stand at %(at)s, this version wants %(newest)s."),
                          N_("Run: hotline migrate"), at=at or "nothing", newest=newest()))
    return found


def worker(patient: Patient) -> list[Finding]:
    """Whether somebody works off what must leave the house."""
    now = patient.ports.clock.now()
    # A beat of the future was told by a clock that has since been put back.
    beat = select(func.max(Heartbeat.beat_at)).where(Heartbeat.beat_at < now + BEAT)
    latest = db.session.scalar(beat)
    remedy = N_("Start `hotline worker`, or `hotline serve` with HOTLINE_EMBEDDED_JOBS=1.")
    found = []
    if latest is None:
        found.append(fail("worker", N_("No worker has ever run: nobody would be rung."), remedy))
    elif now - latest > BEAT:
        found.append(fail("worker", N_("The last sign of a worker is %(seconds)s seconds old."), remedy,
                          seconds=int((now - latest).total_seconds())))
    else:
        found.append(ok("worker", N_("A worker is at work.")))
    open_rows = OutboxMessage.done_at.is_(None) & OutboxMessage.failed_at.is_(None)
    late = db.session.scalar(
        select(func.count(OutboxMessage.id)).where(open_rows, OutboxMessage.due_at < now - LATE)
    ) or 0
    failed = db.session.scalar(
        select(func.count(OutboxMessage.id)).where(OutboxMessage.failed_at > now - timedelta(days=1))
    ) or 0
    if late or failed:
        found.append(warn("outbox", N_("%(late)s orders are late and %(failed)s failed since yesterday."),
                          N_("Look into the log of the worker for the reason."), late=late, failed=failed))
    else:
        found.append(ok("outbox", N_("Nothing waits that should have left.")))
    return found


def spool(patient: Patient) -> list[Finding]:
    """Whether what arrives could be kept while the database is away, and whether something is."""
    folder = patient.config.spool_path
    holder = folder if folder.exists() else patient.config.instance
    if not os.access(holder, os.W_OK | os.X_OK):
        return [fail("spool", N_("The spool in %(folder)s cannot be written."),
                     N_("Give the folder to the user the server runs as."), folder=folder)]
    board = current_app.extensions.get("hotline.voice")
    waiting = board.spool.pending() if board is not None else 0
    aside = board.spool.aside() if board is not None else 0
    if aside:
        return [fail("spool", N_("%(count)s signals of calls could not be used and were set aside."),
                     N_("Read the log for the reason, then restart the server: they are tried again."),
                     count=aside)]
    if waiting:
        return [warn("spool", N_("%(count)s signals of calls wait in the spool."),
                     N_("They are replayed once the database is there. If they stay, restart the server."),
                     count=waiting)]
    return [ok("spool", N_("The spool can be written, and nothing waits in it."))]


def refusals(patient: Patient) -> list[Finding]:
    """Whether requests to the provider's addresses were turned away lately."""
    if not patient.config.has_telephony:
        return []
    counter = db.session.get(Counter, REFUSED)
    if counter is None or counter.changed_at < patient.ports.clock.now() - timedelta(days=1):
        return [ok("refused", N_("No request was refused for its signature since yesterday."))]
    return [warn("refused", N_("Requests were refused for a wrong signature, last at %(last)s (%(count)s in all)."),
                 N_("Compare token and public address with those at the provider: a genuine caller may have been turned away."),
                 last=counter.changed_at.strftime("%Y-%m-%d %H:%M UTC"), count=counter.value)]


def keys(_patient: Patient) -> list[Finding]:
    """Whether the configured keys open what stands in the database: the oldest and newest of each."""
    opened = 0
    for table, column in encrypted_columns():
        for order in ("ASC", "DESC"):
            token = db.session.execute(
                text(f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL '  # names of our own models
                     f"ORDER BY 1 {order} LIMIT 1")
            ).scalar()
            if token is None:
                continue
            try:
                ring.decrypt(token)
            except Undecipherable:
                return [fail("keys", N_("Data in %(table)s cannot be opened with the configured keys."),
                             N_("Put the keys this data was written under into HOTLINE_FIELD_KEYS, newest first."),
                             table=table)]
            opened += 1
    return [ok("keys", N_("The keys open the data (%(count)s samples)."), count=opened)]


def backups(patient: Patient) -> list[Finding]:
    """How old the newest backup is."""
    folder = patient.config.backup_dir
    if folder is None:
        return [warn("backup", N_("No place for backups is named."),
                     N_("Set HOTLINE_BACKUP_DIR and run `hotline backup` there every night."))]
    files = [path for path in folder.glob("*") if path.is_file()] if folder.is_dir() else []
    if not files:
        return [fail("backup", N_("There is no backup in %(folder)s."),
                     N_("Run: hotline backup %(folder)s/hotline.tar.gz"), folder=folder)]
    written = datetime.fromtimestamp(max(path.stat().st_mtime for path in files), UTC)
    age = patient.ports.clock.now() - written
    hours = max(0, int(age.total_seconds() // 3600))
    if age > timedelta(days=3):
        return [fail("backup", N_("The newest backup is %(hours)s hours old."),
                     N_("Find out why the nightly backup stopped."), hours=hours)]
    if age > timedelta(hours=26):
        return [warn("backup", N_("The newest backup is %(hours)s hours old."),
                     N_("Find out why the nightly backup stopped."), hours=hours)]
    return [ok("backup", N_("The newest backup is %(hours)s hours old."), hours=hours)]


def disk(patient: Patient) -> list[Finding]:
    """Room for what is still to come."""
    place: Path = patient.config.instance
    free = shutil.disk_usage(place if place.exists() else Path()).free / GIGABYTE
    remedy = N_("Make room on the disk that holds %(folder)s.")
    says = N_("%(free)s GB are free on the disk.")
    amount = f"{free:.1f}"
    if free < 0.3:
        return [fail("disk", says, remedy, free=amount, folder=place)]
    if free < 2:
        return [warn("disk", says, remedy, free=amount, folder=place)]
    return [ok("disk", says, free=amount)]


def clock(patient: Patient) -> list[Finding]:
    """Whether the database's clock agrees with ours."""
    if db.engine.dialect.name != "postgresql":
        return [ok("clock", N_("The database uses the clock of this machine."))]
    theirs = db.session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return clock_finding(abs((theirs - patient.ports.clock.now()).total_seconds()), "the database")


def clock_finding(seconds: float, other: str) -> list[Finding]:
    """What a difference between two clocks means."""
    apart = round(seconds)
    remedy = N_("Let a time service set the clock of this machine.")
    says = N_("The clock of this machine and that of %(other)s are %(seconds)s seconds apart.")
    if apart > 60:
        return [fail("clock", says, remedy, other=other, seconds=apart)]
    if apart > 5:
        return [warn("clock", says, remedy, other=other, seconds=apart)]
    return [ok("clock", N_("The clocks of this machine and of %(other)s agree."), other=other)]


INSIDE: list[tuple[str, Check]] = [
    ("settings", settings), ("database", database), ("worker", worker), ("spool", spool),
    ("refused", refusals),
    ("keys", keys), ("backup", backups), ("disk", disk), ("clock", clock),
]
