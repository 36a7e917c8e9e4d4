"""Background work of the governance: labels, predictions apart from the work, gates, weeks, training."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from hotline.adapters.triage import load_registered, load_shipped, shipped_manifest
from hotline.governance import gates, labels, registry, retraining, shadow, weeks
from hotline.jobs.registry import JobContext
from hotline.jobs.registry import registry as work
from hotline.transaction import db, unit_of_work
from models.base import JsonDict
from models.governance import ModelVersion
from triage.evidence import Predictor
from triage.vocabulary import ModelOrigin, ModelStatus

log = logging.getLogger("hotline.governance")

RETRAIN = "governance.retrain"
WATCHED = (ModelStatus.ACTIVE, ModelStatus.SHADOW)
BATCHES = 5
"""So many batches of contacts a model reads in one run; the next run goes on."""

STALE = timedelta(hours=2)
"""A training that began so long ago has died with its machine."""


@work.every(60, "governance.labels")
def record_labels(context: JobContext) -> None:
    """Write down what people judged since the last run."""
    with unit_of_work() as session:
        labels.record_labels(session, context.ports.clock.now())


@work.every(60, "governance.shadow")
def predict_waiting(context: JobContext) -> None:
    """Ask the model in use and the one in shadow about contacts they have not read."""
    now = context.ports.clock.now()
    register_shipped(now)
    for status in WATCHED:
        for _batch in range(BATCHES):
            if not _predict_batch(status, now):
                break


def register_shipped(now: datetime) -> None:
    """Make the classifier that came with the program known to the registry."""
    manifest = shipped_manifest()
    if not manifest:
        return
    with Session(db.engine) as session:
        known = {row.version for row in registry.versions(session)}
    if manifest["version"] in known:
        return
    facts = {"texts": manifest["texts"], "grams": manifest["grams"],
             "sets": [each["name"] for each in manifest["sets"]]}
    with unit_of_work() as session:
        registry.register_shipped(
            session, version=manifest["version"], digest=manifest["digest"], facts=facts, now=now
        )


def _predict_batch(status: ModelStatus, now: datetime) -> bool:
    """One batch of one model; True when there may be more. Reads and thinks outside the write."""
    with Session(db.engine) as session:
        row = registry.with_status(session, status)
        batch = shadow.waiting(session, row, now) if row is not None else None
    if row is None or batch is None:
        return False
    rows = []
    if batch.contacts:
        predictor = _predictor(row)
        if predictor is None:
            return False
        rows = shadow.predict(predictor, row.id, batch.contacts, now)
    if rows or batch.down_to != row.asked_down_to:
        with unit_of_work() as session:
            shadow.keep(session, rows)
            model = session.get_one(ModelVersion, row.id, with_for_update=True)
            # Whoever took over meanwhile sets out through the archive anew.
            if (model.status, model.asked_down_to) == (row.status, row.asked_down_to):
                model.asked_down_to = batch.down_to
    return len(batch.contacts) == shadow.BATCH


def _predictor(row: ModelVersion) -> Predictor | None:
    """The classifier of a row; None where another one would answer in its name."""
    try:
        loaded = (
            load_shipped() if row.origin is ModelOrigin.SHIPPED else load_registered(row.status)
        )
    except Exception as error:  # the work goes on without its helper
        log.error("a model could not be loaded: %s", type(error).__name__)
        return None
    return loaded if loaded is not None and loaded.version[:80] == row.version else None


@work.every(6 * 3600, "governance.measures")
def measure(context: JobContext) -> None:
    """Measure release gates and whole weeks of the models that are watched."""
    now, zone = context.ports.clock.now(), ZoneInfo(context.config.timezone)
    for status in WATCHED:
        with unit_of_work() as session:
            row = registry.with_status(session, status)
            if row is not None:
                gates.measure_gates(session, row, now)
                weeks.take_weeks(session, row, now, zone)


@work.delivers(RETRAIN, most_attempts=1)
def retrain(context: JobContext, payload: JsonDict) -> None:
    """Train from the agency's own contacts, in a process apart, and put the result into the shadow."""
    now = context.ports.clock.now()
    with unit_of_work() as session:
        if not registry.start_training(session, now, stale_before=now - STALE):
            return
    failed: str | None = "interrupted"
    try:
        with Session(db.engine) as session:
            contacts = retraining.lessons(session)
        learned = retraining.learn_apart(contacts)
        with unit_of_work() as session:
            registry.enter_shadow(
                session, None, version=learned.version, digest=learned.digest, files=learned.files,
                facts=learned.facts, now=context.ports.clock.now(),
                asked_by_id=payload.get("user_id"),
            )
        failed = None
    except retraining.TooFew as few:
        failed = f"too_few:{few.count}"
    except Exception as error:
        # The class alone: a message could quote what was being read.
        log.error("a training failed: %s", type(error).__name__)
        failed = type(error).__name__
    finally:
        with unit_of_work() as session:
            registry.end_training(session, context.ports.clock.now(), failed)
