"""A house with calls on the line: its server, the desks that watch, the provider's words.

    python -m benchmarks.live_desk PORT [--jobs]

serves it, with settings from the environment as `hotline serve` does; `--jobs` carries out the
outbox in the same process.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Flask

from benchmarks.incoming import TOKEN
from benchmarks.stand import ONE_AT_A_TIME
from hotline import config as configuration
from hotline.adapters.twilio import sign
from hotline.app import create_app
from hotline.cli_serve import run_server
from hotline.jobs.starting import nudge_workers, start_jobs
from hotline.transaction import dispose, unit_of_work
from hotline.upkeep import migrate_database
from models.calls import Call, CallLeg
from tests.calls.calling import answered_call
from tests.makers import PASSWORD, Agency, make_agency
from triage.vocabulary import LegOutcome

PATIENCE = 20.0
ALARM = re.compile(r'id="alarm"[^>]*data-poll="([^"]+)"[^>]*data-every="(\d+)"')
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Live:
    """One call on the line: the name of its leg, and what the desk asks for how often."""

    leg: str
    part: str
    every: float


class House:
    """The server, and the application it runs, for writing calls and signing in."""

    def __init__(self, env: dict[str, str], port: int) -> None:
        self.env, self.port = env, port
        self.app = application(env)
        with ONE_AT_A_TIME:
            migrate_database(self.app)
        with self.app.app_context(), unit_of_work() as session:
            self.agency: Agency = make_agency(session, self._now())
        self._client = self.app.test_client()
        form = CSRF.search(self._client.get("/sign-in").text)
        given = {"username": "volunteer", "password": PASSWORD, "csrf_token": form.group(1) if form else ""}
        if self._client.post("/sign-in", data=given).status_code != 302:
            raise RuntimeError("the volunteer could not sign in")
        found = self._client.get_cookie("session")
        self.cookie = f"session={found.value}" if found else ""

    def _now(self) -> Any:
        return self.app.extensions["hotline.ports"].clock.now()

    def live_calls(self, count: int, name: str) -> list[Live]:
        """So many answered calls with a transcript, each with its report open."""
        with self.app.app_context(), unit_of_work() as session:
            now = self._now()
            for place in range(count):
                call = answered_call(session, self.agency, now - timedelta(minutes=1), by="volunteer")
                call.ended_at, call.duration_seconds, call.transcript_on = None, None, True
                row = CallLeg(call_id=call.id, sid=f"CA{name}x{place}", outcome=LegOutcome.ACCEPTED,
                              planned_at=now)  # fmt: skip
                session.add(row)
                session.flush()
                call.winner_leg_id = row.id
            legs = session.query(CallLeg.sid, Call.public_id).join(Call, Call.id == CallLeg.call_id).filter(
                CallLeg.sid.startswith(f"CA{name}x")).all()  # fmt: skip
        return [self._opened(str(sid), public_id) for sid, public_id in legs]

    def _opened(self, leg: str, public_id: str) -> Live:
        page = self._client.get(f"/desk/calls/{public_id}", follow_redirects=True).text
        found = ALARM.search(page)
        if found is None:
            raise RuntimeError("the report has no part for signals")
        return Live(leg, found.group(1), float(found.group(2)))

    def end_calls(self) -> None:
        """Nobody is on the line any more."""
        with self.app.app_context(), unit_of_work() as session:
            session.query(Call).update({Call.ended_at: self._now()})

    def close(self) -> None:
        """Let go of the database."""
        self.app.extensions["hotline.voice"].keeper.close()
        dispose(self.app)


class Wire:
    """A connection that is kept: webhooks signed as the provider's, and what a page asks for."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._public = house.env["HOTLINE_PUBLIC_URL"]
        self._connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=PATIENCE)
        self._mark = ""

    def tell(self, leg: str, sequence: int, words: str) -> None:
        """A partial result of the caller's side."""
        told = {
            "CallSid": leg, "TranscriptionSid": f"GT{leg}", "TranscriptionEvent": "transcription-content",
            "SequenceId": str(sequence), "TranscriptionData": json.dumps({"transcript": words}),
            "Final": "false", "Stability": "0.9", "Track": "outbound_track", "AccountSid": "ACbench",
        }  # fmt: skip
        headers = {"Content-Type": "application/x-www-form-urlencoded",
                   "X-Twilio-Signature": sign(TOKEN, f"{self._public}/voice/transcription", told)}
        status, _body = self._ask("POST", "/voice/transcription", urlencode(told), headers)
        if status != 200:
            raise RuntimeError(f"the transcript was answered {status}")

    def shows(self, part: str) -> bool:
        """Whether the part of the page holds a signal now, asked for as the page does."""
        headers = {"X-Fragment": "1", "Accept": "text/html", "Cookie": self._house.cookie}
        if self._mark:
            headers["If-None-Match"] = self._mark
        status, body = self._ask("GET", part, None, headers)
        if status not in (200, 304):
            raise RuntimeError(f"{part} was answered {status}")
        return b"signal-b" in body or b"signal-a" in body

    def health(self) -> None:
        """The least the server can do."""
        self._ask("GET", "/health", None, {})

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, bytes]:
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        self._mark = answer.headers.get("ETag", self._mark)
        return answer.status, answer.read()


def application(env: dict[str, str]) -> Flask:
    """The application of these settings; the desk of the benchmark has no second factor."""
    return create_app(replace(configuration.read(env), second_factor=False))


def run(port: int, *, with_jobs: bool) -> None:
    """Serve, with the jobs in this process or in a worker."""
    app = application(dict(os.environ))
    jobs = start_jobs(app) if with_jobs else nudge_workers(app)
    del jobs
    run_server(app, "127.0.0.1", port)


if __name__ == "__main__":
    run(int(sys.argv[1]), with_jobs="--jobs" in sys.argv)
