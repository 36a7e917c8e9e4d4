"""The use cases of follow-up tasks, under the names other rooms know them by."""

from __future__ import annotations

from hotline.followups.alerts import acknowledge, open_alerts, raise_alert
from hotline.followups.attempts import AttemptValues, escalate, record_attempt
from hotline.followups.calendar import hours_of, jurisdiction_of, public_holidays, service_hours
from hotline.followups.claiming import assign, claim, get_task, hold, release
from hotline.followups.contact import (
    ContactSheet,
    contact_sheet,
    may_reveal,
    require_dial,
    reveal_number,
)
from hotline.followups.finishing import cancel, complete, decide, finish
from hotline.followups.ladder import pass_on
from hotline.followups.planning import (
    SAFETY_KINDS,
    TO_DO,
    UNFINISHED,
    follow_case,
    open_tasks,
    person_called,
    plan_task,
)
from hotline.followups.refusals import NotDiallable, Refused

__all__ = [
    "SAFETY_KINDS", "TO_DO", "UNFINISHED", "AttemptValues", "ContactSheet", "NotDiallable",
    "Refused", "acknowledge", "assign", "cancel", "claim", "complete", "contact_sheet", "decide",
    "escalate", "finish", "follow_case", "get_task", "hold", "hours_of", "jurisdiction_of",
    "may_reveal", "open_alerts", "open_tasks", "pass_on", "person_called", "plan_task",
    "public_holidays", "raise_alert", "record_attempt", "release", "require_dial",
    "reveal_number", "service_hours",
]
