"""A place at any centre."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table('waiting_entries', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('any_centre', sa.Boolean(), nullable=False, server_default=sa.false())
        )
    # The default was for the rows that were there; the application always says it.
    with op.batch_alter_table('waiting_entries', schema=None) as batch_op:
        batch_op.alter_column('any_centre', server_default=None)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table('waiting_entries', schema=None) as batch_op:
        batch_op.drop_column('any_centre')
