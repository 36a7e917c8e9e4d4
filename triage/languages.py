"""Which of the languages a text is in: used for thresholds, calibration and the weights alone."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"[a-z']+")
_CANTONESE = re.compile(
    "[嘅咗喺唔冇佢哋嚟啲咁嗰啱睇瞓攰諗谂嘢㗎喇嗰乜咩嘥揾畀]|边度|点解|而家|依家|系咪|返工|收工"
)
_ACCENTS = re.compile("[ãõçáéíóúâêôàÃÕÇÁÉÍÓÚÂÊÔÀ]")

#: Ends of words that are common in Portuguese and rare in English.
_PORTUGUESE_ENDS = re.compile(
    r"(?:cao|coes|mente|inho|inha|ndo|ava|eiro|eira|ssem|sse|arei|erei|idade|oso|osa|ido|ida|ado|ada)$"
)
_ENGLISH_ENDS = re.compile(r"(?:ing|tion|ness|'s|'t|'m|'re|'ve|'ll|ould|ght|ck|sh|th|ed|ly)$")


@cache
def _words() -> tuple[frozenset[str], frozenset[str]]:
    """The commonest words of Portuguese and of English, as texts are normalised."""
    path = Path(__file__).parent / "data" / "neutral" / "languages.toml"
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return frozenset(content["pt"]["words"]), frozenset(content["en"]["words"])


def language_of(text: str, given: str = "") -> str:
    """zh, yue (Chinese in Cantonese words), en or pt, of a normalised text.

    `given` is the text before it was normalised, whose accents tell Portuguese. Where nothing tells
    English from Portuguese it is called English.
    """
    chinese = len(_CHINESE.findall(text))
    latin = _LATIN.findall(text)
    if chinese * 2 >= len(latin) and chinese:
        return "yue" if len(_CANTONESE.findall(text)) * 40 >= chinese else "zh"
    in_portuguese, in_english = _words()
    portuguese = 1.0 * len(_ACCENTS.findall(given))
    english = 0.0
    for word in latin:
        portuguese += (word in in_portuguese) + 0.5 * (_PORTUGUESE_ENDS.search(word) is not None)
        english += (word in in_english) + 0.5 * (_ENGLISH_ENDS.search(word) is not None)
    return "pt" if portuguese > english else "en"


__all__ = ["language_of"]
