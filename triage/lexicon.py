"""The phrases as they stand in the data files, read once when first needed."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from triage.patterns import Pattern, compile_pattern, cue_expression, words_of
from triage.vocabulary import Problem, ResponseCode

DATA = Path(__file__).parent / "data" / "phrases"

LANGUAGES = ("zh", "en", "pt")


@dataclass(frozen=True)
class Guard:
    """Words looked for around a phrase: the single ones by look-up, the others by an expression."""

    words: frozenset[str]
    others: re.Pattern[str] | None

    def is_in(self, sentence: str, keys: set[str]) -> bool:
        """True when one of the words stands in the sentence."""
        if not self.words.isdisjoint(keys):
            return True
        return self.others is not None and self.others.search(sentence) is not None


@dataclass(frozen=True)
class Entry:
    """One phrase entry: an idea with its patterns, and sentences it must and must not find.

    `needs` and `unless` are words one of which must, or none of which may, stand in the same
    sentence. `states` names the scopes the phrase speaks of itself: "if it were not for my children
    I would be dead" is no mere condition, so that a condition does not silence it. `own` words count only where a person says them of
    themselves and now.
    """

    rule_id: str
    category: str
    code: ResponseCode | None
    language: str
    source: str
    fires: tuple[str, ...]
    quiet: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    problem: Problem | None = None
    needs: Guard | None = None
    unless: Guard | None = None
    states: frozenset[str] = frozenset()
    own: bool = False

    def fits(self, sentence: str, keys: set[str]) -> bool:
        """True when the words around do not speak against the entry; `keys` as of `text_keys`."""
        return (self.needs is None or self.needs.is_in(sentence, keys)) and (
            self.unless is None or not self.unless.is_in(sentence, keys)
        )


@dataclass(frozen=True)
class Lexicon:
    """All entries with an index from a key (a word or two characters) to the patterns it opens."""

    entries: tuple[Entry, ...]
    index: dict[str, tuple[tuple[Pattern, Entry], ...]] = field(repr=False)

    def candidates(self, keys: set[str]) -> list[tuple[Pattern, Entry]]:
        """The patterns that may match a sentence with these keys, each once, in stable order."""
        found: dict[int, tuple[Pattern, Entry]] = {}
        index = self.index
        for key in keys & index.keys():
            for pair in index[key]:
                found[id(pair[0])] = pair
        return sorted(found.values(), key=lambda pair: (pair[1].rule_id, pair[0].source))


@cache
def risk_lexicon() -> Lexicon:
    """The phrases of risk and of what only sounds like it."""
    macros = _read("macros.toml")
    entries: list[Entry] = []
    for path in sorted(DATA.glob("*.toml")):
        if path.name in ("macros.toml", "scope.toml", "problems.toml"):
            continue
        content = _read(path.name)
        entries.extend(_entry(row, content, macros) for row in content["entry"])
    return _indexed(entries)


@cache
def problem_lexicon() -> Lexicon:
    """The words that tell what the person asks help with."""
    content = _read("problems.toml")
    entries = []
    for row in content["problem"]:
        problem = Problem(row["code"])
        patterns = tuple(
            compile_pattern(line, chinese=_is_chinese(line), macros={}) for line in row["patterns"]
        )
        entries.append(
            Entry(f"problem.{problem.value}", "problem", None, "any", content["source"],
                  tuple(row["fires"]), tuple(row["quiet"]), patterns, problem)
        )
    return _indexed(entries)


@cache
def scope_cues() -> dict[str, dict[str, list[str]]]:
    """The cue words of who, when and whether, by language."""
    content = _read("scope.toml")
    return {
        language: {name: words for name, words in content[language].items() if name != "source"}
        for language in LANGUAGES
    }


def _entry(row: dict[str, Any], content: dict[str, Any], macros: dict[str, Any]) -> Entry:
    language = content["language"]
    patterns = tuple(
        compile_pattern(line, chinese=language == "zh", macros=macros[language])
        for line in row["patterns"]
    )
    code = ResponseCode(row["code"]) if "code" in row else None
    return Entry(row["id"], row["category"], code, language, content["source"],
                 tuple(row["fires"]), tuple(row["quiet"]), patterns,
                 needs=_guard(row.get("needs"), language, macros),
                 unless=_guard(row.get("unless"), language, macros),
                 states=frozenset(row.get("states", ())), own=row.get("own", False))


def _guard(row: str | None, language: str, macros: dict[str, Any]) -> Guard | None:
    if not row:
        return None
    chinese = language == "zh"
    words = words_of(row, macros[language])
    single = {word for word in words if _is_key(word, chinese)}
    others = [word for word in words if word not in single]
    return Guard(
        frozenset(single), re.compile(cue_expression(others, chinese)) if others else None
    )


def _is_key(word: str, chinese: bool) -> bool:
    """Whether `text_keys` tells by itself that the word stands in a text."""
    if word.isascii():
        return word.isalnum()
    return chinese and len(word) <= 2 and not any(sign.isascii() for sign in word)


def _indexed(entries: list[Entry]) -> Lexicon:
    index: dict[str, list[tuple[Pattern, Entry]]] = {}
    for entry in entries:
        for pattern in entry.patterns:
            for key in pattern.keys:
                index.setdefault(key, []).append((pattern, entry))
    return Lexicon(tuple(entries), {key: tuple(pairs) for key, pairs in index.items()})


def _is_chinese(line: str) -> bool:
    return any("\u3400" <= sign <= "\u9fff" for sign in line)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))
