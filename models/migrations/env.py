"""Runs the migrations on the connection it is given; there is no offline mode."""

from __future__ import annotations

from alembic import context

from models.registry import metadata


def _include_name(name: str | None, kind: str, _parents: object) -> bool:
    # The job engine's library keeps tables of its own beside ours.
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    include_name=_include_name,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
