"""A practice call is lived through like a real one, and leaves no trace among real ones."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.access.policy import Forbidden
from hotline.app import create_app
from hotline.calls import desk
from hotline.cli_calls import call_lines
from hotline.config import Config
from hotline.governance import contacts
from hotline.jobs.registry import JobContext, registry
from hotline.ports import Ports
from hotline.practice import service
from hotline.practice.feedback import look_back
from hotline.practice.scenario import scenarios
from hotline.transaction import dispose, unit_of_work
from hotline.voice import volunteers
from hotline.wall import facts
from models.accounts import User
from models.agency import Line
from models.calls import Call, LiveSignal
from models.cases import Case
from models.followups import Alert, FollowUp
from models.outbox import OutboxMessage
from models.practice import PracticeRun
from models.reports import ContactReport, RiskAssessment
from tests.makers import Agency, make_agency
from tests.people import Browser, Person
from tests.quick import quicken
from tests.worlds import SteppedClock
from triage.vocabulary import CallOutcome, ResponseCode

SCENARIO = "acting_yue"


class World:
    """An application with its agency, and short ways to act in it."""

    def __init__(self, app: Flask, agency: Agency, config: Config) -> None:
        self.app, self.agency, self.config = app, agency, config
        self.ports: Ports = app.extensions["hotline.ports"]

    def work(self, do: Any) -> Any:
        with self.app.app_context(), unit_of_work() as session:
            return do(session)

    def begin(self, who: str = "volunteer", whom: str = "", scenario: str = SCENARIO) -> str:
        actor = self.agency.actor(who)

        def start(session: Any) -> str:
            learner = session.get(User, self.agency.users[whom or who])
            made = service.begin(session, actor, scenario, learner.public_id, self.ports)
            return str(made.call.public_id)

        return str(self.work(start))

    def listen(self) -> None:
        """Let the worker read what was said."""
        rows = self.work(lambda s: [(r.kind, dict(r.payload)) for r in s.query(OutboxMessage)])
        with self.app.app_context():
            for kind, payload in rows:
                registry.deliveries[kind].deliver(JobContext(self.ports, self.config), payload)


@pytest.fixture(params=["none", "simulator"])
def world(request: pytest.FixtureRequest, config: Config, ports: Ports, clock: SteppedClock) -> Any:
    """Without a provider, and with one that would refuse every connection."""
    config = replace(config, provider=request.param, telephony_api_url="http://127.0.0.1:9",
                     public_url="http://localhost")
    app = create_app(config, replace(ports, provider=request.param))
    quicken(app)
    with app.app_context(), unit_of_work() as session:
        agency = make_agency(session, clock.now())
        session.get_one(Line, agency.line).always_open = True
    yield World(app, agency, config)
    dispose(app)


def hidden(page: str) -> dict[str, str]:
    version = re.search(r'name="version" value="(\d+)"', page)
    window = re.search(r'name="window" value="([^"]+)"', page)
    assert version
    assert window
    return {"version": version.group(1), "window": window.group(1)}


def live_through(world: World, volunteer: Person, public_id: str) -> str:
    """Answer, ask, call for help, hang up and hand the report in; gives the feedback's address."""
    page = f"/practice/{public_id}"
    volunteer.get(page)
    volunteer.post(f"{page}/answer")
    for choice in ("stay", "overdose", "where", "awake"):
        volunteer.post(f"{page}/say", {"choice": choice})
    volunteer.post(f"{page}/say", {"words": "我喺度"})
    world.listen()
    report = volunteer.post(f"{page}/report").headers["Location"]
    form = hidden(volunteer.get(report).text)
    volunteer.post(report, {**form, "do": "help"})
    volunteer.post(f"{page}/hang-up")
    form = hidden(volunteer.get(report).text)
    done = volunteer.post(report, {
        **form, "do": "submit", "call_type": "self", "summary": "食咗成樽安眠藥", "human_code": "A",
        "q_acting_now": "yes", "q_overdose": "yes", "follow_up": "no", "alias": "Ah Meng",
        "passphrase": "blue lantern", "language": "yue",
    })
    assert done.status_code == 302, done.text[-3000:]
    return str(done.headers["Location"])


