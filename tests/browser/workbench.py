"""Pages made for the tests of the scripts: the real layout, a draft, and a polled part."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, Flask, Response, jsonify, render_template_string, request

from hotline.web.guards import public

PAGE = """
{% extends "layouts/plain.html" %}
{% from "components/forms.html" import csrf, save_state, submit %}
{% block title %}Workbench{% endblock %}
{% block main %}
<div id="part" data-poll="/workbench/part" data-every="2">{{ part | safe }}</div>
<form method="post" id="draft" action="/workbench/kept" data-autosave="/workbench/draft" data-every="1">
  {{ csrf() }}
  <input type="hidden" name="version" value="1">
  <label for="notes">Notes</label>
  <textarea id="notes" name="notes" data-key="n"></textarea>
  <label for="kind">Kind <input type="radio" id="kind" name="kind" value="silent" data-key="1"></label>
  {{ save_state() }}
  {{ submit("Finish", key="f") }}
</form>
<a href="#elsewhere" id="queue" data-key="g q">Queue</a>
<a href="#help" id="help" data-key="alt+h">Help now</a>
<p id="elsewhere">Elsewhere</p>
{% endblock %}
"""


@dataclass
class Workbench:
    """What the pages answer, and what they were sent."""

    part: str = "<p>Nothing yet</p>"
    tag: str = "one"
    draft_status: int = 200
    asked: int = 0
    drafts: list[dict[str, str]] = field(default_factory=list)
    finished: int = 0

    def show(self, part: str, tag: str) -> None:
        """Change the polled part."""
        self.part, self.tag = part, tag


def add_workbench(app: Flask) -> Workbench:
    """Add the pages to an application."""
    bench = Workbench()
    blueprint = Blueprint("workbench", __name__, url_prefix="/workbench")

    @blueprint.get("/")
    @public
    def page() -> str:
        return render_template_string(PAGE, part=bench.part)

    @blueprint.get("/part")
    @public
    def part() -> Response:
        bench.asked += 1
        response = Response(bench.part, mimetype="text/html")
        response.set_etag(bench.tag)
        return response.make_conditional(request)

    @blueprint.post("/draft")
    @public
    def draft() -> tuple[Response, int]:
        if bench.draft_status != 200:
            return jsonify(message="Ka Wai has finished this report."), bench.draft_status
        bench.drafts.append(request.form.to_dict())
        return jsonify(version=len(bench.drafts) + 1, saved_at="14:02"), 200

    @blueprint.post("/kept")
    @public
    def kept() -> Response:
        bench.finished += 1
        return Response("kept")

    app.register_blueprint(blueprint)
    return bench
