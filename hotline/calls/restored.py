"""Goes back from the columns of a report to its facts, and to the form it was typed in."""

from __future__ import annotations

from hotline.calls.contents import ANSWER_PREFIX
from models.callers import Caller, ContactRule
from models.reports import ContactReport
from triage.assessment import Facts
from triage.vocabulary import AgeBand, Answer, CallType, Language, Question, SafeContact

Stored = dict[str, list[str]]


def facts_of(report: ContactReport) -> Facts:
    """What the risk assessment looks at, from the report as it stands."""
    known = {one.value for one in Language}
    return Facts(
        call_type=report.call_type or CallType.SELF,
        answers={Question(name): Answer(value) for name, value in (report.answers or {}).items()},
        not_asked_reason=report.not_asked_reason,
        age_band=report.age_band or AgeBand.UNKNOWN,
        text=report.summary or "",
        language=Language(report.language) if report.language in known else None,
        human=report.human_code,
    )


def fields_of(report: ContactReport, caller: Caller | None) -> Stored:
    """The form that says what the report and the caller's contact rule say; empty controls left out.

    What the person told of themself comes back too, so that a correction does not ask again.
    """
    single = {
        "call_type": report.call_type,
        "about": report.about,
        "language": report.language,
        "summary": report.summary,
        "not_asked_reason": report.not_asked_reason,
        "human_code": report.human_code,
        "age_band": report.age_band,
        "sex": report.sex,
        "district": report.district,
        "wants_meeting": "y" if report.wants_meeting else None,
        "training_consent": "y" if report.training_consent else None,
        "marked_for_review": "y" if report.marked_for_review else None,
    }
    fields = {name: [str(value)] for name, value in single.items() if value}
    fields.update(
        (ANSWER_PREFIX + name, [value]) for name, value in (report.answers or {}).items()
    )
    for name, values in (("problems", report.problems), ("protective", report.protective)):
        if values:
            fields[name] = list(values)
    if caller is not None:
        fields.update(_wishes(caller))
    return fields


def _wishes(caller: Caller) -> Stored:
    fields: Stored = {}
    rule, identity = caller.contact_rule, caller.identity
    if rule is not None:
        for name in ("follow_up", "voicemail", "sms", "name_in_message"):
            answer: SafeContact = getattr(rule, name)
            if answer is not SafeContact.NOT_ASKED:
                fields[name] = [answer.value]
        fields.update(
            (name, [text])
            for name in ("number", "ask_for", "to_say", "code_word")
            if (text := getattr(rule, name))
        )
        fields.update(_hours(rule))
    if identity is not None:
        fields.update(
            (name, [text]) for name in ("name", "alias") if (text := getattr(identity, name))
        )
    return fields


def _hours(rule: ContactRule) -> Stored:
    fields = {
        name: [f"{minutes // 60:02d}:{minutes % 60:02d}"]
        for name in ("hours_from", "hours_to")
        if (minutes := getattr(rule, name)) is not None
    }
    if rule.days and len(rule.days) < 7:
        fields["days"] = [str(day) for day in rule.days]
    return fields
