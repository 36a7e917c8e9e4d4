"""What makes an application of a test start and sign people in quickly, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Dialect, Engine, event
from werkzeug.routing import Rule

from hotline.transaction import db

#: The cheapest hash of the same kind that the application uses.
WEAKEST = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}


class CompiledTemplates(BytecodeCache):
    """The templates each application of this process has compiled, for the next one."""

    def __init__(self) -> None:
        self._code: dict[str, object] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """The code of a template that has not changed since."""
        bucket.code = self._code.get(f"{bucket.key}:{bucket.checksum}")  # type: ignore[assignment]

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._code[f"{bucket.key}:{bucket.checksum}"] = bucket.code


COMPILED = CompiledTemplates()

#: For each kind of database and driver: how it speaks, and the statements written out for it.
SPOKEN: dict[tuple[str, str], tuple[Dialect, Any]] = {}
MOST_STATEMENTS = 5000


def remember_addresses() -> None:
    """Let every application after the first one of this process have its addresses ready made.

    The router writes, compiles and runs a small function for each address, which is nearly all of
    the work of making an application. The function is the same for the same address.
    """
    made: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
    write = Rule._compile_builder

    def remembered(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        defaults = tuple(sorted((rule.defaults or {}).items(), key=repr))
        key = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, repr(defaults), append_unknown)
        if key not in made:
            made[key] = write(rule, append_unknown)
        return made[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign]


def _share_statements(engine: Engine) -> None:
    engine._compiled_cache.capacity = MOST_STATEMENTS  # type: ignore[union-attr]
    kind = (engine.dialect.name, engine.dialect.driver)
    if kind in SPOKEN:
        engine.dialect, engine._compiled_cache = SPOKEN[kind]
        engine.pool._dialect = engine.dialect
        return
    # It knows with whom it speaks when it has met the database once.
    event.listen(
        engine, "first_connect",
        lambda *_met: SPOKEN.setdefault(kind, (engine.dialect, engine._compiled_cache)),
    )


def quicken(app: Flask) -> None:
    """Share compiled templates and statements, and hash passwords cheaply: hundreds of tests sign in."""
    app.jinja_env.bytecode_cache = COMPILED
    with app.app_context():
        for engine in (db.engine, app.extensions["hotline.voice_engine"]):
            _share_statements(engine)
    app.extensions["security"].pwd_context.update(**WEAKEST)
