"""Why this room asks for something: the sentence a task carries into the queue, by its rule."""

from __future__ import annotations

from triage.reasons import Reason
from triage.vocabulary import ReasonSource


def N_(message: str) -> str:  # noqa: N802 - the name extraction looks for
    """The message itself; marks it for extraction, it is translated where it is shown."""
    return message


SENTENCES = {
    "no_show": N_("Did not come to the meeting. Ring discreetly today, without blame."),
    "no_shows": N_("Has not come a second time. Decide how to go on; nothing is closed."),
    "group_absent": N_("Did not come to the group. Ring discreetly, without blame."),
    "rebook": N_("The booked meeting cannot be held: ring the person and find another time."),
    "reminder_change": N_("Answered the reminder: wishes another time. The meeting still stands."),
    "place_free": N_("A place has come free and is held: ring the person before it goes on."),
    "group_moved": N_("A meeting of the group has a new time: ring the person and tell it."),
    "group_cancelled": N_("A meeting of the group is not held: ring the person and say so."),
    "group_ended": N_("The group has ended before its last meeting: ring the person and say so."),
    "group_place": N_("A place in a group has come free: ring whoever waits first."),
    "waiting": N_("Waits for a meeting: ask how they are, and say to ring if it gets worse."),
    "item_nine": N_("Answered the question about thoughts of death with a yes: ask about risk."),
    "risk_changed": N_("Risk has changed in a session: set the code."),
    "more_sessions": N_("The planned sessions are used. Decide whether there are to be more."),
}


def because(rule: str) -> Reason:
    """The reason of a task of this room."""
    return Reason(rule, None, ReasonSource.SYSTEM, SENTENCES[rule])
