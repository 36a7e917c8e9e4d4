"""Words of the reports: their titles, columns and definitions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel.speaklater import LazyString

TITLES: dict[str, LazyString] = {
    "follow_up": _l("Follow-up calls"), "booking": _l("Meetings"), "reach": _l("Whom we reached"),
    "cases": _l("Cases"),
}

COLUMNS: dict[str, LazyString] = {
    "due": _lp("report", "Due"),
    "on_time": _lp("report", "First try on time"),
    "not_on_time": _lp("report", "Not on time"),
    "on_time_share": _lp("report", "Share on time"),
    "reached": _lp("report", "Reached"),
    "not_reached": _lp("report", "Not reached"),
    "reached_share": _lp("report", "Share reached"),
    "tries": _lp("report", "Tries"),
    "tries_each": _lp("report", "Tries a call"),
    "overdue_now": _lp("report", "Overdue now"),
    "unable": _lp("report", "Unable to reach"),
    "requests": _lp("report", "Requests"),
    "first_met": _lp("report", "Met for the first time"),
    "wait_median": _lp("report", "Wait in days, median"),
    "wait_p90": _lp("report", "Wait in days, nine in ten"),
    "expected": _lp("report", "Expected"),
    "attended": _lp("report", "Came"),
    "no_show": _lp("report", "Did not come"),
    "late_cancel": _lp("report", "Cancelled late"),
    "attended_share": _lp("report", "Share who came"),
    "contacts": _lp("report", "Counselling contacts"),
    "first_booked": _lp("report", "Booked for the first time"),
    "booked_share": _lp("report", "Telephone to meeting"),
    "persons": _lp("report", "Persons"),
    "cases": _lp("report", "Cases"),
    "single_sessions": _lp("report", "Single sessions"),
    "group_sessions": _lp("report", "Group meetings"),
    "sessions": _lp("report", "Sessions"),
    "places_taken": _lp("report", "Places taken in groups"),
    "person_times": _lp("report", "Person-times"),
    "open_at_start": _lp("report", "Open at the start"),
    "opened": _lp("report", "Opened"),
    "help": _lp("report", "of these counselling or resources"),
    "other": _lp("report", "of these other"),
    "reopened": _lp("report", "Opened again"),
    "closed": _lp("report", "Closed"),
    "open_at_end": _lp("report", "Open at the end"),
}

DEFINITIONS: dict[str, tuple[LazyString, ...]] = {
    "follow_up": (
        _l("Due: calls promised after a contact whose first try was due in the period. Calls that were cancelled before anybody tried are left out; later calls of a series are not counted here."),
        _l("First try on time: somebody tried before the call was due, whether or not the person answered. Not on time: tried later, or not at all."),
        _l("Reached: the person themself was spoken to, at this try or a later one. Tries a call: all tries at these calls, divided by the calls."),
        _l("Overdue now: tasks of every kind that are late at this moment, whatever the period."),
        _l("Unable to reach: cases closed in the period because the person could not be reached."),
    ),
    "booking": (
        _l("Requests: cases that asked for a meeting for the first time in the period, put on the waiting list or booked at once."),
        _l("Wait: days from that request to the first meeting the person came to, for those who came for the first time in the period. Half waited no longer than the median, nine in ten no longer than the other figure."),
        _l("Expected: meetings of the period that the person came to, did not come to, or cancelled within 24 hours. Came: the share of these."),
        _l("Telephone to meeting: cases booked for the first time in the period, for each hundred counselling contacts of the period."),
    ),
    "reach": (
        _l("Persons, cases, sessions and person-times are four measures and are never added to each other."),
        _l("Persons: everybody who came at least once; somebody without a name counts as one a case. Cases: cases with at least one session. Seen at several of these centres, they count once, where they were seen first."),
        _l("Sessions: single sessions the person came to, and group meetings that were held. Person-times: single sessions and places taken in groups."),
    ),
    "cases": (
        _l("Open at the end = open at the start + opened + opened again - closed. A case that is closed twice counts twice as closed and once as opened again."),
        _l("A case counts at the centre that looks after it today."),
    ),
}
