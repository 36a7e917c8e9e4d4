"""The table of the model card: n-grams alone, phrases alone, both, on texts left out of training."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from triage.classifier import Model, load_shipped, score_of
from triage.evidence import Prediction
from triage.features import Seen
from triage.fusion import fusion_rows, probabilities
from triage.judging import Judgement, by_both, by_rules
from triage.labelled import LEVELS, Labelled, outside_sets
from triage.measures import (
    Interval,
    auroc,
    best_f1,
    calibration_error,
    quadratic_kappa,
    with_interval,
)
from triage.phrases import read
from triage.training import Trained, train_texts
from triage.vectors import available, load_best
from triage.weighing import Floats

#: What others published, as triage research knew it; other data, so a frame and not a contest.
PUBLISHED = (
    ("CMD-1, keywords and regression, chat messages (2023)", "AUC .98, sensitivity .98, PPV .66"),
    ("KARA, Cantonese chats (2021)", "crisis recall .870 at precision .649, c .815"),
    ("krisenchat, 1,348 chats", "AUC .93, F1 .79"),
    ("Hangzhou hotline, 1,057 calls", "high-risk F1 .805"),
    ("large language models, C-SSRS posts, untrained", "AUC .88 to .94"),
)


def report(folders: tuple[Path, Path] | None = None) -> str:
    """The table as Markdown; `folders` are a training and a development folder.

    Without them the folders are looked for in HOTLINE_SHARED; where there are none the table is
    of the project's own texts alone.
    """
    from triage.labelled import own_corpus

    train_folder, dev_folder = folders or _shared()
    texts, sets = own_corpus()
    if train_folder is not None:
        more, more_sets = outside_sets([train_folder])
        texts, sets = [*texts, *more], [*sets, *more_sets]
    lines = [("| set | texts | n-grams: AUROC | phrases: AUROC | both: AUROC | with vectors: AUROC | both: best F1 |"
             " recall at the shipped point | raised without risk | calibration error | kappa |"),
             "|---|---|---|---|---|---|---|---|---|---|---|"]
    both = train_texts(texts, sets)
    grams = train_texts(texts, sets, see=_without_phrases)
    with_vectors = None
    if available():
        from triage.vector_training import train_vectors

        with_vectors = train_vectors(both).left_out
    for name, places in _by_set(both.texts).items():
        lines.append(_line(name, (both, grams, with_vectors), places))
    if dev_folder is not None:
        lines.extend(_dev_lines(dev_folder))
    lines.extend(["", *_long_lines(both), ""])
    lines.extend(f"- published: {name}: {found}" for name, found in PUBLISHED)
    return "\n".join(lines) + "\n"


def _shared() -> tuple[Path | None, Path | None]:
    root = os.environ.get("HOTLINE_SHARED")
    folder = Path(root) / "triage" if root else None
    if folder is None or not folder.is_dir():
        return None, None
    return folder / "train", folder / "dev"


def _without_phrases(text: str) -> Seen:
    """The text as the classifier would see it if there were no phrases."""
    from triage.features import see

    seen = see(text)
    bare = {id(part): replace(part, dense={}) for part in (*seen.parts, *seen.turns)}
    return replace(
        seen, whole=replace(seen.whole, dense={}), parts=tuple(bare[id(part)] for part in seen.parts),
        turns=tuple(bare[id(turn)] for turn in seen.turns),
    )


def _by_set(texts: Sequence[Labelled]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, each in enumerate(texts):
        if "scope" in each.source:
            name = f"scope frames, {each.language}"
        else:
            name = f"own corpus, {each.language}" if each.own else each.source
        found.setdefault(name, []).append(place)
    return dict(sorted(found.items()))


def _left_out(trained: Trained, place: int) -> Prediction:
    """The prediction of the fold that had not seen the text."""
    seen = trained.seen[place]
    weights = trained.model.weights[seen.language]
    chances = probabilities(fusion_rows(trained.left_out[place]), weights.fusion)
    reached = [chances[0] >= weights.thresholds[0]]
    reached += [reached[0] and chances[head] >= weights.thresholds[head] for head in (1, 2)]
    level = LEVELS[3 if reached[2] else 2 if reached[1] else int(reached[0])]
    return Prediction(score_of(chances), level, "left out", seen.language, *chances)


def _line(
    name: str, trained: tuple[Trained, Trained, Floats | None], places: list[int]
) -> str:
    both, grams, with_vectors = trained
    judged = [
        by_both(read(both.texts[place].text), _left_out(both, place)) for place in places
    ]
    rules = [by_rules(read(both.texts[place].text), both.seen[place]).score for place in places]
    bare = [_left_out(grams, place).score for place in places]
    labels = [both.texts[place] for place in places]
    heard = None
    if with_vectors is not None:
        heard = [score_of((float(d), float(c), float(b))) for d, c, b in with_vectors[places]]
    return _row(name, labels, judged, (bare, rules, heard))


def _long_lines(trained: Trained) -> list[str]:
    """How well one risky text is found in a long one, by the models that had seen none of it."""
    lines = ["| long texts put together | texts | both: AUROC |", "|---|---|---|"]
    for language, weights in sorted(trained.model.weights.items()):
        pairs = [(each.risky, probabilities(fusion_rows(heard), weights.fusion))
                 for each, heard in zip(trained.long, trained.long_heard, strict=True)
                 if each.seen.language == language]
        if pairs:
            truth = np.array([int(risky) for risky, _ in pairs])
            scores = np.array([score_of(chances) for _, chances in pairs])
            found = _cell(with_interval(auroc, (truth, scores)))
            lines.append(f"| {language} | {len(pairs)} | {found} |")
    return lines


def _dev_lines(folder: Path) -> list[str]:
    """The shipped model on the development sets, of which it has seen nothing."""
    model: Model = load_shipped()
    best = load_best()
    texts, _sets = outside_sets([folder])
    lines = []
    for name, places in _by_set(texts).items():
        labels = [texts[place] for place in places]
        judged = []
        rules = []
        heard = []
        for each in labels:
            reading = read(each.text)
            prediction = model.predict(each.text)
            judged.append(by_both(reading, prediction))
            rules.append((reading.code.rank if reading.code else 0) / 5)
            heard.append(best.predict(each.text).score if best is not model else 0.0)
        lines.append(_row(f"{name} (not trained on)", labels, judged,
                          (None, rules, heard if best is not model else None)))
    return lines


def _row(
    name: str,
    labels: Sequence[Labelled],
    judged: Sequence[Judgement],
    others: tuple[Sequence[float] | None, Sequence[float], Sequence[float] | None],
) -> str:
    known = [place for place, each in enumerate(labels) if each.any_risk is not None]
    truth = np.array([int(bool(labels[place].any_risk)) for place in known])
    alerts = np.array([judged[place].alert for place in known], dtype=bool)
    cells = [name, str(len(labels))]
    if not 0 < truth.sum() < len(truth):
        return "| " + " | ".join([*cells, "", "", "", "", "", "", f"{alerts.mean():.3f}", "", ""]) + " |"
    scores = np.array([judged[place].score for place in known])
    chances = np.array([judged[place].chance for place in known])
    bare, rules, heard = others
    cells.append(f"{auroc(truth, np.array([bare[k] for k in known])):.3f}" if bare else "")
    cells.append(f"{auroc(truth, np.array([rules[place] for place in known])):.3f}")
    cells.append(_cell(with_interval(auroc, (truth, scores))))
    cells.append(f"{auroc(truth, np.array([heard[k] for k in known])):.3f}" if heard else "")
    cells.append(_cell(with_interval(best_f1, (truth, scores))))
    cells.append(f"{alerts[truth == 1].mean():.3f}")
    cells.append(f"{alerts[truth == 0].mean():.3f}")
    cells.append(f"{calibration_error(truth, chances):.3f}")
    graded = [place for place, each in enumerate(labels) if each.level is not None]
    levels = np.array([labels[place].level or 0 for place in graded])
    guess = np.array([LEVELS.index(judged[place].level or LEVELS[0]) for place in graded])
    cells.append(f"{quadratic_kappa(levels, guess):.3f}" if len(set(levels.tolist())) > 2 else "")
    return "| " + " | ".join(cells) + " |"


def _cell(found: Interval) -> str:
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"
