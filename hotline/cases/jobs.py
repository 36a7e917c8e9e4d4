"""What happens around cases by itself; nothing here closes one."""

from __future__ import annotations

from hotline.cases.idle import look_at_idle
from hotline.cases.leaving import return_cases_of_gone
from hotline.cases.profiles import ask_for_reviews, mark_frequent
from hotline.cases.referrals import ask_after_unanswered, ask_for_checks
from hotline.jobs.registry import JobContext, registry
from hotline.transaction import unit_of_work


@registry.every(600, "cases.referrals")
def look_after_referrals(context: JobContext) -> None:
    """Ask after referrals the other side has not answered."""
    with unit_of_work() as session:
        ask_after_unanswered(session, context.ports.clock.now())


@registry.every(3600, "cases.frequent")
def look_after_frequent_callers(context: JobContext) -> None:
    """Mark people who ring often, and tell of plans that are due for review."""
    now = context.ports.clock.now()
    with unit_of_work() as session:
        mark_frequent(session, now)
    with unit_of_work() as session:
        ask_for_reviews(session, now)


@registry.every(3600, "cases.idle")
def look_after_idle_cases(context: JobContext) -> None:
    """Bring cases with nothing planned back to somebody's eyes."""
    with unit_of_work() as session:
        look_at_idle(session, context.ports.clock.now())


@registry.every(3600, "cases.directory")
def look_after_directory(context: JobContext) -> None:
    """Ask for the quarterly check of the directory of services."""
    with unit_of_work() as session:
        ask_for_checks(session, context.ports.clock.now())


@registry.every(600, "cases.leaving")
def look_after_cases_of_gone(context: JobContext) -> None:
    """Give back the cases of people who no longer work here."""
    with unit_of_work() as session:
        return_cases_of_gone(session, context.ports.clock.now())
