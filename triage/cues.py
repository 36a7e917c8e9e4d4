"""The cue words of who, when and whether, compiled once for each language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from triage.lexicon import scope_cues
from triage.patterns import cue_expression

# Laughter in any language, as letters and as pictures.
_LAUGHTER = (
    r"\blo+l\b|\blmf?a+o+\b|\brofl\b|\b(?:ha){2,}h?\b|\b(?:he){2,}h?\b|\b(?:ah){2,}a?\b|\bk{2,}\b"
    r"|\b(?:rs){1,}s?\b|\b(?:hua){2,}|\b(?:ks){2,}|\bxd+\b|\bjk\b|\bhaha|\bkkk|\b233+\b|哈哈|嘻嘻|呵呵哒"
    "|[\U0001f602\U0001f923\U0001f606\U0001f605\U0001f639\U0001f480]"
)


@dataclass(frozen=True)
class Cues:
    """The compiled cues of one language, named as in scope.toml."""

    negation: re.Pattern[str]
    masked: re.Pattern[str]
    after: re.Pattern[str]
    subjects: re.Pattern[str]
    caller: re.Pattern[str]
    far: re.Pattern[str]
    past: re.Pattern[str]
    recovered: re.Pattern[str]
    again: re.Pattern[str]
    media: re.Pattern[str]
    says: re.Pattern[str]
    second: re.Pattern[str]
    conditional: re.Pattern[str]
    help_out: re.Pattern[str]
    affirm: re.Pattern[str]
    deny: re.Pattern[str]
    unsure: re.Pattern[str]
    asked: re.Pattern[str]
    said_no: re.Pattern[str]
    denial: re.Pattern[str]
    denial_ends: re.Pattern[str]
    joins: re.Pattern[str]
    over: re.Pattern[str]
    laughs: re.Pattern[str]
    meant: re.Pattern[str]


@cache
def cues_of(language: str) -> Cues:
    words = scope_cues()[language]
    zh = language == "zh"

    def any_of(*names: str) -> str:
        return cue_expression([word for name in names for word in words.get(name, [])], zh)

    if zh:
        filler = any_of("filler")
        negation = f"{any_of('negation')}{filler}{{0,5}}$"
        after = f"^{any_of('after_negation')}"
        before = cue_expression(words["not_subject_before"], True)
        subjects = (
            f"(?P<object>{before}(?:我|他|她|佢)?{any_of('third')})"
            f"|(?P<third>(?:我|我的|我嘅|我哋|个|我个|我阿)?{any_of('third')})"
            f"|(?P<first>{any_of('first')})|(?P<second>{any_of('second')})"
        )
    else:
        words_between = r"(?:[ ,/]+[a-z'\-]+)"
        negation = (
            rf"(?:{any_of('negation')}{words_between}{{0,6}}|{any_of('flat_negation')}{words_between}{{0,12}})[ ,]*$"
        )
        after = rf"^[ ,]*{any_of('after_negation')}"
        before = cue_expression(words["not_subject_before"], False)
        subjects = (
            f"(?P<object>{before} (?:my |meu |minha |o meu |a minha |the |his |her )?{any_of('third')})"
            f"|(?P<third>(?:my |meu |minha |o meu |a minha )?{any_of('third')})"
            f"|(?P<first>{any_of('first')})|(?P<second>{any_of('second')})"
        )
    return Cues(
        re.compile(negation), re.compile(any_of("not_negation")), re.compile(after),
        re.compile(subjects), re.compile(any_of("caller")), re.compile(any_of("far")),
        re.compile(any_of("past")), re.compile(any_of("recovered")), re.compile(any_of("again")),
        re.compile(any_of("media")), re.compile(any_of("say")), re.compile(any_of("second")),
        re.compile(any_of("conditional")), re.compile(any_of("help_out")),
        re.compile(f"^[ ]*{any_of('affirm')}"), re.compile(f"^[ ]*{any_of('deny')}"),
        re.compile(f"^[ ]*{any_of('unsure')}"),
        re.compile(any_of("asked")), re.compile(any_of("said_no")),
        re.compile(any_of("denial")), re.compile(any_of("denial_ends")),
        re.compile(rf"(?:[ ,，、/和或与及同]|{any_of('joins')})+"), re.compile(any_of("over")),
        re.compile(rf"{any_of('laughs')}|{_LAUGHTER}"), re.compile(any_of("meant")),
    )
