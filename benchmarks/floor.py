"""The least a voice webhook can do: check the signature, commit one insert, answer."""

from __future__ import annotations

import os

from flask import Flask, Response, request
from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table, create_engine, func

from hotline.transaction import prepare_engine


def make() -> Flask:
    """The floor application, from the same settings as the real one."""
    from twilio.request_validator import RequestValidator

    url = os.environ["HOTLINE_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    prepare_engine(engine)
    table = Table(
        "floor_calls", MetaData(),
        Column("id", Integer, primary_key=True),
        Column("sid", String(64), unique=True),
        Column("at", DateTime, server_default=func.now()),
    )
    table.metadata.create_all(engine)
    validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
    writer = engine.execution_options(hotline_begin="IMMEDIATE")
    public = os.environ["HOTLINE_PUBLIC_URL"]
    app = Flask("floor")

    @app.post("/voice/incoming")
    def incoming() -> Response:
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(public + request.path, request.form, signature):
            return Response(status=403)
        with writer.begin() as connection:
            connection.execute(table.insert().values(sid=request.form["CallSid"]))
        return Response("<?xml version='1.0'?><Response/>", mimetype="text/xml")

    return app


if __name__ == "__main__":
    import sys

    import waitress

    from hotline.cli_serve import SERVER_THREADS

    waitress.serve(make(), host="127.0.0.1", port=int(sys.argv[1]), threads=SERVER_THREADS)
