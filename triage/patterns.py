"""A small language for phrases, compiled to patterns that cannot run away.

A pattern is a row of words in order: `a|b` is either, `x?` may be missing, `~3` is a gap of up to
three characters (Chinese) or words (English, Portuguese) inside one clause, `~8+` one that may
reach over a comma, `@name` a set of words from macros.toml, `kill*` any ending, `_` a space inside
one alternative, `$` the end of the clause, alone or as one of the alternatives. A row may be broken
over lines. A cue of scope.toml may have one gap inside it (`not_a_day~4without`). Gaps are bounded,
and every pattern has words that must be present, so that only patterns whose words stand in a
sentence are tried on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from triage.normalise import fold

# A clause ends at these signs; a gap never reaches over them, a wide one only over a comma.
_ZH_GAP = "((?:[^，。！？；、,.!?;\\n ]| (?=[a-z])|(?<=[a-z]) ){0,%d}?)"
_ZH_WIDE = "([^。！？.!?\\n]{0,%d}?)"
_LATIN_WIDE = "((?:[ ,]+[a-z0-9'\\-]{1,24}){0,%d}?)"
_LATIN_GAP = "((?:[ ]+[a-z0-9'\\-]{1,24}){0,%d}?)"
_NEVER = "(?!)"
_CLAUSE_END = "$"
_ZH_END = r"(?=[了啦喇咯啊呀的嘅吧噢哦㗎 ]*(?:[^\w]|$))"
_LATIN_END = r"(?=[ ]*(?:[^\w ]|$))"
# What a worker's note says in the third person is written in the data in the first: "kill_myself" also
# finds "kill herself", "me_matar" also "se matar". The words around tell whose risk it is.
_PERSONS = (
    (re.compile(r"\bmyself\b"), "(?:my|your|him|her|them|one)sel(?:f|ves)"),
    (re.compile(
        r"\bmy(?=\[ \]\+(?:own|life|existence|wrists?|throat|veins|suffering|misery|pain|body|brains|affairs|belongings"
        r"|things|possessions|will|funeral|pills|meds)\b)"
    ), "(?:my|your|his|her|their)"),
    (re.compile(r"\bme(?=\[ \]\+(?:mat|suicid|jog|enforc|afog|atir|cort|machuc|magoa|feri|queim|mutil|automutil))"), "(?:me|se)"),
    (re.compile(r"(?<=[aei]r\\-)me\b"), "(?:me|se)"),
    (re.compile(r"\bminha(?=\[ \]\+(?:vida|propria|morte|existencia))"), "(?:minha|sua)"),
)
_PERSON_WORDS = frozenset(("myself", "my", "me", "minha"))
_CUE_GAP = re.compile(r"(?<=[^~])~([0-9]+)(?=.)")
_CJK = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002ffff]")


class PatternError(ValueError):
    """A pattern in the data is not written in the small language."""


@dataclass(frozen=True)
class Pattern:
    """One compiled row of words with the words one of which must be present (`keys`).

    `others` are the same for every other required place.
    """

    source: str
    chinese: bool
    expression: str
    keys: frozenset[str]
    others: tuple[frozenset[str], ...] = ()

    def may_match(self, keys: set[str]) -> bool:
        """False where the keys of a sentence (`text_keys`) lack one of the required places."""
        return all(not place.isdisjoint(keys) for place in self.others)

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled expression; its groups are the texts of the gaps."""
        return re.compile(self.expression)


def compile_pattern(source: str, chinese: bool, macros: dict[str, str]) -> Pattern:
    """The pattern of one row; raises PatternError where it has no word that must be present."""
    parts: list[str] = []
    required: list[frozenset[str]] = []
    gap, wide = 0, False
    for token in _tokens(source):
        if token.startswith("~"):
            gap, wide = int(token[1:].rstrip("+")), token.endswith("+")
            continue
        if token == _CLAUSE_END:
            parts.append(_ZH_END if chinese else _LATIN_END)
            continue
        optional = token.endswith("?")
        words = _alternatives(token.rstrip("?"), macros)
        ends = _CLAUSE_END in words
        words = [word for word in words if word != _CLAUSE_END]
        body = "(?:" + "|".join(_expression(word, chinese, not chinese) for word in words) + ")"
        lead = _lead(gap, chinese, first=not parts, wide=wide)
        if ends:
            parts.append(f"(?:{lead}{body}|{_ZH_END if chinese else _LATIN_END})")
        else:
            parts.append(f"(?:{lead}{body})?" if optional else lead + body)
        if not optional and not ends:
            required.append(frozenset(key for word in words for key in _keys(word, chinese)))
        gap, wide = 0, False
    if not required:
        raise PatternError(f"no required word in pattern {source!r}")
    expression = "".join(parts)
    if not chinese:
        expression = f"(?<![a-z0-9]){expression}(?![a-z0-9])"
    keys = max(required, key=_worth)
    others = tuple(each for each in required if each is not keys and "" not in each)
    return Pattern(source, chinese, expression, keys, others)


