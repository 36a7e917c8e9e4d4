"""Finds phrases of risk in a text, weighs the scope they were said in, and tells the problems.

The reading is deterministic, needs no model and imports no numerical package. It sets a question
to ask and a floor for the suggestion; what it says is explained by the sentence it found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from triage.evidence import PhraseHit, TextReading
from triage.lexicon import Entry, problem_lexicon, risk_lexicon
from triage.normalise import Normalised, normalise
from triage.patterns import text_keys
from triage.scope import SILENT, Scope, in_denied_list, laughed_off, scope_of, tells_recovery
from triage.segments import Segment, Speaker, segments
from triage.vocabulary import Problem, ResponseCode, highest

#: Categories that only tell that other words of the sentence were not meant.
MASKING = frozenset(("hyperbole", "insult"))

#: One pattern tells no more by standing in a sentence again and again.
MOST_MATCHES = 3

_IDEATION = frozenset(("active", "passive", "hopeless", "burden", "goodbye", "plan", "means"))
_SAID_FOR_EFFECT = frozenset(("active", "passive", "burden", "plan", "threat_other", "goodbye"))
_OTHERS = frozenset(("violence_self", "threat_other", "child_risk", "other_at_risk"))
_OWN = re.compile(r"我|\b(?:i|i'm|eu)\b")
# Words for which a past or a third person changes nothing: they tell of another's acts.
_SUBJECT_IS_OTHER = frozenset(("violence_self", "child_risk", "other_at_risk"))
_A, _B, _C, _D, _E = (ResponseCode(letter) for letter in "ABCDE")


def read(text: str) -> TextReading:
    """All phrases of the text, most urgent first, the problems it speaks of, and the code.

    Never raises for any string. The code is the highest any phrase supports in its scope, None
    where nothing was found that speaks of risk.
    """
    return read_normalised(normalise(text))


def read_normalised(folded: Normalised) -> TextReading:
    """The reading of a text that was normalised already."""
    return read_parts(folded, parts_of(folded))


def parts_of(folded: Normalised) -> list[tuple[Segment, list[PhraseHit]]]:
    """The sentences of the text with the phrases of each."""
    recovered = {
        language: tells_recovery(folded.text, language) for language in ("zh", "en", "pt")
    }
    return [
        (segment, read_segment(segment, recovered)) for segment in segments(folded.text)
    ]


def read_parts(
    folded: Normalised, parts: list[tuple[Segment, list[PhraseHit]]]
) -> TextReading:
    """The reading of a text whose sentences were read already."""
    hits = [_shown(hit, folded) for _segment, found in parts for hit in found]
    hits.sort(key=lambda hit: (-(hit.code.rank if hit.code else -1), hit.start, hit.rule_id))
    return TextReading(
        tuple(hits), tuple(_problems([segment for segment, _found in parts])), highest(*(hit.code for hit in hits))
    )


def read_segment(segment: Segment, recovered: dict[str, bool]) -> list[PhraseHit]:
    """The phrases of one sentence; offsets are into the normalised text."""
    matches = list(_matches(segment))
    masks = [span for entry, span, _gaps in matches if entry.category in MASKING]
    denied: list[tuple[int, int]] = []
    found: dict[tuple[str, int], PhraseHit] = {}
    for entry, (start, end), gaps in sorted(matches, key=lambda match: match[1]):
        scope, code = Scope.HYPERBOLE, None
        if entry.category not in MASKING and not any(
            low < end and start < high for low, high in masks
        ):
            scope = _scope(segment, (start, end), gaps, entry, recovered)
            if in_denied_list(segment.text, denied, start, entry.language):
                scope = Scope.NEGATED
            if scope is Scope.NEGATED:
                denied.append((start, end))
            code = weigh(entry.category, entry.code, scope)
            if entry.own and scope is not Scope.FIRST_PERSON:
                code = None
        hit = PhraseHit(entry.rule_id, entry.category, code, segment.text,
                        segment.start + start, segment.start + end, scope.value)
        known = found.get((entry.rule_id, start))
        if known is None or _rank(hit) > _rank(known):
            found[(entry.rule_id, start)] = hit
    return list(found.values())


def _scope(
    segment: Segment, span: tuple[int, int], gaps: str, entry: Entry, recovered: dict[str, bool]
) -> Scope:
    """The scope of one match; words that are often said for effect are not meant where one laughs."""
    language = entry.language
    scope = scope_of(segment, span, gaps, language,
                     recovered_anywhere=recovered[language], states=entry.states)
    if (
        scope in (Scope.FIRST_PERSON, Scope.THIRD_PERSON)
        and entry.category in _SAID_FOR_EFFECT
        and laughed_off(segment.text, span[0], language)
    ):
        return Scope.HYPERBOLE
    return scope


def weigh(category: str, code: ResponseCode | None, scope: Scope) -> ResponseCode | None:
    """The code a phrase supports once its scope is known; None where it only explains."""
    if code is None:
        return None
    if category in _SUBJECT_IS_OTHER and scope in (Scope.THIRD_PERSON, Scope.FIRST_PERSON):
        return code
    if category == "child_risk" and scope is Scope.DISTANT:
        return code
    if scope in SILENT:
        return None
    if scope is Scope.PAST:
        return _of_the_past(category)
    if scope is Scope.THIRD_PERSON:
        return _of_another(code)
    return code


def _of_the_past(category: str) -> ResponseCode:
    """A past attempt asks for D (floor rules: an act more than three months ago); a thought for E."""
    if category in _OTHERS:
        return _D
    return _E if category in _IDEATION else _D


def _of_another(code: ResponseCode) -> ResponseCode | None:
    """Somebody worried about another: the other's present danger counts, the rest asks for a look."""
    if code is _E:
        return None
    if code is _A:
        return _A
    return _C if code is _B else _D


