"""Find today's work without reading the archive."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

UNLOGGED = sa.text('report_id IS NULL AND answered_by_id IS NOT NULL')
UNREAD = sa.text('must_be_read AND acknowledged_at IS NULL')

# Index, table, columns, and the rows it is for (None: all).
MADE = (
    ('ix_calls_unlogged', 'calls', ['answered_by_id', 'arrived_at'], UNLOGGED),
    ('ix_calls_caller', 'calls', ['caller_id', 'arrived_at'], None),
    ('ix_call_legs_ringing', 'call_legs', ['user_id', 'planned_at'], sa.text('ended_at IS NULL')),
    ('ix_contact_reports_lately', 'contact_reports', ['author_id', 'created_at'], None),
    ('ix_contact_reports_when', 'contact_reports', ['contact_at'], None),
    ('ix_contact_reports_case', 'contact_reports', ['case_id', 'contact_at'], None),
    ('ix_contact_reports_caller', 'contact_reports', ['caller_id', 'contact_at'], None),
    ('ix_risk_assessments_case', 'risk_assessments', ['case_id', 'rated_at'], None),
    ('ix_risk_assessments_rated', 'risk_assessments', ['rated_at'], None),
    ('ix_risk_assessments_reviewed', 'risk_assessments', ['reviewed_at'],
     sa.text('reviewed_at IS NOT NULL')),
    ('ix_cases_rest', 'cases', ['updated_at'], sa.text("status <> 'closed'")),
    ('ix_routing_decisions_case', 'routing_decisions', ['case_id', 'decided_at'], None),
    ('ix_attempts_case', 'attempts', ['case_id', 'made_at'], None),
    ('ix_alerts_centre', 'alerts', ['centre_id', 'raised_at'], None),
    ('ix_appointments_case', 'appointments', ['case_id', 'status_at'], None),
    ('ix_shifts_line_span', 'shifts', ['line_id', 'ends_at', 'starts_at'], None),
    ('ix_shifts_end', 'shifts', ['ends_at'], None),
    ('ix_presences_line', 'presences', ['line_id', 'id'], None),
    ('ix_hand_overs_unread', 'hand_overs', ['centre_id', 'written_at'], UNREAD),
    ('ix_callers_plan_review', 'callers', ['plan_review_at'],
     sa.text('plan_review_at IS NOT NULL')),
    ('ix_audit_events_act', 'audit_events', ['act', 'at'], None),
    ('ix_audit_events_actor_act', 'audit_events', ['actor_id', 'act', 'at'], None),
)

# What they take the place of.
GONE = (
    ('ix_calls_unlogged', 'calls', ['answered_by_id', 'report_id']),
    ('ix_calls_caller_id', 'calls', ['caller_id']),
    ('ix_contact_reports_case_id', 'contact_reports', ['case_id']),
    ('ix_contact_reports_caller_id', 'contact_reports', ['caller_id']),
    ('ix_risk_assessments_case_id', 'risk_assessments', ['case_id']),
    ('ix_routing_decisions_case_id', 'routing_decisions', ['case_id']),
    ('ix_attempts_case_id', 'attempts', ['case_id']),
    ('ix_alerts_centre_id', 'alerts', ['centre_id']),
    ('ix_appointments_case_id', 'appointments', ['case_id']),
    ('ix_shifts_line_span', 'shifts', ['line_id', 'starts_at', 'ends_at']),
)


def upgrade() -> None:
    """Go forward."""
    for name, table, _columns in GONE:
        op.drop_index(name, table_name=table)
    for name, table, columns, rows in MADE:
        op.create_index(name, table, columns, postgresql_where=rows, sqlite_where=rows)
    # The planner is told what there is, so that it chooses among the new ways at once.
    op.execute('ANALYZE')


def downgrade() -> None:
    """Go back."""
    for name, table, _columns, _rows in reversed(MADE):
        op.drop_index(name, table_name=table)
    for name, table, columns in GONE:
        op.create_index(name, table, columns)
