"""People at their browsers: they sign in, fill in forms with the page's own token, and read."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.makers import PASSWORD, Agency

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Person:
    """Somebody signed in, with a browser of their own."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._token = ""

    def get(self, url: str, **options: object) -> TestResponse:
        """Open a page; keeps its form token."""
        answer = self.client.get(url, **options)  # type: ignore[arg-type]
        found = TOKEN.search(answer.text) if answer.mimetype == "text/html" else None
        if found:
            self._token = found.group(1)
        return answer

    def post(self, url: str, data: dict[str, object] | None = None, **options: object) -> TestResponse:
        """Send a form with the token of the page last opened."""
        fields = {"csrf_token": self._token, **(data or {})}
        return self.client.post(url, data=fields, **options)  # type: ignore[arg-type]


class Browser:
    """Signs in the agency's people."""

    def __init__(self, app: Flask, agency: Agency) -> None:
        self.app = app
        self.agency = agency

    def of(self, name: str) -> Person:
        """The person of that name, signed in through the sign-in page."""
        person = Person(self.app.test_client())
        person.get("/sign-in")
        answer = person.post("/sign-in", {"username": name, "password": PASSWORD})
        assert answer.status_code == 302, f"{name} could not sign in: {answer.text[:400]}"
        return person
