"""Brings the phrase rules and the classifier in use in, loading each only when first used."""

from __future__ import annotations

import json
import logging
import threading
from functools import cache
from importlib.resources import files
from pathlib import Path

from flask import current_app, has_app_context
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hotline.governance.registry import unpack
from hotline.transaction import db
from models.base import JsonDict
from models.governance import ModelSettings, ModelVersion
from triage.evidence import Predictor, TextReading
from triage.vocabulary import ModelOrigin, ModelStatus

log = logging.getLogger("hotline.triage")

FOLDER = "models"


class ModelInUse:
    """Gives the classifier that the agency's registry names; None while it is switched off.

    It is loaded once. At each use one number is read from the database: where it moved on, another
    process has switched, activated or gone back, and the classifier is loaded anew. Where the
    registry or a file cannot be read, the last one loaded stays, and before that the shipped one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: Predictor | None = None
        self._generation: int | None = None
        self.on = True

    def __call__(self) -> Predictor | None:
        """The classifier, or None when it is off."""
        if not self.on:
            return None
        generation, is_on = self._registry() or (self._generation, True)
        if not is_on:
            return None
        with self._lock:
            if self._loaded is None or generation != self._generation:
                self._loaded = self._load()
                self._generation = generation
            return self._loaded

    def _registry(self) -> tuple[int, bool] | None:
        """The number of the last change and whether a classifier is on; None where unknown."""
        if not has_app_context():
            return None
        try:
            with db.engine.connect() as connection:
                found = connection.execute(
                    select(ModelSettings.generation, ModelSettings.model_on)
                ).first()
        except SQLAlchemyError as error:
            log.warning("the registry of models could not be read: %s", type(error).__name__)
            return None
        return None if found is None else (found[0], found[1])

    def _load(self) -> Predictor:
        own = load_registered(ModelStatus.ACTIVE) if has_app_context() else None
        return own or load_shipped()


def load_shipped() -> Predictor:
    """The classifier that came with the program."""
    from triage import classifier

    return classifier.load_shipped()


@cache
def shipped_manifest() -> JsonDict:
    """What the classifier that came with the program says of itself; read without loading it.

    Empty where the program came without one.
    """
    path = files("triage") / "data" / "model" / "manifest.json"
    try:
        manifest: JsonDict = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest


def load_registered(status: ModelStatus) -> Predictor | None:
    """The classifier trained here that has this status.

    None where the shipped one has it, or where the files do not load (they were trained with the
    phrases of another release, or were changed): that is logged, and the pages show it.
    """
    try:
        with Session(db.engine) as session:
            row = session.scalar(select(ModelVersion).where(ModelVersion.status == status))
            if row is None:
                return None
            if row.origin is ModelOrigin.SHIPPED:
                return load_shipped() if status is not ModelStatus.ACTIVE else None
            folder = unpack(session, row, Path(current_app.instance_path) / FOLDER)
    except (SQLAlchemyError, OSError) as error:
        log.error("the files of a model could not be read: %s", type(error).__name__)
        return None
    from triage.classifier import ModelFileError, load

    try:
        return load(folder)
    except ModelFileError as error:
        log.error("a model trained here does not load: %s", error)
        return None


def read_phrases(text: str) -> TextReading:
    """What the phrase rules find in a text."""
    from triage.phrases import read

    return read(text)
