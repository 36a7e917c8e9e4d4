"""How fast the text triage is on one core (processor time), against a floor: a bare scikit-learn pipeline.

Run: OMP_NUM_THREADS=1 python benchmarks/triage_speed.py
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

import numpy as np

from triage.classifier import SHIPPED, load
from triage.judging import Only, judge
from triage.labelled import own_corpus
from triage.vectors import available, load_best

SIZES = {"short note": 0, "5,000 characters": 5_000, "50,000 characters": 50_000}


def main() -> None:
    """Prints one line for each size, then load time and memory."""
    texts = [each for each in own_corpus()[0] if each.text]
    start = time.process_time()
    load(SHIPPED)
    print(f"load the model: {(time.process_time() - start) * 1000:.0f} ms")
    judge("我想死 I want to die quero morrer")
    floor = _floor([each.text for each in texts], [int(bool(each.any_risk)) for each in texts])
    runs: list[tuple[str, Callable[[str], object]]] = [
        ("both", judge), ("rules", lambda text: judge(text, Only.RULES)),
    ]
    if available():
        best = load_best()
        runs.append(("with vectors", lambda text: judge(text, model=best)))
    for name, size in SIZES.items():
        samples = _samples([each.text for each in texts], size)
        for label, run in (*runs, ("bare pipeline", floor)):
            taken = _timed(run, samples)
            print(f"{name:18s} {label:14s} mean {taken.mean():7.2f} ms  p95 "
                  f"{np.quantile(taken, 0.95):7.2f} ms  {1000 / taken.mean():7.0f} a second")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most")


def _samples(texts: list[str], size: int) -> list[str]:
    if not size:
        return [text for text in texts if len(text) < 300][:400]
    joined = "\n".join(texts)
    return [joined[start : start + size] for start in range(0, min(len(joined) - size, size * 20), size)]


def _timed(run: Callable[[str], object], samples: list[str]) -> np.ndarray:
    for text in samples[:20]:
        run(text)
    found = []
    for text in samples:
        start = time.process_time()
        run(text)
        found.append((time.process_time() - start) * 1000)
    return np.array(found)


def _floor(texts: list[str], labels: list[int]) -> Callable[[str], object]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    pipeline = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=3),
        LogisticRegression(solver="liblinear"),
    ).fit(texts, labels)
    return lambda text: pipeline.predict_proba([text])


if __name__ == "__main__":
    main()
