"""Words of a live transcript that are not final yet, and the caller's refusal of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models.base
import models.crypto

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table('transcript_partials',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('call_id', sa.Integer(), nullable=False),
    sa.Column('session_sid', sa.String(length=128), nullable=False),
    sa.Column('track', sa.String(length=20), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('words', models.crypto.EncryptedText(), nullable=False),
    sa.Column('stability', sa.Double(), nullable=True),
    sa.Column('waits', sa.Boolean(), nullable=False),
    sa.Column('received_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('retain_until', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name=op.f('fk_transcript_partials_call_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transcript_partials')),
    sa.UniqueConstraint('call_id', 'session_sid', 'track', name=op.f('uq_transcript_partials_call_id_session_sid_track'))
    )
    op.create_index(op.f('ix_transcript_partials_retain_until'), 'transcript_partials', ['retain_until'])
    op.add_column('calls', sa.Column('transcript_refused_at', models.base.UtcDateTime(timezone=True), nullable=True))
    op.add_column('live_signals', sa.Column('from_partial', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Go back."""
    op.drop_column('live_signals', 'from_partial')
    op.drop_column('calls', 'transcript_refused_at')
    op.drop_table('transcript_partials')
