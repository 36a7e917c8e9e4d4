"""Passkeys and the idle lock in a real browser, with a virtual authenticator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hotline.transaction import unit_of_work
from models.accounts import User
from tests.browser.conftest import Complaints, Served, violations
from tests.makers import PASSWORD, Agency
from tests.worlds import SteppedClock


@pytest.fixture
def place(served: Served, agency: Agency) -> str:
    """The address of the served application; passkeys want a name, not a number."""
    return served.url.replace("127.0.0.1", "localhost")


class Authenticator:
    """A built-in authenticator; it recognises its owner's finger until told otherwise."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        made = self.session.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                    "hasUserVerification": True, "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        self._id = made["authenticatorId"]

    def recognises_its_owner(self, known: bool) -> None:
        """Let the finger fit, or not."""
        self.session.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": known}
        )


@pytest.fixture
def authenticator(page: Page) -> Iterator[Authenticator]:
    """An authenticator in this browser."""
    made = Authenticator(page)
    yield made
    made.session.detach()


def sign_in(page: Page, place: str, name: str = "volunteer") -> None:
    page.goto(f"{place}/sign-in")
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def add_passkey(page: Page, place: str) -> None:
    page.goto(f"{place}/me/passkeys")
    page.get_by_label("Name of the passkey").fill("office laptop")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("The passkey “office laptop” is set up.")).to_be_visible()


def test_a_built_in_passkey_is_set_up_and_signs_in_alone(
    page: Page, place: str, authenticator: Authenticator, app: Flask, agency: Agency
) -> None:
    sign_in(page, place)
    add_passkey(page, place)
    expect(page.get_by_text("office laptop").first).to_be_visible()
    assert violations(page) == []
    page.context.clear_cookies()
    page.goto(f"{place}/sign-in")
    page.get_by_role("link", name="Sign in with a passkey").click()
    page.get_by_role("button", name="Go on with the passkey").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto(f"{place}/me")
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    with app.app_context(), unit_of_work() as session:
        assert len(session.get_one(User, agency.users["volunteer"]).webauthn) == 1


def test_after_a_passkey_is_set_up_the_password_alone_is_not_enough(
    page: Page, place: str, authenticator: Authenticator
) -> None:
    sign_in(page, place)
    add_passkey(page, place)
    page.context.clear_cookies()
    sign_in(page, place)
    expect(page.get_by_role("heading", name="Sign in with a passkey")).to_be_visible()
    page.goto(f"{place}/me")
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    sign_in(page, place)
    page.get_by_role("button", name="Go on with the passkey").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto(f"{place}/me")
    expect(page.get_by_role("heading", name="My account")).to_be_visible()


def test_a_passkey_whose_owner_is_not_recognised_does_not_open(
    page: Page, place: str, authenticator: Authenticator
) -> None:
    sign_in(page, place)
    add_passkey(page, place)
    page.context.clear_cookies()
    authenticator.recognises_its_owner(False)
    page.goto(f"{place}/sign-in/passkey")
    page.get_by_role("button", name="Go on with the passkey").click()
    expect(page.get_by_text("That did not work, or it was stopped.")).to_be_visible(timeout=30_000)
    page.goto(f"{place}/me")
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


def test_an_untended_page_is_covered_and_opens_with_what_was_typed(
    page: Page, served: Served, agency: Agency, complaints: Complaints, clock: SteppedClock
) -> None:
    place = served.url
    page.clock.install()
    sign_in(page, place)
    page.goto(f"{place}/me")
    page.get_by_label("Name that colleagues see").fill("Ana Lei at the desk")
    clock.step(minutes=11)
    page.clock.run_for(11 * 60 * 1000)
    cover = page.get_by_role("dialog")
    expect(cover).to_contain_text("This screen is locked")
    with page.context.expect_page() as opened:
        cover.get_by_role("link").click()
    tab = opened.value
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Unlock").click()
    expect(tab.get_by_role("heading", name="Unlocked")).to_be_visible()
    tab.close()
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(cover).to_be_hidden()
    expect(page.get_by_label("Name that colleagues see")).to_have_value("Ana Lei at the desk")