def test_a_call_from_the_first_ring_to_the_feedback(world: World) -> None:
    volunteer = Browser(world.app, world.agency).of("volunteer")
    index = volunteer.get("/practice")
    assert scenarios()[SCENARIO].title in index.text
    learner = re.search(r'name="learner" value="([^"]+)"', index.text)
    assert learner
    begun = volunteer.post("/practice", {"scenario": SCENARIO, "learner": learner.group(1)})
    public_id = begun.headers["Location"].rsplit("/", 1)[1]
    assert "Your telephone is ringing" in volunteer.get("/desk").text
    assert volunteer.get(f"/desk/calls/{public_id}").headers["Location"].endswith(f"/practice/{public_id}")
    assert "The practice call is ringing" in volunteer.get(f"/practice/{public_id}").text
    points = scenarios()[SCENARIO].expected.points
    volunteer.get(f"/practice/{public_id}")
    volunteer.post(f"/practice/{public_id}/answer")
    early = volunteer.get(f"/practice/{public_id}/feedback").text
    assert points[0] not in early
    assert "as expected" not in early
    address = live_through(world, volunteer, public_id)
    feedback = volunteer.get(address).text
    assert "as expected" in feedback
    assert points[0] in feedback
    found = world.work(lambda s: look_back(s, service.find(
        s, world.agency.actor("volunteer"), public_id, world.ports)))
    assert found.code_right
    assert found.type_right
    assert found.help_called
    assert found.turns_to_first_question == 1
    assert {each.question.value for each in found.asked if each.asked and each.right} == {
        "acting_now", "overdose"}
    assert found.signals > 0


def test_signals_are_raised_while_the_simulated_person_speaks(world: World) -> None:
    public_id = world.begin()
    actor = world.agency.actor("volunteer")
    world.work(lambda s: service.answer(s, actor, public_id, world.ports))
    world.listen()
    rows = world.work(lambda s: s.query(LiveSignal).all())
    assert {row.code for row in rows} & {"A", "B"}
    volunteer = Browser(world.app, world.agency).of("volunteer")
    assert "食咗藥" in volunteer.get(f"/practice/{public_id}/talk").text
    volunteer.post(f"/practice/{public_id}/seen", {"seen_up_to": str(max(row.id for row in rows))})
    rows = world.work(lambda s: s.query(LiveSignal).all())
    # Milder ones wait for the learner's own rating: nobody has been shown them yet.
    assert {row.code for row in rows if row.seen_at} == {row.code for row in rows} & {"A", "B"}


def test_nothing_of_it_is_seen_counted_told_or_sent(world: World, clock: SteppedClock) -> None:
    volunteer = Browser(world.app, world.agency).of("volunteer")
    ringing = world.begin()
    supervisor = world.agency.actor("supervisor")
    clock.step(seconds=30)
    assert world.work(lambda s: facts.look(s, supervisor, clock.now()).waiting) == []
    live_through(world, volunteer, ringing)
    clock.step(hours=3)

    def look(session: Any) -> None:
        wall = facts.look(session, supervisor, clock.now())
        assert (wall.waiting, wall.unlogged, wall.overdue, wall.unconfirmed, wall.emergencies) == (
            [], [], [], [], [])
        assert session.query(FollowUp).count() == 0
        assert session.query(Case).count() == 0
        assert session.query(Alert).count() == 0
        assert session.query(RiskAssessment).count() == 0
        assert list(session.scalars(contacts.counted())) == []
        assert list(call_lines(session)) == []
        assert desk.recent(session, world.agency.users["volunteer"], clock.now()) == []
        assert desk.unlogged(session, now=clock.now(), centre_ids=[world.agency.north]) == []
        # What the outbox holds is for our own ears: no ring, no text, no mail.
        assert {row.kind for row in session.query(OutboxMessage)} == {"voice.read_words"}
        report = session.query(ContactReport).one()
        assert report.is_practice
        assert report.caller_id is None

    world.work(look)