def cue_expression(words: list[str], chinese: bool) -> str:
    """An expression that finds any of the words, longest first; never matches for none."""
    if not words:
        return _NEVER
    folded = sorted({fold(word) for word in words}, key=lambda word: (-len(word), word))
    body = "(?:" + "|".join(_expression(word, chinese) for word in folded) + ")"
    return body if chinese else f"(?<![a-z0-9']){body}(?![a-z0-9'])"


def words_of(row: str, macros: dict[str, str]) -> list[str]:
    """The words of a row of alternatives, named sets written out."""
    return _alternatives("".join(row.split()), macros)


def text_keys(text: str) -> set[str]:
    """Everything in the text that may be the key of a pattern: words, characters, pairs of them."""
    keys = set(re.findall(r"[a-z0-9]+", text))
    if _CJK.search(text):
        keys.update(text)
        keys.update(map("".join, pairwise(text)))
    return keys


def _tokens(source: str) -> list[str]:
    """The places and gaps of a row, which may be broken over lines between words and after a bar."""
    return re.sub(r"\|\s+", "|", source).split()


def _lead(gap: int, chinese: bool, *, first: bool, wide: bool) -> str:
    """What stands between the word before and this one."""
    if first:
        return ""
    if chinese:
        return (_ZH_WIDE if wide else _ZH_GAP) % gap if gap else ""
    if wide:
        return _LATIN_WIDE % gap + "[ ,]+"
    return (_LATIN_GAP % gap if gap else "") + "[ ]+"


def _alternatives(token: str, macros: dict[str, str]) -> list[str]:
    """The words of one place, macros written out, folded, longest first."""
    words: set[str] = set()
    for word in token.split("|"):
        if word.startswith("@"):
            if word[1:] not in macros:
                raise PatternError(f"unknown word set {word}")
            words.update(_alternatives("".join(macros[word[1:]].split()), macros))
        elif word:
            words.add(word)
    if not words:
        raise PatternError(f"empty place {token!r}")
    return sorted({fold(word) for word in words}, key=lambda word: (-len(word), word))


def _expression(word: str, chinese: bool, persons: bool = False) -> str:
    """The expression of one alternative; with `persons` the first person stands for the third too."""
    if _CUE_GAP.search(word):
        return _gapped(word, chinese)
    body = re.escape(word).replace("_", "[ ]+").replace(r"\*", "[a-z0-9]{0,20}")
    body = body.replace("'", "'?")
    if chinese and word[0].isascii() and word[0].isalnum():
        body = f"(?<![a-z0-9]){body}"
    if chinese and word[-1].isascii() and word[-1].isalnum():
        body = f"{body}(?![a-z0-9])"
    if persons:
        for own, every in _PERSONS:
            body = own.sub(every, body)
    return body


def _gapped(cue: str, chinese: bool) -> str:
    """A cue of two parts with a gap between, as in "not_a_day~4without"."""
    first, number, second = _CUE_GAP.split(cue, maxsplit=1)
    gap = _LATIN_GAP % int(number) + "[ ]+" if not chinese else _ZH_GAP % int(number)
    return _expression(first, chinese) + gap.replace("((?:", "(?:(?:", 1) + _expression(second, chinese)


def _keys(word: str, chinese: bool) -> tuple[str, ...]:
    """By what a sentence with the word is looked up: a Latin word or two characters."""
    if chinese and _CJK.search(word):
        found = re.search(r"[^\x00-\x7f]{1,2}", word)
        return (found.group() if found else word,)
    pieces = [piece for piece in re.split(r"[^a-z0-9*']+", word) if piece]
    pieces = [piece for piece in pieces if piece not in _PERSON_WORDS] or pieces
    whole = [piece for piece in pieces if "*" not in piece]
    if not whole or (whole[0] in _PERSON_WORDS and len(whole) == 1):
        # A prefix: no whole word to look up; sentences are tried without one.
        return ("",)
    longest = max(whole, key=len)
    if "'" in longest:
        # People leave the apostrophe out.
        return (longest.replace("'", ""), longest.split("'")[0])
    return (longest,)


def _worth(keys: frozenset[str]) -> tuple[int, int, int]:
    """How well the keys tell sentences apart: none empty, long, few."""
    shortest = min(len(key) for key in keys)
    return (int(shortest > 0), min(shortest, 4), -len(keys))
