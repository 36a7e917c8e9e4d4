"""Sends signed webhooks through the application's test client, as the provider would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from hotline.adapters.twilio import sign
from hotline.app import create_app
from hotline.config import Config
from hotline.ports import Ports
from hotline.transaction import dispose, unit_of_work
from models.agency import Line
from tests.makers import Agency, make_agency
from tests.quick import quicken

PUBLIC = "https://hotline.example"
__all__ = ["Provider", "provider"]


class Provider:
    """The provider's side of the wire, without a network."""

    def __init__(self, app: Flask, token: str, agency: Agency) -> None:
        self.app = app
        self.token = token
        self.agency = agency
        self.client = app.test_client()

    def post(self, path: str, params: Mapping[str, str], **given: Any) -> TestResponse:
        """A signed POST; `signature` replaces the right one."""
        signature = given.pop("signature", None)
        if signature is None:
            signature = sign(self.token, PUBLIC + path, MultiDict(params))
        headers = {"X-Twilio-Signature": signature, **given.pop("headers", {})}
        client = given.pop("client", self.client)
        return client.post(path, data=dict(params), headers=headers, **given)

    def get(self, path: str, params: Mapping[str, str], *, client: FlaskClient | None = None) -> TestResponse:
        """A signed GET with the parameters in the address."""
        full = f"{path}?{urlencode(params)}" if params else path
        return (client or self.client).get(
            full, headers={"X-Twilio-Signature": sign(self.token, PUBLIC + full, {})}
        )

    def work(self, do: Any) -> Any:
        """Something in a unit of work."""
        with self.app.app_context(), unit_of_work() as session:
            return do(session)


@pytest.fixture
def provider(config: Config, ports: Ports) -> Iterator[Provider]:
    """An application that believes in the provider, and the provider."""
    with answering(config, ports) as found:
        yield found


@contextmanager
def answering(config: Config, ports: Ports) -> Iterator[Provider]:
    """An application for this configuration that believes in the provider."""
    config = replace(config, provider="simulator", public_url=PUBLIC,
                     telephony_api_url="http://127.0.0.1:9", calls_per_second=0.0)  # fmt: skip
    app = create_app(config, ports)
    quicken(app)
    with app.app_context(), unit_of_work() as session:
        agency = make_agency(session, ports.clock.now())
        line = session.get(Line, agency.line)
        assert line is not None
        line.always_open = True
    # A busy machine is no outage; the tests of outages set the real limit again.
    app.extensions["hotline.voice"].keeper.limit = 20.0
    yield Provider(app, config.auth_tokens[0], agency)
    app.extensions["hotline.voice"].keeper.close()
    dispose(app)


def incoming(sid: str = "CA1", number: str = "+85362000001", to: str = "+85328000001") -> dict[str, str]:
    """The fields of a first request."""
    return {
        "CallSid": sid, "AccountSid": "ACtest", "From": number, "To": to, "Direction": "inbound",
        "CallStatus": "ringing", "ApiVersion": "2010-04-01", "CallToken": "secret-token",
    }  # fmt: skip
