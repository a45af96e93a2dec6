"""No English reaches the user, whatever they type."""

from __future__ import annotations

import ast
import gc
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from recado.cli.portuguese import WORDS
from recado.cli.root import cli
from tests.cli.conftest import Recado

ENGLISH = re.compile(
    r"\b(Usage|Options|Commands?|Arguments|Error|Show|default|required|Try|Missing|No such|Invalid"
    r"|TEXT|INTEGER|FLOAT|PATH|RANGE|File|Path|integer|float|range)\b"
)
WINDOWS_ONLY = {"_winconsole.py"}


def _parsed(path: Path) -> ast.Module:
    """Python 3.11 miscounts its depth, and fails, when rubbish is collected in the middle of a parse."""
    gc.disable()
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    finally:
        gc.enable()


def said_by_click() -> Iterator[str]:
    for path in Path(click.__file__).parent.glob("*.py"):
        if path.name in WINDOWS_ONLY:
            continue
        for node in ast.walk(_parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext"):
                yield from (part.value for part in node.args if isinstance(part, ast.Constant) and part.value)


def said_for_programmers(text: str) -> bool:
    """Raised while the program's own options are put together: no user ever reads it."""
    return text.startswith(
        (
            "Could not determine name for option",
            "No options defined but a name",
            "Arguments take exactly one parameter",
            "Name '{name}' defined twice",
            "Boolean option",
            "Invalid start character",
        )
    )


def test_everything_that_click_may_say_to_a_user_has_its_portuguese() -> None:
    missing = {text for text in said_by_click() if text not in WORDS and not said_for_programmers(text)}

    assert missing == set()


def test_a_translation_fills_in_what_the_original_fills_in() -> None:
    def fields(text: str) -> set[str]:
        return set(re.findall(r"\{\w+(?:!r)?\}|%\(\w+\)s", text))

    assert [text for text, ours in WORDS.items() if fields(text) != fields(ours)] == []


def every_command() -> list[list[str]]:
    found: list[list[str]] = [[]]
    for name, command in cli.commands.items():
        found.append([name])
        if isinstance(command, click.Group):
            found += [[name, inner] for inner in command.commands]
    return found


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_help_is_in_portuguese_throughout(recado: Recado, words: list[str]) -> None:
    result = recado(*words, "--help")

    assert result.exit_code == 0
    assert result.output.startswith("Uso: recado")
    assert not ENGLISH.search(result.output.replace("--count", ""))


@pytest.mark.parametrize("words", [words for words in every_command() if words[1:] != ["list"]], ids=" ".join)
def test_help_has_an_example(recado: Recado, words: list[str]) -> None:
    assert "Exemplo" in recado(*words, "--help").output


@pytest.mark.parametrize(
    "words",
    [
        ["nada"],
        ["--nada"],
        ["phones"],
        ["phones", "add"],
        ["phones", "add", "A"],
        ["phones", "add", "A", "--link"],
        ["phones", "add", "A", "--link", "x", "--pace", "z"],
        ["phones", "add", "A", "--link", "x", "--pace", "-1"],
        ["phones", "list", "a", "b"],
        ["messages", "--situation", "outra"],
        ["send", "--csv", "/nada/nada.csv"],
        ["send", "--csv", "/"],
        ["emulator", "--latency", "muito"],
        ["emulator", "--seed", "muito"],
        ["messages", "--limit", "muitas"],
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_refused_in_portuguese(recado: Recado, words: list[str]) -> None:
    result = recado(*words)

    assert result.exit_code == 2
    assert not ENGLISH.search(result.output)
    assert result.stdout == ""
