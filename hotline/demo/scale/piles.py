"""The piles an invented archive is written on: one a table, with the columns its rows give."""

from __future__ import annotations

from hotline.demo.scale.bulk import Bulk
from triage.vocabulary import (
    AppointmentMode,
    CallDirection,
    CaseKind,
    Channel,
    LoweringReason,
    ReferralStatus,
    ResponseCode,
    TaskKind,
)


class Piles:
    """Every pile, by the name of what is on it."""

    def __init__(self, bulk: Bulk, model_id: int | None, model_version: str | None) -> None:
        pile = bulk.pile
        self.calls = pile(
            "calls",
            "id public_id reference provider sid status outcome source line_id centre_id language "
            "from_number from_hash withheld caller_id winner_leg_id answered_by_id report_id "
            "follow_up_id arrived_at answered_at ended_at duration_seconds ring_round retain_until",
            direction=CallDirection.INBOUND, transcript_on=False, is_practice=False, version=5,
        )
        self.events = pile("call_events", "call_id kind key happened_at received_at", facts={})
        self.legs = pile(
            "call_legs",
            "id public_id call_id user_id sid status outcome ring_round planned_at submitted_at "
            "offered_at accepted_at ended_at",
            purpose="ring",
        )
        self.reports = pile(
            "contact_reports",
            "id public_id call_id centre_id line_id author_id caller_id case_id status call_type "
            "language summary problems answers human_code wants_meeting age_band sex "
            "training_consent contact_at created_at saved_at submitted_at retain_until",
            channel=Channel.PHONE, form_version="1", protective=[], actions=[],
            marked_for_review=False, is_practice=False, version=3,
        )
        self.assessments = pile(
            "risk_assessments",
            "id public_id report_id case_id answers human_code floor_code suggested_code "
            "effective_code model_code model_score text_language input_hash rated_by_id rated_at "
            "needs_review reviewed_at reviewed_by_id review_decision",
            instrument="own-1", reasons=[], model_version=model_version,
        )
        self.labels = pile(
            "labels",
            "assessment_id report_id kind human_code suggested_code judged_by_id judged_at",
        )
        self.predictions = pile(
            "shadow_predictions",
            "assessment_id code score at_least_d at_least_c at_least_b language characters "
            "predicted_at",
            model_id=model_id,
        ) if model_id is not None else None
        self.callers = pile(
            "callers", "id public_id reference centre_id language is_frequent created_at approach "
            "plan plan_review_at",
            domestic_violence=False, violence_flag=False, is_practice=False, version=1,
        )
        self.identities = pile("caller_identities", "caller_id alias alias_hash")
        self.numbers = pile("caller_numbers", "id caller_id number number_hash created_at")
        self.rules = pile(
            "contact_rules",
            "caller_id follow_up number number_hash sms recorded_by_id recorded_at",
            hours_from=600, hours_to=1260, days=[0, 1, 2, 3, 4, 5, 6], voicemail="no",
            name_in_message="no", version=1,
        )
        self.consents = pile(
            "consents", "caller_id given recorded_by_id recorded_at",
            kind="follow_up", method="spoken", wording_version="1",
        )
        self.cases = pile(
            "cases",
            "id public_id reference centre_id line_id caller_id status code rank route language "
            "owner_id problems wants_meeting opened_by_id opened_at updated_at closed_at "
            "closed_by_id closure_reason",
            kind=CaseKind.COUNSELLING, source="call", sessions_planned=8, is_sealed=False,
            is_practice=False, legal_hold=False, version=4,
        )
        self.notes = pile(
            "case_notes", "public_id case_id kind text facts author_id written_at"
        )
        self.routes = pile(
            "routing_decisions", "report_id case_id assessment_id rule_id route decided_at "
            "decided_by_id",
            constraints=[], reasons=[],
        )
        self.tasks = pile(
            "follow_ups",
            "id public_id kind status case_id caller_id report_id centre_id line_id language code "
            "rank queue_order owner_role owner_id claimed_at lease_until due_at limit_at "
            "not_before next_step_at created_at created_by_id done_at done_by_id done_reason "
            "attempts_made cadence cadence_step",
            reason={}, ladder_step=0, is_practice=False, version=2, rule_id="R-1",
        )
        self.attempts = pile(
            "attempts", "public_id follow_up_id case_id outcome note made_by_id made_at",
            by_hand=True,
        )
        self.appointments = pile(
            "appointments",
            "id public_id reference case_id caller_id centre_id counsellor_id room_id mode status "
            "starts_at ends_at language session_number reminder_at reminder_state booked_by_id "
            "booked_at arrived_at status_at",
            buffer_minutes=15, sessions_planned=8, equipment=[], is_practice=False, version=2,
        )
        self.reservations = pile("reservations", "kind resource_id slot_at appointment_id")
        self.sessions = pile(
            "session_notes", "appointment_id case_id text written_by_id written_at signed_at",
            measures={"distress": 4.0}, risk="unchanged",
        )
        self.waiting = pile(
            "waiting_entries",
            "public_id case_id centre_id rank code since target_at next_check_at asked_by_id "
            "ended_at ended_reason",
            wishes={"mode": AppointmentMode.ONSITE.value, "minutes": "45"}, any_centre=False,
        )
        self.alerts = pile(
            "alerts",
            "public_id dedupe_key kind code case_id follow_up_id centre_id to_role to_user_id "
            "raised_at acknowledged_at acknowledged_by_id passed_on_at pass_on_at",
            facts={},
        )
        self.audit = pile(
            "audit_events", "at actor_id actor_name act subject_kind subject_id centre_id", facts={}
        )
        self.outbox = pile(
            "outbox", "kind dedupe_key payload due_at done_at created_at", attempts=1
        )
        self.referrals = pile(
            "referrals", "public_id case_id service_id reason made_by_id made_at status_at",
            to_name="Evening legal advice (invented)", status=ReferralStatus.OUTCOME_KNOWN,
            consent=True, warm=True, version=3,
        )
        self.plans = pile(
            "safety_plans", "case_id number parts written_by_id written_at", copy_given=True
        )
        self.quality = pile(
            "quality_reviews",
            "public_id report_id centre_id why drawn_at scores feedback scored_by_id scored_at",
        )
        self.lowerings = pile(
            "lowering_requests",
            "public_id case_id asked_by_id asked_at decided_by_id decided_at",
            from_code=ResponseCode.B, to_code=ResponseCode.C, agreed=True,
            reason=LoweringReason.SAFETY_PLAN, note="The plan is made and a friend stays tonight.",
        )
        self.emergencies = pile(
            "emergency_actions",
            "public_id case_id opened_by_id opened_at supervisor_id supervisor_joined_at decision "
            "decided_at confirmed_at next_check_at outcome closed_at",
        )
        self.hand_overs = pile(
            "hand_overs",
            "public_id centre_id written_by_id written_at acknowledged_by_id acknowledged_at",
            items=[], must_be_read=True,
        )
        self.shifts = pile(
            "shifts", "id public_id line_id starts_at ends_at leader_id supervisor_id handed_over_at",
            version=2,
        )
        self.members = pile("shift_members", "shift_id user_id position", is_backup=False)
        self.presences = pile("presences", "user_id line_id on_at off_at last_seen_at")
        self.kinds = (TaskKind.PHONE, TaskKind.PHONE, TaskKind.PHONE, TaskKind.BOOKING_OFFER)
