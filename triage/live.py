"""A signal for text that is still growing: raised by a segment, kept until a person has seen it.

The state is a frozen value: each segment gives a new one, so that a web process can store it
between two segments and take it up again. It holds the last segments of the caller's words:
keep it in an encrypted column and drop it when the call ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from triage.assessment import Facts, Policy
from triage.evidence import PhraseReader, Predictor
from triage.hearing import hear_model, hear_phrases
from triage.reasons import Reason
from triage.vocabulary import CallType, ReasonSource, ResponseCode, highest


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSignal:
    """What to put before the listener now: the code, the reasons, and whether at once."""

    code: ResponseCode
    reasons: tuple[Reason, ...]
    shows_at_once: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """How a call stands whose words come in one by one.

    `raised` is the highest code since somebody last looked and `reasons` what raised it;
    `highest` never falls during the call; `seen` are the rules a person has acknowledged, which
    do not raise again by the same code.
    """

    call_type: CallType | None = None
    tail: tuple[str, ...] = ()
    raised: ResponseCode | None = None
    reasons: tuple[Reason, ...] = ()
    highest: ResponseCode | None = None
    seen: frozenset[str] = frozenset()
    segments: int = 0

    def feed(
        self,
        segment: str,
        *,
        reader: PhraseReader | None = None,
        predictor: Predictor | None = None,
        policy: Policy | None = None,
    ) -> Live:
        """The state after one more segment, read together with the few before it.

        The cost of a segment does not grow with the call. A signal can only be raised here,
        never taken back; empty segments change nothing.
        """
        policy = policy or Policy()
        words = segment.strip()
        if not words:
            return self
        window = (*self.tail, words)
        facts = Facts(call_type=self.call_type, text="\n".join(window))
        heard = (
            *hear_phrases(facts, reader, policy).reasons,
            *hear_model(facts, predictor, policy).reasons,
        )
        news = [each for each in heard if each.code is not None and self._is_news(each)]
        return replace(
            self,
            tail=window[-policy.live_context :] if policy.live_context else (),
            raised=highest(self.raised, *(each.code for each in news)),
            reasons=_merged(self.reasons, news, policy.max_reasons),
            highest=highest(self.highest, *(each.code for each in heard)),
            segments=self.segments + 1,
        )

    def signal(self, policy: Policy | None = None) -> LiveSignal | None:
        """What the listener should see, None when nothing is raised that has not been seen."""
        if self.raised is None or self.raised.rank <= ResponseCode.E.rank:
            return None
        at_once = self.raised.rank >= (policy or Policy()).show_at_once.rank
        return LiveSignal(code=self.raised, reasons=self.reasons, shows_at_once=at_once)

    def acknowledge(self) -> Live:
        """The state after a person has seen the signal; only something new raises again."""
        seen = self.seen | {_key(each) for each in self.reasons}
        return replace(self, raised=None, reasons=(), seen=seen)

    def dump(self) -> dict[str, Any]:
        """The state as plain values for an encrypted column; `load` gives it back."""
        return {
            "call_type": self.call_type,
            "tail": list(self.tail),
            "raised": self.raised,
            "reasons": [
                [
                    each.rule_id,
                    each.code,
                    each.source,
                    each.message,
                    dict(each.params),
                    each.segment,
                ]
                for each in self.reasons
            ],
            "highest": self.highest,
            "seen": sorted(self.seen),
            "segments": self.segments,
        }

    @classmethod
    def load(cls, values: Mapping[str, Any]) -> Live:
        """The state from what `dump` gave; unknown codes raise ValueError."""
        return cls(
            call_type=CallType(values["call_type"]) if values["call_type"] else None,
            tail=tuple(values["tail"]),
            raised=_code(values["raised"]),
            reasons=tuple(
                Reason(rule_id, _code(code), ReasonSource(source), message, params, segment)
                for rule_id, code, source, message, params, segment in values["reasons"]
            ),
            highest=_code(values["highest"]),
            seen=frozenset(values["seen"]),
            segments=int(values["segments"]),
        )

    def _is_news(self, each: Reason) -> bool:
        """True unless the same rule was seen at this code or a higher one."""
        return not any(
            _key(each, code) in self.seen
            for code in ResponseCode
            if each.code is not None and code.at_least(each.code)
        )


def _key(each: Reason, code: ResponseCode | None = None) -> str:
    """What a person has seen: the rule and how urgent it was; the classifier as one rule."""
    rule = "model" if each.source is ReasonSource.MODEL else each.rule_id
    return f"{rule}:{code or each.code}"


def _merged(kept: tuple[Reason, ...], news: list[Reason], most: int) -> tuple[Reason, ...]:
    """The reasons so far and the new ones, each rule once, most urgent first."""
    by_key = {_key(each): each for each in (*news, *kept)}
    ordered = sorted(by_key.values(), key=lambda each: -(each.code.rank if each.code else -1))
    return tuple(ordered[:most])


def _code(value: str | None) -> ResponseCode | None:
    return ResponseCode(value) if value else None
