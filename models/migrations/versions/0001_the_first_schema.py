"""The first schema."""

from __future__ import annotations

import flask_security
import sqlalchemy as sa
from alembic import op

import models.base
import models.crypto
from models.audit import guard_statements

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

# Tables that point at each other: SQLite takes these keys with the table, PostgreSQL afterwards.
CIRCULAR = (
    ('fk_attempts_leg_id', 'attempts', 'call_legs', ['leg_id'], ['id']),
    ('fk_calls_follow_up_id', 'calls', 'follow_ups', ['follow_up_id'], ['id']),
    ('fk_calls_report_id', 'calls', 'contact_reports', ['report_id'], ['id']),
    ('fk_calls_winner_leg_id', 'calls', 'call_legs', ['winner_leg_id'], ['id']),
    ('fk_follow_ups_appointment_id', 'follow_ups', 'appointments', ['appointment_id'], ['id']),
    ('fk_follow_ups_call_id', 'follow_ups', 'calls', ['call_id'], ['id']),
    ('fk_follow_ups_report_id', 'follow_ups', 'contact_reports', ['report_id'], ['id']),
)


def upgrade() -> None:
    """Go forward."""
    op.create_table('audit_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('actor_name', sa.String(length=80), nullable=False),
    sa.Column('act', sa.String(length=60), nullable=False),
    sa.Column('subject_kind', sa.String(length=30), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=True),
    sa.Column('centre_id', sa.Integer(), nullable=True),
    sa.Column('reason', models.crypto.EncryptedText(), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_events'))
    )
    with op.batch_alter_table('audit_events', schema=None) as batch_op:
        batch_op.create_index('ix_audit_events_actor', ['actor_id', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_events_at'), ['at'], unique=False)
        batch_op.create_index('ix_audit_events_subject', ['subject_kind', 'subject_id'], unique=False)

    op.create_table('centres',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('district', sa.String(length=80), nullable=False),
    sa.Column('timezone', sa.String(length=40), nullable=False),
    sa.Column('holiday_region', sa.String(length=8), nullable=False),
    sa.Column('status', sa.Enum('open', 'limited', 'suspended', 'closed', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_centres')),
    sa.UniqueConstraint('code', name=op.f('uq_centres_code')),
    sa.UniqueConstraint('public_id', name=op.f('uq_centres_public_id'))
    )
    op.create_table('counters',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('value', sa.Integer(), nullable=False),
    sa.Column('changed_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_counters'))
    )
    op.create_table('heartbeats',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('beat_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('started_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_heartbeats'))
    )
    op.create_table('outbox',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('dedupe_key', sa.String(length=120), nullable=True),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('due_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('lease_until', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('lease_by', sa.String(length=60), nullable=True),
    sa.Column('done_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('failed_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('failure', sa.String(length=80), nullable=True),
    sa.Column('created_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_outbox_dedupe_key'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_due', ['due_at'], unique=False, postgresql_where=sa.text('done_at IS NULL AND failed_at IS NULL'), sqlite_where=sa.text('done_at IS NULL AND failed_at IS NULL'))

    op.create_table('periodic_runs',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('last_started_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_done_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.String(length=80), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_periodic_runs'))
    )
    op.create_table('roles',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('description', sa.String(length=255), nullable=True),
    sa.Column('permissions', flask_security.datastore.AsaList(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roles')),
    sa.UniqueConstraint('name', name=op.f('uq_roles_name'))
    )
    op.create_table('sign_in_attempts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name_hash', sa.String(length=64), nullable=False),
    sa.Column('address_hash', sa.String(length=64), nullable=False),
    sa.Column('at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempts'))
    )
    with op.batch_alter_table('sign_in_attempts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_attempts_address_hash'), ['address_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_in_attempts_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_in_attempts_name_hash'), ['name_hash'], unique=False)

    op.create_table('users',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('display_name', sa.String(length=80), nullable=False),
    sa.Column('phone', models.crypto.EncryptedText(), nullable=True),
    sa.Column('locale', sa.String(length=12), nullable=False),
    sa.Column('spoken', sa.JSON(), nullable=False),
    sa.Column('skills', sa.JSON(), nullable=False),
    sa.Column('sex', sa.String(length=12), nullable=True),
    sa.Column('max_cases', sa.Integer(), nullable=False),
    sa.Column('in_training', sa.Boolean(), nullable=False),
    sa.Column('away_until', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('left_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('username', sa.String(length=120), nullable=False),
    sa.Column('email', sa.String(length=255), nullable=True),
    sa.Column('password', sa.String(length=255), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('fs_uniquifier', sa.String(length=64), nullable=False),
    sa.Column('fs_webauthn_user_handle', sa.String(length=64), nullable=True),
    sa.Column('confirmed_at', models.base.NaiveUtcDateTime(timezone=True), nullable=True),
    sa.Column('last_login_at', models.base.NaiveUtcDateTime(timezone=True), nullable=True),
    sa.Column('current_login_at', models.base.NaiveUtcDateTime(timezone=True), nullable=True),
    sa.Column('last_login_ip', sa.String(length=64), nullable=True),
    sa.Column('current_login_ip', sa.String(length=64), nullable=True),
    sa.Column('login_count', sa.Integer(), nullable=True),
    sa.Column('tf_primary_method', sa.String(length=64), nullable=True),
    sa.Column('tf_totp_secret', models.crypto.EncryptedText(), nullable=True),
    sa.Column('tf_phone_number', sa.String(length=128), nullable=True),
    sa.Column('tf_last_counter', sa.Integer(), nullable=True),
    sa.Column('mf_recovery_codes', models.crypto.EncryptedJson(), nullable=True),
    sa.Column('password_set_at', models.base.NaiveUtcDateTime(timezone=True), nullable=True),
    sa.Column('create_datetime', models.base.NaiveUtcDateTime(timezone=True), nullable=True),
    sa.Column('update_datetime', models.base.NaiveUtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users')),
    sa.UniqueConstraint('email', name=op.f('uq_users_email')),
    sa.UniqueConstraint('fs_uniquifier', name=op.f('uq_users_fs_uniquifier')),
    sa.UniqueConstraint('fs_webauthn_user_handle', name=op.f('uq_users_fs_webauthn_user_handle')),
    sa.UniqueConstraint('public_id', name=op.f('uq_users_public_id')),
    sa.UniqueConstraint('username', name=op.f('uq_users_username'))
    )
    op.create_table('availabilities',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('counsellor_id', sa.Integer(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('starts', sa.Integer(), nullable=False),
    sa.Column('ends', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('modes', sa.JSON(), nullable=False),
    sa.CheckConstraint('starts < ends AND starts >= 0 AND ends <= 1440', name=op.f('ck_availabilities_minutes')),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_availabilities_weekday')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_availabilities_centre_id')),
    sa.ForeignKeyConstraint(['counsellor_id'], ['users.id'], name=op.f('fk_availabilities_counsellor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_availabilities'))
    )
    with op.batch_alter_table('availabilities', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_availabilities_centre_id'), ['centre_id'], unique=False)
        batch_op.create_index('ix_availabilities_counsellor', ['counsellor_id', 'weekday'], unique=False)

    op.create_table('availability_exceptions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('counsellor_id', sa.Integer(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=True),
    sa.Column('is_extra', sa.Boolean(), nullable=False),
    sa.Column('starts_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ends_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('note', sa.String(length=120), nullable=False),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_availability_exceptions_order')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_availability_exceptions_centre_id')),
    sa.ForeignKeyConstraint(['counsellor_id'], ['users.id'], name=op.f('fk_availability_exceptions_counsellor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_availability_exceptions'))
    )
    with op.batch_alter_table('availability_exceptions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_availability_exceptions_counsellor_id'), ['counsellor_id'], unique=False)

    op.create_table('calendar_feeds',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('resource_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('counsellor','room')", name=op.f('ck_calendar_feeds_kind')),
    sa.ForeignKeyConstraint(['made_by_id'], ['users.id'], name=op.f('fk_calendar_feeds_made_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_feeds')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_feeds_token_hash'))
    )
    op.create_table('callers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(length=8), nullable=True),
    sa.Column('approach', models.crypto.EncryptedText(), nullable=True),
    sa.Column('plan', models.crypto.EncryptedJson(), nullable=True),
    sa.Column('plan_review_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('is_frequent', sa.Boolean(), nullable=False),
    sa.Column('domestic_violence', sa.Boolean(), nullable=False),
    sa.Column('violence_flag', sa.Boolean(), nullable=False),
    sa.Column('is_practice', sa.Boolean(), nullable=False),
    sa.Column('merged_into_id', sa.Integer(), nullable=True),
    sa.Column('created_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('retain_until', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('erased_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_callers_centre_id')),
    sa.ForeignKeyConstraint(['merged_into_id'], ['callers.id'], name=op.f('fk_callers_merged_into_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_callers')),
    sa.UniqueConstraint('public_id', name=op.f('uq_callers_public_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_callers_reference'))
    )
    with op.batch_alter_table('callers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_callers_retain_until'), ['retain_until'], unique=False)

    op.create_table('centre_closures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_centre_closures_centre_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_centre_closures')),
    sa.UniqueConstraint('centre_id', 'on', name=op.f('uq_centre_closures_centre_id_on'))
    )
    op.create_table('centre_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('opens', sa.Integer(), nullable=False),
    sa.Column('closes', sa.Integer(), nullable=False),
    sa.CheckConstraint('opens < closes AND opens >= 0 AND closes <= 1440', name=op.f('ck_centre_hours_minutes')),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_centre_hours_weekday')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_centre_hours_centre_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_centre_hours'))
    )
    with op.batch_alter_table('centre_hours', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_centre_hours_centre_id'), ['centre_id'], unique=False)

    op.create_table('instruments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=26), nullable=False),
    sa.Column('edition', sa.String(length=12), nullable=False),
    sa.Column('attribution', sa.String(length=400), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('loaded_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('loaded_by_id', sa.Integer(), nullable=True),
    sa.Column('retired_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['loaded_by_id'], ['users.id'], name=op.f('fk_instruments_loaded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instruments')),
    sa.UniqueConstraint('public_id', name=op.f('uq_instruments_public_id'))
    )
    with op.batch_alter_table('instruments', schema=None) as batch_op:
        batch_op.create_index('uq_instruments_in_use', ['language'], unique=True, postgresql_where=sa.text('retired_at IS NULL'), sqlite_where=sa.text('retired_at IS NULL'))

    op.create_table('lines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('status', sa.Enum('planned', 'active', 'suspended', 'ended', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('default_language', sa.String(length=8), nullable=False),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('ring_strategy', sa.Enum('all', 'best_first', 'fixed_order', name='ring_strategy', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('always_open', sa.Boolean(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('fallback_number', models.crypto.EncryptedText(), nullable=True),
    sa.Column('emergency_number', sa.String(length=32), nullable=True),
    sa.Column('supervisor_number', models.crypto.EncryptedText(), nullable=True),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_lines_centre_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lines')),
    sa.UniqueConstraint('number', name=op.f('uq_lines_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_lines_public_id'))
    )
    with op.batch_alter_table('lines', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lines_centre_id'), ['centre_id'], unique=False)

    op.create_table('model_settings',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('model_on', sa.Boolean(), nullable=False),
    sa.Column('heard_unmeasured', sa.Boolean(), nullable=False),
    sa.Column('gate_recall', sa.Double(), nullable=False),
    sa.Column('gate_contacts', sa.Integer(), nullable=False),
    sa.Column('training_since', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('training_failed', sa.String(length=80), nullable=True),
    sa.Column('changed_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['changed_by_id'], ['users.id'], name=op.f('fk_model_settings_changed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_model_settings'))
    )
    op.create_table('model_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('version', sa.String(length=80), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('origin', sa.Enum('shipped', 'retrained', name='origin', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status', sa.Enum('active', 'shadow', 'retired', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('folder', sa.String(length=80), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('created_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('activated_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('activated_by_id', sa.Integer(), nullable=True),
    sa.Column('retired_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['activated_by_id'], ['users.id'], name=op.f('fk_model_versions_activated_by_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_model_versions_created_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_model_versions')),
    sa.UniqueConstraint('public_id', name=op.f('uq_model_versions_public_id')),
    sa.UniqueConstraint('version', name=op.f('uq_model_versions_version'))
    )
    with op.batch_alter_table('model_versions', schema=None) as batch_op:
        batch_op.create_index('uq_model_versions_one_active', ['status'], unique=True, sqlite_where=sa.text("status = 'active'"), postgresql_where=sa.text("status = 'active'"))
        batch_op.create_index('uq_model_versions_one_shadow', ['status'], unique=True, sqlite_where=sa.text("status = 'shadow'"), postgresql_where=sa.text("status = 'shadow'"))

    op.create_table('no_contacts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number_hash', sa.String(length=64), nullable=False),
    sa.Column('reason', models.crypto.EncryptedText(), nullable=True),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.Column('set_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['set_by_id'], ['users.id'], name=op.f('fk_no_contacts_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_no_contacts')),
    sa.UniqueConstraint('number_hash', name=op.f('uq_no_contacts_number_hash'))
    )
    op.create_table('number_blocks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number_hash', sa.String(length=64), nullable=False),
    sa.Column('reason', models.crypto.EncryptedText(), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=False),
    sa.Column('set_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('until', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['set_by_id'], ['users.id'], name=op.f('fk_number_blocks_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_number_blocks'))
    )
    with op.batch_alter_table('number_blocks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_number_blocks_number_hash'), ['number_hash'], unique=False)

    op.create_table('numbers_to_give',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('region', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('checked_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('checked_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['checked_by_id'], ['users.id'], name=op.f('fk_numbers_to_give_checked_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_numbers_to_give')),
    sa.UniqueConstraint('public_id', name=op.f('uq_numbers_to_give_public_id'))
    )
    with op.batch_alter_table('numbers_to_give', schema=None) as batch_op:
        batch_op.create_index('ix_numbers_to_give_region', ['region', 'position'], unique=False)

    op.create_table('one_time_codes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('issued_by_id', sa.Integer(), nullable=True),
    sa.Column('issued_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('used_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['issued_by_id'], ['users.id'], name=op.f('fk_one_time_codes_issued_by_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_one_time_codes_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_one_time_codes')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_one_time_codes_code_hash'))
    )
    with op.batch_alter_table('one_time_codes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_one_time_codes_user_id'), ['user_id'], unique=False)

    op.create_table('passkeys',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('credential_id', sa.LargeBinary(length=1024), nullable=False),
    sa.Column('public_key', sa.LargeBinary(length=1024), nullable=False),
    sa.Column('sign_count', sa.Integer(), nullable=True),
    sa.Column('transports', flask_security.datastore.AsaList(), nullable=True),
    sa.Column('backup_state', sa.Boolean(), nullable=False),
    sa.Column('device_type', sa.String(length=64), nullable=False),
    sa.Column('extensions', sa.Text(), nullable=True),
    sa.Column('create_datetime', models.base.NaiveUtcDateTime(timezone=True), nullable=False),
    sa.Column('lastuse_datetime', models.base.NaiveUtcDateTime(timezone=True), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('usage', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_passkeys_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkeys'))
    )
    with op.batch_alter_table('passkeys', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passkeys_credential_id'), ['credential_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_passkeys_user_id'), ['user_id'], unique=False)

    op.create_table('rooms',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('equipment', sa.JSON(), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_rooms_centre_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rooms')),
    sa.UniqueConstraint('centre_id', 'name', name=op.f('uq_rooms_centre_id_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_rooms_public_id'))
    )
    with op.batch_alter_table('rooms', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rooms_centre_id'), ['centre_id'], unique=False)

    op.create_table('services',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('region', sa.String(length=8), nullable=False),
    sa.Column('telephone', sa.String(length=60), nullable=False),
    sa.Column('hours', sa.String(length=120), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('note', sa.String(length=400), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('checked_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('checked_by_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['checked_by_id'], ['users.id'], name=op.f('fk_services_checked_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_services')),
    sa.UniqueConstraint('public_id', name=op.f('uq_services_public_id'))
    )
    op.create_table('user_centres',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_user_centres_centre_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_user_centres_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'centre_id', name=op.f('pk_user_centres'))
    )
    op.create_table('user_roles',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('role_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['role_id'], ['roles.id'], name=op.f('fk_user_roles_role_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_user_roles_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'role_id', name=op.f('pk_user_roles'))
    )
    op.create_table('caller_identities',
    sa.Column('caller_id', sa.Integer(), nullable=False),
    sa.Column('name', models.crypto.EncryptedText(), nullable=True),
    sa.Column('name_hash', sa.String(length=64), nullable=True),
    sa.Column('alias', models.crypto.EncryptedText(), nullable=True),
    sa.Column('alias_hash', sa.String(length=64), nullable=True),
    sa.Column('passphrase_hash', sa.String(length=64), nullable=True),
    sa.Column('address', models.crypto.EncryptedText(), nullable=True),
    sa.Column('employer', models.crypto.EncryptedText(), nullable=True),
    sa.Column('retain_until', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['caller_id'], ['callers.id'], name=op.f('fk_caller_identities_caller_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('caller_id', name=op.f('pk_caller_identities'))
    )
    with op.batch_alter_table('caller_identities', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_caller_identities_alias_hash'), ['alias_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_caller_identities_name_hash'), ['name_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_caller_identities_passphrase_hash'), ['passphrase_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_caller_identities_retain_until'), ['retain_until'], unique=False)

    op.create_table('caller_numbers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('caller_id', sa.Integer(), nullable=False),
    sa.Column('number', models.crypto.EncryptedText(), nullable=True),
    sa.Column('number_hash', sa.String(length=64), nullable=False),
    sa.Column('last_digits', models.crypto.EncryptedText(), nullable=True),
    sa.Column('created_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('retain_until', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['caller_id'], ['callers.id'], name=op.f('fk_caller_numbers_caller_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_caller_numbers'))
    )
    with op.batch_alter_table('caller_numbers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_caller_numbers_caller_id'), ['caller_id'], unique=False)
        batch_op.create_index('ix_caller_numbers_number_hash', ['number_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_caller_numbers_retain_until'), ['retain_until'], unique=False)

    op.create_table('calls',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.Column('provider', sa.String(length=20), nullable=False),
    sa.Column('sid', sa.String(length=128), nullable=False),
    sa.Column('direction', sa.Enum('inbound', 'outbound', name='direction', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status', sa.Enum('queued', 'initiated', 'ringing', 'in_progress', 'completed', 'busy', 'failed', 'no_answer', 'canceled', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('outcome', sa.Enum('waiting', 'answered', 'callback_asked', 'voicemail', 'abandoned', 'after_hours', 'missed', 'transferred', 'logged_by_hand', name='outcome', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=True),
    sa.Column('centre_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(length=8), nullable=True),
    sa.Column('from_number', models.crypto.EncryptedText(), nullable=True),
    sa.Column('from_hash', sa.String(length=64), nullable=True),
    sa.Column('withheld', sa.Boolean(), nullable=False),
    sa.Column('caller_id', sa.Integer(), nullable=True),
    sa.Column('callback_number', models.crypto.EncryptedText(), nullable=True),
    sa.Column('queue_name', sa.String(length=64), nullable=True),
    sa.Column('ring_round', sa.Integer(), nullable=False),
    sa.Column('winner_leg_id', sa.Integer(), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('report_id', sa.Integer(), nullable=True),
    sa.Column('follow_up_id', sa.Integer(), nullable=True),
    sa.Column('arrived_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('answered_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('duration_seconds', sa.Integer(), nullable=True),
    sa.Column('transcript_on', sa.Boolean(), nullable=False),
    sa.Column('is_practice', sa.Boolean(), nullable=False),
    sa.Column('voicemail_sid', sa.String(length=128), nullable=True),
    sa.Column('voicemail_seconds', sa.Integer(), nullable=True),
    sa.Column('retain_until', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['answered_by_id'], ['users.id'], name=op.f('fk_calls_answered_by_id')),
    sa.ForeignKeyConstraint(['caller_id'], ['callers.id'], name=op.f('fk_calls_caller_id')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_calls_centre_id')),
    sa.ForeignKeyConstraint(['follow_up_id'], ['follow_ups.id'], name='fk_calls_follow_up_id', use_alter=True),
    sa.ForeignKeyConstraint(['line_id'], ['lines.id'], name=op.f('fk_calls_line_id')),
    sa.ForeignKeyConstraint(['report_id'], ['contact_reports.id'], name='fk_calls_report_id', use_alter=True),
    sa.ForeignKeyConstraint(['winner_leg_id'], ['call_legs.id'], name='fk_calls_winner_leg_id', use_alter=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calls')),
    sa.UniqueConstraint('provider', 'sid', name=op.f('uq_calls_provider_sid')),
    sa.UniqueConstraint('public_id', name=op.f('uq_calls_public_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_calls_reference'))
    )
    with op.batch_alter_table('calls', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_calls_arrived_at'), ['arrived_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_calls_caller_id'), ['caller_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_calls_centre_id'), ['centre_id'], unique=False)
        batch_op.create_index('ix_calls_from_hash', ['from_hash', 'arrived_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_calls_line_id'), ['line_id'], unique=False)
        batch_op.create_index('ix_calls_not_logged', ['centre_id', 'arrived_at'], unique=False, postgresql_where=sa.text('report_id IS NULL AND answered_by_id IS NOT NULL'), sqlite_where=sa.text('report_id IS NULL AND answered_by_id IS NOT NULL'))
        batch_op.create_index('ix_calls_open', ['ended_at', 'outcome'], unique=False)
        batch_op.create_index(batch_op.f('ix_calls_retain_until'), ['retain_until'], unique=False)
        batch_op.create_index('ix_calls_unlogged', ['answered_by_id', 'report_id'], unique=False)

    op.create_table('cases',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=True),
    sa.Column('caller_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.Enum('counselling', 'resource', 'both', 'other', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status', sa.Enum('new', 'open', 'waiting', 'counselling', 'on_hold', 'closing', 'closed', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='code', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('suggested_code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='suggested_code', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('route', sa.Enum('emergency', 'phone', 'phone_and_booking', 'supervisor_decision', 'safety_on_call', 'face_to_face', 'programme', 'resource', 'referral', 'service_order', 'justice', 'information', 'no_case', 'coach_caller', 'shift_leader_review', name='route', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('language', sa.String(length=8), nullable=True),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('goals', models.crypto.EncryptedJson(), nullable=True),
    sa.Column('problems', sa.JSON(), nullable=False),
    sa.Column('wants_meeting', sa.Boolean(), nullable=False),
    sa.Column('asked_for_id', sa.Integer(), nullable=True),
    sa.Column('opened_by_id', sa.Integer(), nullable=True),
    sa.Column('opened_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('updated_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('closed_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_by_id', sa.Integer(), nullable=True),
    sa.Column('closure_reason', sa.Enum('goals_met', 'engaged_elsewhere', 'referred_received', 'declined', 'unable_to_reach', 'moved', 'duplicate', 'deceased', 'information_only', 'service_refused', name='closure_reason', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('closure_note', models.crypto.EncryptedText(), nullable=True),
    sa.Column('closure_proposed_by_id', sa.Integer(), nullable=True),
    sa.Column('sessions_planned', sa.Integer(), nullable=False),
    sa.Column('is_sealed', sa.Boolean(), nullable=False),
    sa.Column('is_practice', sa.Boolean(), nullable=False),
    sa.Column('legal_hold', sa.Boolean(), nullable=False),
    sa.Column('retain_until', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['asked_for_id'], ['users.id'], name=op.f('fk_cases_asked_for_id')),
    sa.ForeignKeyConstraint(['caller_id'], ['callers.id'], name=op.f('fk_cases_caller_id')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_cases_centre_id')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['users.id'], name=op.f('fk_cases_closed_by_id')),
    sa.ForeignKeyConstraint(['closure_proposed_by_id'], ['users.id'], name=op.f('fk_cases_closure_proposed_by_id')),
    sa.ForeignKeyConstraint(['line_id'], ['lines.id'], name=op.f('fk_cases_line_id')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['users.id'], name=op.f('fk_cases_opened_by_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_cases_owner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cases')),
    sa.UniqueConstraint('public_id', name=op.f('uq_cases_public_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_cases_reference'))
    )
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cases_caller_id'), ['caller_id'], unique=False)
        batch_op.create_index('ix_cases_closed', ['centre_id', 'id'], unique=False, postgresql_where=sa.text("status = 'closed'"), sqlite_where=sa.text("status = 'closed'"))
        batch_op.create_index('ix_cases_closing', ['centre_id', 'id'], unique=False, postgresql_where=sa.text("status = 'closing'"), sqlite_where=sa.text("status = 'closing'"))
        batch_op.create_index('ix_cases_list', ['centre_id', 'status', 'rank'], unique=False)
        batch_op.create_index('ix_cases_mine', ['owner_id', 'id'], unique=False)
        batch_op.create_index('ix_cases_open', ['centre_id', 'id'], unique=False, postgresql_where=sa.text("status <> 'closed'"), sqlite_where=sa.text("status <> 'closed'"))
        batch_op.create_index('ix_cases_owner', ['owner_id', 'status'], unique=False)
        batch_op.create_index(batch_op.f('ix_cases_retain_until'), ['retain_until'], unique=False)

    op.create_table('consents',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('caller_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('given', sa.Boolean(), nullable=False),
    sa.Column('method', sa.String(length=20), nullable=False),
    sa.Column('wording_version', sa.String(length=20), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('recorded_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['caller_id'], ['callers.id'], name=op.f('fk_consents_caller_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['users.id'], name=op.f('fk_consents_recorded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consents'))
    )
    with op.batch_alter_table('consents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consents_caller_id'), ['caller_id'], unique=False)

    op.create_table('contact_rules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('caller_id', sa.Integer(), nullable=False),
    sa.Column('follow_up', sa.Enum('yes', 'no', 'not_asked', name='follow_up', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('number', models.crypto.EncryptedText(), nullable=True),
    sa.Column('number_hash', sa.String(length=64), nullable=True),
    sa.Column('hours_from', sa.Integer(), nullable=True),
    sa.Column('hours_to', sa.Integer(), nullable=True),
    sa.Column('days', sa.JSON(), nullable=False),
    sa.Column('voicemail', sa.Enum('yes', 'no', 'not_asked', name='voicemail', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('sms', sa.Enum('yes', 'no', 'not_asked', name='sms', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name_in_message', sa.Enum('yes', 'no', 'not_asked', name='name_in_message', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('ask_for', models.crypto.EncryptedText(), nullable=True),
    sa.Column('to_say', models.crypto.EncryptedText(), nullable=True),
    sa.Column('code_word', models.crypto.EncryptedText(), nullable=True),
    sa.Column('expires_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('recorded_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['caller_id'], ['callers.id'], name=op.f('fk_contact_rules_caller_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['users.id'], name=op.f('fk_contact_rules_recorded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_rules')),
    sa.UniqueConstraint('caller_id', name=op.f('uq_contact_rules_caller_id'))
    )
    op.create_table('drift_snapshots',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('model_id', sa.Integer(), nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('is_reference', sa.Boolean(), nullable=False),
    sa.Column('contacts', sa.Integer(), nullable=False),
    sa.Column('abstained', sa.Integer(), nullable=False),
    sa.Column('mean_score', sa.Double(), nullable=True),
    sa.Column('mean_characters', sa.Double(), nullable=True),
    sa.Column('scores', sa.JSON(), nullable=False),
    sa.Column('lengths', sa.JSON(), nullable=False),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('taken_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['model_id'], ['model_versions.id'], name=op.f('fk_drift_snapshots_model_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drift_snapshots')),
    sa.UniqueConstraint('model_id', 'week', name=op.f('uq_drift_snapshots_model_id_week'))
    )
    op.create_table('groups',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('purpose', models.crypto.EncryptedText(), nullable=True),
    sa.Column('contract', models.crypto.EncryptedText(), nullable=True),
    sa.Column('language', sa.String(length=8), nullable=True),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('leader_id', sa.Integer(), nullable=False),
    sa.Column('co_leader_id', sa.Integer(), nullable=True),
    sa.Column('room_id', sa.Integer(), nullable=True),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('is_practice', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("status IN ('planned','open','running','ended')", name=op.f('ck_groups_status')),
    sa.CheckConstraint('seats BETWEEN 2 AND 30', name=op.f('ck_groups_seats')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_groups_centre_id')),
    sa.ForeignKeyConstraint(['co_leader_id'], ['users.id'], name=op.f('fk_groups_co_leader_id')),
    sa.ForeignKeyConstraint(['leader_id'], ['users.id'], name=op.f('fk_groups_leader_id')),
    sa.ForeignKeyConstraint(['made_by_id'], ['users.id'], name=op.f('fk_groups_made_by_id')),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_groups_room_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_groups')),
    sa.UniqueConstraint('public_id', name=op.f('uq_groups_public_id'))
    )
    with op.batch_alter_table('groups', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_groups_centre_id'), ['centre_id'], unique=False)

    op.create_table('line_closures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['line_id'], ['lines.id'], name=op.f('fk_line_closures_line_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_line_closures')),
    sa.UniqueConstraint('line_id', 'on', name=op.f('uq_line_closures_line_id_on'))
    )
    op.create_table('line_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('opens', sa.Integer(), nullable=False),
    sa.Column('closes', sa.Integer(), nullable=False),
    sa.CheckConstraint('opens < closes AND opens >= 0 AND closes <= 1440', name=op.f('ck_line_hours_minutes')),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_line_hours_weekday')),
    sa.ForeignKeyConstraint(['line_id'], ['lines.id'], name=op.f('fk_line_hours_line_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_line_hours'))
    )
    with op.batch_alter_table('line_hours', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_line_hours_line_id'), ['line_id'], unique=False)

    op.create_table('model_files',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('model_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['model_id'], ['model_versions.id'], name=op.f('fk_model_files_model_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_model_files')),
    sa.UniqueConstraint('model_id', 'name', name=op.f('uq_model_files_model_id_name'))
    )
    op.create_table('presences',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('on_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('off_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('paused_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_seen_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_call_ended_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['line_id'], ['lines.id'], name=op.f('fk_presences_line_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_presences_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_presences'))
    )
    with op.batch_alter_table('presences', schema=None) as batch_op:
        batch_op.create_index('ix_presences_open', ['line_id', 'off_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_presences_user_id'), ['user_id'], unique=False)
        batch_op.create_index('uq_presences_one_open', ['user_id'], unique=True, sqlite_where=sa.text('off_at IS NULL'), postgresql_where=sa.text('off_at IS NULL'))

    op.create_table('profile_merges',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('from_id', sa.Integer(), nullable=False),
    sa.Column('into_id', sa.Integer(), nullable=False),
    sa.Column('moved', sa.JSON(), nullable=False),
    sa.Column('reason', models.crypto.EncryptedText(), nullable=False),
    sa.Column('merged_by_id', sa.Integer(), nullable=False),
    sa.Column('merged_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('undone_by_id', sa.Integer(), nullable=True),
    sa.Column('undone_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['from_id'], ['callers.id'], name=op.f('fk_profile_merges_from_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['into_id'], ['callers.id'], name=op.f('fk_profile_merges_into_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['merged_by_id'], ['users.id'], name=op.f('fk_profile_merges_merged_by_id')),
    sa.ForeignKeyConstraint(['undone_by_id'], ['users.id'], name=op.f('fk_profile_merges_undone_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_profile_merges')),
    sa.UniqueConstraint('public_id', name=op.f('uq_profile_merges_public_id'))
    )
    with op.batch_alter_table('profile_merges', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_profile_merges_from_id'), ['from_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_profile_merges_into_id'), ['into_id'], unique=False)

    op.create_table('release_gates',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('model_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('result', sa.Enum('passed', 'failed', 'too_few', name='result', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('found', sa.Integer(), nullable=False),
    sa.Column('contacts', sa.Integer(), nullable=False),
    sa.Column('rules_found', sa.Integer(), nullable=False),
    sa.Column('measured_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['model_id'], ['model_versions.id'], name=op.f('fk_release_gates_model_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_release_gates')),
    sa.UniqueConstraint('model_id', 'language', name=op.f('uq_release_gates_model_id_language'))
    )
    op.create_table('shifts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ends_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('leader_id', sa.Integer(), nullable=True),
    sa.Column('supervisor_id', sa.Integer(), nullable=True),
    sa.Column('handed_over_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_shifts_order')),
    sa.ForeignKeyConstraint(['leader_id'], ['users.id'], name=op.f('fk_shifts_leader_id')),
    sa.ForeignKeyConstraint(['line_id'], ['lines.id'], name=op.f('fk_shifts_line_id')),
    sa.ForeignKeyConstraint(['supervisor_id'], ['users.id'], name=op.f('fk_shifts_supervisor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shifts')),
    sa.UniqueConstraint('public_id', name=op.f('uq_shifts_public_id'))
    )
    with op.batch_alter_table('shifts', schema=None) as batch_op:
        batch_op.create_index('ix_shifts_line_span', ['line_id', 'starts_at', 'ends_at'], unique=False)

    op.create_table('appointments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('caller_id', sa.Integer(), nullable=True),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('counsellor_id', sa.Integer(), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=True),
    sa.Column('mode', sa.Enum('onsite', 'online', 'phone', 'home', name='mode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status', sa.Enum('confirmed', 'arrived', 'attended', 'no_show', 'late_cancel', 'cancelled', 'moved', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('starts_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ends_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('buffer_minutes', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=True),
    sa.Column('session_number', sa.Integer(), nullable=True),
    sa.Column('sessions_planned', sa.Integer(), nullable=True),
    sa.Column('reminder_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('booked_by_id', sa.Integer(), nullable=False),
    sa.Column('booked_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('moved_from_id', sa.Integer(), nullable=True),
    sa.Column('arrived_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('status_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('reason', models.crypto.EncryptedText(), nullable=True),
    sa.Column('address', models.crypto.EncryptedText(), nullable=True),
    sa.Column('checked_in_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('checked_out_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('companion_id', sa.Integer(), nullable=True),
    sa.Column('by_person', sa.Boolean(), nullable=True),
    sa.Column('reminder_state', sa.String(length=20), nullable=True),
    sa.Column('reminder_answer', sa.String(length=10), nullable=True),
    sa.Column('is_practice', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_appointments_order')),
    sa.ForeignKeyConstraint(['booked_by_id'], ['users.id'], name=op.f('fk_appointments_booked_by_id')),
    sa.ForeignKeyConstraint(['caller_id'], ['callers.id'], name=op.f('fk_appointments_caller_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_appointments_case_id')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_appointments_centre_id')),
    sa.ForeignKeyConstraint(['companion_id'], ['users.id'], name=op.f('fk_appointments_companion_id')),
    sa.ForeignKeyConstraint(['counsellor_id'], ['users.id'], name=op.f('fk_appointments_counsellor_id')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['users.id'], name=op.f('fk_appointments_ended_by_id')),
    sa.ForeignKeyConstraint(['moved_from_id'], ['appointments.id'], name=op.f('fk_appointments_moved_from_id')),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_appointments_room_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointments')),
    sa.UniqueConstraint('public_id', name=op.f('uq_appointments_public_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_appointments_reference'))
    )
    with op.batch_alter_table('appointments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_appointments_caller_id'), ['caller_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_appointments_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_appointments_companion', ['companion_id', 'starts_at'], unique=False, postgresql_where=sa.text('companion_id IS NOT NULL'), sqlite_where=sa.text('companion_id IS NOT NULL'))
        batch_op.create_index('ix_appointments_counsellor', ['counsellor_id', 'starts_at'], unique=False)
        batch_op.create_index('ix_appointments_visits', ['ends_at'], unique=False, postgresql_where=sa.text("mode = 'home' AND checked_out_at IS NULL"), sqlite_where=sa.text("mode = 'home' AND checked_out_at IS NULL"))
        batch_op.create_index('ix_appointments_week', ['centre_id', 'starts_at'], unique=False)

    op.create_table('call_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('call_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('happened_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('received_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name=op.f('fk_call_events_call_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_events')),
    sa.UniqueConstraint('call_id', 'key', name=op.f('uq_call_events_call_id_key'))
    )
    op.create_table('case_notes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('text', models.crypto.EncryptedText(), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('written_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_case_notes_author_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_notes_case_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_notes')),
    sa.UniqueConstraint('public_id', name=op.f('uq_case_notes_public_id'))
    )
    with op.batch_alter_table('case_notes', schema=None) as batch_op:
        batch_op.create_index('ix_case_notes_case', ['case_id', 'written_at'], unique=False)

    op.create_table('conflicts_of_interest',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('caller_id', sa.Integer(), nullable=True),
    sa.Column('counsellor_id', sa.Integer(), nullable=False),
    sa.Column('reason', models.crypto.EncryptedText(), nullable=True),
    sa.Column('set_by_id', sa.Integer(), nullable=False),
    sa.Column('set_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('lifted_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['caller_id'], ['callers.id'], name=op.f('fk_conflicts_of_interest_caller_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_conflicts_of_interest_case_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['counsellor_id'], ['users.id'], name=op.f('fk_conflicts_of_interest_counsellor_id')),
    sa.ForeignKeyConstraint(['lifted_by_id'], ['users.id'], name=op.f('fk_conflicts_of_interest_lifted_by_id')),
    sa.ForeignKeyConstraint(['set_by_id'], ['users.id'], name=op.f('fk_conflicts_of_interest_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conflicts_of_interest'))
    )
    with op.batch_alter_table('conflicts_of_interest', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_conflicts_of_interest_caller_id'), ['caller_id'], unique=False)
        batch_op.create_index('ix_conflicts_of_interest_case', ['case_id', 'lifted_at'], unique=False)

    op.create_table('contact_reports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('call_id', sa.Integer(), nullable=True),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=True),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('caller_id', sa.Integer(), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('shift_id', sa.Integer(), nullable=True),
    sa.Column('channel', sa.Enum('phone', 'walk_in', 'paper', 'online', 'outreach', name='channel', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status', sa.Enum('draft', 'submitted', 'reviewed', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('form_version', sa.String(length=20), nullable=False),
    sa.Column('typed', models.crypto.EncryptedJson(), nullable=True),
    sa.Column('call_type', sa.Enum('self', 'another', 'information', 'practical', 'consult', 'survey', 'transfer', 'silent', 'blank', 'hang_up', 'wrong_number', 'prank', 'abusive', 'sexual', 'test', 'office', 'outgoing', name='call_type', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('about', sa.Enum('partner', 'child', 'parent', 'relative', 'friend', 'colleague', 'other', name='about', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('language', sa.String(length=8), nullable=True),
    sa.Column('summary', models.crypto.EncryptedText(), nullable=True),
    sa.Column('problems', sa.JSON(), nullable=False),
    sa.Column('protective', sa.JSON(), nullable=False),
    sa.Column('actions', sa.JSON(), nullable=False),
    sa.Column('answers', models.crypto.EncryptedJson(), nullable=False),
    sa.Column('not_asked_reason', sa.Enum('caller_ended', 'caller_refused', 'not_safe_to_talk', 'third_party_does_not_know', 'asked_recently', 'not_appropriate', 'other', name='not_asked_reason', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('human_code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='human_code', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('wants_meeting', sa.Boolean(), nullable=True),
    sa.Column('age_band', sa.Enum('under_14', '14_17', '18_24', '25_34', '35_49', '50_64', '65_up', 'unknown', name='age_band', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('sex', sa.Enum('female', 'male', 'other', 'unknown', name='sex', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('district', sa.String(length=60), nullable=True),
    sa.Column('training_consent', sa.Boolean(), nullable=False),
    sa.Column('marked_for_review', sa.Boolean(), nullable=False),
    sa.Column('is_practice', sa.Boolean(), nullable=False),
    sa.Column('contact_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('created_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('saved_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('submitted_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('retain_until', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_contact_reports_author_id')),
    sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name=op.f('fk_contact_reports_call_id')),
    sa.ForeignKeyConstraint(['caller_id'], ['callers.id'], name=op.f('fk_contact_reports_caller_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_contact_reports_case_id')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_contact_reports_centre_id')),
    sa.ForeignKeyConstraint(['line_id'], ['lines.id'], name=op.f('fk_contact_reports_line_id')),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_contact_reports_shift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_reports')),
    sa.UniqueConstraint('call_id', name=op.f('uq_contact_reports_call_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_contact_reports_public_id'))
    )
    with op.batch_alter_table('contact_reports', schema=None) as batch_op:
        batch_op.create_index('ix_contact_reports_author', ['author_id', 'status'], unique=False)
        batch_op.create_index(batch_op.f('ix_contact_reports_caller_id'), ['caller_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_contact_reports_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_contact_reports_contact_at', ['centre_id', 'contact_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_contact_reports_retain_until'), ['retain_until'], unique=False)

    op.create_table('emergency_actions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('call_id', sa.Integer(), nullable=True),
    sa.Column('opened_by_id', sa.Integer(), nullable=False),
    sa.Column('opened_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('supervisor_id', sa.Integer(), nullable=True),
    sa.Column('supervisor_joined_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.String(length=20), nullable=True),
    sa.Column('decided_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('service', sa.String(length=80), nullable=True),
    sa.Column('service_reference', models.crypto.EncryptedText(), nullable=True),
    sa.Column('informed_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('caller_informed', sa.Boolean(), nullable=True),
    sa.Column('confirmed_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('next_check_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=40), nullable=True),
    sa.Column('note', models.crypto.EncryptedText(), nullable=True),
    sa.Column('closed_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name=op.f('fk_emergency_actions_call_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_emergency_actions_case_id')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['users.id'], name=op.f('fk_emergency_actions_opened_by_id')),
    sa.ForeignKeyConstraint(['supervisor_id'], ['users.id'], name=op.f('fk_emergency_actions_supervisor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_emergency_actions')),
    sa.UniqueConstraint('public_id', name=op.f('uq_emergency_actions_public_id'))
    )
    with op.batch_alter_table('emergency_actions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_emergency_actions_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_emergency_actions_next_check_at'), ['next_check_at'], unique=False)

    op.create_table('follow_ups',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('kind', sa.Enum('phone', 'emergency', 'booking_offer', 'waiting_check', 'supervisor_decision', 'review_suggestion', 'assess_risk', 'mandatory_report', 'referral', 'resource', 'call_back', 'voicemail', 'missed_call', 'no_show_check', 'incident_notice', 'route_review', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status', sa.Enum('scheduled', 'open', 'in_progress', 'escalated', 'done', 'cancelled', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('call_id', sa.Integer(), nullable=True),
    sa.Column('caller_id', sa.Integer(), nullable=True),
    sa.Column('appointment_id', sa.Integer(), nullable=True),
    sa.Column('report_id', sa.Integer(), nullable=True),
    sa.Column('dedupe_key', sa.String(length=80), nullable=True),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(length=8), nullable=True),
    sa.Column('code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='code', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('queue_order', sa.Integer(), nullable=False),
    sa.Column('called_again_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('owner_role', sa.String(length=20), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('claimed_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('lease_until', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('rule_id', sa.String(length=20), nullable=True),
    sa.Column('reason', sa.JSON(), nullable=False),
    sa.Column('due_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('limit_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('first_contact_due_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('not_before', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('cadence', sa.String(length=20), nullable=True),
    sa.Column('cadence_step', sa.Integer(), nullable=True),
    sa.Column('cadence_from', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('dial_granted_by_id', sa.Integer(), nullable=True),
    sa.Column('dial_granted_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('dial_reason', models.crypto.EncryptedText(), nullable=True),
    sa.Column('attempts_made', sa.Integer(), nullable=False),
    sa.Column('ladder_step', sa.Integer(), nullable=False),
    sa.Column('next_step_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('done_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('done_by_id', sa.Integer(), nullable=True),
    sa.Column('done_reason', sa.String(length=40), nullable=True),
    sa.Column('is_practice', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name='fk_follow_ups_appointment_id', use_alter=True),
    sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name='fk_follow_ups_call_id', use_alter=True),
    sa.ForeignKeyConstraint(['caller_id'], ['callers.id'], name=op.f('fk_follow_ups_caller_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_follow_ups_case_id')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_follow_ups_centre_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_follow_ups_created_by_id')),
    sa.ForeignKeyConstraint(['dial_granted_by_id'], ['users.id'], name=op.f('fk_follow_ups_dial_granted_by_id')),
    sa.ForeignKeyConstraint(['done_by_id'], ['users.id'], name=op.f('fk_follow_ups_done_by_id')),
    sa.ForeignKeyConstraint(['line_id'], ['lines.id'], name=op.f('fk_follow_ups_line_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_follow_ups_owner_id')),
    sa.ForeignKeyConstraint(['report_id'], ['contact_reports.id'], name='fk_follow_ups_report_id', use_alter=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_ups')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_follow_ups_dedupe_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_follow_ups_public_id'))
    )
    with op.batch_alter_table('follow_ups', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_follow_ups_call_id'), ['call_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_follow_ups_caller_id'), ['caller_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_follow_ups_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_follow_ups_done', ['centre_id', 'done_at'], unique=False)
        batch_op.create_index('ix_follow_ups_due', ['centre_id', 'due_at'], unique=False, postgresql_where=sa.text("status IN ('open','in_progress','escalated')"), sqlite_where=sa.text("status IN ('open','in_progress','escalated')"))
        batch_op.create_index('ix_follow_ups_kind', ['centre_id', 'kind', 'queue_order', 'due_at', 'id'], unique=False, postgresql_where=sa.text("status IN ('open','in_progress','escalated')"), sqlite_where=sa.text("status IN ('open','in_progress','escalated')"))
        batch_op.create_index('ix_follow_ups_ladder', ['next_step_at'], unique=False, postgresql_where=sa.text("status IN ('open','in_progress','escalated')"), sqlite_where=sa.text("status IN ('open','in_progress','escalated')"))
        batch_op.create_index('ix_follow_ups_lease', ['lease_until'], unique=False, postgresql_where=sa.text("status IN ('open','in_progress','escalated')"), sqlite_where=sa.text("status IN ('open','in_progress','escalated')"))
        batch_op.create_index('ix_follow_ups_mine', ['owner_id', 'queue_order', 'due_at', 'id'], unique=False, postgresql_where=sa.text("status IN ('open','in_progress','escalated')"), sqlite_where=sa.text("status IN ('open','in_progress','escalated')"))
        batch_op.create_index('ix_follow_ups_queue', ['centre_id', 'queue_order', 'due_at', 'id'], unique=False, postgresql_where=sa.text("status IN ('open','in_progress','escalated')"), sqlite_where=sa.text("status IN ('open','in_progress','escalated')"))
        batch_op.create_index(batch_op.f('ix_follow_ups_report_id'), ['report_id'], unique=False)
        batch_op.create_index('ix_follow_ups_scheduled', ['centre_id', 'due_at', 'id'], unique=False, postgresql_where=sa.text("status = 'scheduled'"), sqlite_where=sa.text("status = 'scheduled'"))
        batch_op.create_index('ix_follow_ups_wake', ['not_before'], unique=False, postgresql_where=sa.text("status = 'scheduled'"), sqlite_where=sa.text("status = 'scheduled'"))

    op.create_table('group_meetings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=True),
    sa.Column('starts_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ends_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('buffer_minutes', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('theme', models.crypto.EncryptedText(), nullable=True),
    sa.Column('held_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status IN ('planned','held','cancelled')", name=op.f('ck_group_meetings_status')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_group_meetings_order')),
    sa.ForeignKeyConstraint(['group_id'], ['groups.id'], name=op.f('fk_group_meetings_group_id')),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_group_meetings_room_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_group_meetings')),
    sa.UniqueConstraint('public_id', name=op.f('uq_group_meetings_public_id'))
    )
    with op.batch_alter_table('group_meetings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_group_meetings_group_id'), ['group_id'], unique=False)
        batch_op.create_index('ix_group_meetings_span', ['starts_at', 'ends_at'], unique=False)

    op.create_table('group_members',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('asked_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('screened_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('screened_by_id', sa.Integer(), nullable=True),
    sa.Column('agreed_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('joined_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('left_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status IN ('screening','waiting','member','left','refused')", name=op.f('ck_group_members_status')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_group_members_case_id')),
    sa.ForeignKeyConstraint(['group_id'], ['groups.id'], name=op.f('fk_group_members_group_id')),
    sa.ForeignKeyConstraint(['screened_by_id'], ['users.id'], name=op.f('fk_group_members_screened_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_group_members')),
    sa.UniqueConstraint('group_id', 'case_id', name=op.f('uq_group_members_group_id_case_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_group_members_public_id'))
    )
    with op.batch_alter_table('group_members', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_group_members_case_id'), ['case_id'], unique=False)

    op.create_table('hand_overs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('shift_id', sa.Integer(), nullable=True),
    sa.Column('written_by_id', sa.Integer(), nullable=False),
    sa.Column('written_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('note', models.crypto.EncryptedText(), nullable=True),
    sa.Column('items', sa.JSON(), nullable=False),
    sa.Column('must_be_read', sa.Boolean(), nullable=False),
    sa.Column('acknowledged_by_id', sa.Integer(), nullable=True),
    sa.Column('acknowledged_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['acknowledged_by_id'], ['users.id'], name=op.f('fk_hand_overs_acknowledged_by_id')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_hand_overs_centre_id')),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_hand_overs_shift_id')),
    sa.ForeignKeyConstraint(['written_by_id'], ['users.id'], name=op.f('fk_hand_overs_written_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hand_overs')),
    sa.UniqueConstraint('public_id', name=op.f('uq_hand_overs_public_id'))
    )
    with op.batch_alter_table('hand_overs', schema=None) as batch_op:
        batch_op.create_index('ix_hand_overs_centre', ['centre_id', 'written_at'], unique=False)

    op.create_table('live_signals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('call_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=2), nullable=False),
    sa.Column('rule_id', sa.String(length=40), nullable=False),
    sa.Column('words', models.crypto.EncryptedText(), nullable=False),
    sa.Column('raised_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('seen_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('seen_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name=op.f('fk_live_signals_call_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['seen_by_id'], ['users.id'], name=op.f('fk_live_signals_seen_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_live_signals'))
    )
    with op.batch_alter_table('live_signals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_live_signals_call_id'), ['call_id'], unique=False)

    op.create_table('lowering_requests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('from_code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='from_code', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('to_code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='to_code', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.Enum('more_facts', 'support_arrived', 'safety_plan', 'rated_in_error', 'not_a_disclosure', 'other', name='reason', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('note', models.crypto.EncryptedText(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('agreed', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['asked_by_id'], ['users.id'], name=op.f('fk_lowering_requests_asked_by_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_lowering_requests_case_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_lowering_requests_decided_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lowering_requests')),
    sa.UniqueConstraint('public_id', name=op.f('uq_lowering_requests_public_id'))
    )
    with op.batch_alter_table('lowering_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lowering_requests_case_id'), ['case_id'], unique=False)

    op.create_table('referrals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('service_id', sa.Integer(), nullable=True),
    sa.Column('to_name', sa.String(length=160), nullable=False),
    sa.Column('status', sa.Enum('drafted', 'sent', 'acknowledged', 'accepted', 'declined', 'outcome_known', name='status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', models.crypto.EncryptedText(), nullable=False),
    sa.Column('shared', models.crypto.EncryptedText(), nullable=True),
    sa.Column('consent', sa.Boolean(), nullable=False),
    sa.Column('warm', sa.Boolean(), nullable=False),
    sa.Column('outcome', models.crypto.EncryptedText(), nullable=True),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('status_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('answer_by', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_referrals_case_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['made_by_id'], ['users.id'], name=op.f('fk_referrals_made_by_id')),
    sa.ForeignKeyConstraint(['service_id'], ['services.id'], name=op.f('fk_referrals_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referrals')),
    sa.UniqueConstraint('public_id', name=op.f('uq_referrals_public_id'))
    )
    with op.batch_alter_table('referrals', schema=None) as batch_op:
        batch_op.create_index('ix_referrals_answer_by', ['status', 'answer_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_referrals_case_id'), ['case_id'], unique=False)

    op.create_table('safety_plans',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('parts', models.crypto.EncryptedJson(), nullable=False),
    sa.Column('copy_given', sa.Boolean(), nullable=False),
    sa.Column('written_by_id', sa.Integer(), nullable=False),
    sa.Column('written_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_safety_plans_case_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['written_by_id'], ['users.id'], name=op.f('fk_safety_plans_written_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_safety_plans'))
    )
    with op.batch_alter_table('safety_plans', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_safety_plans_case_id'), ['case_id'], unique=False)

    op.create_table('shift_members',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('shift_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('is_backup', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_shift_members_shift_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_shift_members_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift_members')),
    sa.UniqueConstraint('shift_id', 'user_id', name=op.f('uq_shift_members_shift_id_user_id'))
    )
    with op.batch_alter_table('shift_members', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shift_members_user_id'), ['user_id'], unique=False)

    op.create_table('transcript_segments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('call_id', sa.Integer(), nullable=False),
    sa.Column('session_sid', sa.String(length=128), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('track', sa.String(length=20), nullable=False),
    sa.Column('words', models.crypto.EncryptedText(), nullable=False),
    sa.Column('confidence', sa.Double(), nullable=True),
    sa.Column('received_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('retain_until', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name=op.f('fk_transcript_segments_call_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transcript_segments')),
    sa.UniqueConstraint('call_id', 'session_sid', 'sequence', name=op.f('uq_transcript_segments_call_id_session_sid_sequence'))
    )
    with op.batch_alter_table('transcript_segments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_transcript_segments_retain_until'), ['retain_until'], unique=False)

    op.create_table('voice_messages',
    sa.Column('call_id', sa.Integer(), nullable=False),
    sa.Column('sound', models.crypto.EncryptedText(), nullable=False),
    sa.Column('fetched_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('retain_until', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name=op.f('fk_voice_messages_call_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('call_id', name=op.f('pk_voice_messages'))
    )
    with op.batch_alter_table('voice_messages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_voice_messages_retain_until'), ['retain_until'], unique=False)

    op.create_table('waiting_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='code', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('wishes', sa.JSON(), nullable=False),
    sa.Column('since', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('target_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('next_check_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('offered_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('offered_starts_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('offered_counsellor_id', sa.Integer(), nullable=True),
    sa.Column('offer_ends_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_reason', sa.String(length=20), nullable=True),
    sa.ForeignKeyConstraint(['asked_by_id'], ['users.id'], name=op.f('fk_waiting_entries_asked_by_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_waiting_entries_case_id')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_waiting_entries_centre_id')),
    sa.ForeignKeyConstraint(['offered_counsellor_id'], ['users.id'], name=op.f('fk_waiting_entries_offered_counsellor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waiting_entries')),
    sa.UniqueConstraint('public_id', name=op.f('uq_waiting_entries_public_id'))
    )
    with op.batch_alter_table('waiting_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_waiting_entries_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_waiting_entries_open', ['next_check_at'], unique=False, postgresql_where=sa.text('ended_at IS NULL'), sqlite_where=sa.text('ended_at IS NULL'))
        batch_op.create_index('ix_waiting_entries_order', ['centre_id', 'ended_at', 'rank'], unique=False)

    op.create_table('alerts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('dedupe_key', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='code', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('call_id', sa.Integer(), nullable=True),
    sa.Column('follow_up_id', sa.Integer(), nullable=True),
    sa.Column('centre_id', sa.Integer(), nullable=True),
    sa.Column('to_role', sa.String(length=20), nullable=False),
    sa.Column('to_user_id', sa.Integer(), nullable=True),
    sa.Column('raised_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('acknowledged_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_by_id', sa.Integer(), nullable=True),
    sa.Column('passed_on_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('pass_on_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['acknowledged_by_id'], ['users.id'], name=op.f('fk_alerts_acknowledged_by_id')),
    sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name=op.f('fk_alerts_call_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_alerts_case_id')),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_alerts_centre_id')),
    sa.ForeignKeyConstraint(['follow_up_id'], ['follow_ups.id'], name=op.f('fk_alerts_follow_up_id')),
    sa.ForeignKeyConstraint(['to_user_id'], ['users.id'], name=op.f('fk_alerts_to_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alerts')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_alerts_dedupe_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_alerts_public_id'))
    )
    with op.batch_alter_table('alerts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_alerts_acknowledged_at'), ['acknowledged_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_alerts_centre_id'), ['centre_id'], unique=False)
        batch_op.create_index('ix_alerts_open', ['raised_at'], unique=False, postgresql_where=sa.text('acknowledged_at IS NULL AND passed_on_at IS NULL'), sqlite_where=sa.text('acknowledged_at IS NULL AND passed_on_at IS NULL'))

    op.create_table('attempts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('follow_up_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('leg_id', sa.Integer(), nullable=True),
    sa.Column('by_hand', sa.Boolean(), nullable=False),
    sa.Column('next_step', sa.Enum('next_contact', 'agreed_time', 'booking', 'nothing', 'supervisor', name='next_step', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('outcome', sa.Enum('reached_better', 'reached_same', 'reached_worse', 'reached_declined', 'third_party', 'voicemail_left', 'no_answer', 'busy', 'wrong_number', 'barred', 'in_hospital', 'deceased', 'emergency', name='outcome', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('note', models.crypto.EncryptedText(), nullable=True),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_attempts_case_id')),
    sa.ForeignKeyConstraint(['follow_up_id'], ['follow_ups.id'], name=op.f('fk_attempts_follow_up_id')),
    sa.ForeignKeyConstraint(['leg_id'], ['call_legs.id'], name='fk_attempts_leg_id', use_alter=True),
    sa.ForeignKeyConstraint(['made_by_id'], ['users.id'], name=op.f('fk_attempts_made_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempts')),
    sa.UniqueConstraint('public_id', name=op.f('uq_attempts_public_id'))
    )
    with op.batch_alter_table('attempts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attempts_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attempts_follow_up_id'), ['follow_up_id'], unique=False)

    op.create_table('call_legs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('call_id', sa.Integer(), nullable=True),
    sa.Column('follow_up_id', sa.Integer(), nullable=True),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('sid', sa.String(length=128), nullable=True),
    sa.Column('status', sa.Enum('queued', 'initiated', 'ringing', 'in_progress', 'completed', 'busy', 'failed', 'no_answer', 'canceled', name='status', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('outcome', sa.Enum('planned', 'submitted', 'unknown', 'ringing', 'offered', 'accepted', 'too_late', 'declined', 'no_key', 'no_answer', 'busy', 'failed', 'cancelled', name='outcome', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('ring_round', sa.Integer(), nullable=False),
    sa.Column('planned_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('offered_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('accepted_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['call_id'], ['calls.id'], name=op.f('fk_call_legs_call_id')),
    sa.ForeignKeyConstraint(['follow_up_id'], ['follow_ups.id'], name=op.f('fk_call_legs_follow_up_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_call_legs_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_legs')),
    sa.UniqueConstraint('public_id', name=op.f('uq_call_legs_public_id'))
    )
    with op.batch_alter_table('call_legs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_call_legs_call_id'), ['call_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_call_legs_follow_up_id'), ['follow_up_id'], unique=False)
        batch_op.create_index('ix_call_legs_sid', ['sid'], unique=False)
        batch_op.create_index(batch_op.f('ix_call_legs_user_id'), ['user_id'], unique=False)

    op.create_table('group_attendances',
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('came', sa.Boolean(), nullable=False),
    sa.Column('marked_by_id', sa.Integer(), nullable=False),
    sa.Column('marked_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['marked_by_id'], ['users.id'], name=op.f('fk_group_attendances_marked_by_id')),
    sa.ForeignKeyConstraint(['meeting_id'], ['group_meetings.id'], name=op.f('fk_group_attendances_meeting_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['group_members.id'], name=op.f('fk_group_attendances_member_id')),
    sa.PrimaryKeyConstraint('meeting_id', 'member_id', name=op.f('pk_group_attendances'))
    )
    with op.batch_alter_table('group_attendances', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_group_attendances_member_id'), ['member_id'], unique=False)

    op.create_table('miss_reviews',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('note', models.crypto.EncryptedText(), nullable=False),
    sa.Column('reviewed_by_id', sa.Integer(), nullable=False),
    sa.Column('reviewed_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['contact_reports.id'], name=op.f('fk_miss_reviews_report_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reviewed_by_id'], ['users.id'], name=op.f('fk_miss_reviews_reviewed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_miss_reviews')),
    sa.UniqueConstraint('report_id', name=op.f('uq_miss_reviews_report_id'))
    )
    op.create_table('quality_reviews',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('centre_id', sa.Integer(), nullable=False),
    sa.Column('why', sa.String(length=20), nullable=False),
    sa.Column('drawn_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('scores', models.crypto.EncryptedJson(), nullable=False),
    sa.Column('feedback', models.crypto.EncryptedText(), nullable=True),
    sa.Column('scored_by_id', sa.Integer(), nullable=True),
    sa.Column('scored_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['centre_id'], ['centres.id'], name=op.f('fk_quality_reviews_centre_id')),
    sa.ForeignKeyConstraint(['report_id'], ['contact_reports.id'], name=op.f('fk_quality_reviews_report_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['scored_by_id'], ['users.id'], name=op.f('fk_quality_reviews_scored_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quality_reviews')),
    sa.UniqueConstraint('public_id', name=op.f('uq_quality_reviews_public_id')),
    sa.UniqueConstraint('report_id', name=op.f('uq_quality_reviews_report_id'))
    )
    with op.batch_alter_table('quality_reviews', schema=None) as batch_op:
        batch_op.create_index('ix_quality_reviews_open', ['centre_id', 'scored_at', 'drawn_at'], unique=False)

    op.create_table('report_addenda',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('written_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('text', models.crypto.EncryptedText(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_report_addenda_author_id')),
    sa.ForeignKeyConstraint(['report_id'], ['contact_reports.id'], name=op.f('fk_report_addenda_report_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_addenda'))
    )
    with op.batch_alter_table('report_addenda', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_report_addenda_report_id'), ['report_id'], unique=False)

    op.create_table('reservations',
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('resource_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('slot_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=True),
    sa.Column('meeting_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("kind IN ('counsellor','room','caller','case')", name=op.f('ck_reservations_kind')),
    sa.CheckConstraint('(appointment_id IS NULL) <> (meeting_id IS NULL)', name=op.f('ck_reservations_holder')),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_reservations_appointment_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['meeting_id'], ['group_meetings.id'], name=op.f('fk_reservations_meeting_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('kind', 'resource_id', 'slot_at', name=op.f('pk_reservations'))
    )
    with op.batch_alter_table('reservations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reservations_appointment_id'), ['appointment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reservations_meeting_id'), ['meeting_id'], unique=False)

    op.create_table('session_notes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('text', models.crypto.EncryptedText(), nullable=False),
    sa.Column('measures', models.crypto.EncryptedJson(), nullable=False),
    sa.Column('next_step', models.crypto.EncryptedText(), nullable=True),
    sa.Column('risk', sa.String(length=12), nullable=True),
    sa.Column('written_by_id', sa.Integer(), nullable=False),
    sa.Column('written_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('signed_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_session_notes_appointment_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_session_notes_case_id')),
    sa.ForeignKeyConstraint(['written_by_id'], ['users.id'], name=op.f('fk_session_notes_written_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session_notes')),
    sa.UniqueConstraint('appointment_id', name=op.f('uq_session_notes_appointment_id'))
    )
    with op.batch_alter_table('session_notes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_session_notes_case_id'), ['case_id'], unique=False)

    op.create_table('risk_assessments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('attempt_id', sa.Integer(), nullable=True),
    sa.Column('appointment_id', sa.Integer(), nullable=True),
    sa.Column('supersedes_id', sa.Integer(), nullable=True),
    sa.Column('instrument', sa.String(length=40), nullable=False),
    sa.Column('answers', models.crypto.EncryptedJson(), nullable=False),
    sa.Column('not_asked_reason', sa.Enum('caller_ended', 'caller_refused', 'not_safe_to_talk', 'third_party_does_not_know', 'asked_recently', 'not_appropriate', 'other', name='not_asked_reason', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('human_code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='human_code', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('floor_code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='floor_code', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('phrases_code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='phrases_code', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('model_code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='model_code', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('model_score', sa.Double(), nullable=True),
    sa.Column('model_version', sa.String(length=80), nullable=True),
    sa.Column('text_language', sa.String(length=8), nullable=True),
    sa.Column('abstained_because', sa.String(length=40), nullable=True),
    sa.Column('suggested_code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='suggested_code', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('effective_code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='effective_code', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reasons', models.crypto.EncryptedJson(), nullable=False),
    sa.Column('input_hash', sa.String(length=64), nullable=True),
    sa.Column('rated_by_id', sa.Integer(), nullable=True),
    sa.Column('rated_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('needs_review', sa.Boolean(), nullable=False),
    sa.Column('reviewed_at', models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('reviewed_by_id', sa.Integer(), nullable=True),
    sa.Column('review_decision', sa.String(length=20), nullable=True),
    sa.Column('lowered_from', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='lowered_from', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('lowering_reason', sa.Enum('more_facts', 'support_arrived', 'safety_plan', 'rated_in_error', 'not_a_disclosure', 'other', name='lowering_reason', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('lowering_note', models.crypto.EncryptedText(), nullable=True),
    sa.Column('second_person_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_risk_assessments_appointment_id')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], name=op.f('fk_risk_assessments_attempt_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_risk_assessments_case_id')),
    sa.ForeignKeyConstraint(['rated_by_id'], ['users.id'], name=op.f('fk_risk_assessments_rated_by_id')),
    sa.ForeignKeyConstraint(['report_id'], ['contact_reports.id'], name=op.f('fk_risk_assessments_report_id')),
    sa.ForeignKeyConstraint(['reviewed_by_id'], ['users.id'], name=op.f('fk_risk_assessments_reviewed_by_id')),
    sa.ForeignKeyConstraint(['second_person_id'], ['users.id'], name=op.f('fk_risk_assessments_second_person_id')),
    sa.ForeignKeyConstraint(['supersedes_id'], ['risk_assessments.id'], name=op.f('fk_risk_assessments_supersedes_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_assessments')),
    sa.UniqueConstraint('public_id', name=op.f('uq_risk_assessments_public_id'))
    )
    with op.batch_alter_table('risk_assessments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_risk_assessments_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_risk_assessments_report_id'), ['report_id'], unique=False)
        batch_op.create_index('ix_risk_assessments_review', ['needs_review', 'reviewed_at'], unique=False)

    op.create_table('labels',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('agreed', 'person_higher', 'machine_higher', 'raised', 'kept', 'lowered', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('human_code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='human_code', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('suggested_code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='suggested_code', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.Enum('more_facts', 'support_arrived', 'safety_plan', 'rated_in_error', 'not_a_disclosure', 'other', name='reason', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('judged_by_id', sa.Integer(), nullable=True),
    sa.Column('judged_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assessment_id'], ['risk_assessments.id'], name=op.f('fk_labels_assessment_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['judged_by_id'], ['users.id'], name=op.f('fk_labels_judged_by_id')),
    sa.ForeignKeyConstraint(['report_id'], ['contact_reports.id'], name=op.f('fk_labels_report_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_labels')),
    sa.UniqueConstraint('assessment_id', 'kind', name=op.f('uq_labels_assessment_id_kind'))
    )
    with op.batch_alter_table('labels', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_labels_judged_at'), ['judged_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_labels_report_id'), ['report_id'], unique=False)

    op.create_table('routing_decisions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('assessment_id', sa.Integer(), nullable=True),
    sa.Column('rule_id', sa.String(length=20), nullable=False),
    sa.Column('route', sa.Enum('emergency', 'phone', 'phone_and_booking', 'supervisor_decision', 'safety_on_call', 'face_to_face', 'programme', 'resource', 'referral', 'service_order', 'justice', 'information', 'no_case', 'coach_caller', 'shift_leader_review', name='route', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('constraints', sa.JSON(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('decided_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['assessment_id'], ['risk_assessments.id'], name=op.f('fk_routing_decisions_assessment_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_routing_decisions_case_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_routing_decisions_decided_by_id')),
    sa.ForeignKeyConstraint(['report_id'], ['contact_reports.id'], name=op.f('fk_routing_decisions_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_routing_decisions'))
    )
    with op.batch_alter_table('routing_decisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_routing_decisions_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_routing_decisions_report_id'), ['report_id'], unique=False)

    op.create_table('shadow_predictions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('model_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.Enum('A', 'B', 'C', 'D', 'E', 'N', 'U', name='code', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('at_least_d', sa.Double(), nullable=False),
    sa.Column('at_least_c', sa.Double(), nullable=False),
    sa.Column('at_least_b', sa.Double(), nullable=False),
    sa.Column('abstained_because', sa.String(length=40), nullable=True),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('characters', sa.Integer(), nullable=False),
    sa.Column('predicted_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assessment_id'], ['risk_assessments.id'], name=op.f('fk_shadow_predictions_assessment_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['model_id'], ['model_versions.id'], name=op.f('fk_shadow_predictions_model_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shadow_predictions')),
    sa.UniqueConstraint('assessment_id', 'model_id', name=op.f('uq_shadow_predictions_assessment_id_model_id'))
    )
    with op.batch_alter_table('shadow_predictions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shadow_predictions_model_id'), ['model_id'], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        for name, table, other, columns, keys in CIRCULAR:
            op.create_foreign_key(op.f(name), table, other, columns, keys)

    # The audit log refuses changes below the ORM as well.
    for statement in guard_statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Go back."""
    if op.get_bind().dialect.name == "postgresql":
        for name, table, _other, _columns, _keys in CIRCULAR:
            op.drop_constraint(op.f(name), table, type_="foreignkey")

    with op.batch_alter_table('shadow_predictions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shadow_predictions_model_id'))

    op.drop_table('shadow_predictions')
    with op.batch_alter_table('routing_decisions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_routing_decisions_report_id'))
        batch_op.drop_index(batch_op.f('ix_routing_decisions_case_id'))

    op.drop_table('routing_decisions')
    with op.batch_alter_table('labels', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_labels_report_id'))
        batch_op.drop_index(batch_op.f('ix_labels_judged_at'))

    op.drop_table('labels')
    with op.batch_alter_table('risk_assessments', schema=None) as batch_op:
        batch_op.drop_index('ix_risk_assessments_review')
        batch_op.drop_index(batch_op.f('ix_risk_assessments_report_id'))
        batch_op.drop_index(batch_op.f('ix_risk_assessments_case_id'))

    op.drop_table('risk_assessments')
    with op.batch_alter_table('session_notes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_session_notes_case_id'))

    op.drop_table('session_notes')
    with op.batch_alter_table('reservations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reservations_meeting_id'))
        batch_op.drop_index(batch_op.f('ix_reservations_appointment_id'))

    op.drop_table('reservations')
    with op.batch_alter_table('report_addenda', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_report_addenda_report_id'))

    op.drop_table('report_addenda')
    with op.batch_alter_table('quality_reviews', schema=None) as batch_op:
        batch_op.drop_index('ix_quality_reviews_open')

    op.drop_table('quality_reviews')
    op.drop_table('miss_reviews')
    with op.batch_alter_table('group_attendances', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_group_attendances_member_id'))

    op.drop_table('group_attendances')
    with op.batch_alter_table('call_legs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_call_legs_user_id'))
        batch_op.drop_index('ix_call_legs_sid')
        batch_op.drop_index(batch_op.f('ix_call_legs_follow_up_id'))
        batch_op.drop_index(batch_op.f('ix_call_legs_call_id'))

    op.drop_table('call_legs')
    with op.batch_alter_table('attempts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attempts_follow_up_id'))
        batch_op.drop_index(batch_op.f('ix_attempts_case_id'))

    op.drop_table('attempts')
    with op.batch_alter_table('alerts', schema=None) as batch_op:
        batch_op.drop_index('ix_alerts_open', postgresql_where=sa.text('acknowledged_at IS NULL AND passed_on_at IS NULL'), sqlite_where=sa.text('acknowledged_at IS NULL AND passed_on_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_alerts_centre_id'))
        batch_op.drop_index(batch_op.f('ix_alerts_acknowledged_at'))

    op.drop_table('alerts')
    with op.batch_alter_table('waiting_entries', schema=None) as batch_op:
        batch_op.drop_index('ix_waiting_entries_order')
        batch_op.drop_index('ix_waiting_entries_open', postgresql_where=sa.text('ended_at IS NULL'), sqlite_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_waiting_entries_case_id'))

    op.drop_table('waiting_entries')
    with op.batch_alter_table('voice_messages', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_voice_messages_retain_until'))

    op.drop_table('voice_messages')
    with op.batch_alter_table('transcript_segments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_transcript_segments_retain_until'))

    op.drop_table('transcript_segments')
    with op.batch_alter_table('shift_members', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shift_members_user_id'))

    op.drop_table('shift_members')
    with op.batch_alter_table('safety_plans', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_safety_plans_case_id'))

    op.drop_table('safety_plans')
    with op.batch_alter_table('referrals', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_referrals_case_id'))
        batch_op.drop_index('ix_referrals_answer_by')

    op.drop_table('referrals')
    with op.batch_alter_table('lowering_requests', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lowering_requests_case_id'))

    op.drop_table('lowering_requests')
    with op.batch_alter_table('live_signals', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_live_signals_call_id'))

    op.drop_table('live_signals')
    with op.batch_alter_table('hand_overs', schema=None) as batch_op:
        batch_op.drop_index('ix_hand_overs_centre')

    op.drop_table('hand_overs')
    with op.batch_alter_table('group_members', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_group_members_case_id'))

    op.drop_table('group_members')
    with op.batch_alter_table('group_meetings', schema=None) as batch_op:
        batch_op.drop_index('ix_group_meetings_span')
        batch_op.drop_index(batch_op.f('ix_group_meetings_group_id'))

    op.drop_table('group_meetings')
    with op.batch_alter_table('follow_ups', schema=None) as batch_op:
        batch_op.drop_index('ix_follow_ups_wake', postgresql_where=sa.text("status = 'scheduled'"), sqlite_where=sa.text("status = 'scheduled'"))
        batch_op.drop_index('ix_follow_ups_scheduled', postgresql_where=sa.text("status = 'scheduled'"), sqlite_where=sa.text("status = 'scheduled'"))
        batch_op.drop_index(batch_op.f('ix_follow_ups_report_id'))
        batch_op.drop_index('ix_follow_ups_queue', postgresql_where=sa.text("status IN ('open','in_progress','escalated')"), sqlite_where=sa.text("status IN ('open','in_progress','escalated')"))
        batch_op.drop_index('ix_follow_ups_mine', postgresql_where=sa.text("status IN ('open','in_progress','escalated')"), sqlite_where=sa.text("status IN ('open','in_progress','escalated')"))
        batch_op.drop_index('ix_follow_ups_lease', postgresql_where=sa.text("status IN ('open','in_progress','escalated')"), sqlite_where=sa.text("status IN ('open','in_progress','escalated')"))
        batch_op.drop_index('ix_follow_ups_ladder', postgresql_where=sa.text("status IN ('open','in_progress','escalated')"), sqlite_where=sa.text("status IN ('open','in_progress','escalated')"))
        batch_op.drop_index('ix_follow_ups_kind', postgresql_where=sa.text("status IN ('open','in_progress','escalated')"), sqlite_where=sa.text("status IN ('open','in_progress','escalated')"))
        batch_op.drop_index('ix_follow_ups_due', postgresql_where=sa.text("status IN ('open','in_progress','escalated')"), sqlite_where=sa.text("status IN ('open','in_progress','escalated')"))
        batch_op.drop_index('ix_follow_ups_done')
        batch_op.drop_index(batch_op.f('ix_follow_ups_case_id'))
        batch_op.drop_index(batch_op.f('ix_follow_ups_caller_id'))
        batch_op.drop_index(batch_op.f('ix_follow_ups_call_id'))

    op.drop_table('follow_ups')
    with op.batch_alter_table('emergency_actions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_emergency_actions_next_check_at'))
        batch_op.drop_index(batch_op.f('ix_emergency_actions_case_id'))

    op.drop_table('emergency_actions')
    with op.batch_alter_table('contact_reports', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contact_reports_retain_until'))
        batch_op.drop_index('ix_contact_reports_contact_at')
        batch_op.drop_index(batch_op.f('ix_contact_reports_case_id'))
        batch_op.drop_index(batch_op.f('ix_contact_reports_caller_id'))
        batch_op.drop_index('ix_contact_reports_author')

    op.drop_table('contact_reports')
    with op.batch_alter_table('conflicts_of_interest', schema=None) as batch_op:
        batch_op.drop_index('ix_conflicts_of_interest_case')
        batch_op.drop_index(batch_op.f('ix_conflicts_of_interest_caller_id'))

    op.drop_table('conflicts_of_interest')
    with op.batch_alter_table('case_notes', schema=None) as batch_op:
        batch_op.drop_index('ix_case_notes_case')

    op.drop_table('case_notes')
    op.drop_table('call_events')
    with op.batch_alter_table('appointments', schema=None) as batch_op:
        batch_op.drop_index('ix_appointments_week')
        batch_op.drop_index('ix_appointments_visits', postgresql_where=sa.text("mode = 'home' AND checked_out_at IS NULL"), sqlite_where=sa.text("mode = 'home' AND checked_out_at IS NULL"))
        batch_op.drop_index('ix_appointments_counsellor')
        batch_op.drop_index('ix_appointments_companion', postgresql_where=sa.text('companion_id IS NOT NULL'), sqlite_where=sa.text('companion_id IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_appointments_case_id'))
        batch_op.drop_index(batch_op.f('ix_appointments_caller_id'))

    op.drop_table('appointments')
    with op.batch_alter_table('shifts', schema=None) as batch_op:
        batch_op.drop_index('ix_shifts_line_span')

    op.drop_table('shifts')
    op.drop_table('release_gates')
    with op.batch_alter_table('profile_merges', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_profile_merges_into_id'))
        batch_op.drop_index(batch_op.f('ix_profile_merges_from_id'))

    op.drop_table('profile_merges')
    with op.batch_alter_table('presences', schema=None) as batch_op:
        batch_op.drop_index('uq_presences_one_open', sqlite_where=sa.text('off_at IS NULL'), postgresql_where=sa.text('off_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_presences_user_id'))
        batch_op.drop_index('ix_presences_open')

    op.drop_table('presences')
    op.drop_table('model_files')
    with op.batch_alter_table('line_hours', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_line_hours_line_id'))

    op.drop_table('line_hours')
    op.drop_table('line_closures')
    with op.batch_alter_table('groups', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_groups_centre_id'))

    op.drop_table('groups')
    op.drop_table('drift_snapshots')
    op.drop_table('contact_rules')
    with op.batch_alter_table('consents', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consents_caller_id'))

    op.drop_table('consents')
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cases_retain_until'))
        batch_op.drop_index('ix_cases_owner')
        batch_op.drop_index('ix_cases_open', postgresql_where=sa.text("status <> 'closed'"), sqlite_where=sa.text("status <> 'closed'"))
        batch_op.drop_index('ix_cases_mine')
        batch_op.drop_index('ix_cases_list')
        batch_op.drop_index('ix_cases_closing', postgresql_where=sa.text("status = 'closing'"), sqlite_where=sa.text("status = 'closing'"))
        batch_op.drop_index('ix_cases_closed', postgresql_where=sa.text("status = 'closed'"), sqlite_where=sa.text("status = 'closed'"))
        batch_op.drop_index(batch_op.f('ix_cases_caller_id'))

    op.drop_table('cases')
    with op.batch_alter_table('calls', schema=None) as batch_op:
        batch_op.drop_index('ix_calls_unlogged')
        batch_op.drop_index(batch_op.f('ix_calls_retain_until'))
        batch_op.drop_index('ix_calls_open')
        batch_op.drop_index('ix_calls_not_logged', postgresql_where=sa.text('report_id IS NULL AND answered_by_id IS NOT NULL'), sqlite_where=sa.text('report_id IS NULL AND answered_by_id IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_calls_line_id'))
        batch_op.drop_index('ix_calls_from_hash')
        batch_op.drop_index(batch_op.f('ix_calls_centre_id'))
        batch_op.drop_index(batch_op.f('ix_calls_caller_id'))
        batch_op.drop_index(batch_op.f('ix_calls_arrived_at'))

    op.drop_table('calls')
    with op.batch_alter_table('caller_numbers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_caller_numbers_retain_until'))
        batch_op.drop_index('ix_caller_numbers_number_hash')
        batch_op.drop_index(batch_op.f('ix_caller_numbers_caller_id'))

    op.drop_table('caller_numbers')
    with op.batch_alter_table('caller_identities', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_caller_identities_retain_until'))
        batch_op.drop_index(batch_op.f('ix_caller_identities_passphrase_hash'))
        batch_op.drop_index(batch_op.f('ix_caller_identities_name_hash'))
        batch_op.drop_index(batch_op.f('ix_caller_identities_alias_hash'))

    op.drop_table('caller_identities')
    op.drop_table('user_roles')
    op.drop_table('user_centres')
    op.drop_table('services')
    with op.batch_alter_table('rooms', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rooms_centre_id'))

    op.drop_table('rooms')
    with op.batch_alter_table('passkeys', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_passkeys_user_id'))
        batch_op.drop_index(batch_op.f('ix_passkeys_credential_id'))

    op.drop_table('passkeys')
    with op.batch_alter_table('one_time_codes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_one_time_codes_user_id'))

    op.drop_table('one_time_codes')
    with op.batch_alter_table('numbers_to_give', schema=None) as batch_op:
        batch_op.drop_index('ix_numbers_to_give_region')

    op.drop_table('numbers_to_give')
    with op.batch_alter_table('number_blocks', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_number_blocks_number_hash'))

    op.drop_table('number_blocks')
    op.drop_table('no_contacts')
    with op.batch_alter_table('model_versions', schema=None) as batch_op:
        batch_op.drop_index('uq_model_versions_one_shadow', sqlite_where=sa.text("status = 'shadow'"), postgresql_where=sa.text("status = 'shadow'"))
        batch_op.drop_index('uq_model_versions_one_active', sqlite_where=sa.text("status = 'active'"), postgresql_where=sa.text("status = 'active'"))

    op.drop_table('model_versions')
    op.drop_table('model_settings')
    with op.batch_alter_table('lines', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lines_centre_id'))

    op.drop_table('lines')
    with op.batch_alter_table('instruments', schema=None) as batch_op:
        batch_op.drop_index('uq_instruments_in_use', postgresql_where=sa.text('retired_at IS NULL'), sqlite_where=sa.text('retired_at IS NULL'))

    op.drop_table('instruments')
    with op.batch_alter_table('centre_hours', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_centre_hours_centre_id'))

    op.drop_table('centre_hours')
    op.drop_table('centre_closures')
    with op.batch_alter_table('callers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_callers_retain_until'))

    op.drop_table('callers')
    op.drop_table('calendar_feeds')
    with op.batch_alter_table('availability_exceptions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_availability_exceptions_counsellor_id'))

    op.drop_table('availability_exceptions')
    with op.batch_alter_table('availabilities', schema=None) as batch_op:
        batch_op.drop_index('ix_availabilities_counsellor')
        batch_op.drop_index(batch_op.f('ix_availabilities_centre_id'))

    op.drop_table('availabilities')
    op.drop_table('users')
    with op.batch_alter_table('sign_in_attempts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_attempts_name_hash'))
        batch_op.drop_index(batch_op.f('ix_sign_in_attempts_at'))
        batch_op.drop_index(batch_op.f('ix_sign_in_attempts_address_hash'))

    op.drop_table('sign_in_attempts')
    op.drop_table('roles')
    op.drop_table('periodic_runs')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_due', postgresql_where=sa.text('done_at IS NULL AND failed_at IS NULL'), sqlite_where=sa.text('done_at IS NULL AND failed_at IS NULL'))

    op.drop_table('outbox')
    op.drop_table('heartbeats')
    op.drop_table('counters')
    op.drop_table('centres')
    with op.batch_alter_table('audit_events', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_events_subject')
        batch_op.drop_index(batch_op.f('ix_audit_events_at'))
        batch_op.drop_index('ix_audit_events_actor')

    op.drop_table('audit_events')
