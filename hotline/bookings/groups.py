"""Counselling groups: screening, contract, waiting list, who belongs to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.bookings import facts, group_calls, records
from hotline.bookings.because import because
from hotline.bookings.reserving import (
    BookingRefused,
    Holding,
    all_or_nothing,
    hold,
    release,
)
from hotline.followups.planning import plan_task
from hotline.ports import Ports
from models.bookings import Reservation
from models.cases import Case
from models.groups import Group, GroupMeeting, GroupMember
from triage.vocabulary import TaskKind

NEXT_STATUS = {"planned": ("open", "ended"), "open": ("running", "ended"), "running": ("ended",)}


@dataclass(frozen=True, slots=True)
class GroupValues:
    """What a group is. The usual size is ten to twelve."""

    name: str
    centre_id: int
    leader_id: int
    co_leader_id: int | None
    seats: int = 12
    language: str | None = None
    room_id: int | None = None
    purpose: str = ""
    contract: str = ""


def find_group(
    session: Session, actor: Actor, public_id: str, now: datetime,
    permission: Permission = Permission.BOOKING_READ,
) -> Group:
    """The group. Raises LookupError or Forbidden."""
    group = session.scalar(select(Group).where(Group.public_id == public_id).with_for_update())
    if group is None:
        raise LookupError(public_id)
    subject = Subject(centre_id=group.centre_id, owner_id=group.leader_id,
                      creator_id=group.made_by_id, created_at=group.made_at)
    require(actor, permission, subject, now)
    return group


def groups_of(session: Session, centre_ids: Collection[int]) -> list[tuple[Group, int, int]]:
    """The groups of the centres with how many members and how many waiting; ended ones last."""
    rows = session.scalars(
        select(Group).where(Group.centre_id.in_(centre_ids)).order_by(Group.made_at.desc())
    ).all()
    counts = {
        (group, status): count
        for group, status, count in session.execute(
            select(GroupMember.group_id, GroupMember.status, func.count())
            .where(GroupMember.group_id.in_([group.id for group in rows]))
            .group_by(GroupMember.group_id, GroupMember.status)
        )
    }
    ordered = sorted(rows, key=lambda group: group.status == "ended")
    return [
        (group, counts.get((group.id, "member"), 0), counts.get((group.id, "waiting"), 0))
        for group in ordered
    ]


def make(session: Session, actor: Actor, values: GroupValues, ports: Ports) -> Group:
    """A new group, planned. Raises BookingRefused("leaders") unless two people lead it."""
    now = ports.clock.now()
    require(actor, Permission.BOOKING_WRITE, Subject(centre_id=values.centre_id), now)
    if values.co_leader_id is None or values.co_leader_id == values.leader_id:
        raise BookingRefused("leaders")
    group = Group(
        name=values.name, centre_id=values.centre_id, leader_id=values.leader_id,
        co_leader_id=values.co_leader_id, seats=values.seats, language=values.language,
        room_id=values.room_id, purpose=values.purpose or None, contract=values.contract or None,
        made_by_id=actor.user_id, made_at=now,
    )
    session.add(group)
    session.flush()
    audit.record(session, actor, "group.made", ("group", group.id), at=now, centre_id=group.centre_id)
    return group


def set_status(
    session: Session, actor: Actor, public_id: str, status: str, ports: Ports
) -> Group:
    """The group, a step on: planned, open, running, ended.

    At its end what is planned later is cancelled; where there was something, each member is rung.
    """
    now = ports.clock.now()
    group = find_group(session, actor, public_id, now, Permission.BOOKING_WRITE)
    if status not in NEXT_STATUS.get(group.status, ()):
        raise BookingRefused("group_status")
    group.status = status
    group.version += 1
    if status == "ended":
        group.ended_at = now
        coming = to_come(group, now)
        if coming:
            group_calls.tell(session, actor, group, coming[0], now, group_calls.ENDED)
        for meeting in coming:
            meeting.status = "cancelled"
            release(session, meeting_id=meeting.id)
        for meeting in coming[1:]:
            # Nobody is to be told a new time of it any more.
            group_calls.forget_calls(session, meeting, now)
    audit.record(session, actor, "group.status", ("group", group.id), at=now,
                 centre_id=group.centre_id, status=status)
    return group


def ask(session: Session, actor: Actor, public_id: str, case_id: str, ports: Ports) -> GroupMember:
    """Put the person of a case down for the screening talk of a group."""
    now = ports.clock.now()
    group = find_group(session, actor, public_id, now, Permission.BOOKING_WRITE)
    if group.status == "ended":
        raise BookingRefused("group_status")
    case = records.case_to_book(session, actor, case_id, now)
    if {group.leader_id, group.co_leader_id} & facts.refused_helpers(session, case):
        raise BookingRefused("conflict")
    member = session.scalar(
        select(GroupMember).where(GroupMember.group_id == group.id, GroupMember.case_id == case.id)
    )
    if member is None:
        member = GroupMember(group_id=group.id, case_id=case.id, asked_at=now)
        session.add(member)
    elif member.status in ("left", "refused"):
        member.status, member.asked_at = "screening", now
    session.flush()
    audit.record(session, actor, "group.asked", ("group_member", member.id), at=now,
                 centre_id=group.centre_id, case_id=case.id)
    return member


def find_member(
    session: Session, actor: Actor, public_id: str, now: datetime
) -> tuple[GroupMember, Group, Case]:
    """A member with group and case, for somebody who may book for both."""
    member = session.scalar(select(GroupMember).where(GroupMember.public_id == public_id))
    if member is None:
        raise LookupError(public_id)
    group = find_group(session, actor, member.group.public_id, now, Permission.BOOKING_WRITE)
    case = session.get_one(Case, member.case_id)
    require(actor, Permission.BOOKING_WRITE, records.case_subject(case), now)
    return member, group, case


def screen(
    session: Session, actor: Actor, public_id: str, ports: Ports, *, fits: bool, agreed: bool
) -> GroupMember:
    """What came of the screening talk: refused, a member, or waiting where the group is full.

    Nobody joins who has not agreed to the group's rules: raises BookingRefused("not_agreed").
    """
    now = ports.clock.now()
    member, group, case = find_member(session, actor, public_id, now)
    if fits and not agreed:
        raise BookingRefused("not_agreed")
    member.screened_at, member.screened_by_id = now, actor.user_id
    if not fits:
        member.status = "refused"
    else:
        member.agreed_at = now
        member.status = "waiting"
        session.flush()
        if members(session, group) < group.seats:
            _join(session, member, group, case, now)
    audit.record(session, actor, "group.screened", ("group_member", member.id), at=now,
                 centre_id=group.centre_id, case_id=case.id, status=member.status)
    return member


def join(session: Session, actor: Actor, public_id: str, ports: Ports) -> GroupMember:
    """Let somebody who waits take a place. Raises BookingRefused: full, not_agreed."""
    now = ports.clock.now()
    member, group, case = find_member(session, actor, public_id, now)
    if member.agreed_at is None:
        raise BookingRefused("not_agreed")
    if members(session, group) >= group.seats:
        raise BookingRefused("full")
    _join(session, member, group, case, now)
    audit.record(session, actor, "group.joined", ("group_member", member.id), at=now,
                 centre_id=group.centre_id, case_id=case.id)
    return member


def members(session: Session, group: Group) -> int:
    """How many places are taken."""
    return session.scalar(
        select(func.count(GroupMember.id)).where(
            GroupMember.group_id == group.id, GroupMember.status == "member"
        )
    ) or 0


def _join(
    session: Session, member: GroupMember, group: Group, case: Case, now: datetime
) -> None:
    """A member from now on; the person's time is held for every meeting to come."""
    with all_or_nothing(session):
        member.status, member.joined_at, member.left_at = "member", now, None
        for meeting in to_come(group, now):
            hold(session, holding(meeting, person(case)), meeting_id=meeting.id)