def _matches(segment: Segment) -> Iterator[tuple[Entry, tuple[int, int], str]]:
    """Every match of a pattern in the sentence: entry, span and the words in its gaps."""
    text = segment.text
    fitting: dict[str, bool] = {}
    keys = text_keys(text)
    for pattern, entry in risk_lexicon().candidates(keys):
        if not pattern.may_match(keys):
            continue
        if entry.rule_id not in fitting:
            fitting[entry.rule_id] = entry.fits(text, keys)
        if not fitting[entry.rule_id]:
            continue
        for found in islice(pattern.regex.finditer(text), MOST_MATCHES):
            gaps = "|".join(gap for gap in found.groups() if gap)
            if entry.category == "other_at_risk" and _OWN.search(gaps):
                continue  # "he says I want to die" is not about him
            yield entry, found.span(), gaps


def _problems(parts: list[Segment]) -> Iterator[Problem]:
    """The problems the caller's own words name, in the order of the enum."""
    lexicon = problem_lexicon()
    named: set[Problem | None] = set()
    for segment in parts:
        if segment.speaker is Speaker.WORKER:
            continue
        keys = text_keys(segment.text)
        for pattern, entry in lexicon.candidates(keys):
            if entry.problem not in named and pattern.may_match(keys) and pattern.regex.search(segment.text):
                named.add(entry.problem)
    return (problem for problem in Problem if problem in named)


def _shown(hit: PhraseHit, folded: Normalised) -> PhraseHit:
    """The hit with its offsets and its sentence in the text as given."""
    start, end = folded.origin(hit.start, hit.end)
    low = folded.text.rfind(hit.segment, 0, hit.start + len(hit.segment))
    first, last = folded.origin(max(low, 0), max(low, 0) + len(hit.segment))
    return PhraseHit(hit.rule_id, hit.category, hit.code, folded.given[first:last],
                     start, end, hit.scope)


def _rank(hit: PhraseHit) -> int:
    return hit.code.rank if hit.code is not None else -1
