"""A place at any centre; how long cases are kept; what the reports look for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models.base

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


# What the reports look for: index, table, column, and the rows it is for.
LOOKED_FOR = (
    ('ix_follow_ups_first', 'follow_ups', 'first_contact_due_at',
     sa.text('first_contact_due_at IS NOT NULL')),
    ('ix_case_notes_status', 'case_notes', 'written_at', sa.text("kind = 'status'")),
)


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table('waiting_entries', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('any_centre', sa.Boolean(), nullable=False, server_default=sa.false())
        )
    # The default was for the rows that were there; the application always says it.
    with op.batch_alter_table('waiting_entries', schema=None) as batch_op:
        batch_op.alter_column('any_centre', server_default=None)
    for name, table, column, rows in LOOKED_FOR:
        op.create_index(name, table, [column], postgresql_where=rows, sqlite_where=rows)
    op.create_table('retention_rules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('years', sa.Integer(), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=False),
    sa.Column('set_at', models.base.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('years BETWEEN 1 AND 30', name=op.f('ck_retention_rules_years')),
    sa.ForeignKeyConstraint(['set_by_id'], ['users.id'], name=op.f('fk_retention_rules_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_retention_rules'))
    )
    with op.batch_alter_table('erasure_requests', schema=None) as batch_op:
        batch_op.add_column(sa.Column('case_id', sa.Integer(), nullable=True))
        batch_op.alter_column('caller_id', existing_type=sa.Integer(), nullable=True)
        batch_op.create_foreign_key(op.f('fk_erasure_requests_case_id'), 'cases', ['case_id'], ['id'])
        batch_op.create_check_constraint(
            op.f('ck_erasure_requests_subject'), '(caller_id IS NULL) <> (case_id IS NULL)'
        )
        batch_op.create_index(batch_op.f('ix_erasure_requests_case_id'), ['case_id'], unique=False)


def downgrade() -> None:
    """Go back. Requests to erase one case have no place in the older schema."""
    op.execute('DELETE FROM erasure_requests WHERE caller_id IS NULL')
    with op.batch_alter_table('erasure_requests', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_erasure_requests_case_id'))
        batch_op.drop_constraint(op.f('ck_erasure_requests_subject'), type_='check')
        batch_op.drop_constraint(op.f('fk_erasure_requests_case_id'), type_='foreignkey')
        batch_op.alter_column('caller_id', existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column('case_id')
    op.drop_table('retention_rules')
    for name, table, _column, _rows in LOOKED_FOR:
        op.drop_index(name, table_name=table)
    with op.batch_alter_table('waiting_entries', schema=None) as batch_op:
        batch_op.drop_column('any_centre')
