"""Public holidays a line keeps, each its own path: said to the caller, and a wish or message taken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hotline.voice import lines
from models.agency import Line, LineClosure
from models.calls import Call
from tests.people import Browser
from tests.voice.signing import Provider, incoming, provider
from tests.worlds import SteppedClock
from triage.vocabulary import CallOutcome

__all__ = ["provider"]

NATIONAL_DAY = datetime(2026, 10, 1, 3, 0, tzinfo=UTC)
MACAU_DAY = datetime(2026, 12, 20, 3, 0, tzinfo=UTC)
BOXING_DAY_IN_HONG_KONG = datetime(2026, 12, 26, 3, 0, tzinfo=UTC)
ORDINARY = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


def keep(provider: Provider, *regions: str, **values: object) -> None:
    def change(session):  # type: ignore[no-untyped-def]
        line = session.get(Line, provider.agency.line)
        line.always_open, line.settings = False, {"holidays": list(regions)}
        for name, value in values.items():
            setattr(line, name, value)

    provider.work(change)


def why(provider: Provider, now: datetime) -> str:
    return provider.work(lambda s: lines.why_closed(s.get(Line, provider.agency.line), now))


@pytest.mark.parametrize(
    ("regions", "now", "said"),
    [
        (("MO",), NATIONAL_DAY, "holiday"),
        (("CN",), NATIONAL_DAY, "holiday"),
        (("MO",), MACAU_DAY, "holiday"),
        (("CN",), MACAU_DAY, ""),
        (("MO", "CN"), MACAU_DAY, "holiday"),
        (("MO",), BOXING_DAY_IN_HONG_KONG, ""),
        ((), NATIONAL_DAY, ""),
        (("MO",), ORDINARY, ""),
        (("XX",), NATIONAL_DAY, ""),
    ],
)
def test_a_line_keeps_the_holidays_switched_on_for_it(
    provider: Provider, regions: tuple[str, ...], now: datetime, said: str
) -> None:
    keep(provider, *regions)
    assert why(provider, now) == said


def test_a_line_open_day_and_night_keeps_none(provider: Provider) -> None:
    keep(provider, "MO", always_open=True)
    assert why(provider, NATIONAL_DAY) == ""


def test_days_closed_by_hand_stay_closed(provider: Provider) -> None:
    keep(provider, "MO", closures=[LineClosure(on=ORDINARY.date(), name="training day")])
    assert why(provider, ORDINARY) == "holiday"


def test_who_rings_on_a_holiday_hears_so_and_may_leave_a_wish(
    provider: Provider, clock: SteppedClock
) -> None:
    keep(provider, "MO")
    clock.set(NATIONAL_DAY)
    told = incoming()
    provider.post("/voice/incoming", told)
    answer = provider.post("/voice/language", told | {"Digits": "4"}).text
    assert "closed for a holiday" in answer
    assert "/voice/choice" in answer
    provider.post("/voice/choice", told | {"Digits": "1"})
    assert provider.work(lambda s: s.query(Call).one().outcome) is CallOutcome.CALLBACK_ASKED


def test_they_are_switched_on_at_the_lines_page(provider: Provider) -> None:
    administrator = Browser(provider.app, provider.agency).of("administrator")
    address = provider.work(lambda s: s.get(Line, provider.agency.line).public_id)
    page = administrator.get(f"/settings/lines/{address}").text
    assert 'name="holidays"' in page
    form = {"number": "+85328000001", "name": "Line", "status": "active", "languages": ["yue"],
            "default_language": "yue", "ring_strategy": "all", "ring_seconds": "20",
            "wait_ceiling": "120", "holidays": ["MO", "CN"],
            "centre": page.split('name="centre"')[1].split('<option selected value="')[1].split('"')[0],
            "version": page.split('name="version"')[1].split('value="')[1].split('"')[0]}
    done = administrator.post(f"/settings/lines/{address}", form)
    assert done.status_code == 302, done.text[-3000:]
    kept = provider.work(lambda s: s.get(Line, provider.agency.line).settings["holidays"])
    assert kept == ["MO", "CN"]
