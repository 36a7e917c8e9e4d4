"""Training from the agency's own contacts: only with consent, and nothing of a text can be read out again."""

from __future__ import annotations

import io
import json
import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.adapters.triage import ModelInUse
from hotline.cli import main
from hotline.config import Config
from hotline.governance import registry, retraining
from hotline.governance.jobs import retrain
from hotline.governance.retraining import (
    Lesson,
    TooFew,
    blanked,
    learn,
    lesson_count,
    lessons,
)
from hotline.jobs.registry import JobContext
from hotline.ports import Ports
from hotline.transaction import db, unit_of_work
from models.callers import Caller, CallerIdentity, Consent
from models.governance import ModelFile, ModelSettings, ModelVersion
from tests.governance.judgements import C, known_model, later, status_of, write_contact
from tests.makers import Agency
from triage.labelled import CORPUS
from triage.vocabulary import ModelStatus, ReportStatus

NAME_EN, NAME_ZH, NUMBER = "Zorvenka Quillbrax", "歐陽鶒鷟", "66987412"

pytestmark = pytest.mark.usefixtures("agency")


def _lessons(planted: int = 0, own_groups: int = 0) -> list[Lesson]:
    """Sixty invented contacts, the first of them with a rare name and a number in them.

    Of those with the name, so many are of people of their own; the rest are all of one of these.
    """
    found = []
    for number in range(60):
        code = (C.E, C.D, C.C, C.B)[number % 4]
        text = {
            C.E: f"He talks about shift {number} and sleeps well again.",
            C.D: f"She cries after work, case {number}, and feels worthless lately.",
            C.C: f"He says he wishes he would not wake up, evening {number}.",
            C.B: f"She has bought pills and will take them tonight, note {number}.",
        }[code]
        if number < planted:
            text += f" Her name is {NAME_EN}, {NAME_ZH}, telephone {NUMBER}."
        whose = 0 if own_groups <= number < planted else number
        found.append(Lesson(text, code, f"agency:caller:{whose}", "en"))
    return found


def _everything_in(files: dict[str, bytes]) -> str:
    """All words that can be read out of the files of a model; arrays hold numbers and nothing else.

    The bytes of numbers are not read as letters: by chance they spell any short word.
    """
    parts = []
    for name, content in files.items():
        if name.endswith(".npz"):
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                assert {arrays[each].dtype.kind for each in arrays.files} <= set("fiu")
                parts += arrays.files
        else:
            parts.append(content.decode())
    return "\n".join(parts).lower()


def _pieces() -> list[str]:
    """Pieces of the planted name and number that no ordinary text holds."""
    return ["zorvenka", "quillbrax", "zorv", "orven", "uillb", "llbra", "brax", NAME_ZH, "鶒鷟", "鶒",
            "鷟", NUMBER, NUMBER[1:]]


@pytest.fixture
def small_corpus(tmp_path: Path) -> Path:
    """A share of our own texts: the fewer there are, the more every contact weighs."""
    for path in sorted(CORPUS.glob("*.csv"))[::10]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


@pytest.mark.slow
def test_a_name_and_a_number_of_a_few_people_cannot_be_read_out_of_the_files(
    small_corpus: Path,
) -> None:
    # In the contacts of four people, and twenty times in those of one of them.
    learned = learn(_lessons(24, own_groups=4), corpus=small_corpus)
    inside = _everything_in(learned.files)
    assert [piece for piece in _pieces() if piece in inside] == []
    assert "agency:caller" not in inside
    words = json.loads(learned.files["vocabulary.json"])
    assert [word for word in words if re.search("[1-9]", word)] == []
    manifest = json.loads(learned.files["manifest.json"])
    ours = next(each for each in manifest["sets"] if each["name"] == "agency")
    assert ours["sha256"] == ""
    assert learned.facts["contacts"] == 60


