"""Pages of the screener's official text and of the numbers to give."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Permission
from hotline.calls.directory import DEFAULTS, kept_numbers
from hotline.calls.instruments import FURTHER, NEEDED, SCRIPTS
from hotline.settings import wording as service
from hotline.settings.forms import REGIONS
from hotline.settings.forms_wording import NumberToGiveForm, OfficialTextForm
from hotline.settings.pages import ports
from hotline.settings.views import blueprint
from hotline.settings.wording import GivenNumber
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from hotline.web.languages import OFFERED
from models.instruments import NumberToGive
from triage.vocabulary import Language

STALE = timedelta(days=180)
"""After this long without a check an entry is marked."""


def _language(value: str) -> Language:
    return Language(value) if value in set(Language) else abort(404)


@blueprint.get("/wording")
@guard(Permission.SETTINGS_WRITE)
def wording() -> str:
    """Which words the risk questions are put in, language by language."""
    return render_template(
        "settings/wording.html", languages=list(Language), texts=service.texts_in_use(db.session())
    )


@blueprint.route("/wording/<language>", methods=["GET", "POST"])
@guard(Permission.SETTINGS_WRITE)
def official_text(language: str) -> str | Response:
    """Load the official text of one spoken language."""
    spoken = _language(language)
    found = service.texts_in_use(db.session()).get(spoken.value)
    form = OfficialTextForm()
    if request.method == "GET" and found is not None:
        form = OfficialTextForm(data={
            "name": found.name, "edition": found.edition, "attribution": found.attribution,
            **{f"text_{question}": text for question, text in found.texts.items()},
        })
    if form.validate_on_submit():
        with unit_of_work() as session:
            row = service.load_text(session, current_actor(), ports(), form.values(spoken))
            label = row.label
        flash(_("%(name)s is in use from now on.", name=label), "success")
        return redirect(url_for("settings.wording"))  # type: ignore[return-value]
    return render_template(
        "settings/official_text.html", form=form, language=spoken, found=found,
        questions=[*NEEDED, *FURTHER], lang=SCRIPTS[spoken],
    )


@blueprint.post("/wording/<language>/retire")
@guard(Permission.SETTINGS_WRITE)
def retire_text(language: str) -> Response:
    """Go back to our own words."""
    with unit_of_work() as session:
        service.retire_text(session, current_actor(), ports(), _language(language))
    flash(_("The questions are put in our own words again."), "success")
    return redirect(url_for("settings.wording"))  # type: ignore[return-value]


def _region(region: str) -> str:
    return region if region in dict(REGIONS) else abort(404)


def _published(region: str) -> list[GivenNumber]:
    """What a region's list begins with, in every language of the pages."""
    listed = DEFAULTS.get(region, ())
    names: list[dict[str, str]] = [{} for _one in listed]
    for locale in OFFERED:
        with force_locale(locale):
            for place, one in enumerate(listed):
                names[place][locale] = str(one.text)
    return [
        GivenNumber(named["en"], one.number, named)
        for one, named in zip(listed, names, strict=True)
    ]


def _entry(session: Session, public_id: str) -> NumberToGive:
    found = session.scalar(select(NumberToGive).where(NumberToGive.public_id == public_id))
    return found if found is not None else abort(404)


@blueprint.get("/give")
@guard(Permission.SETTINGS_WRITE)
def give() -> str:
    """The numbers to give, region by region, with the day each was last checked."""
    now = ports().clock.now()
    lists = [
        (region, name, kept_numbers(db.session(), region), DEFAULTS.get(region, ()))
        for region, name in REGIONS
    ]
    return render_template("settings/give.html", lists=lists, stale=now - STALE)


@blueprint.post("/give/<region>/begin")
@guard(Permission.SETTINGS_WRITE)
def begin_give(region: str) -> Response:
    """Begin a region's list with what its services publish."""
    with unit_of_work() as session:
        service.begin_list(session, current_actor(), ports(), _region(region), _published(region))
    return redirect(url_for("settings.give", _anchor=f"region-{region}"))  # type: ignore[return-value]


@blueprint.route("/give/<region>/new", methods=["GET", "POST"])
@guard(Permission.SETTINGS_WRITE)
def new_give(region: str) -> str | Response:
    """Add a number to a region's list."""
    return _give_page(_region(region), None)


@blueprint.route("/give/entries/<public_id>", methods=["GET", "POST"])
@guard(Permission.SETTINGS_WRITE)
def change_give(public_id: str) -> str | Response:
    """Change a number to give."""
    found = _entry(db.session(), public_id)
    return _give_page(found.region, found)


def _give_page(region: str, found: NumberToGive | None) -> str | Response:
    form = NumberToGiveForm()
    if request.method == "GET" and found is not None:
        form = NumberToGiveForm(data={
            "name": found.name, "number": found.number,
            **{f"name_{locale.lower()}": name for locale, name in found.names.items()},
        })
    if form.validate_on_submit():
        with unit_of_work() as session:
            actor = current_actor()
            # An addition must not make the published numbers go away.
            service.begin_list(session, actor, ports(), region, _published(region))
            row = _entry(session, found.public_id) if found is not None else None
            service.save_number(session, actor, ports(), region, form.entry(), row)
        flash(_("%(name)s is saved.", name=form.name.data), "success")
        return redirect(url_for("settings.give", _anchor=f"region-{region}"))  # type: ignore[return-value]
    return render_template(
        "settings/give_entry.html", form=form, found=found, region=dict(REGIONS)[region]
    )


@blueprint.post("/give/entries/<public_id>/<act>")
@guard(Permission.SETTINGS_WRITE)
def give_act(public_id: str, act: str) -> Response:
    """Note that an entry was checked, or take it out."""
    with unit_of_work() as session:
        row = _entry(session, public_id)
        region = row.region
        if act == "checked":
            service.check_number(session, current_actor(), ports(), row)
        elif act == "remove":
            service.remove_number(session, current_actor(), ports(), row)
        else:
            abort(404)
    return redirect(url_for("settings.give", _anchor=f"region-{region}"))  # type: ignore[return-value]
