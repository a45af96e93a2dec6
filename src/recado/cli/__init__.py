"""The `recado` command: one file a command group, each light enough that `--help` starts nothing.

Django is set up only by a command that needs it (`base.with_django`); what goes wrong is one sentence in Portuguese on
standard error and exit code 1 (it failed) or 2 (it was asked wrongly).
"""

from __future__ import annotations


def main() -> None:
    """Run the command line; the entry point of the `recado` script. Ends the process with the exit code."""
    # Imported here so that `recado.cli` as a package costs nothing to those who use one of its parts.
    from recado.cli.root import run_command_line

    run_command_line()