def leave(session: Session, actor: Actor, public_id: str, ports: Ports) -> GroupMember:
    """Let somebody leave; whoever waits first is to be rung about the place."""
    now = ports.clock.now()
    member, group, case = find_member(session, actor, public_id, now)
    had_place = member.status == "member"
    member.status, member.left_at = "left", now
    for meeting in to_come(group, now):
        for kind, resource in person(case):
            session.execute(
                delete(Reservation).where(
                    Reservation.meeting_id == meeting.id, Reservation.kind == kind,
                    Reservation.resource_id == resource,
                )
            )
    session.flush()
    if had_place:
        _offer_place(session, group, now)
    audit.record(session, actor, "group.left", ("group_member", member.id), at=now,
                 centre_id=group.centre_id, case_id=case.id)
    return member


def _offer_place(session: Session, group: Group, now: datetime) -> None:
    row = session.execute(
        select(GroupMember, Case)
        .join(Case, Case.id == GroupMember.case_id)
        .where(GroupMember.group_id == group.id, GroupMember.status == "waiting")
        .order_by(Case.rank.desc(), GroupMember.asked_at)
        .limit(1)
    ).first()
    if row is not None:
        case = row[1]
        plan_task(
            session, kind=TaskKind.BOOKING_OFFER, code=case.code, centre_id=group.centre_id,
            now=now, case=case, owner_id=group.leader_id, rule_id="group_place",
            reason=because("group_place"),
        )


def person(case: Case) -> list[tuple[str, int]]:
    """What a meeting holds of the person of a case."""
    found = [("case", case.id)]
    if case.caller_id is not None:
        found.append(("caller", case.caller_id))
    return found


def holding(meeting: GroupMeeting, resources: Iterable[tuple[str, int]]) -> Holding:
    """The resources over the time of a meeting, its buffer included."""
    return Holding(
        tuple(resources), meeting.starts_at, meeting.ends_at,
        timedelta(minutes=meeting.buffer_minutes),
    )


def to_come(group: Group, now: datetime) -> list[GroupMeeting]:
    """The meetings that are still planned."""
    return [m for m in group.meetings if m.status == "planned" and m.starts_at > now]
