"""Remember how far back a classifier has read, so that it need not look through a year each minute."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column('model_versions', sa.Column('asked_down_to', sa.Integer(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column('model_versions', 'asked_down_to')
