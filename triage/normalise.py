"""One spelling for every text: what the phrases match and the classifier counts.

Width, case, accents, Traditional script, digits, zero-width signs, stretched letters and common
disguises of words are folded away. Every folded character remembers where it stood, so that a hit
can be shown in the words the person wrote.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: Texts longer than this are read as their head, their tail and what stands around danger words.
#: An hour of transcript has about 15,000 characters; more than this cannot be read in half a second.
MAX_CHARACTERS = 40_000

_DATA = Path(__file__).parent / "data" / "normalise"
_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff"

# Variants that a conversion between the scripts does not bring back to one sign by itself.
_EXTRA_FOLDS = {
    "著": "着", "妳": "你", "瞭": "了", "藉": "借", "徵": "征", "乾": "干", "覆": "复", "麽": "么",
    "裏": "里", "祗": "只", "祇": "只", "衹": "只", "佔": "占", "噁": "恶", "鬱": "郁", "甦": "苏",
    "菸": "烟", "煙": "烟", "捱": "挨", "俾": "畀", "黎": "嚟",
   "搵": "揾", "唿": "呼", "夥": "伙", "餘": "余", "钜": "巨", "剋": "克",
    "剷": "铲", "喫": "吃", "嚐": "尝", "姪": "侄", "託": "托", "誌": "志", "註": "注", "鉅": "巨",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "「": '"', "」": '"', "『": '"',
    "』": '"', "‘": "'", "’": "'", "`": "'", "´": "'", "—": "-", "–": "-", "‐": "-",
    "亖": "死",
}

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff\ufe20-\ufe2f\U000e0000-\U000e01ef]+"
)
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_STRETCHED_SIGN = re.compile(r"([^\w\s])\1{2,}")
_SPACES = re.compile(r"[ \t\u00a0\u3000]{2,}")
_SPLIT_BY_SIGN = re.compile(f"(?<=[{_CJK}])[*·•・_|/\\\\+=~^`-](?=[{_CJK}])")
_SPACED_OUT = re.compile(f"(?<![{_CJK}])[{_CJK}](?: [{_CJK}])+(?![{_CJK}])")
_SPELT_OUT = re.compile(r"(?<![a-z])[a-z](?:[ .\-*][a-z]){3,}(?![a-z])")
_DIGIT_IN_WORD = re.compile(r"(?<=[a-z])[013457@$](?=[a-z])")
_LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}
# Where a letter is stretched, these come back doubled (kill, hopeless, the laughing kk), all others single (die).
_DOUBLED = frozenset("lsk")
_DANGER = re.compile(
    "[死杀殺亡活命血刀药藥尽盡绝絕]|[Ss]uic|SUIC|[Kk]ill|KILL|[Dd]ie|DIE|[Hh]urt|[Mm]orr|[Mm]atar"
)


@dataclass(frozen=True, slots=True)
class Normalised:
    """A folded text, and for each of its characters the offset it had in the text as given."""

    text: str
    offsets: tuple[int, ...] | range
    given: str

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the given text of the folded span [start, end)."""
        if not self.offsets or start >= len(self.offsets):
            return (len(self.given), len(self.given))
        last = self.offsets[min(end, len(self.offsets)) - 1] if end > start else start - 1
        return self.offsets[start], last + 1

    def written(self, passage: str) -> str:
        """A passage of the folded text as it was given; the passage itself where it is not there."""
        start = self.text.find(passage)
        if not passage or start < 0:
            return passage
        first, last = self.origin(start, start + len(passage))
        return self.given[first:last]


