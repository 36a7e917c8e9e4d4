"""Words of this room's pages that belong to no enum: alerts, reasons of ending, emergencies."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel.speaklater import LazyString

ALERTS: dict[str, LazyString] = {
    "first": _lp("alert", "New contact: say that you have it"),
    "text": _lp("alert", "A text message speaks of danger: read it"),
    "late": _lp("alert", "A task is late"),
    "escalated": _lp("alert", "The attempts are used up: decide what follows"),
    "worse": _lp("alert", "Somebody is doing worse"),
    "deceased": _lp("alert", "Somebody has died"),
    "emergency": _lp("alert", "Emergency: join the call"),
    "emergency_unconfirmed": _lp("alert", "Emergency not confirmed: did help reach the person?"),
    "lease_ending": _lp("alert", "A task you took goes back soon if you leave it"),
    "returned": _lp("alert", "A task you took has gone back to everybody"),
    "assigned": _lp("alert", "Work was given to you"),
    "lowering": _lp("alert", "A second person is needed to lower a code"),
    "gate_failed": _lp("alert", "The classifier misses too much in a language and is silent there"),
    "closing": _lp("alert", "A case is proposed for closing"),
    "support": _lp("alert", "A colleague asks for help on a call"),
    "debrief": _lp("alert", "After a hard call, offer a talk to whoever took it"),
    "debrief_offered": _lp("alert", "Somebody offers you a talk after a hard call"),
    "debrief_late": _lp("alert", "Nobody has offered a talk after a hard call"),
    "case_returned": _lp("alert", "Somebody has left: give this case to another worker"),
    "hand_over_missing": _lp("alert", "A shift ended without a hand-over while urgent work is open"),
    "directory": _lp("alert", "Numbers of the directory wait for their quarterly check"),
    "erasure": _lp("alert", "A wish to be forgotten has been decided"),
    "frequent": _lp("alert", "Somebody rings often: make a plan with them"),
    "visit_overdue": _lp("alert", "A colleague on a visit has not come back in time"),
    "meeting_unmarked": _lp("alert", "Did the person come? Nothing is noted of the meeting yet"),
    "no_supervisor": _lp("alert", "No supervisor is on duty"),
    "hand_over": _lp("alert", "Read what the last shift hands over"),
    "referral": _lp("alert", "A referral has not been answered"),
    "feedback": _lp("alert", "Feedback on a contact of yours"),
    "group_changed": _lp("alert", "A group you lead has changed: look at its people and times"),
    "plan_review": _lp("alert", "A caller's plan is due for review"),
}
OTHER_ALERT = _lp("alert", "Somebody should look at this")

DONE: dict[str, LazyString] = {
    "done": _lp("task ended", "Done"),
    "done_elsewhere": _lp("task ended", "Done elsewhere"),
    "person_declined": _lp("task ended", "The person does not want it"),
    "not_needed": _lp("task ended", "No longer needed"),
    "case_closed": _lp("task ended", "The case was closed"),
    "booked": _lp("task ended", "Booked"),
    "confirmed": _lp("task ended", "Confirmed"),
    "attended": _lp("task ended", "Came to the appointment"),
    "wish": _lp("task ended", "The person wishes no more calls"),
    "rebooked": _lp("task ended", "The meeting was moved"),
    "fits_again": _lp("task ended", "The meeting can be held after all"),
}

EMERGENCY_DECISIONS: dict[str, LazyString] = {
    "dispatch": _lp("emergency", "Help is sent"),
    "no_dispatch": _lp("emergency", "Help is not sent"),
    "with_person": _lp("emergency", "Somebody able is with the person"),
}
EMERGENCY_OUTCOMES: dict[str, LazyString] = {
    "safe": _lp("emergency", "Reached and safe"),
    "in_hospital": _lp("emergency", "Taken to hospital"),
    "refused_help": _lp("emergency", "Reached, refused help"),
    "not_found": _lp("emergency", "Not found"),
    "died": _lp("emergency", "Has died"),
    "false_alarm": _lp("emergency", "There was no emergency"),
}
EMERGENCY_STEPS: dict[str, LazyString] = {
    "joined": _lp("emergency", "The supervisor joined"),
    "informed": _lp("emergency", "The service was informed"),
    "not_yet": _lp("emergency", "Asked, not confirmed yet"),
    **{f"decided_{key}": text for key, text in EMERGENCY_DECISIONS.items()},
    **{f"confirmed_{key}": text for key, text in EMERGENCY_OUTCOMES.items()},
}

WEEKDAYS = (_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"),
            _l("Saturday"), _l("Sunday"))


def alert_text(kind: str) -> LazyString:
    """What an alert of that kind says; a plain sentence for a kind of another room."""
    return ALERTS.get(kind, OTHER_ALERT)
