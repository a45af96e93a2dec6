"""What a look around brought to light, as the screen shows it and the database keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

_STRONG, _FAIR = -60, -75
"""dBm. What phones on a desk, and in the next room, were seen to have."""


@dataclass(frozen=True, slots=True)
class Find:
    """A device near by. `links` are the ways it can send, best first; `told`: it has said what it offers."""

    address: str
    name: str
    signal_dbm: int | None
    paired: bool
    is_phone: bool
    links: tuple[str, ...]
    told: bool

    def as_json(self) -> dict[str, Any]:
        """For `PairingTask.found`."""
        return asdict(self) | {"links": list(self.links)}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Find:
        """The find that `as_json` kept."""
        return cls(**{**kept, "links": tuple(kept["links"])})

    @property
    def may_send(self) -> bool:
        """Whether pairing with it can lead to sending; one that has not told its services may."""
        return bool(self.links) or not self.told

    @property
    def way(self) -> str:
        """How it sends (pt-BR)."""
        if self.links:
            return " ou ".join(_WAYS.get(link.partition(":")[0], link) for link in self.links)
        return "não envia por Bluetooth" if self.told else "a descobrir ao parear"

    @property
    def signal(self) -> str:
        """How well it is heard (pt-BR)."""
        if self.signal_dbm is None:
            return "fora de alcance agora" if self.paired else "–"
        word = "forte" if self.signal_dbm >= _STRONG else "médio" if self.signal_dbm >= _FAIR else "fraco"
        return f"{word} ({self.signal_dbm} dBm)"


_WAYS = {"bluetooth": "por comandos AT", "map": "como celular Android (MAP)"}
