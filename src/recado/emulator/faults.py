"""The ways the phone in software misbehaves, as data.

A fault is one row of `fault_table.FAULTS`: its name (what the command line and the control socket use), what an
operator reads on the demonstration page, the value it takes and when it strikes. The phone asks; this module only
remembers what is on.

A *standing* fault holds while it is on. A *striking* fault is asked once for each occasion (an SMS, a
report), and may be limited to the next N occasions or to a share of them; chance comes from a seeded
generator, so the same seed gives the same run.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from recado.emulator.errors import FaultError
from recado.emulator.fault_table import BY_NAME, FAULTS, FaultSpec, FaultValue, Trigger, ValueKind

__all__ = ["BY_NAME", "FAULTS", "FaultSpec", "FaultValue", "Faults", "Switch", "Trigger", "ValueKind", "find"]


@dataclass(frozen=True, slots=True)
class Switch:
    """A fault that is on: its value, for how many occasions (None: all) and the share of them (0 to 1)."""

    value: FaultValue
    times: int | None = None
    probability: float = 1.0


class Faults:
    """The faults that are on. Mutable; one for each phone; not shared between threads while they write."""

    def __init__(self, *, seed: int = 0) -> None:
        # S311 guards secrets; this chance must be repeatable, which a secure generator cannot be.
        self.random: Final = random.Random(seed)  # noqa: S311 - faults that can be repeated, no secret
        self._on: dict[str, Switch] = {}

    def set(self, name: str, value: object = True) -> None:
        """Switch a fault on, or off with False or None.

        `value` is True (the fault's own default), the value itself, or a mapping with `value`, `times` and
        `probability`. Raises `FaultError` (pt-BR) for a name or a value that does not exist.
        """
        spec = find(name)
        if value is None or value is False:
            self.clear(name)
            return
        options: Mapping[str, object] = value if isinstance(value, Mapping) else {"value": value}
        unknown = set(options) - {"value", "times", "probability"}
        if unknown:
            raise FaultError(f"“{', '.join(sorted(map(str, unknown)))}” não existe na falha “{name}”.")
        times = options.get("times")
        switch = Switch(
            value=_checked(spec, options.get("value", True)),
            times=None if times is None else int(_number(spec, times, 1, 1_000_000)),
            probability=_number(spec, options.get("probability", 1.0), 0, 1),
        )
        if spec.trigger is not Trigger.STRIKING and (switch.times is not None or switch.probability != 1):
            raise FaultError(f"A falha “{name}” vale enquanto ligada: não aceita “times” nem “probability”.")
        self._on[name] = switch

    def set_text(self, text: str) -> None:
        """Switch a fault on from the command line: `nome`, `nome=valor`, `nome=valor,times=3,probability=0.1`.

        Raises `FaultError`.
        """
        head, *rest = text.split(",")
        name, _, value = head.partition("=")
        options: dict[str, object] = {"value": value.strip() if value else True}
        for option in rest:
            key, _, content = option.partition("=")
            options[key.strip()] = content.strip()
        self.set(name.strip(), options)

    def clear(self, name: str) -> None:
        """Switch a fault off; nothing happens if it was off. Raises `FaultError` for an unknown name."""
        find(name)
        self._on.pop(name, None)

    def clear_all(self) -> None:
        """Switch every fault off."""
        self._on.clear()

    def is_on(self, name: str) -> bool:
        """Tell whether a fault is on, without using up an occasion."""
        return find(name).name in self._on

    def value(self, name: str) -> FaultValue | None:
        """Give the value of a fault that is on, else None, without using up an occasion."""
        switch = self._on.get(find(name).name)
        return None if switch is None else switch.value

    def seconds(self, name: str, otherwise: float = 0.0) -> float:
        """Give the seconds of a fault that is on, else `otherwise`."""
        value = self.value(name)
        return otherwise if value is None else float(value)

    def strike(self, name: str) -> FaultValue | None:
        """Ask whether a fault acts on this occasion: its value, or None. Uses up one of its occasions."""
        switch = self._on.get(find(name).name)
        if switch is None or (switch.probability < 1 and self.random.random() >= switch.probability):
            return None
        if switch.times is not None:
            if switch.times <= 1:
                del self._on[name]
            else:
                self._on[name] = Switch(switch.value, switch.times - 1, switch.probability)
        return switch.value

    def describe(self) -> list[dict[str, object]]:
        """Give every fault, on or off, ready for JSON and for the demonstration page."""
        return [_described(spec, self._on.get(spec.name)) for spec in FAULTS]


def find(name: str) -> FaultSpec:
    """Give the fault of that name. Raises `FaultError` (pt-BR) when there is none."""
    try:
        return BY_NAME[name]
    except KeyError:
        raise FaultError(f"A falha “{name}” não existe. Existem: {', '.join(BY_NAME)}.") from None


def _checked(spec: FaultSpec, value: object) -> FaultValue:
    if value is True:
        return spec.default
    match spec.kind:
        case ValueKind.FLAG:
            raise FaultError(f"A falha “{spec.name}” não tem valor: só liga e desliga.")
        case ValueKind.CODE:
            return int(_number(spec, value, 0, 999))
        case ValueKind.SECONDS:
            return _number(spec, value, 0, 86_400)
        case ValueKind.CHOICE:
            if str(value) not in spec.choices:
                raise FaultError(f"A falha “{spec.name}” aceita: {', '.join(spec.choices)}.")
            return str(value)


def _number(spec: FaultSpec, value: object, lowest: float, highest: float) -> float:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if lowest <= number <= highest:
            return number
    raise FaultError(f"A falha “{spec.name}” quer um número de {lowest} a {highest}, não “{value}”.")


def _described(spec: FaultSpec, switch: Switch | None) -> dict[str, object]:
    return {
        "name": spec.name,
        "label": spec.label,
        "explanation": spec.explanation,
        "kind": spec.kind.value,
        "trigger": spec.trigger.value,
        "default": spec.default,
        "choices": list(spec.choices),
        "on": switch is not None,
        "value": None if switch is None else switch.value,
        "times": None if switch is None else switch.times,
        "probability": None if switch is None else switch.probability,
    }
