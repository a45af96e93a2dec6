"""What a phone remembers between commands, and what its SIM and network say now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Final

from recado.emulator.faults import Faults
from recado.emulator.settings import PhoneSettings

_SIM_FAULTS: Final = ("sim_missing", "sim_puk", "sim_pin", "sim_busy")


class Condition(StrEnum):
    """What keeps the phone from sending, seen from inside; READY when nothing does."""

    READY = "ready"
    DISCONNECTED = "disconnected"
    SILENT = "silent"
    SIM_MISSING = "sim_missing"
    SIM_PIN = "sim_pin"
    SIM_PUK = "sim_puk"
    INITIALISING = "initialising"
    RADIO_OFF = "radio_off"
    NO_SIGNAL = "no_signal"
    NOT_REGISTERED = "not_registered"
    NO_SMSC = "no_smsc"

    @property
    def label(self) -> str:
        """Give the words for the demonstration page (pt-BR)."""
        return _LABELS[self]


_LABELS: Final = {
    Condition.READY: "Pronto",
    Condition.DISCONNECTED: "Desconectado",
    Condition.SILENT: "Não responde",
    Condition.SIM_MISSING: "Sem chip",
    Condition.SIM_PIN: "Chip pede PIN",
    Condition.SIM_PUK: "Chip bloqueado (PUK)",
    Condition.INITIALISING: "Iniciando",
    Condition.RADIO_OFF: "Rádio desligado",
    Condition.NO_SIGNAL: "Sem sinal",
    Condition.NOT_REGISTERED: "Fora da rede",
    Condition.NO_SMSC: "Sem central de SMS",
}


class Family(StrEnum):
    """Which table an error code belongs to."""

    CME = "CME"
    CMS = "CMS"
    PLAIN = "PLAIN"


class CommandError(Exception):
    """A command the phone refuses: `+CME ERROR`, `+CMS ERROR`, or the plain `ERROR`."""

    def __init__(self, family: Family = Family.PLAIN, code: int = 0) -> None:
        super().__init__(family, code)
        self.family = family
        self.code = code


class StoredStatus(IntEnum):
    """`<stat>` of a stored SMS in PDU mode. Source: 3GPP TS 27.005 §3.1."""

    REC_UNREAD = 0
    REC_READ = 1
    STO_UNSENT = 2
    STO_SENT = 3
    ALL = 4


@dataclass(slots=True)
class Stored:
    """An SMS kept by the phone: SMSC-prefixed hex, and the length of its TPDU in octets."""

    status: int
    pdu: str
    tpdu_length: int

    def mark_read(self) -> None:
        """A received SMS that was shown is no longer unread."""
        if self.status == StoredStatus.REC_UNREAD:
            self.status = StoredStatus.REC_READ


@dataclass(slots=True)
class Dialogue:
    """What `ATZ` and a restart set back: the settings of the dialogue. Source: 3GPP TS 27.005 and 27.007."""

    echo: bool = True
    verbose: bool = True
    cmee: int = 0
    text_mode: bool = True
    cnmi: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    csms: int = 0
    cmms: int = 0
    registration_level: dict[str, int] = field(default_factory=dict)
    awaiting_ack: bool = False
    memories: tuple[str, str, str] = ("ME", "ME", "ME")


@dataclass(slots=True)
class PhoneState:
    """One phone: settings, faults, dialogue, store. The clock and the line live in `phone`."""

    settings: PhoneSettings
    faults: Faults
    dialogue: Dialogue = field(default_factory=Dialogue)
    stores: dict[str, dict[int, Stored]] = field(default_factory=dict)
    smsc: str = ""
    functional: int = 1
    pin_tries: int = 3
    puk_tries: int = 10

    def __post_init__(self) -> None:
        self.smsc = self.settings.smsc

    @property
    def store(self) -> dict[int, Stored]:
        """Give the memory that is read and deleted from."""
        return self.memory(self.dialogue.memories[0])

    @property
    def radio(self) -> int:
        """Give `<fun>` of +CFUN: 1 when the radio is on."""
        return 4 if self.faults.is_on("radio_off") else self.functional

    @property
    def registration(self) -> int:
        """Give `<stat>` of +CREG. Source: 3GPP TS 27.007 §7.2."""
        stat = self.faults.value("not_registered")
        if stat is not None:
            return int(stat)
        if self.radio != 1 or self.faults.is_on("no_signal") or self.faults.is_on("sim_missing"):
            return 2
        return 5 if self.faults.is_on("roaming") else 1

    @property
    def csq(self) -> int:
        """Give `<rssi>` of +CSQ: -113 + 2n dBm, 99 when unknown. Source: 3GPP TS 27.007 §8.5."""
        return 99 if self.radio != 1 or self.faults.is_on("no_signal") else self.settings.csq

    @property
    def service_centre(self) -> str:
        """Give the SMSC number, empty when the phone forgot it."""
        return "" if self.faults.is_on("no_smsc") else self.smsc

    @property
    def condition(self) -> Condition:
        """Say the first thing that keeps the phone from sending."""
        return next(self._hindrances(), Condition.READY)

    def _hindrances(self) -> Iterator[Condition]:
        for name, condition in (
            ("unplugged", Condition.DISCONNECTED),
            ("hang", Condition.SILENT),
            ("sim_missing", Condition.SIM_MISSING),
            ("sim_puk", Condition.SIM_PUK),
            ("sim_pin", Condition.SIM_PIN),
            ("sim_busy", Condition.INITIALISING),
        ):
            if self.faults.is_on(name):
                yield condition
        if self.radio != 1:
            yield Condition.RADIO_OFF
        if self.faults.is_on("no_signal"):
            yield Condition.NO_SIGNAL
        if self.registration not in (1, 5):
            yield Condition.NOT_REGISTERED
        if not self.service_centre:
            yield Condition.NO_SMSC

    def need_sim(self, family: Family) -> None:
        """Refuse, in the family of the command, what needs a SIM that is not ready."""
        codes = (10, 12, 11, 14) if family is Family.CME else (310, 316, 311, 314)
        for name, code in zip(_SIM_FAULTS, codes, strict=True):
            if self.faults.is_on(name):
                raise CommandError(family, code)

    def enter_pin(self, pin: str, new_pin: str | None = None) -> None:
        """Try a PIN, or the PUK with a new PIN; the third wrong PIN asks for the PUK. Raises `CommandError`."""
        if self.faults.is_on("sim_missing"):
            raise CommandError(Family.CME, 10)
        if self.faults.is_on("sim_puk"):
            self._enter_puk(pin, new_pin)
            return
        if not self.faults.is_on("sim_pin"):
            raise CommandError(Family.CME, 3)
        if pin == self.settings.pin:
            self.faults.clear("sim_pin")
            self.pin_tries = 3
            return
        self.pin_tries -= 1
        if self.pin_tries <= 0:
            self.faults.clear("sim_pin")
            self.faults.set("sim_puk")
        raise CommandError(Family.CME, 16)

    def _enter_puk(self, puk: str, new_pin: str | None) -> None:
        if new_pin is None:
            raise CommandError(Family.CME, 12)
        if puk != self.settings.puk or self.puk_tries <= 0:
            # The tenth wrong one is the end of the SIM; until the emulator starts again it refuses every PUK.
            self.puk_tries = max(0, self.puk_tries - 1)
            raise CommandError(Family.CME, 16)
        self.faults.clear("sim_puk")
        self.pin_tries, self.puk_tries = 3, 10

    @property
    def report_memory(self) -> str:
        """Give the memory that stored reports go to."""
        return str(self.faults.value("report_memory") or self.settings.report_memory)

    @property
    def memory_names(self) -> tuple[str, ...]:
        """Give the memories that AT+CPMS knows."""
        return tuple(dict.fromkeys((*self.settings.memories, self.report_memory)))

    def memory(self, name: str) -> dict[int, Stored]:
        """Give what is kept in `ME`, `SM` or `SR`."""
        return self.stores.setdefault(name, {})

    def is_full(self, name: str) -> bool:
        """Tell whether a memory takes no more."""
        return self.faults.is_on("store_full") or len(self.memory(name)) >= self.settings.capacity

    def usage(self, name: str) -> str:
        """Give places used and places there are, as +CPMS writes them."""
        capacity = self.settings.capacity
        return f"{capacity if self.faults.is_on('store_full') else len(self.memory(name))},{capacity}"

    def keep(self, stored: Stored, name: str) -> int | None:
        """Put an SMS in the first free place of a memory and give its index; None when there is none."""
        if self.is_full(name):
            return None
        kept, first = self.memory(name), self.settings.first_index
        index = next(at for at in range(first, first + self.settings.capacity) if at not in kept)
        kept[index] = stored
        return index