@pytest.mark.slow
def test_the_button_trains_apart_and_the_model_waits_in_the_shadow(
    app: Flask, agency: Agency, ports: Ports, small_corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart = partial(retraining.learn_apart, corpus=small_corpus)
    monkeypatch.setattr(retraining, "learn_apart", apart)
    with app.app_context():
        with unit_of_work() as session:
            known_model(session, ports)
            for lesson in _lessons():
                write_contact(session, agency, human=lesson.code, text=lesson.text)
        retrain(JobContext(ports, app.config["HOTLINE"]), {"user_id": 1})
        with unit_of_work() as session:
            ours = session.scalars(select(ModelVersion).where(ModelVersion.origin == "retrained")).one()
            assert ours.status is ModelStatus.SHADOW
            assert status_of(session, "says-1") is ModelStatus.ACTIVE
            names = set(session.scalars(select(ModelFile.name)))
            assert names == {"weights.npz", "vocabulary.json", "manifest.json"}
            assert session.get_one(ModelSettings, 1).training_failed is None
            registry.activate(session, agency.actor("supervisor"), ours.public_id, ports,
                              reason="compared", shipped="says-1")
        # Two processes with nothing on their disks find the same one in the database.
        for _process in range(2):
            loaded = ModelInUse()()
            assert loaded is not None
            assert loaded.version == ours.version
            assert loaded.predict("She has bought pills and will take them tonight.").level is not None


def test_too_few_contacts_teach_nothing_and_the_page_is_told(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context():
        with unit_of_work() as session:
            write_contact(session, agency, human=C.D)
        retrain(JobContext(ports, app.config["HOTLINE"]), {"user_id": 1})
        with unit_of_work() as session:
            assert session.get_one(ModelSettings, 1).training_failed == "too_few:1"
            assert session.scalars(select(ModelVersion)).all() == []
    with pytest.raises(TooFew):
        learn(_lessons()[:49])


@pytest.mark.both_databases
def test_only_rated_contacts_with_consent_are_learned_from(app: Flask, agency: Agency) -> None:
    with app.app_context():
        with unit_of_work() as session:
            write_contact(session, agency, human=C.D, text="with consent")
            write_contact(session, agency, human=C.D, text="without", consent=False)
            write_contact(session, agency, human=C.D, text="practice", is_practice=True)
            write_contact(session, agency, human=C.D, text="draft", status=ReportStatus.DRAFT)
            write_contact(session, agency, human=None, text="unrated", floor=C.U)
            write_contact(session, agency, human=C.D, text="   ")
            write_contact(session, agency, human=C.D, text="withdrawn",
                          caller_id=_caller(session, agency, given=(True, False)))
            write_contact(session, agency, human=C.D, text="given again",
                          caller_id=_caller(session, agency, given=(False, True)))
        assert [each.text for each in lessons(db.session())] == ["with consent", "given again"]
        # The page's count opens no text, so a blank one is counted with the others.
        assert lesson_count(db.session()) == 3


def _caller(session: Session, agency: Agency, given: tuple[bool, ...], reference: str = "") -> int:
    caller = Caller(reference=reference or f"R-{given[0]}", centre_id=agency.north, created_at=later(0))
    session.add(caller)
    session.flush()
    for answer in given:
        session.add(Consent(caller_id=caller.id, kind=retraining.TRAINING, given=answer,
                            recorded_at=later(0)))
    session.flush()
    return caller.id


def test_contacts_of_one_person_are_one_group_and_unknown_people_one_a_month(
    app: Flask, agency: Agency
) -> None:
    with app.app_context():
        with unit_of_work() as session:
            caller_id = _caller(session, agency, given=(True,))
            for hours in (0, 24):
                write_contact(session, agency, human=C.D, caller_id=caller_id, at=later(hours))
            for hours in (0, 24, 24 * 40):
                write_contact(session, agency, human=C.D, at=later(hours))
        groups = [each.group for each in lessons(db.session())]
        assert groups == [f"agency:caller:{caller_id}"] * 2 + [
            "agency:month:2026-03", "agency:month:2026-03", "agency:month:2026-04"
        ]


def test_what_the_profile_knows_is_blanked_before_training(app: Flask, agency: Agency) -> None:
    with app.app_context():
        with unit_of_work() as session:
            caller_id = _caller(session, agency, given=(True,))
            session.add(CallerIdentity(caller_id=caller_id, name="Lam An", alias="阿明"))
            write_contact(session, agency, human=C.D, caller_id=caller_id,
                          text="lam said that 阿明 and his hand hurt, ring 6698 7412")
        text = lessons(db.session())[0].text
    assert "lam" not in text.lower()
    assert "阿明" not in text
    assert "6698" not in text
    assert "hand hurt" in text


def test_a_short_name_does_not_eat_other_words() -> None:
    assert blanked("an answer and a hand", ["An"]) == "  answer and a hand"


def test_the_command_says_what_it_would_learn_from(
    config: Config, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {
        "HOTLINE_INSTANCE": str(config.instance), "HOTLINE_PUBLIC_URL": "http://127.0.0.1:8000",
        "HOTLINE_SECRET_KEY": config.secret_key, "HOTLINE_FIELD_KEYS": config.field_keys[0],
        "HOTLINE_INDEX_KEY": config.index_key, "HOTLINE_DATABASE_URL": config.database_url,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    said = CliRunner().invoke(main, ["retrain", "--dry-run"])
    assert said.exit_code == 0, said.output
    assert "0 contacts with consent may be learned from." in said.output
    refused = CliRunner().invoke(main, ["retrain"])
    assert refused.exit_code == 1
    assert "At least 50 are needed." in refused.output
