"""What a person reads for a value of the vocabulary: one table for each enum, each word translatable.

What is stored never changes with a wording. `word(value)` is the template filter of that name;
`choices(Enum)` makes the choices of a form field. The tables stand in `wordlists`, by subject.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, cast

from flask_babel import gettext
from flask_babel.speaklater import LazyString
from wtforms.fields.choices import SelectChoice

from hotline.web.wordlists import calls, governance, risk, work
from triage import vocabulary as v
from triage.reasons import Reason

WORDS: Mapping[type[StrEnum], Mapping[Any, LazyString]] = {
    v.ResponseCode: risk.RESPONSE_CODE,
    v.RiskLevel: risk.RISK_LEVEL,
    v.Answer: risk.ANSWER,
    v.Question: risk.QUESTION,
    v.NotAskedReason: risk.NOT_ASKED_REASON,
    v.ProtectiveFactor: risk.PROTECTIVE_FACTOR,
    v.LoweringReason: risk.LOWERING_REASON,
    v.LoweringRefusal: risk.LOWERING_REFUSAL,
    v.ReasonSource: risk.REASON_SOURCE,
    v.Language: calls.LANGUAGE,
    v.Role: calls.ROLE,
    v.CodePurpose: calls.CODE_PURPOSE,
    v.CallType: calls.CALL_TYPE,
    v.Channel: calls.CHANNEL,
    v.AboutWhom: calls.ABOUT_WHOM,
    v.Problem: calls.PROBLEM,
    v.SafeContact: calls.SAFE_CONTACT,
    v.CallStatus: calls.CALL_STATUS,
    v.CallDirection: calls.CALL_DIRECTION,
    v.CallOutcome: calls.CALL_OUTCOME,
    v.LegOutcome: calls.LEG_OUTCOME,
    v.LineStatus: calls.LINE_STATUS,
    v.RingStrategy: calls.RING_STRATEGY,
    v.ReportStatus: calls.REPORT_STATUS,
    v.AgeBand: calls.AGE_BAND,
    v.Sex: calls.SEX,
    v.Route: work.ROUTE,
    v.TaskKind: work.TASK_KIND,
    v.TaskStatus: work.TASK_STATUS,
    v.AttemptOutcome: work.ATTEMPT_OUTCOME,
    v.CaseStatus: work.CASE_STATUS,
    v.CaseKind: work.CASE_KIND,
    v.ClosureReason: work.CLOSURE_REASON,
    v.AppointmentStatus: work.APPOINTMENT_STATUS,
    v.AppointmentMode: work.APPOINTMENT_MODE,
    v.CentreStatus: work.CENTRE_STATUS,
    v.NextStep: work.NEXT_STEP,
    v.SupervisorChoice: work.SUPERVISOR_CHOICE,
    v.DialRefusal: work.DIAL_REFUSAL,
    v.CaseMove: work.CASE_MOVE,
    v.Refusal: work.REFUSAL,
    v.ReferralStatus: work.REFERRAL_STATUS,
    v.PlanPart: work.PLAN_PART,
    v.SuggestedBecause: work.SUGGESTED_BECAUSE,
    v.GoalState: work.GOAL_STATE,
    v.DebriefStatus: work.DEBRIEF_STATUS,
    v.OnCallState: work.ON_CALL_STATE,
    v.ErasureStatus: work.ERASURE_STATUS,
    v.Safeguard: work.SAFEGUARD,
    v.Jurisdiction: work.JURISDICTION,
    v.EscalationTarget: work.ESCALATION_TARGET,
    v.DayPart: work.DAY_PART,
    v.ModelStatus: governance.MODEL_STATUS,
    v.ModelOrigin: governance.MODEL_ORIGIN,
    v.GateResult: governance.GATE_RESULT,
    v.LabelKind: governance.LABEL_KIND,
}


def word(value: StrEnum | None) -> LazyString | str:
    """The word for a value of any enum in the vocabulary; an empty string for None.

    Raises LookupError for a value that has no word: a page must not show a stored code instead.
    """
    if value is None:
        return ""
    try:
        return WORDS[type(value)][value]
    except KeyError:
        raise LookupError(f"no word for {value!r}") from None


def code_meaning(code: v.ResponseCode) -> LazyString:
    """What a response code promises, as one or two sentences."""
    return risk.CODE_MEANING[code]


def prompt(question: v.Question) -> LazyString | str:
    """How a risk question may be put to the caller; its short name where it is not put as such."""
    return risk.QUESTION_PROMPT.get(question, risk.QUESTION[question])


def reason_text(reason: Reason | Mapping[str, Any]) -> str:
    """The sentence of a triage reason in the reader's language.

    Takes the reason itself or the JSON it was stored as (`message` and `params`).
    """
    if isinstance(reason, Reason):
        return reason.text(gettext)
    words = {name: gettext(text) if text else "" for name, text in reason.get("params", {}).items()}
    return str(gettext(reason["message"])) % words


def told_once(reasons: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The stored reasons in their order, without those a reader would read twice.

    Several phrases of one sentence are kept as one reason each, for their ids; on a page they say
    the same sentence about the same passage.
    """
    found: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for each in reasons:
        words = [f"{name}={text}" for name, text in sorted(each.get("params", {}).items())]
        found.setdefault((each["message"], each.get("segment") or "", *words), each)
    return list(found.values())


def choices(
    values: Iterable[StrEnum],
    *,
    blank: LazyString | str | None = None,
    label: Callable[[StrEnum], LazyString | str] = word,
) -> list[SelectChoice]:
    """The choices of a form field for an enum (or some of its members), in the order given.

    `blank` puts an empty choice with that text in front.
    """
    # WTForms writes the label out at the end, so a lazy one is translated for each page.
    listed = [SelectChoice(value.value, cast("str", label(value))) for value in values]
    return listed if blank is None else [SelectChoice("", cast("str", blank)), *listed]


def problem_choices() -> list[SelectChoice]:
    """The problems as choices, grouped by what they are about."""
    return [
        SelectChoice(problem.value, cast("str", word(problem)), optgroup=cast("str", group))
        for group, problems in calls.PROBLEM_GROUPS
        for problem in problems
    ]
