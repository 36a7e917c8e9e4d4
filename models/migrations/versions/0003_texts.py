"""Text messages people sent us, kept for a person to read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models.base
import models.crypto

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table('text_messages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('provider', sa.String(length=20), nullable=False),
    sa.Column('sid', sa.String(length=128), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=True),
    sa.Column('centre_id', sa.Integer(), nullable=True),
    sa.Column('caller_id', sa.Integer(), nullable=True),
    sa.Column('follow_up_id', sa.Integer(), nullable=True),
    sa.Column('from_number', models.crypto.EncryptedText(), nullable=True),
    sa.Column('from_hash', sa.String(length=64), nullable=False),
    sa.Column('sender', models.crypto.EncryptedText(), nullable=True),
    sa.Column('body', models.crypto.EncryptedText(), nullable=False),
    sa.Column('pictures', sa.Integer(), nullable=False),
    sa.Column('suggested_code', sa.String(length=2), nullable=True),
    sa.Column('reasons', models.crypto.EncryptedJson(), nullable=True),
    sa.Column('examined_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('received_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('read_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('read_by_id', sa.Integer(), nullable=True),
    sa.Column('retain_until', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['line_id'], ['lines.id'], name=op.f('fk_text_messages_line_id')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_text_messages_centre_id')),
    sa.ForeignKeyConstraint(['caller_id'], ['callers.id'], name=op.f('fk_text_messages_caller_id')),
    sa.ForeignKeyConstraint(['follow_up_id'], ['follow_ups.id'], name=op.f('fk_text_messages_follow_up_id')),
    sa.ForeignKeyConstraint(['read_by_id'], ['users.id'], name=op.f('fk_text_messages_read_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_text_messages')),
    sa.UniqueConstraint('provider', 'sid', name=op.f('uq_text_messages_provider_sid')),
    sa.UniqueConstraint('public_id', name=op.f('uq_text_messages_public_id'))
    )
    for column in ('caller_id', 'centre_id', 'follow_up_id', 'retain_until'):
        op.create_index(op.f(f'ix_text_messages_{column}'), 'text_messages', [column])
    op.create_index('ix_text_messages_from_hash', 'text_messages', ['from_hash', 'received_at'])


def downgrade() -> None:
    """Go back."""
    op.drop_table('text_messages')
