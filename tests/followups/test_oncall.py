"""People at home are told when nobody in the house answers for an A or B, one after the other."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Forbidden
from hotline.followups import oncall
from hotline.followups.alerts import acknowledge, raise_alert
from hotline.followups.jobs import climb_ladder, tell_people_at_home, text_home
from hotline.followups.refusals import Refused
from hotline.jobs.registry import JobContext
from hotline.ports import DeliveryError, MessageOrder, Ports
from hotline.transaction import unit_of_work
from models.agency import Shift
from models.duty import OnCallNotice, OnCallPerson
from models.followups import Alert
from models.outbox import OutboxMessage
from tests.followups.tasks import make_task
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import EscalationTarget, OnCallState, ResponseCode

NUMBERS = {"Ms Lei": "+85366778801", "Mr Sousa": "+85366778802"}
SECRET = ("hotline", "counsel", "熱線", "热线", "輔導", "辅导", "suicid", "自殺", "crise", "urgent")


def list_people(session: Session, agency: Agency, ports: Ports) -> None:
    for place, (name, number) in enumerate(NUMBERS.items(), start=1):
        oncall.save_person(
            session, agency.actor("supervisor"),
            oncall.HomeValues(name=name, number=number, centre_id=agency.north, position=place), ports,
        )


def no_supervisor(session: Session, agency: Agency) -> None:
    session.get_one(Shift, agency.shift).supervisor_id = None


def alert_of(session: Session, agency: Agency, ports: Ports, key: str = "x", **more: object) -> Alert:
    given = {"code": ResponseCode.B, "to": EscalationTarget.SUPERVISOR, **more}
    made = raise_alert(session, key=key, kind="late", now=ports.clock.now(),
                       centre_id=agency.north, **given)  # type: ignore[arg-type]
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("target", "code", "somebody", "told"),
    [
        (EscalationTarget.SUPERVISOR, ResponseCode.B, False, 1),
        (EscalationTarget.SUPERVISOR, ResponseCode.A, False, 1),
        (EscalationTarget.SUPERVISOR, ResponseCode.B, True, 0),
        (EscalationTarget.ON_CALL_DIRECTOR, ResponseCode.B, True, 1),
        (EscalationTarget.SHIFT_LEADER, ResponseCode.A, False, 0),
        (EscalationTarget.SUPERVISOR, ResponseCode.C, False, 0),
        (EscalationTarget.SUPERVISOR, None, False, 0),
    ],
)
def test_14_a_and_b_ring_at_home_when_nobody_with_authority_is_there(
    app: Flask, agency: Agency, ports: Ports, target: EscalationTarget,
    code: ResponseCode | None, somebody: bool, told: int,
) -> None:
    with app.app_context(), unit_of_work() as session:
        list_people(session, agency, ports)
        if not somebody:
            no_supervisor(session, agency)
        session.flush()
        alert_of(session, agency, ports, to=target, code=code)
        rows = session.scalars(select(OnCallNotice)).all()
        assert len(rows) == told
        assert len(session.scalars(select(OutboxMessage)).all()) == told


@pytest.mark.both_databases
def test_the_ladder_of_a_late_b_ends_at_the_telephone_at_home(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    context = JobContext(ports, app.config["HOTLINE"])
    with app.app_context():
        with unit_of_work() as session:
            list_people(session, agency, ports)
            task = make_task(session, agency, ports, ResponseCode.B)
            due, case = task.due_at, task.case_id
        clock.set(due)
        climb_ladder(context)
        with unit_of_work() as session:
            assert session.scalars(select(OnCallNotice)).all() == []
        for _ in range(4):
            clock.step(minutes=15)
            climb_ladder(context)
        with unit_of_work() as session:
            rows = session.scalars(select(OnCallNotice)).all()
            assert [row.state for row in rows] == [OnCallState.TO_RING]
            person = session.get_one(OnCallPerson, rows[0].person_id)
            assert person.name == "Ms Lei"
        # She does not answer: the next one is told, and nobody a second time.
        for _ in range(2):
            clock.step(minutes=oncall.NEXT_AFTER.seconds // 60)
            tell_people_at_home(context)
        with unit_of_work() as session:
            told = session.scalars(select(OnCallNotice).order_by(OnCallNotice.id)).all()
            names = [session.get_one(OnCallPerson, row.person_id).name for row in told]
            assert names == list(NUMBERS)
            alerts = {session.get_one(Alert, row.alert_id).case_id for row in told}
            assert alerts == {case}


def test_an_answer_in_the_house_leaves_people_at_home_alone(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        list_people(session, agency, ports)
        no_supervisor(session, agency)
        session.flush()
        alert = alert_of(session, agency, ports)
        assert len(oncall.to_ring(session, frozenset({agency.north}))) == 1
        assert oncall.to_ring(session, frozenset({agency.taipa})) == []
        acknowledge(session, agency.actor("supervisor"), alert.public_id, ports)
        assert oncall.to_ring(session, frozenset({agency.north})) == []
        assert oncall.tell_next(session, clock.step(hours=1)) == 0


def test_three_alerts_of_one_case_ring_one_telephone_once(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        list_people(session, agency, ports)
        no_supervisor(session, agency)
        task = make_task(session, agency, ports, ResponseCode.A)
        for key in "abc":
            alert_of(session, agency, ports, key, case_id=task.case_id)
        told = session.scalars(select(OnCallNotice.person_id)).all()
        assert len(told) == len(set(told)), "somebody was told twice of one case at once"


class Provider:
    """A provider of texts that can refuse, in place of the network."""

    def __init__(self, error: DeliveryError | None = None) -> None:
        self.sent: list[MessageOrder] = []
        self.error = error

    def send_message(self, order: MessageOrder) -> str:
        if self.error is not None:
            raise self.error
        self.sent.append(order)
        return "SM1"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("error", "state"),
    [
        (None, OnCallState.SENT),
        (DeliveryError("no", permanent=True), OnCallState.FAILED),
        (DeliveryError("timed out", unknown=True), OnCallState.FAILED),
        (DeliveryError("busy"), OnCallState.TO_RING),
    ],
)
def test_a_text_home_says_nothing_and_goes_out_once(
    app: Flask, agency: Agency, ports: Ports, error: DeliveryError | None, state: OnCallState
) -> None:
    provider = Provider(error)
    world = replace(ports, telephony=provider)  # type: ignore[arg-type]
    context = JobContext(world, app.config["HOTLINE"])
    with app.app_context():
        with unit_of_work() as session:
            list_people(session, agency, ports)
            no_supervisor(session, agency)
            session.flush()
            alert_of(session, agency, ports)
            payload = session.scalars(select(OutboxMessage.payload)).one()
            assert set(payload) == {"notice_id"}
        for _ in range(2):
            try:
                text_home(context, payload)
            except DeliveryError:
                assert error is not None
        with unit_of_work() as session:
            row = session.scalars(select(OnCallNotice)).one()
            assert row.state is state
            assert len(provider.sent) == (1 if error is None else 0)
            for order in provider.sent:
                assert order.to == NUMBERS["Ms Lei"]
                assert not [word for word in SECRET if word.lower() in order.body.lower()]
                assert oncall.delivered(session, row.public_id, "undelivered", world)
                assert row.state is OnCallState.FAILED
            assert len(oncall.to_ring(session, frozenset({agency.north}))) == 1


def test_a_text_found_half_sent_is_left_to_be_rung_by_hand(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        list_people(session, agency, ports)
        no_supervisor(session, agency)
        session.flush()
        alert_of(session, agency, ports)
        row = session.scalars(select(OnCallNotice)).one()
        assert oncall.prepare(session, row.id, ports) is not None
        assert oncall.prepare(session, row.id, ports) is None
        assert row.state is OnCallState.FAILED


@pytest.mark.both_databases
def test_two_who_ring_at_once_write_it_down_once(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        list_people(session, agency, ports)
        no_supervisor(session, agency)
        session.flush()
        alert = alert_of(session, agency, ports).id
        public_id = session.scalars(select(OnCallNotice.public_id)).one()
    start, outcome = threading.Barrier(2), []

    def ring(name: str) -> None:
        start.wait()
        with app.app_context():
            try:
                with unit_of_work() as session:
                    oncall.rung(session, agency.actor(name), public_id, ports, reached=True)
                outcome.append("first")
            except Refused:
                outcome.append("second")

    workers = [threading.Thread(target=ring, args=(name,)) for name in ("leader", "volunteer")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(outcome) == ["first", "second"]
    with app.app_context(), unit_of_work() as session:
        assert session.get_one(Alert, alert).acknowledged_at is not None


def test_ringing_by_hand_from_the_strip(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    with app.app_context(), unit_of_work() as session:
        list_people(session, agency, ports)
        no_supervisor(session, agency)
        session.flush()
        alert_of(session, agency, ports)
        public_id = session.scalars(select(OnCallNotice.public_id)).one()
        with pytest.raises(Forbidden):
            oncall.rung(session, agency.actor("stranger"), public_id, ports, reached=True)
    volunteer, supervisor = people.of("volunteer"), people.of("supervisor")
    volunteer.get("/desk")
    strip = volunteer.get("/alerts/strip")
    assert "Ring Ms Lei at home" in strip.text
    assert NUMBERS["Ms Lei"] in strip.text
    assert people.of("stranger").get("/alerts/strip").status_code == 204
    volunteer.post(f"/on-call/{public_id}/no-answer")
    assert "Ring Mr Sousa at home" in volunteer.get("/alerts/strip").text
    assert NUMBERS["Mr Sousa"] in supervisor.get("/wall").text
    with app.app_context(), unit_of_work() as session:
        last = session.scalars(select(OnCallNotice.public_id).order_by(OnCallNotice.id.desc())).first()
    supervisor.post(f"/on-call/{last}/reached")
    assert "Mr Sousa" not in volunteer.get("/alerts/strip").text


def test_the_list_is_written_by_those_who_write_the_roster(
    app: Flask, agency: Agency, people: Browser
) -> None:
    manager = people.of("manager")
    page = manager.get("/on-call")
    assert "Nobody is on call" in page.text
    centre = page.text.split('<option value="')[1].split('"')[0]
    wrong = manager.post("/on-call", {"name": "Ms Lei", "number": "soon", "centre": centre,
                                      "position": "1", "active": "y"})
    assert "This is not a telephone number" in wrong.text
    assert "soon" in wrong.text
    manager.post("/on-call", {"name": "Ms Lei", "number": "6677 8801", "centre": centre,
                              "position": "1", "active": "y"})
    shown = manager.get("/on-call").text
    assert "Ms Lei" in shown
    with app.app_context(), unit_of_work() as session:
        row = session.scalars(select(OnCallPerson)).one()
        assert (row.number, row.centre_id) == ("+85366778801", agency.north)
        address = f"/on-call?who={row.public_id}"
        row.centre_id = agency.taipa
    # Another centre's people are not the manager's to change, and no centre is chosen for all.
    answer = manager.post(address, {"name": "X", "number": "66778801", "centre": "", "position": "1"})
    assert answer.status_code in (302, 404)
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(OnCallPerson.name)).one() == "Ms Lei"
    assert people.of("counsellor").get("/on-call").status_code == 403
