"""People of the desk at work: they log a contact, fill in its report and hand it in."""

from __future__ import annotations

import re

from werkzeug.test import TestResponse

from tests.people import Person

ASKED_ALL_NO = {
    "q_thoughts": "no", "q_wish_dead": "no", "q_acted_ever": "no",
}
COUNSELLING = {
    "call_type": "self", "language": "yue", "summary": "He lost his job and sleeps badly.",
    **ASKED_ALL_NO, "human_code": "E",
}


def log_contact(person: Person, **values: str) -> str:
    """Begin a contact by hand; gives the address of its report."""
    page = person.get("/desk/log")
    places = re.findall(r'value="((?:line|centre):[^"]+)"', page.text)
    form = {"channel": "phone", "place": places[0], "language": "yue", **values}
    begun = person.post("/desk/log", form)
    assert begun.status_code == 302, begun.text
    address: str = begun.headers["Location"]
    return address


def hidden(person: Person, address: str) -> dict[str, str]:
    """The version and the window's name as the report's page has them."""
    page = person.get(address)
    assert page.status_code == 200, page.text
    return {
        name: re.search(rf'name="{name}" value="([^"]*)"', page.text).group(1)  # type: ignore[union-attr]
        for name in ("version", "window")
    }


def save(person: Person, address: str, **values: object) -> TestResponse:
    """Save the form as the page does by itself."""
    return person.post(address + "/draft", values, headers={"X-Autosave": "1"})


def hand_in(person: Person, address: str, **values: object) -> TestResponse:
    """Fill in the report and finish it."""
    return person.post(address, {**hidden(person, address), "do": "submit", **values})


def words(page: TestResponse) -> str:
    """What stands on a page, without its tags."""
    text = re.sub(r"<(script|style|head)\b.*?</\1>", " ", page.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
