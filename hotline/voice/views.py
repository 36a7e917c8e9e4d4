"""The provider's addresses: every one of them answers with something that helps the caller."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from flask import Blueprint, Flask, Response, current_app, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.adapters.twiml import CONTENT_TYPE, Writer
from hotline.config import Config
from hotline.ports import Ports
from hotline.voice import calling, helpless, logbook
from hotline.voice.dialogue import Script
from hotline.voice.door import Door, Refusals
from hotline.voice.helpless import LastKnown
from hotline.voice.keeper import Away, Broken, Busy, Keeper
from hotline.voice.pages import blueprint as pages
from hotline.voice.service import STEPS, serve
from hotline.voice.shield import Shield
from hotline.voice.signals import Signal, keep
from hotline.voice.spool import Spool, Unusable
from hotline.voice.text_pages import blueprint as text_pages
from hotline.voice.transfer_pages import blueprint as transfer_pages
from hotline.web.guards import from_provider
from models.agency import Line

log = logging.getLogger("hotline.voice")

blueprint = Blueprint("voice", __name__, url_prefix="/voice")
texts = Blueprint("messages", __name__, url_prefix="/messages")

LOOK_SECONDS = 20.0
# Only as POST: a text in an address would stand in the access log of everybody on the way.
TEXTS = frozenset(("message-status", "message-incoming"))

LEG_STEPS = {
    "leg-offer": "offer",
    "leg-accept": "accept",
    "leg-after": "after",
    "leg-status": "status",
}


class Switchboard:
    """What the addresses share: the spool, the way to the database, the writer of documents."""

    def __init__(self, app: Flask, config: Config, ports: Ports) -> None:
        self.ports = ports
        self.spool = Spool(config.spool_path)
        self.keeper = Keeper(app)
        self.writer = Writer(config.public_url)
        self.known = LastKnown()
        self._look_again = 0.0

    def answer(self, signal: Signal) -> Response:
        """The document for a signal, with its row or its entry in the spool written before."""
        if signal.step in helpless.STATELESS:
            return self._help(signal)
        try:
            script = self.keeper.run(
                lambda session: serve(session, signal, self.ports),
                patient=not helpless.helps_in_a_crowd(signal),
            )
        except Away as away:
            self.spool.append(signal)
            return self._help(signal, busy=isinstance(away, Busy))
        self._use_good_times()
        return self.say(script)

    def _help(self, signal: Signal, *, busy: bool = False) -> Response:
        return self.say(helpless.script(signal, self.known.of(signal.to_number), busy=busy))

    def _use_good_times(self) -> None:
        """While the database is there: get ready for when it is not, and catch up if it was not."""
        now = time.monotonic()
        if now < self._look_again:
            return
        self._look_again = now + LOOK_SECONDS
        threading.Thread(target=self._prepare, name="voice-prepare", daemon=True).start()

    def get_ready(self) -> None:
        """Before the first call: a file for bad times, the lines in memory, what was set aside."""
        try:
            self.spool.take_aside_again()
        except OSError as error:
            log.warning("what was set aside stays there: %s", type(error).__name__)
        self._prepare()

    def _prepare(self) -> None:
        try:
            self.spool.prepare()
            self.remember_lines()
            if self.spool.waiting:
                self.replay()
        except (Away, OSError) as error:
            log.warning("could not get ready for bad times: %s", type(error).__name__)

    def say(self, script: Script) -> Response:
        """A script as the provider reads it."""
        return Response(self.writer.document(script), content_type=CONTENT_TYPE)

    def replay(self) -> int:
        """Bring what the spool kept into the database; gives how many signals that were."""
        try:
            return self.spool.replay(self._take)
        except Away:
            return 0

    def _take(self, signal: Signal) -> None:
        """Serve a kept signal; one that our own code fails on is at least a line in the log."""
        try:
            self.keeper.run(lambda session: serve(session, signal, self.ports))
        except Broken as error:
            with suppress(Broken):
                self.keeper.run(lambda session: logbook.only_note(session, signal, self.ports))
            raise Unusable(signal.step) from error

    def remember_lines(self) -> None:
        """Read the lines, so that they are known when the database is away."""

        def read(session: Session) -> list[Line]:
            return list(session.scalars(select(Line)))

        for line in self.keeper.run(read):
            self.known.remember(line)


def init_voice(app: Flask, config: Config, ports: Ports) -> None:
    """Set up the switchboard, the guard of its addresses, and the shield around them."""
    board = Switchboard(app, config, ports)
    refusals = Refusals(board.keeper, ports)
    door = Door(config, ports.clock)

    def check() -> Response | None:
        if door.admits(request):
            return None
        refusals.count()
        return Response("Forbidden", status=403, content_type="text/plain")

    app.extensions["hotline.voice"] = board
    app.register_blueprint(pages)
    app.register_blueprint(texts)
    app.register_blueprint(text_pages)
    app.register_blueprint(transfer_pages)
    app.extensions["csrf"].exempt(texts)
    if config.has_telephony:
        # The follow-up's page offers to place the call where somebody can.
        app.extensions["hotline.callback"] = calling.request_call
    app.extensions["hotline.provider_guard"] = check
    app.wsgi_app = Shield(app.wsgi_app, board.writer)  # type: ignore[assignment]


def _handle(step: str, leg: str = "") -> Response:
    board: Switchboard = current_app.extensions["hotline.voice"]
    fields: dict[str, object] = dict(request.values.to_dict())
    if request.is_json:
        told = request.get_json(silent=True)
        if isinstance(told, dict):
            fields |= told
    signal = Signal(
        step=step,
        fields=keep(fields),
        received_at=board.ports.clock.now(),
        leg=leg[:40],
        query={name: value[:64] for name, value in request.args.items()
               if name in ("again", "attempt", "to", "queue", "about")},
        token=request.headers.get("I-Twilio-Idempotency-Token", "")[:80],
    )  # fmt: skip
    return board.answer(signal)


def _view(step: str) -> Callable[..., Response]:
    @from_provider
    def view(leg: str = "") -> Response:
        return _handle(step, leg)

    view.__name__ = step.replace("-", "_")
    return view


for _step in (*STEPS, *sorted(helpless.STATELESS)):
    _rule = f"/leg/<string:leg>/{LEG_STEPS[_step]}" if _step in LEG_STEPS else f"/{_step}"
    blueprint.add_url_rule(
        _rule, _step.replace("-", "_"), _view(_step),
        methods=["POST"] if _step in TEXTS else ["GET", "POST"],
    )  # fmt: skip

texts.add_url_rule("/incoming", "incoming", _view("message-incoming"), methods=["POST"])
