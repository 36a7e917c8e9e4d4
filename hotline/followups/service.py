"""The use cases of follow-up tasks, under the names other rooms know them by."""

from __future__ import annotations

from hotline.followups.alerts import acknowledge, open_alerts, raise_alert
from hotline.followups.calendar import hours_of, jurisdiction_of, public_holidays, service_hours
from hotline.followups.planning import (
    SAFETY_KINDS,
    TO_DO,
    UNFINISHED,
    follow_case,
    open_tasks,
    person_called,
    plan_task,
)

__all__ = [
    "SAFETY_KINDS", "TO_DO", "UNFINISHED", "acknowledge", "follow_case", "hours_of",
    "jurisdiction_of", "open_alerts", "open_tasks", "person_called", "plan_task",
    "public_holidays", "raise_alert", "service_hours",
]
