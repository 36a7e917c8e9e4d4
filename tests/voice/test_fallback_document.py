"""The document hosted by the provider is one it can execute, and asks nothing of us to be of help."""

from __future__ import annotations

import click
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from hotline.adapters.simulation import documents
from hotline.adapters.simulation.scenario import Number, Person
from hotline.cli_doctor import document_to_host
from hotline.voice.fallback_document import fallback_document
from models.agency import Line
from tests.voice.conftest import LINE_NUMBER, House, caller
from tests.voice.signing import PUBLIC, Provider, provider
from triage.vocabulary import CallOutcome

__all__ = ["provider"]


def test_the_document_has_no_mistakes() -> None:
    for numbers in ((), ("+85366009999",)):
        text = fallback_document("https://hotline.example", numbers=numbers, shown="+85328000001")
        read = documents.read(text.encode(), "text/xml")
        assert read.problems == ()
        assert read.root is not None
        assert "Record" in {verb.tag for verb in read.root}


def test_a_caller_leaves_a_message_while_our_server_is_away_and_it_reaches_us(
    house: House,
) -> None:
    document = fallback_document(house.config.public_url)
    number = Number(LINE_NUMBER, voice_url="http://127.0.0.1:9/gone", fallback_document=document)
    house.network.add_number(number)
    leg = house.network.place_call(LINE_NUMBER, caller(voicemail=5.0))
    assert house.network.settle(60)
    assert leg.used_fallback
    assert leg.record.voicemail_seconds == 5
    call = house.the_call()
    assert call.outcome is CallOutcome.VOICEMAIL
    assert call.voicemail_seconds == 5


def test_a_person_at_the_fallback_number_is_rung_without_us(house: House) -> None:
    document = fallback_document(
        "http://127.0.0.1:9", numbers=("+85366009999",), shown=LINE_NUMBER
    )
    house.network.add_number(
        Number(LINE_NUMBER, voice_url="http://127.0.0.1:9/gone", fallback_document=document)
    )
    house.network.add_phone(Person("+85366009999", "duty phone", talk=None))
    leg = house.network.place_call(LINE_NUMBER, caller(talk=5.0))
    assert house.network.settle(60)
    assert leg.record.bridged_with == ["duty phone"]


def test_the_doctor_gives_the_document_while_the_database_is_away(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_fallback(session: Session) -> None:
        session.get_one(Line, provider.agency.line).fallback_number = "+85366009999"

    provider.work(give_fallback)
    assert "<Number>+85366009999</Number>" in document_to_host(provider.app, "")

    def away(*_: object, **_given: object) -> None:
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr("sqlalchemy.orm.Session.scalars", away)
    assert document_to_host(provider.app, LINE_NUMBER) == fallback_document(PUBLIC)


def test_the_doctor_gives_no_document_for_a_line_there_is_not(provider: Provider) -> None:
    with pytest.raises(click.ClickException):
        document_to_host(provider.app, "+85399999999")
