"""Who may lower a code, and never below the floor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.lowering import may_lower, may_review_unasked
from triage.vocabulary import LoweringReason, LoweringRefusal, ResponseCode, Role

A, B, C, D, E, N = (ResponseCode(letter) for letter in "ABCDEN")


def lowering(from_code, to_code, *roles, **options):
    values = {
        "own": True,
        "floor": N,
        "reason": LoweringReason.MORE_FACTS,
        "note": "she is with family",
        **options,
    }
    return may_lower(from_code, to_code, roles=set(roles), **values)


@pytest.mark.parametrize(
    ("role", "from_code", "to_code", "options", "allowed"),
    [
        (Role.VOLUNTEER, C, D, {}, False),
        (Role.SHIFT_LEADER, C, D, {}, True),
        (Role.SHIFT_LEADER, C, E, {}, False),
        (Role.SHIFT_LEADER, D, E, {}, False),
        (Role.SHIFT_LEADER, B, D, {"second_person": {Role.SUPERVISOR}}, False),
        (Role.COUNSELLOR, C, E, {}, True),
        (Role.COUNSELLOR, C, E, {"own": False}, False),
        (Role.COUNSELLOR, B, C, {"second_person": {Role.SUPERVISOR}}, False),
        (Role.SUPERVISOR, C, N, {"own": False}, True),
        (Role.SUPERVISOR, B, C, {}, False),
        (Role.SUPERVISOR, B, C, {"second_person": {Role.COUNSELLOR}}, True),
        (Role.SUPERVISOR, A, D, {"second_person": {Role.SHIFT_LEADER}}, True),
        (Role.SUPERVISOR, A, D, {"second_person": {Role.VOLUNTEER}}, False),
        (
            Role.SUPERVISOR,
            A,
            D,
            {"second_person": {Role.SUPERVISOR}, "second_is_other": False},
            False,
        ),
        (Role.MANAGER, C, D, {}, False),
        (Role.ADMINISTRATOR, C, D, {}, False),
        (Role.PROGRAMME_OFFICER, C, D, {}, False),
        (Role.PRIVACY_OFFICER, C, D, {}, False),
    ],
)
def test_each_role_lowers_as_far_as_it_may(role, from_code, to_code, options, allowed):
    assert lowering(from_code, to_code, role, **options).allowed is allowed


@pytest.mark.parametrize("options", [{"reason": None}, {"note": "  "}])
def test_lowering_needs_a_reason_and_words(options):
    result = lowering(C, D, Role.SUPERVISOR, **options)
    assert result.refusals == (LoweringRefusal.NEEDS_REASON,)


def test_nothing_is_lowered_to_not_assessed():
    result = lowering(C, ResponseCode.U, Role.SUPERVISOR)
    assert LoweringRefusal.UNASSESSED in result.refusals


roles_of = st.sets(st.sampled_from(Role))


@given(
    st.tuples(*[st.sampled_from(ResponseCode)] * 3), roles_of, st.none() | roles_of, st.booleans()
)
def test_nobody_ever_goes_below_the_floor_or_alone_from_a_and_b(codes, roles, second, own):
    from_code, to_code, floor = codes
    result = lowering(from_code, to_code, *roles, own=own, floor=floor, second_person=second)
    if result.allowed:
        assert to_code.rank >= floor.rank
        assert to_code.rank < from_code.rank or from_code is ResponseCode.U
        if from_code in (A, B):
            assert Role.SUPERVISOR in roles
            assert second


def test_a_shift_leader_or_supervisor_decides_about_an_unasked_screen():
    assert may_review_unasked([Role.SHIFT_LEADER])
    assert may_review_unasked([Role.VOLUNTEER, Role.SUPERVISOR])
    assert not may_review_unasked([Role.COUNSELLOR, Role.VOLUNTEER, Role.ADMINISTRATOR])
