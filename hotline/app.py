"""Where everything meets: `create_app(config, ports)` gives a whole application."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import hotline.jobs.tasks  # noqa: F401 - registers every room's work
import models.registry
from hotline.access import accounts
from hotline.access.views import blueprint as access
from hotline.adapters.silent import NoTelephony
from hotline.adapters.system import SystemClock, SystemTokens
from hotline.adapters.triage import ModelInUse, read_phrases
from hotline.bookings.views import blueprint as bookings
from hotline.calls.views import blueprint as calls
from hotline.cases.views import blueprint as cases
from hotline.config import Config
from hotline.followups.views import blueprint as followups
from hotline.governance.views import blueprint as governance
from hotline.ports import Ports, Telephony
from hotline.practice.views import blueprint as practice
from hotline.reports.views import blueprint as reports
from hotline.settings.views import blueprint as settings
from hotline.transaction import init_database
from hotline.voice.views import blueprint as voice
from hotline.voice.views import init_voice
from hotline.wall.views import blueprint as wall
from hotline.web.errors import init_errors
from hotline.web.formats import init_formats
from hotline.web.guards import init_guards
from hotline.web.health import blueprint as health
from hotline.web.home import blueprint as home
from hotline.web.languages import init_languages
from hotline.web.layout import init_layout
from hotline.web.paths import static_root, template_root
from hotline.web.security import init_security_headers
from models.crypto import ring

# A report with long notes fits many times over; nothing a person types is larger.
LARGEST_REQUEST = 2 * 1024 * 1024

ROOMS = (home, health, voice, calls, cases, followups, bookings, wall, settings, access,
         governance, practice, reports)

__all__ = ["create_app", "system_ports"]


def system_ports(config: Config) -> Ports:
    """The real world for this configuration: machine clock, configured provider, shipped model."""
    telephony: Telephony = NoTelephony()
    if config.has_telephony:
        from hotline.adapters.twilio import TwilioTelephony

        telephony = TwilioTelephony(config)
    return Ports(
        clock=SystemClock(),
        tokens=SystemTokens(),
        telephony=telephony,
        predictor=ModelInUse(),
        read_phrases=read_phrases,
        public_url=config.public_url,
    )


def create_app(config: Config, ports: Ports | None = None) -> Flask:
    """The application for a configuration; without `ports` it meets the real world.

    Background work does not start here: `start_jobs` does, in the one process that should.
    """
    config.instance.mkdir(parents=True, exist_ok=True)
    ring.configure(config.field_keys, config.index_key)
    app = Flask(
        "hotline",
        template_folder=str(template_root()),
        static_folder=str(static_root()),
        instance_path=str(config.instance),
    )
    app.config.update(
        HOTLINE=config,
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_SECURE=config.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=config.is_https,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        BOOTSTRAP_SERVE_LOCAL=True,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        WTF_CSRF_TIME_LIMIT=None,
    )
    if config.proxies:
        count = config.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    ports = replace(
        ports or system_ports(config), public_url=config.public_url, provider=config.provider,
        calls_per_second=config.calls_per_second, ring_with=config.ring_with,
    )
    app.extensions["hotline.ports"] = ports
    init_database(app, config.database_url)
    csrf = CSRFProtect(app)
    Bootstrap5(app)
    init_languages(app)
    init_guards(app)
    init_security_headers(app, https=config.is_https)
    init_errors(app)
    accounts.init_accounts(app)
    for room in ROOMS:
        app.register_blueprint(room)
    # The provider signs its requests; a form token it cannot have.
    csrf.exempt(voice)
    init_voice(app, config, ports)
    init_formats(app)
    init_layout(app)
    return app


_ = models.registry.metadata
