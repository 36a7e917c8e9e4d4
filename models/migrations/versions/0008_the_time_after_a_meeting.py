"""What stays free after a meeting is a setting of the centre."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table('centres', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('buffer_minutes', sa.Integer(), nullable=False, server_default='15')
        )
        batch_op.create_check_constraint(
            op.f('ck_centres_buffer_minutes'), 'buffer_minutes BETWEEN 0 AND 60 AND buffer_minutes % 5 = 0'
        )
    with op.batch_alter_table('centres', schema=None) as batch_op:
        batch_op.alter_column('buffer_minutes', server_default=None)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table('centres', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_centres_buffer_minutes'), type_='check')
        batch_op.drop_column('buffer_minutes')
