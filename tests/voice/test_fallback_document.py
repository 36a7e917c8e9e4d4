"""The document hosted by the provider is one it can execute, and asks nothing of us to be of help."""

from __future__ import annotations

from hotline.adapters.simulation import documents
from hotline.adapters.simulation.scenario import Number, Person
from hotline.voice.fallback_document import fallback_document
from tests.voice.conftest import LINE_NUMBER, House, caller
from triage.vocabulary import CallOutcome


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
    assert house.network.settle(20)
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
    assert house.network.settle(20)
    assert leg.record.bridged_with == ["duty phone"]