def test_whoever_practises_is_still_rung_for_a_real_caller(world: World, clock: SteppedClock) -> None:
    public_id = world.begin()
    actor = world.agency.actor("volunteer")
    world.work(lambda s: service.answer(s, actor, public_id, world.ports))

    def there(session: Any) -> set[int]:
        line = session.get(Line, world.agency.line)
        return {each.user.id for each in volunteers.on_shift(session, line, clock.now())}

    assert world.agency.users["volunteer"] in world.work(there)


def test_a_real_call_taken_by_somebody_in_training_stays_a_real_one(
    world: World, clock: SteppedClock
) -> None:
    from hotline.calls.drafts import open_report
    from tests.calls.calling import answered_call

    def make(session: Any) -> bool:
        session.get(User, world.agency.users["volunteer"]).in_training = True
        call = answered_call(session, world.agency, clock.now(), by="volunteer")
        learner = replace(world.agency.actor("volunteer"), in_training=True)
        return bool(open_report(session, learner, world.ports, call).is_practice)

    assert world.work(make) is False


def test_a_supervisor_rings_a_learner_and_watches(world: World) -> None:
    public_id = world.begin("supervisor", "volunteer")
    supervisor = Browser(world.app, world.agency).of("supervisor")
    page = supervisor.get(f"/practice/{public_id}").text
    assert "The practice call is ringing" not in page
    assert supervisor.post(f"/practice/{public_id}/answer").status_code == 403
    actor = world.agency.actor("volunteer")
    world.work(lambda s: service.answer(s, actor, public_id, world.ports))
    watched = supervisor.get(f"/practice/{public_id}/talk")
    assert "食咗藥" in watched.text
    known = {"If-None-Match": watched.headers["ETag"]}
    assert supervisor.get(f"/practice/{public_id}/talk", headers=known).status_code == 304
    assert Browser(world.app, world.agency).of("stranger").get(f"/practice/{public_id}").status_code == 403
    with pytest.raises(LookupError):
        world.begin("volunteer", "other_volunteer")


def test_pressed_twice_it_is_one_call_and_one_answer(world: World) -> None:
    public_id = world.begin()
    assert world.begin(scenario="plan_en") == public_id
    actor = world.agency.actor("volunteer")
    for _ in range(2):
        world.work(lambda s: service.answer(s, actor, public_id, world.ports))
        world.work(lambda s: service.choose(s, actor, public_id, "stay", world.ports))
    run = world.work(lambda s: s.query(PracticeRun).one())
    assert [each["by"] for each in run.log["entries"]] == ["caller", "caller", "learner", "caller"]


def test_nothing_is_said_before_the_answer_or_after_the_end(world: World) -> None:
    public_id = world.begin()
    actor = world.agency.actor("volunteer")
    with pytest.raises(service.Over):
        world.work(lambda s: service.choose(s, actor, public_id, "stay", world.ports))
    world.work(lambda s: service.hang_up(s, actor, public_id, world.ports))
    with pytest.raises(service.Over):
        world.work(lambda s: service.answer(s, actor, public_id, world.ports))
    assert world.work(lambda s: s.scalar(select(Call.outcome))) is CallOutcome.ABANDONED
    with pytest.raises(Forbidden):
        other = world.agency.actor("other_volunteer")
        world.work(lambda s: service.hang_up(s, other, public_id, world.ports))


def test_something_better_left_unsaid_may_end_the_call(world: World, clock: SteppedClock) -> None:
    public_id = world.begin(scenario="silent_en")
    actor = world.agency.actor("volunteer")
    world.work(lambda s: service.answer(s, actor, public_id, world.ports))
    clock.step(seconds=20)
    world.work(lambda s: service.choose(s, actor, public_id, "prank", world.ports))
    found = world.work(lambda s: look_back(s, service.find(s, actor, public_id, world.ports)))
    assert len(found.poor) == 1
    assert found.code_given is None
    assert not found.code_right
    call = world.work(lambda s: s.query(Call).one())
    assert call.ended_at - call.arrived_at == timedelta(seconds=20)
    assert found.code_expected is ResponseCode.E
