"""The files of a trained classifier: arrays, words and a manifest, the same bytes for the same model."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from triage.classifier import Model, Reader, digest
from triage.features import dense_names
from triage.labelled import Labelled, SourceSet


def model_files(
    model: Model, texts: Sequence[Labelled], sets: Sequence[SourceSet], min_documents: int
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The three files of a model, and the manifest among them."""
    arrays: dict[str, Any] = {"idf": model.idf.astype(np.float32)}
    for language, weights in sorted(model.weights.items()):
        arrays |= _arrays(language, weights.reader)
        if weights.others is not None:
            name = f"{language}_others"
            arrays |= _arrays(name, weights.others.reader)
            arrays[f"{name}_likeness"] = weights.others.likeness.astype(np.float16)
            arrays[f"{name}_likeness_constant"] = np.array(weights.others.likeness_constant)
        arrays[f"{language}_fusion"] = weights.fusion
    content = archive(arrays)
    words = json.dumps(list(model.vocabulary), ensure_ascii=False, indent=None).encode()
    found = digest(content, words)
    manifest = {
        "version": f"words-{found[:12]}",
        "digest": found,
        "format": 1,
        "texts": len(texts),
        "grams": len(model.vocabulary),
        "min_documents": min_documents,
        "thresholds": {name: list(each.thresholds) for name, each in model.weights.items()},
        "calibrated": {name: each.calibrated for name, each in model.weights.items()},
        "sets": [asdict(each) for each in sets],
        "dense": list(dense_names()),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    files = {"weights.npz": content, "vocabulary.json": words, "manifest.json": text.encode()}
    return files, manifest


def _arrays(name: str, reader: Reader) -> dict[str, Any]:
    return {
        f"{name}_grams": reader.grams.astype(np.float16), f"{name}_dense": reader.dense,
        f"{name}_intercept": reader.intercept,
    }


def archive(arrays: dict[str, Any]) -> bytes:
    """The arrays as an npz archive whose bytes depend on nothing but the arrays."""
    import zipfile

    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in sorted(arrays.items()):
            one = io.BytesIO()
            np.lib.format.write_array(one, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, one.getvalue())
    return whole.getvalue()


__all__ = ["archive", "model_files"]
