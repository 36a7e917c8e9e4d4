"""Series of calls, the talk after a hard call, people at home, and wishes to be forgotten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models.base
import models.crypto

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table('cadences',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('days', sa.JSON(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cadences')),
    sa.UniqueConstraint('name', name=op.f('uq_cadences_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_cadences_public_id'))
    )
    op.create_table('on_call_people',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('number', models.crypto.EncryptedText(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_on_call_people_centre_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_on_call_people')),
    sa.UniqueConstraint('public_id', name=op.f('uq_on_call_people_public_id'))
    )
    with op.batch_alter_table('on_call_people', schema=None) as batch_op:
        batch_op.create_index('ix_on_call_people_centre', ['centre_id', 'position'], unique=False)

    op.create_table('erasure_requests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('caller_id', sa.Integer(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=True),
    sa.Column('status', sa.Enum('asked', 'done', 'refused', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', models.crypto.EncryptedText(), nullable=True),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('answer', models.crypto.EncryptedText(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['asked_by_id'], ['users.id'], name=op.f('fk_erasure_requests_asked_by_id')),
    sa.ForeignKeyConstraint(['caller_id'], ['callers.id'], name=op.f('fk_erasure_requests_caller_id')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_erasure_requests_centre_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_erasure_requests_decided_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erasure_requests')),
    sa.UniqueConstraint('public_id', name=op.f('uq_erasure_requests_public_id'))
    )
    with op.batch_alter_table('erasure_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_erasure_requests_caller_id'), ['caller_id'], unique=False)
        batch_op.create_index('ix_erasure_requests_status', ['status', 'asked_at'], unique=False)

    op.create_table('call_plans',
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('cadence_id', sa.Integer(), nullable=True),
    sa.Column('calls_until', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.Column('set_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['cadence_id'], ['cadences.id'], name=op.f('fk_call_plans_cadence_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_call_plans_case_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['set_by_id'], ['users.id'], name=op.f('fk_call_plans_set_by_id')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_call_plans'))
    )
    op.create_table('debriefs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=True),
    sa.Column('why', sa.String(length=20), nullable=False),
    sa.Column('status', sa.Enum('due', 'offered', 'held', 'declined', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('due_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('created_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('offered_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('offered_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('with_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_debriefs_centre_id')),
    sa.ForeignKeyConstraint(['offered_by_id'], ['users.id'], name=op.f('fk_debriefs_offered_by_id')),
    sa.ForeignKeyConstraint(['report_id'], ['contact_reports.id'], name=op.f('fk_debriefs_report_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_debriefs_user_id')),
    sa.ForeignKeyConstraint(['with_id'], ['users.id'], name=op.f('fk_debriefs_with_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_debriefs')),
    sa.UniqueConstraint('public_id', name=op.f('uq_debriefs_public_id')),
    sa.UniqueConstraint('user_id', 'report_id', name=op.f('uq_debriefs_user_id_report_id'))
    )
    with op.batch_alter_table('debriefs', schema=None) as batch_op:
        batch_op.create_index('ix_debriefs_open', ['centre_id', 'status', 'due_at'], unique=False)
        batch_op.create_index('ix_debriefs_user', ['user_id', 'status'], unique=False)

    op.create_table('on_call_notices',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('alert_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.Enum('sending', 'sent', 'failed', 'to_ring', name='state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('told_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('state_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('rung_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('rung_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['alert_id'], ['alerts.id'], name=op.f('fk_on_call_notices_alert_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_on_call_notices_centre_id')),
    sa.ForeignKeyConstraint(['person_id'], ['on_call_people.id'], name=op.f('fk_on_call_notices_person_id')),
    sa.ForeignKeyConstraint(['rung_by_id'], ['users.id'], name=op.f('fk_on_call_notices_rung_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_on_call_notices')),
    sa.UniqueConstraint('alert_id', 'person_id', name=op.f('uq_on_call_notices_alert_id_person_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_on_call_notices_public_id'))
    )
    with op.batch_alter_table('on_call_notices', schema=None) as batch_op:
        batch_op.create_index('ix_on_call_notices_open', ['centre_id', 'told_at'], unique=False, postgresql_where=sa.text('rung_at IS NULL'), sqlite_where=sa.text('rung_at IS NULL'))

    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.create_index('ix_cases_held', ['id'], unique=False, postgresql_where=sa.text('legal_hold'), sqlite_where=sa.text('legal_hold'))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_index('ix_cases_held')
    for table in ('on_call_notices', 'debriefs', 'call_plans', 'erasure_requests', 'on_call_people',
                  'cadences'):
        op.drop_table(table)
