"""The `hotline` command. Each subcommand is imported only when it is asked for, so that all start fast."""

from __future__ import annotations

import importlib

import click

# name -> module:command. A subcommand's first docstring line is its help.
COMMANDS = {
    "serve": "hotline.cli_serve:serve",
    "worker": "hotline.cli_serve:worker",
    "demo": "hotline.cli_serve:demo",
    "migrate": "hotline.cli_upkeep:migrate",
    "keys": "hotline.cli_upkeep:keys",
    "rotate": "hotline.cli_upkeep:rotate",
    "backup": "hotline.cli_upkeep:backup",
    "restore": "hotline.cli_upkeep:restore",
    "doctor": "hotline.cli_doctor:doctor",
    "people": "hotline.cli_people:people",
    "calls": "hotline.cli_calls:calls",
    "simulate": "hotline.cli_simulate:simulate",
    "assess": "hotline.cli_triage:assess",
    "train": "hotline.cli_triage:train",
    "evaluate": "hotline.cli_triage:evaluate",
    "retrain": "hotline.cli_governance:retrain",
}


class LazyGroup(click.Group):
    """Finds subcommands in COMMANDS."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all subcommands."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand of that name, imported now."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=LazyGroup)
@click.version_option(package_name="hotline")
def main() -> None:
    """Call logging, triage, follow-up and booking for a counselling hotline."""
