"""docs/architecture.md tells the rooms as they are: against the contract of lint-imports, and against the imports."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src/recado"
FLOOR = {"numerals", "collation", "statements", "parameters", "people", "conf"}
ROW = re.compile(r"^\| `(\w+)/?` \|[^|]*\|([^|]*)\|$", re.MULTILINE)


def layers() -> list[set[str]]:
    """The rooms of each layer of the contract, lowest first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (order,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [{room.removeprefix("recado.") for room in layer.split(" | ")} for layer in reversed(order)]


def drawn() -> dict[str, str]:
    """Each room of the table with what its last column says, in the table's order."""
    return dict(ROW.findall((ROOT / "docs/architecture.md").read_text()))


def imported(room: str) -> set[str]:
    """The other rooms that a module of `room` names in an import."""
    package = SOURCE / room
    files = package.rglob("*.py") if package.is_dir() else [package.with_suffix(".py")]
    found: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "recado":
                names = [node.module] if node.module != "recado" else [f"recado.{name.name}" for name in node.names]
                found |= {str(name).split(".")[1] for name in names}
    return found - {room}


def test_every_room_of_the_contract_is_drawn_and_lowest_first() -> None:
    height = {room: place for place, layer in enumerate(layers()) for room in layer}
    assert set(drawn()) == set(height)
    heights = [height[room] for room in drawn()]
    assert heights == sorted(heights)


def test_every_room_on_the_disk_is_in_the_contract() -> None:
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    modules = {path.stem for path in SOURCE.glob("*.py")} - {"__init__"}
    assert (packages | modules) - {"conf"} == set().union(*layers())


@pytest.mark.parametrize("room", sorted(set().union(*layers())))
def test_a_room_knows_what_the_drawing_says(room: str) -> None:
    said = drawn()[room]
    if "all" in said:
        return
    assert imported(room) - FLOOR == set(re.findall(r"`(\w+)`", said))
