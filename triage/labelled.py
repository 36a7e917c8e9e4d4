"""Texts with labels, from the project's own corpus or from a folder of other sets."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from triage.vocabulary import ResponseCode, RiskLevel

CORPUS = Path(__file__).parent / "data" / "corpus"
#: Short texts made by rule from frames and words, to teach what scope does to a phrase.
SCOPE = Path(__file__).parent / "data" / "scope"

#: Levels in their order; a label is the place in this row.
LEVELS = (RiskLevel.LOW, RiskLevel.MODERATE, RiskLevel.HIGH, RiskLevel.IMMINENT)

_LEVEL_OF_CODE = {"N": 0, "E": 0, "D": 1, "C": 2, "U": 2, "B": 3, "A": 3}
_LEVEL_OF_NAME = {level.value: place for place, level in enumerate(LEVELS)}
# Tables written by a spreadsheet or by pandas hold numbers and truths in several spellings.
_BINARY = {"1": True, "1.0": True, "true": True, "0": False, "0.0": False, "false": False}
_LONGEST_FIELD = 10_000_000


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text: whether it tells of any risk, its level (0 to 3) where known, and whose it is.

    `group` ties texts that must stay on one side of a split (hard pairs, one person's contacts);
    `twin` says that it is one of a hard pair, whose words were chosen to mislead.
    """

    text: str
    any_risk: bool | None
    level: int | None
    source: str
    group: str
    own: bool = False
    category: str = ""
    language: str = ""
    twin: bool = False


@dataclass(frozen=True, slots=True)
class SourceSet:
    """One file of labelled texts as the manifest names it."""

    name: str
    rows: int
    used: int
    licence: str
    origin: str
    sha256: str


def own_corpus(folders: Sequence[Path] = (CORPUS, SCOPE)) -> tuple[list[Labelled], list[SourceSet]]:
    """The project's own invented texts, and one line for each file of them."""
    texts: list[Labelled] = []
    sets: list[SourceSet] = []
    for path in sorted(path for folder in folders for path in folder.glob("*.csv")):
        rows = list(_rows(path))
        found = [
            Labelled(
                row["text"], _LEVEL_OF_CODE[row["code"]] >= 1, _LEVEL_OF_CODE[row["code"]],
                path.stem, f"own:{row.get('pair') or row['id']}", True,
                row.get("category", ""), row.get("lang", ""), bool(row.get("pair")),
            )
            for row in rows
            if row.get("code") in _LEVEL_OF_CODE
        ]
        texts.extend(found)
        sets.append(SourceSet(path.stem, len(rows), len(found), "as this project",
                              "invented for this project", _digest(path)))
    return texts, sets


def outside_sets(folders: Sequence[Path]) -> tuple[list[Labelled], list[SourceSet]]:
    """The labelled texts of other people's sets.

    A file has columns text, risk (low, moderate, high, imminent or empty) and binary (1, 0 or
    empty). A file with neither label in any row is taken as ordinary helpline text: its texts
    count as without risk, at the low weight the trainer gives them.
    """
    texts: list[Labelled] = []
    sets: list[SourceSet] = []
    for path in sorted(path for folder in folders for path in folder.glob("*.csv")):
        rows = list(_rows(path))
        plain = not any(row.get("binary") or row.get("risk") for row in rows)
        found = []
        for place, row in enumerate(rows):
            any_risk, level = (False, 0) if plain else labels(row)
            if row.get("text", "").strip() and (any_risk is not None or level is not None):
                found.append(Labelled(row["text"], any_risk, level, path.stem,
                                      f"{path.stem}:{place}", language=row.get("lang", "")))
        texts.extend(found)
        first = rows[0] if rows else {}
        sets.append(SourceSet(path.stem, len(rows), len(found), first.get("licence", ""),
                              first.get("source", ""), _digest(path)))
    return texts, sets


def labels(row: dict[str, str]) -> tuple[bool | None, int | None]:
    """Whether a row tells of any risk, and its level; None where it says nothing known."""
    level = _LEVEL_OF_NAME.get(row.get("risk", "").strip().lower())
    any_risk = _BINARY.get(row.get("binary", "").strip().lower())
    if any_risk is None and level is not None:
        any_risk = level >= 1
    if level is None and any_risk is False:
        level = 0
    return any_risk, level


def level_of(code: ResponseCode) -> int:
    """The place of a response code among the levels."""
    return _LEVEL_OF_CODE[code.value]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    csv.field_size_limit(_LONGEST_FIELD)
    with path.open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            yield {name: value or "" for name, value in row.items() if isinstance(name, str)}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