class _Folds(dict[int, str]):
    """The folded form of each code point, worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        folded = _fold_character(chr(point))
        self[point] = folded
        return folded


def _fold_character(sign: str) -> str:
    """One character for one character: width, accent, case and digit folded."""
    if sign in _EXTRA_FOLDS:
        return _EXTRA_FOLDS[sign]
    if "０" <= sign <= "９" or sign.isdecimal():
        return str(unicodedata.digit(sign, 0))
    folded = unicodedata.normalize("NFKD", sign)
    first = folded[0]
    if first.isspace() and sign != "\n":
        return " "
    if len(folded) > 1 and not all(unicodedata.combining(mark) for mark in folded[1:]):
        # Ligatures and circled words would become several characters: left as they are.
        return sign.lower()[0]
    return first.lower()[0]


@cache
def _folds() -> _Folds:
    """The folding table, with every Traditional character of the conversion package in it."""
    import opencc  # a compiled package of 7 MB: loaded by those who read texts

    points = [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000)]
    converted = opencc.OpenCC("t2s").convert("\n".join(map(chr, points))).split("\n")
    table = _Folds()
    for point, simplified in zip(points, converted, strict=True):
        single = simplified if len(simplified) == 1 else chr(point)
        table[point] = _EXTRA_FOLDS.get(single, _EXTRA_FOLDS.get(chr(point), single))
    return table


@cache
def _disguises() -> tuple[re.Pattern[str], dict[str, str]]:
    """The disguised words with what they stand for, longest first."""
    entries = json.loads((_DATA / "disguises.json").read_text(encoding="utf-8"))["entries"]
    words = {fold(word): fold(entry["means"]) for entry in entries for word in entry["written"]}
    parts = []
    for word in sorted(words, key=len, reverse=True):
        body = re.escape(word)
        if word[0].isascii() and word[0].isalnum():
            body = r"(?<![a-z0-9])" + body
        if word[-1].isascii() and word[-1].isalnum():
            body += r"(?![a-z0-9])"
        parts.append(body)
    # Asked for at the outset, the first signs spare trying every word at every place: 20 times quicker.
    first = re.escape("".join(sorted({word[0] for word in words})))
    return re.compile(f"(?=[{first}])(?:{'|'.join(parts)})"), words


def fold(text: str) -> str:
    """The text with each character folded and none added or removed."""
    return text.translate(_folds())


def normalise(text: str) -> Normalised:
    """The text in the one spelling, with the way back to the text as given.

    Never raises for any string; lone surrogates and control signs are dropped. At most about
    MAX_CHARACTERS are kept, see `shortened`.
    """
    kept, offsets = shortened(text)
    folded = kept.translate(_folds())
    for pattern, change in (
        (_INVISIBLE, _nothing),
        (_STRETCHED, _unstretch),
        (_STRETCHED_SIGN, _single),
        (_SPACES, _space),
        (_SPLIT_BY_SIGN, _nothing),
        (_SPACED_OUT, _join),
        (_SPELT_OUT, _join),
        (_DIGIT_IN_WORD, _letter),
    ):
        folded, offsets = _rewrite(folded, offsets, pattern, change)
    pattern, words = _disguises()
    folded, offsets = _rewrite(folded, offsets, pattern, lambda found: words[found.group()])
    return Normalised(folded, offsets, text)


def shortened(text: str) -> tuple[str, tuple[int, ...] | range]:
    """The text, or of an oversized one its head, its tail and the places with danger words.

    The second value gives the offset of each kept character in the given text.
    """
    if len(text) <= MAX_CHARACTERS:
        return text, range(len(text))
    part = MAX_CHARACTERS * 2 // 5
    spans = [(0, part)]
    budget = MAX_CHARACTERS - 2 * part
    for found in _DANGER.finditer(text, part, len(text) - part):
        start = max(found.start() - 60, spans[-1][1])
        end = min(found.end() + 60, len(text) - part)
        if end <= start:
            continue
        if budget < end - start:
            break
        budget -= end - start
        spans.append((start, end))
    spans.append((len(text) - part, len(text)))
    offsets: list[int] = []
    pieces: list[str] = []
    for start, end in spans:
        if pieces and start > offsets[-1] + 1:
            pieces.append("\n")
            offsets.append(start)
        pieces.append(text[start:end])
        offsets.extend(range(start, end))
    return "".join(pieces), tuple(offsets)


def _rewrite(
    text: str,
    offsets: tuple[int, ...] | range,
    pattern: re.Pattern[str],
    change: Callable[[re.Match[str]], str],
) -> tuple[str, tuple[int, ...] | range]:
    """The text with every match changed; each new character keeps an offset of what it replaced."""
    found = pattern.search(text)
    if found is None:
        return text, offsets
    pieces: list[str] = []
    kept: list[int] = []
    at = 0
    while found is not None:
        start, end = found.span()
        new = change(found)
        pieces.append(text[at:start])
        kept.extend(offsets[at:start])
        if new:
            pieces.append(new)
            span = offsets[start:end]
            kept.extend(span[min(place, len(span) - 1)] for place in range(len(new) - 1))
            kept.append(span[-1])
        at = end
        found = pattern.search(text, end if end > start else end + 1)
    pieces.append(text[at:])
    kept.extend(offsets[at:])
    return "".join(pieces), tuple(kept)


def _nothing(_found: re.Match[str]) -> str:
    return ""


def _space(_found: re.Match[str]) -> str:
    return " "


def _single(found: re.Match[str]) -> str:
    return found.group(1)


def _unstretch(found: re.Match[str]) -> str:
    letter = found.group(1)
    if not letter.isascii() or letter in _DOUBLED:
        return letter * 2
    return letter


def _join(found: re.Match[str]) -> str:
    return re.sub(r"[ .\-*]", "", found.group())


def _letter(found: re.Match[str]) -> str:
    return _LEET[found.group()]
