"""The front door and the language switch."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.people import Browser, Person


def test_the_language_stays_with_the_person(people: Browser) -> None:
    volunteer = people.of("volunteer")
    volunteer.get("/sign-in")
    answer = volunteer.post("/language/zh_Hant", headers={"Referer": "http://localhost/desk?x=1"})
    assert answer.headers["Location"] == "/desk?x=1"
    elsewhere = people.of("volunteer")
    assert 'lang="zh-Hant"' in elsewhere.get("/no-such-page").text


def test_the_language_switch_leads_nowhere_else(client: FlaskClient) -> None:
    somebody = Person(client)
    somebody.get("/sign-in")
    for referrer in ("http://evil.example/x", "http://localhost//evil.example", "nonsense"):
        target = somebody.post("/language/pt", headers={"Referer": referrer}).headers["Location"]
        assert target.startswith("/")
        assert not target.startswith("//")


def test_browsers_tags_find_the_right_catalogue() -> None:
    from hotline.web.languages import locale_of

    found = {tag: locale_of(tag) for tag in ("zh-HK", "zh-TW", "zh-CN", "zh", "pt-BR", "en-GB", "xx", "")}
    assert found == {"zh-HK": "zh_Hant", "zh-TW": "zh_Hant", "zh-CN": "zh_Hans", "zh": "zh_Hans",
                     "pt-BR": "pt", "en-GB": "en", "xx": None, "": None}
