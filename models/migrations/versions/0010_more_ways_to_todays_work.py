"""Find what a rule asked for, and legs without an end and moved meetings without reading the archive."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

RUNNING = sa.text('ended_at IS NULL')
MOVED = sa.text('moved_from_id IS NOT NULL')


def upgrade() -> None:
    """Go forward."""
    op.create_index('ix_follow_ups_rule', 'follow_ups', ['rule_id', 'status'])
    op.create_index(
        'ix_call_legs_running', 'call_legs', ['planned_at'],
        postgresql_where=RUNNING, sqlite_where=RUNNING,
    )
    op.create_index(
        'ix_appointments_moved_from', 'appointments', ['moved_from_id'],
        postgresql_where=MOVED, sqlite_where=MOVED,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index('ix_appointments_moved_from', table_name='appointments')
    op.drop_index('ix_call_legs_running', table_name='call_legs')
    op.drop_index('ix_follow_ups_rule', table_name='follow_ups')
