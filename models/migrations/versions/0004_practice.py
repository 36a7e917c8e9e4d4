"""Practice calls: which scenario, who learns, what was said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models.base
import models.crypto

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table('practice_runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('call_id', sa.Integer(), nullable=False),
    sa.Column('scenario', sa.String(length=60), nullable=False),
    sa.Column('learner_id', sa.Integer(), nullable=False),
    sa.Column('started_by_id', sa.Integer(), nullable=True),
    sa.Column('log', models.crypto.EncryptedJson(), nullable=True),
    sa.Column('started_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name=op.f('fk_practice_runs_call_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['learner_id'], ['users.id'], name=op.f('fk_practice_runs_learner_id')),
    sa.ForeignKeyConstraint(['started_by_id'], ['users.id'], name=op.f('fk_practice_runs_started_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practice_runs')),
    sa.UniqueConstraint('call_id', name=op.f('uq_practice_runs_call_id'))
    )
    op.create_index(op.f('ix_practice_runs_learner_id'), 'practice_runs', ['learner_id'])


def downgrade() -> None:
    """Go back."""
    op.drop_table('practice_runs')
