"""What makes an application of a test start and sign people in quickly, and nothing else."""

from __future__ import annotations

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

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


def quicken(app: Flask) -> None:
    """Share compiled templates, and hash passwords cheaply: hundreds of tests sign somebody in."""
    app.jinja_env.bytecode_cache = COMPILED
    app.extensions["security"].pwd_context.update(**WEAKEST)
