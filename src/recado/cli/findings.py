"""One finding of `recado doctor` and its like: what was looked at, how it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import click

from recado.cli.base import CommandFailed, counted


class Level(StrEnum):
    """How bad it is; the value is the word the user reads."""

    GOOD = "OK"
    WARNING = "AVISO"
    FAILURE = "FALHA"


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` was looked at, `found` (pt-BR sentence), `advice`: what to do, empty when all is well."""

    level: Level
    what: str
    found: str
    advice: str = ""


def good(what: str, found: str) -> Finding:
    """All is well."""
    return Finding(Level.GOOD, what, found)


def warning(what: str, found: str, advice: str) -> Finding:
    """It works, and somebody should look."""
    return Finding(Level.WARNING, what, found, advice)


def failure(what: str, found: str, advice: str) -> Finding:
    """Something will not work until somebody mends it."""
    return Finding(Level.FAILURE, what, found, advice)


def tell(findings: Sequence[Finding]) -> None:
    """Print the findings, one a line, each advice below its own. Raises CommandFailed when one is a failure."""
    for finding in findings:
        click.echo(f"{finding.level.value:<6} {finding.what}: {finding.found}")
        if finding.advice:
            click.echo(f"       → {finding.advice}")
    if failures := sum(finding.level is Level.FAILURE for finding in findings):
        raise CommandFailed(counted(failures, "falha encontrada.", "falhas encontradas."))
