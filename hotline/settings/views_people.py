"""People: their accounts, roles and centres, and the slips that let them in."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import (
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import invitations
from hotline.access import people as service
from hotline.access.forms import complain
from hotline.access.people import ChangedMeanwhile, PeopleError, PersonValues
from hotline.access.policy import Permission
from hotline.access.second_factor import has_second_factor
from hotline.settings import service as agency
from hotline.settings.forms_people import CodeRequestForm, PersonForm, public_choices
from hotline.settings.pages import differences, ports, sentence
from hotline.settings.views import blueprint
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from hotline.web.words import choices
from models.accounts import User
from models.agency import Centre
from triage.vocabulary import CodePurpose, Role


def find_person(session: Session, public_id: str) -> User:
    """The person of that public id; 404 for another."""
    found = session.scalar(select(User).where(User.public_id == public_id))
    return found if found is not None else abort(404)


def _zone() -> ZoneInfo:
    return ZoneInfo(current_app.config["HOTLINE"].timezone)


def _stored(user: User) -> dict[str, Any]:
    away = user.away_until
    return {
        "name": user.display_name, "username": user.username, "locale": user.locale,
        "roles": [role.value for role in sorted(service.roles_of(user))],
        "centres": [centre.public_id for centre in user.centres], "spoken": list(user.spoken),
        "phone": user.phone, "skills": ", ".join(user.skills), "sex": user.sex or "",
        "max_cases": user.max_cases, "in_training": user.in_training,
        "away_until": None if away is None else away.astimezone(_zone()).date(),
        "version": str(user.version),
    }


def _values(form: PersonForm, session: Session) -> PersonValues:
    chosen = form.centres.data or []
    away = form.away_until.data
    return PersonValues(
        name=form.name.data or "", username=form.username.data or "",
        roles=frozenset(Role(role) for role in form.roles.data or []),
        centre_ids=frozenset(
            session.scalars(select(Centre.id).where(Centre.public_id.in_(chosen)))
        ),
        locale=form.locale.data, phone=form.phone.data, spoken=tuple(form.spoken.data or []),
        skills=form.skill_list(), sex=form.sex.data or None, max_cases=form.max_cases.data or 0,
        in_training=bool(form.in_training.data),
        away_until=None if away is None
        else datetime.combine(away, time(23, 59), _zone()).astimezone(UTC),
        version=form.seen(),
    )


def _form(shown: dict[str, Any] | None) -> PersonForm:
    form = PersonForm(data=shown) if request.method == "GET" else PersonForm()
    form.centres.choices = public_choices(agency.centres(db.session()))
    return form


def _code_form(user: User) -> CodeRequestForm:
    """What a code may be for: nobody who has a password is invited again."""
    form = CodeRequestForm() if request.endpoint == "settings.issue_code" else CodeRequestForm(formdata=None)
    if user.password is not None:
        form.purpose.choices = choices((CodePurpose.PASSWORD, CodePurpose.SECOND_FACTOR))
    return form


def _slip_page(slip: invitations.Slip) -> str:
    return render_template(
        "settings/slip.html", slip=slip, address=current_app.config["HOTLINE"].public_url + "/welcome"
    )


@blueprint.get("/people")
@guard(Permission.PEOPLE_MANAGE)
def people() -> str:
    """Everybody who works or worked here."""
    found = service.everybody(db.session())
    return render_template(
        "settings/people.html", people=found, now=ports().clock.now(),
        roles={user.id: sorted(service.roles_of(user)) for user in found},
        secured={user.id: has_second_factor(user) for user in found},
    )


@blueprint.route("/people/new", methods=["GET", "POST"])
@guard(Permission.PEOPLE_MANAGE)
def new_person() -> str | Response:
    """Take somebody in; the answer is the slip with the code, shown this once."""
    form = _form({})
    if form.validate_on_submit():
        try:
            with unit_of_work() as session:
                user = service.take_in(session, current_actor(), ports(), _values(form, session))
                slip = invitations.issue(
                    session, current_actor(), ports(), user=user, purpose=CodePurpose.INVITATION
                )
        except PeopleError as error:
            complain(form.username, sentence(error.reason))
        else:
            return _slip_page(slip)
    return render_template("settings/person.html", form=form, person=None, changed=None)


@blueprint.route("/people/<public_id>", methods=["GET", "POST"])
@guard(Permission.PEOPLE_MANAGE)
def person(public_id: str) -> str | Response:
    """Change somebody's roles, centres and the like."""
    user = find_person(db.session(), public_id)
    form = _form(_stored(user))
    form.username.data = user.username
    changed = None
    if form.validate_on_submit():
        try:
            with unit_of_work() as session:
                service.change(
                    session, current_actor(), ports(), find_person(session, public_id),
                    _values(form, session),
                )
        except PeopleError as error:
            complain(form.roles, sentence(error.reason))
        except ChangedMeanwhile:
            changed = differences(form, _stored(user))
            form.version.data = str(user.version)
        else:
            flash(_("%(name)s is saved.", name=form.name.data), "success")
            return redirect(url_for("settings.person", public_id=public_id))  # type: ignore[return-value]
    return render_template(
        "settings/person.html", form=form, person=user, changed=changed,
        code_form=_code_form(user), secured=has_second_factor(user),
        is_self=user.id == current_actor().user_id,
    )


@blueprint.post("/people/<public_id>/code")
@guard(Permission.PEOPLE_MANAGE)
def issue_code(public_id: str) -> str | Response:
    """Issue a printed code; the answer is the slip, shown this once."""
    user = find_person(db.session(), public_id)
    form = _code_form(user)
    if not form.validate_on_submit():
        return render_template("settings/code.html", form=form, person=user)
    purpose = CodePurpose(form.purpose.data)
    if user.password is None:
        purpose = CodePurpose.INVITATION
    with unit_of_work() as session:
        slip = invitations.issue(
            session, current_actor(), ports(), user=find_person(session, public_id),
            purpose=purpose, checked=form.checked.data,
        )
    return _slip_page(slip)


@blueprint.post("/people/<public_id>/deactivate")
@guard(Permission.PEOPLE_MANAGE)
def deactivate(public_id: str) -> Response:
    """Let somebody go; their sessions end at once."""
    return _standing(public_id, leaves=True)


@blueprint.post("/people/<public_id>/reactivate")
@guard(Permission.PEOPLE_MANAGE)
def reactivate(public_id: str) -> Response:
    """Take somebody back."""
    return _standing(public_id, leaves=False)


def _standing(public_id: str, *, leaves: bool) -> Response:
    try:
        with unit_of_work() as session:
            user = find_person(session, public_id)
            if leaves:
                service.deactivate(session, current_actor(), ports(), user)
            else:
                service.reactivate(session, current_actor(), ports(), user)
    except PeopleError as error:
        flash(sentence(error.reason), "error")
    else:
        flash(
            _("%(name)s is signed out everywhere and can no longer sign in.", name=user.display_name)
            if leaves else
            _("%(name)s is back. Print a code so that they can choose a password.",
              name=user.display_name),
            "success",
        )
    return redirect(url_for("settings.person", public_id=public_id))  # type: ignore[return-value]
