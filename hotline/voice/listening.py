"""Reads a caller's words for risk while the call goes on, and raises what a person must see."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.governance.gates import current_policy
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.calls import Call, LiveSignal, TranscriptPartial, TranscriptSegment
from triage.assessment import Policy
from triage.evidence import Predictor
from triage.live import Live
from triage.reasons import Reason
from triage.vocabulary import ResponseCode

log = logging.getLogger("hotline.voice")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of one side, with the few final ones before and after them, in their order."""

    call_id: int
    words: str
    received_at: datetime
    before: tuple[str, ...]
    after: tuple[tuple[str, datetime], ...]
    is_final: bool


@dataclass(frozen=True, slots=True)
class Sign:
    """One reason to look, and the words that gave it."""

    reason: Reason
    words: str
    received_at: datetime


def read_words(ports: Ports, segment_id: int) -> int:
    """Read one final segment for risk; gives how many new signals it raised.

    It is read together with the few segments around it, because a sentence may be split and its
    parts may have come in the wrong order. What the volunteer says is not read: their questions
    name every danger there is.
    """
    with unit_of_work() as session:
        segment = session.get(TranscriptSegment, segment_id)
        if segment is None or segment.track == "volunteer":
            return 0
        policy = current_policy(session)
        piece = Piece(
            segment.call_id, segment.words, segment.received_at, _before(session, segment, policy),
            _after(session, segment, policy), is_final=True,
        )  # fmt: skip
    return _raise(piece, _hear(piece, ports, policy))


def read_partial(ports: Ports, partial_id: int) -> int:
    """Read what somebody is just saying; gives how many new signals it raised.

    Only what must be seen at once is raised from words that may still change; for the rest the
    final result is early enough.
    """
    with unit_of_work() as session:
        partial = session.get(TranscriptPartial, partial_id, with_for_update=True)
        if partial is None or partial.track == "volunteer":
            return 0
        partial.waits = False
        policy = current_policy(session)
        piece = Piece(
            partial.call_id, partial.words, partial.received_at,
            _before(session, partial, policy), (), is_final=False,
        )  # fmt: skip
    found = [each for each in _hear(piece, ports, policy)
             if each.reason.code is not None and each.reason.code.at_least(policy.show_at_once)]
    return _raise(piece, found)


def _before(
    session: Session, said: TranscriptSegment | TranscriptPartial, policy: Policy
) -> tuple[str, ...]:
    rows = session.scalars(
        select(TranscriptSegment)
        .where(
            TranscriptSegment.call_id == said.call_id,
            TranscriptSegment.session_sid == said.session_sid,
            TranscriptSegment.track == said.track,
            TranscriptSegment.sequence < said.sequence,
        )
        .order_by(TranscriptSegment.sequence.desc())
        .limit(policy.live_context)
    ).all()
    return tuple(each.words for each in reversed(rows))


def _after(
    session: Session, segment: TranscriptSegment, policy: Policy
) -> tuple[tuple[str, datetime], ...]:
    rows = session.scalars(
        select(TranscriptSegment)
        .where(
            TranscriptSegment.call_id == segment.call_id,
            TranscriptSegment.session_sid == segment.session_sid,
            TranscriptSegment.track == segment.track,
            TranscriptSegment.sequence > segment.sequence,
        )
        .order_by(TranscriptSegment.sequence)
        .limit(policy.live_context)
    ).all()
    return tuple((each.words, each.received_at) for each in rows)


def _hear(piece: Piece, ports: Ports, policy: Policy) -> list[Sign]:
    """What the words give; no transaction is open while they are read."""
    predictor = predictor_of(ports)
    state = Live(tail=piece.before)
    signs: list[Sign] = []
    for words, at in ((piece.words, piece.received_at), *piece.after):
        earlier = state.reasons
        state = state.feed(words, reader=ports.read_phrases, predictor=predictor, policy=policy)
        signs += [Sign(each, words, at) for each in state.reasons if each not in earlier]
    return signs


def predictor_of(ports: Ports) -> Predictor | None:
    """The classifier in use; without it the phrases are still read."""
    try:
        return ports.predictor()
    except Exception as error:
        log.error("the classifier could not be used: %s", type(error).__name__)
        return None


def _raise(piece: Piece, signs: Sequence[Sign]) -> int:
    """Write down what is new; final words take the place of those that were not."""
    signs = [each for each in signs
             if each.reason.code is not None and each.reason.code.rank > ResponseCode.E.rank]
    if not signs:
        return 0
    raised = 0
    with unit_of_work() as session:
        # Two readers at once would not see each other's signals: the call's row is held.
        session.get(Call, piece.call_id, with_for_update={"of": Call})
        known = list(
            session.scalars(select(LiveSignal).where(LiveSignal.call_id == piece.call_id))
        )
        for sign in signs:
            code, rule = ResponseCode(str(sign.reason.code)), sign.reason.rule_id[:40]
            alike = [each for each in known
                     if each.rule_id == rule and ResponseCode(each.code).at_least(code)]
            if not alike:
                row = LiveSignal(
                    call_id=piece.call_id, code=code.value, rule_id=rule, words=sign.words,
                    from_partial=not piece.is_final, raised_at=sign.received_at,
                )  # fmt: skip
                session.add(row)
                known.append(row)
                raised += 1
            for each in alike:
                if piece.is_final and each.from_partial and each.seen_at is None:
                    each.words, each.from_partial = sign.words, False
    return raised
