"""What the documents and the pins say is what the program has."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from recado.conf.environment import PREFIX, SETTINGS

ROOT = Path(__file__).parents[2]


def lines_of(name: str) -> list[str]:
    return (ROOT / name).read_text(encoding="utf-8").splitlines()


def test_the_table_of_settings_is_the_programs_own() -> None:
    rows = [line for line in lines_of("docs/configuracao.md") if line.startswith(f"| `{PREFIX}")]

    assert rows == [
        f"| `{PREFIX}{setting.name}` | {f'`{setting.default}`' if setting.default else '(vazio)'} | {setting.help} |"
        for setting in SETTINGS
    ]


def pins() -> dict[str, str]:
    lines = [line for line in lines_of("constraints.txt") if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line) for line in lines), (
        "a name and a version, no more"
    )
    return {normal(name): version for name, _, version in (line.partition("==") for line in lines)}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dev"],
        *project["build-system"]["requires"],
    ]
    names = {normal(re.split(r"[\[<>=;~! ]", wish)[0]) for wish in wanted}

    assert names - set(pins()) == set()


def test_the_pins_name_no_address_and_not_the_project_itself() -> None:
    text = "\n".join(lines_of("constraints.txt"))

    assert "://" not in text
    assert " @ " not in text
    assert "recado" not in pins()
