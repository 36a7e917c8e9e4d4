"""A free place is held for whoever it is offered to; a room's needs go along with a meeting."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models.base

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

HOLDER = (
    "(CASE WHEN appointment_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN meeting_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN offer_id IS NULL THEN 0 ELSE 1 END) = 1"
)
OLD_HOLDER = '(appointment_id IS NULL) <> (meeting_id IS NULL)'
OFFERED = ('offered_at', 'offered_starts_at', 'offer_ends_at')


def upgrade() -> None:
    """Go forward. Offers that stood before held nothing: whoever waits is looked at again."""
    op.create_table('waiting_offers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('counsellor_id', sa.Integer(), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=True),
    sa.Column('mode', sa.Enum('onsite', 'online', 'phone', 'home', name='mode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('starts_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ends_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('buffer_minutes', sa.Integer(), nullable=False),
    sa.Column('offered_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('held_until', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=10), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_waiting_offers_order')),
    sa.CheckConstraint('(ended_at IS NULL) = (outcome IS NULL)', name=op.f('ck_waiting_offers_ended')),
    sa.CheckConstraint("outcome IN ('taken','declined','lapsed','withdrawn')", name=op.f('ck_waiting_offers_outcome')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_waiting_offers_case_id')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_waiting_offers_centre_id')),
    sa.ForeignKeyConstraint(['counsellor_id'], ['users.id'], name=op.f('fk_waiting_offers_counsellor_id')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['users.id'], name=op.f('fk_waiting_offers_ended_by_id')),
    sa.ForeignKeyConstraint(['entry_id'], ['waiting_entries.id'], name=op.f('fk_waiting_offers_entry_id')),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_waiting_offers_room_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waiting_offers')),
    sa.UniqueConstraint('public_id', name=op.f('uq_waiting_offers_public_id'))
    )
    with op.batch_alter_table('waiting_offers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_waiting_offers_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_waiting_offers_entry_id'), ['entry_id'], unique=False)
        batch_op.create_index('ix_waiting_offers_standing', ['starts_at'], unique=False, postgresql_where=sa.text('ended_at IS NULL'), sqlite_where=sa.text('ended_at IS NULL'))

    with op.batch_alter_table('reservations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('offer_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f('fk_reservations_offer_id'), 'waiting_offers', ['offer_id'], ['id'], ondelete='CASCADE')
        batch_op.drop_constraint(op.f('ck_reservations_holder'), type_='check')
        batch_op.create_check_constraint(op.f('ck_reservations_holder'), HOLDER)
        batch_op.create_index(batch_op.f('ix_reservations_offer_id'), ['offer_id'], unique=False)

    with op.batch_alter_table('waiting_entries', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_waiting_entries_offered_counsellor_id'), type_='foreignkey')
        for name in (*OFFERED, 'offered_counsellor_id'):
            batch_op.drop_column(name)

    with op.batch_alter_table('appointments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('stays_until', models.base.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('equipment', sa.JSON(), nullable=False, server_default='[]'))
    # The default was for the rows that were there; the application always says it.
    with op.batch_alter_table('appointments', schema=None) as batch_op:
        batch_op.alter_column('equipment', server_default=None)
        batch_op.create_index('ix_appointments_standing', ['starts_at'], unique=False, postgresql_where=sa.text("status = 'confirmed'"), sqlite_where=sa.text("status = 'confirmed'"))


def downgrade() -> None:
    """Go back. Places held for people who wait are given up."""
    op.execute("DELETE FROM reservations WHERE offer_id IS NOT NULL")
    with op.batch_alter_table('appointments', schema=None) as batch_op:
        batch_op.drop_index('ix_appointments_standing', postgresql_where=sa.text("status = 'confirmed'"), sqlite_where=sa.text("status = 'confirmed'"))
        batch_op.drop_column('equipment')
        batch_op.drop_column('stays_until')
    with op.batch_alter_table('waiting_entries', schema=None) as batch_op:
        for name in OFFERED:
            batch_op.add_column(sa.Column(name, models.base.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('offered_counsellor_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f('fk_waiting_entries_offered_counsellor_id'), 'users', ['offered_counsellor_id'], ['id'])
    with op.batch_alter_table('reservations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reservations_offer_id'))
        batch_op.drop_constraint(op.f('ck_reservations_holder'), type_='check')
        batch_op.create_check_constraint(op.f('ck_reservations_holder'), OLD_HOLDER)
        batch_op.drop_constraint(op.f('fk_reservations_offer_id'), type_='foreignkey')
        batch_op.drop_column('offer_id')
    op.drop_table('waiting_offers')
