"""Who may lower a code a person gave, how far, and what is needed for it.

Only the human code is ever lowered. The floor is not: a wrong answer is put right by a new
assessment, so that the record shows both.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from triage.vocabulary import LoweringReason, LoweringRefusal, ResponseCode, Role

LOWERS = frozenset({Role.SHIFT_LEADER, Role.COUNSELLOR, Role.SUPERVISOR})
SECONDS = LOWERS
"""Who may stand as the second person when A or B is lowered."""

REVIEWS_UNASKED = frozenset({Role.SHIFT_LEADER, Role.SUPERVISOR})
"""Who may decide that a screen left unfinished stays so."""

SHIFT_LEADER_LOWEST = ResponseCode.D


@dataclass(frozen=True, slots=True)
class Lowering:
    """Whether the code may be lowered, and every ground against it in a fixed order."""

    refusals: tuple[LoweringRefusal, ...]

    @property
    def allowed(self) -> bool:
        """True when nothing stands against it."""
        return not self.refusals


def may_lower(
    from_code: ResponseCode,
    to_code: ResponseCode,
    *,
    roles: Collection[Role],
    own: bool,
    floor: ResponseCode,
    reason: LoweringReason | None,
    note: str,
    second_person: Collection[Role] | None = None,
    second_is_other: bool = True,
) -> Lowering:
    """Whether somebody with these roles may lower the human code, with all refusals at once.

    A supervisor lowers any code, A and B only together with a second person; a counsellor the
    code of an own case below B; a shift leader as far down as D and nothing above C. Everybody
    needs a reason code and words. `second_person` holds the roles of who agreed, None while
    nobody has; `second_is_other` is False when it is the same person again.
    """
    refusals: list[LoweringRefusal] = []
    if to_code is ResponseCode.U:
        refusals.append(LoweringRefusal.UNASSESSED)
    elif to_code.rank >= from_code.rank and from_code is not ResponseCode.U:
        refusals.append(LoweringRefusal.NOT_LOWER)
    if to_code.rank < floor.rank:
        refusals.append(LoweringRefusal.BELOW_FLOOR)
    refusals += _of_role(from_code, to_code, roles, own=own)
    if reason is None or not note.strip():
        refusals.append(LoweringRefusal.NEEDS_REASON)
    agreed = second_person is not None and second_is_other and bool(SECONDS & set(second_person))
    if from_code.rank >= ResponseCode.B.rank and not agreed:
        refusals.append(LoweringRefusal.NEEDS_SECOND_PERSON)
    return Lowering(tuple(refusals))


def may_review_unasked(roles: Collection[Role]) -> bool:
    """True for those who may accept that risk was not asked about, giving a code instead."""
    return bool(REVIEWS_UNASKED & set(roles))


def _of_role(
    from_code: ResponseCode, to_code: ResponseCode, roles: Collection[Role], *, own: bool
) -> list[LoweringRefusal]:
    """What the best of the roles held still lacks; nothing when one of them suffices."""
    if Role.SUPERVISOR in roles:
        return []
    if not LOWERS & set(roles) or from_code.rank >= ResponseCode.B.rank:
        return [LoweringRefusal.ROLE]
    leads_far_enough = Role.SHIFT_LEADER in roles and to_code.rank >= SHIFT_LEADER_LOWEST.rank
    if leads_far_enough or (Role.COUNSELLOR in roles and own):
        return []
    if Role.COUNSELLOR in roles:
        return [LoweringRefusal.NOT_OWN_CASE]
    return [LoweringRefusal.TOO_LOW_FOR_ROLE]
