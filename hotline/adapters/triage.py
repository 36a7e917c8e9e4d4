"""Brings the phrase rules and the shipped classifier in, loading each only when first used."""

from __future__ import annotations

import threading

from triage.evidence import Predictor, TextReading


class ModelInUse:
    """Gives the classifier in use; loads it once, and gives None while it is switched off."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: Predictor | None = None
        self.on = True

    def __call__(self) -> Predictor | None:
        """The classifier, or None when it is off."""
        if not self.on:
            return None
        with self._lock:
            if self._loaded is None:
                from triage.classifier import load_shipped

                self._loaded = load_shipped()
            return self._loaded


def read_phrases(text: str) -> TextReading:
    """What the phrase rules find in a text."""
    from triage.phrases import read

    return read(text)
