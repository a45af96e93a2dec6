"""The AT commands of the phone in software: a line is cut into requests, a table answers each.

Sources: 3GPP TS 27.005 (messages), 27.007 (the phone), V.250 (echo, verbosity, several commands on a line).
A handler answers with a `Reply` or raises `CommandError`; it never sees the clock nor the line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from recado.emulator.state import CommandError, Dialogue, Family, PhoneState, StoredStatus

_BASIC: Final = re.compile(r"S[0-9]+(?:=[0-9]+|\?)|&?[A-Z][0-9]*", re.IGNORECASE)
_EXTENDED: Final = re.compile(r'(?:"[^"]*"|[^";])+')
_LONGEST_LINE: Final = 1024
_RESTART: Final = ("1", "1")
_USSD_ANSWER: Final = '+CUSD: 0,"Saldo de teste: R$ 10,00",15'


class Kind(StrEnum):
    """How a command was asked: `+X`, `+X?`, `+X=?`, `+X=…`."""

    RUN = "run"
    READ = "read"
    TEST = "test"
    SET = "set"


@dataclass(frozen=True, slots=True)
class Request:
    """One command of a line: name in capitals with its sign (`+CMGS`, `E`), and its arguments."""

    name: str
    kind: Kind
    args: tuple[str, ...] = ()

    def number(self, position: int, allowed: tuple[int, ...], default: int | None = None) -> int:
        """Give a numeric argument, `default` where it is left out; raise `CommandError` for what is not allowed."""
        text = self.args[position] if position < len(self.args) else ""
        if not text and default is not None:
            return default
        if not text.isascii() or not text.isdigit() or int(text) not in allowed:
            raise CommandError(Family.CME, 50)
        return int(text)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command answers: lines, and what it makes the phone do beyond answering.

    `submit_length` asks for a PDU of that TPDU length; `later` are unsolicited lines after the final result;
    `final` is False where OK itself is missing or nothing comes at all.
    """

    lines: tuple[str, ...] = ()
    submit_length: int | None = None
    restart: bool = False
    later: tuple[str, ...] = ()
    final: bool = True


Handler = Callable[[PhoneState, Request], Reply]
OK: Final = Reply()


def requests(line: str) -> Iterator[Request]:
    """Cut a command line, after its `AT`, into requests. Raises `CommandError` for what is no command."""
    if len(line) > _LONGEST_LINE:
        raise CommandError
    at = 0
    while at < len(line):
        if line[at] in " ;":
            at += 1
            continue
        pattern = _EXTENDED if line[at] in "+^#*%" else _BASIC
        found = pattern.match(line, at)
        if found is None:
            raise CommandError
        at = found.end()
        yield _extended(found.group()) if pattern is _EXTENDED else _basic(found.group())


def _basic(text: str) -> Request:
    letters = 2 if text.startswith("&") else 1
    return Request(text[:letters].upper(), Kind.SET, (text[letters:] or "0",))


def _extended(text: str) -> Request:
    name, sign, rest = text.strip().partition("=")
    if not sign:
        asks = name.endswith("?")
        return Request(name.rstrip("?").upper(), Kind.READ if asks else Kind.RUN)
    if rest.strip() == "?":
        return Request(name.upper(), Kind.TEST)
    fields = next(csv.reader([rest], skipinitialspace=True), [])
    # A handler may count on a first argument: `+X=` has one, which is empty.
    return Request(name.upper(), Kind.SET, tuple(field.strip() for field in fields) or ("",))


def answer(state: PhoneState, request: Request) -> Reply:
    """Run one request. Raises `CommandError`, plain for a command the phone does not know."""
    handler = HANDLERS.get(request.name)
    if handler is None:
        raise CommandError
    return handler(state, request)


def _echo(state: PhoneState, request: Request) -> Reply:
    state.dialogue.echo = request.number(0, (0, 1)) == 1
    return OK


def _verbose(state: PhoneState, request: Request) -> Reply:
    state.dialogue.verbose = request.number(0, (0, 1)) == 1
    return OK


def _reset(state: PhoneState, request: Request) -> Reply:
    state.dialogue = Dialogue()
    return OK


def _accept(state: PhoneState, request: Request) -> Reply:
    return OK


def _information(state: PhoneState, request: Request) -> Reply:
    settings = state.settings
    return Reply((settings.manufacturer, settings.model, f"Revision: {settings.revision}"))


def _constant(read: Callable[[PhoneState], str], *, sim: bool = False) -> Handler:
    def handler(state: PhoneState, request: Request) -> Reply:
        if request.kind is Kind.TEST:
            return OK
        if sim:
            state.need_sim(Family.CME)
        return Reply((read(state),))

    return handler


def _cmee(state: PhoneState, request: Request) -> Reply:
    match request.kind:
        case Kind.TEST:
            return Reply(("+CMEE: (0-2)",))
        case Kind.READ:
            return Reply((f"+CMEE: {state.dialogue.cmee}",))
        case _:
            state.dialogue.cmee = request.number(0, (0, 1, 2), 0)
            return OK


def _cpin(state: PhoneState, request: Request) -> Reply:
    if request.kind is Kind.SET:
        state.enter_pin(request.args[0])
        return OK
    if request.kind is Kind.TEST:
        return OK
    faults = state.faults
    if faults.is_on("sim_missing"):
        raise CommandError(Family.CME, 10)
    if faults.is_on("sim_busy"):
        raise CommandError(Family.CME, 14)
    asked = "SIM PUK" if faults.is_on("sim_puk") else "SIM PIN" if faults.is_on("sim_pin") else "READY"
    return Reply((f"+CPIN: {asked}",), final=not faults.is_on("cpin_without_ok"))


def _registration(name: str) -> Handler:
    def handler(state: PhoneState, request: Request) -> Reply:
        levels = state.dialogue.registration_level
        if request.kind is Kind.SET:
            levels[name] = request.number(0, (0, 1, 2))
            return OK
        if request.kind is Kind.TEST:
            return Reply((f"{name}: (0-2)",))
        level, stat = levels.get(name, 0), state.registration
        cell = ',"4CA1","01A2B3C4",7' if level == 2 and stat in (1, 5) else ""
        return Reply((f"{name}: {level},{stat}{cell}",))

    return handler


def _cops(state: PhoneState, request: Request) -> Reply:
    if request.kind is not Kind.READ:
        return OK
    if state.registration not in (1, 5):
        return Reply(("+COPS: 0",))
    return Reply((f'+COPS: 0,0,"{state.settings.operator}",7',))


def _csca(state: PhoneState, request: Request) -> Reply:
    state.need_sim(Family.CMS)
    if request.kind is Kind.SET:
        state.smsc = request.args[0]
        return OK
    if request.kind is Kind.TEST:
        return OK
    number = state.service_centre
    return Reply((f'+CSCA: "{number}",{145 if number.startswith("+") else 129}',))


def _cfun(state: PhoneState, request: Request) -> Reply:
    match request.kind:
        case Kind.TEST:
            return Reply(("+CFUN: (0,1,4),(0,1)",))
        case Kind.READ:
            return Reply((f"+CFUN: {state.functional}",))
        case _:
            state.functional = request.number(0, (0, 1, 4))
            return Reply(restart=request.args[:2] == _RESTART)


def _cusd(state: PhoneState, request: Request) -> Reply:
    if request.kind is not Kind.SET:
        return Reply(("+CUSD: 1",)) if request.kind is Kind.READ else OK
    return Reply(later=(_USSD_ANSWER,)) if len(request.args) > 1 and request.args[0] == "1" else OK


def _cmgs(state: PhoneState, request: Request) -> Reply:
    if request.kind is Kind.TEST:
        return OK
    if request.kind is not Kind.SET or state.dialogue.text_mode:
        raise CommandError(Family.CMS, 303 if state.dialogue.text_mode else 304)
    state.need_sim(Family.CMS)
    length = request.args[0]
    # The shortest SUBMIT has 8 octets or so; 164 is the longest TPDU there is (TS 23.040 §9.2.3).
    if not length.isascii() or not length.isdigit() or not 7 <= int(length) <= 164:
        raise CommandError(Family.CMS, 304)
    return Reply(submit_length=int(length))


def _simple(name: str, attribute: str, allowed: tuple[int, ...], answer_on_set: str = "") -> Handler:
    """Make the handler of a message setting that is one number of the dialogue."""

    def handler(state: PhoneState, request: Request) -> Reply:
        if request.kind is Kind.TEST:
            return Reply((f"{name}: ({','.join(map(str, allowed))})",))
        if request.kind is Kind.READ:
            tail = f",{answer_on_set}" if answer_on_set else ""
            return Reply((f"{name}: {int(getattr(state.dialogue, attribute))}{tail}",))
        value = request.number(0, allowed, 0)
        setattr(state.dialogue, attribute, bool(value) if attribute == "text_mode" else value)
        return Reply((f"{name}: {answer_on_set}",)) if answer_on_set else OK

    return handler


_CNMI_RANGES: Final = ((0, 1, 2, 3), (0, 1, 2, 3), (0, 2, 3), (0, 1, 2), (0, 1))


def _cnmi(state: PhoneState, request: Request) -> Reply:
    if request.kind is Kind.TEST:
        return Reply(("+CNMI: (0-3),(0-3),(0,2,3),(0-2),(0,1)",))
    if request.kind is Kind.READ:
        return Reply((f"+CNMI: {','.join(map(str, state.dialogue.cnmi))}",))
    try:
        wanted = [
            request.number(position, allowed, state.dialogue.cnmi[position])
            for position, allowed in enumerate(_CNMI_RANGES)
        ]
    except CommandError:
        raise CommandError(Family.CMS, 303) from None
    if wanted[0] == 2 and state.faults.is_on("cnmi_mode_1"):
        raise CommandError(Family.CMS, 303)
    mode, mt, bm, ds, bfr = wanted
    state.dialogue.cnmi = (mode, mt, bm, ds, bfr)
    return OK


def _cpms(state: PhoneState, request: Request) -> Reply:
    if request.kind is Kind.TEST:
        return Reply(('+CPMS: ("ME","SM"),("ME","SM"),("ME","SM")',))
    state.need_sim(Family.CMS)
    usage = f"{len(state.store)},{state.settings.capacity}"
    if request.kind is Kind.READ:
        return Reply(("+CPMS: " + ",".join([f'"ME",{usage}'] * 3),))
    if not set(request.args) <= {"ME", "SM", ""}:
        raise CommandError(Family.CMS, 302)
    return Reply(("+CPMS: " + ",".join([usage] * 3),))


def _cmgl(state: PhoneState, request: Request) -> Reply:
    if request.kind is Kind.TEST:
        return Reply(("+CMGL: (0-4)",))
    if state.faults.is_on("cmgl_hangs"):
        return Reply(final=False)
    state.need_sim(Family.CMS)
    wanted = request.number(0, (0, 1, 2, 3, 4), 0)
    lines: list[str] = []
    for index, stored in sorted(state.store.items()):
        if wanted in (StoredStatus.ALL, stored.status):
            lines += [f"+CMGL: {index},{stored.status},,{stored.tpdu_length}", stored.pdu]
            stored.status = StoredStatus.REC_READ
    return Reply(tuple(lines))


def _cmgr(state: PhoneState, request: Request) -> Reply:
    if request.kind is Kind.TEST:
        return OK
    state.need_sim(Family.CMS)
    stored = state.store.get(_index(request))
    if stored is None:
        raise CommandError(Family.CMS, 321)
    lines = (f"+CMGR: {stored.status},,{stored.tpdu_length}", stored.pdu)
    stored.status = StoredStatus.REC_READ
    return Reply(lines)


def _cmgd(state: PhoneState, request: Request) -> Reply:
    if request.kind is Kind.TEST:
        return Reply((f"+CMGD: ({','.join(map(str, sorted(state.store)))}),(0-4)",))
    state.need_sim(Family.CMS)
    flag = request.number(1, (0, 1, 2, 3, 4), 0)
    if flag == 0:
        state.store.pop(_index(request), None)
    elif flag == StoredStatus.ALL:
        state.store.clear()
    else:
        state.store = {at: kept for at, kept in state.store.items() if kept.status != StoredStatus.REC_READ}
    return OK


def _index(request: Request) -> int:
    text = request.args[0] if request.args else ""
    if not text.isascii() or not text.isdigit() or int(text[:6]) == 0:
        raise CommandError(Family.CMS, 321)
    return int(text[:6])


def _cnma(state: PhoneState, request: Request) -> Reply:
    if request.kind is Kind.TEST:
        return Reply(("+CNMA: (0-2)",))
    if not state.dialogue.awaiting_ack:
        raise CommandError(Family.CMS, 340)
    state.dialogue.awaiting_ack = False
    return OK


HANDLERS: Final[dict[str, Handler]] = {
    "E": _echo,
    "V": _verbose,
    "Z": _reset,
    "&F": _reset,
    "I": _information,
    "S": _accept,
    "&D": _accept,
    "&C": _accept,
    "+CGMI": _constant(lambda state: state.settings.manufacturer),
    "+CGMM": _constant(lambda state: state.settings.model),
    "+CGMR": _constant(lambda state: state.settings.revision),
    "+CGSN": _constant(lambda state: state.settings.imei),
    "+CIMI": _constant(lambda state: state.settings.imsi, sim=True),
    "+CCID": _constant(lambda state: f"+CCID: {state.settings.iccid}", sim=True),
    "+CNUM": _constant(lambda state: f'+CNUM: ,"{state.settings.own_number}",145', sim=True),
    "+CSQ": _constant(lambda state: f"+CSQ: {state.csq},99"),
    "+CBC": _constant(lambda state: f"+CBC: 0,{state.settings.battery}"),
    "+CMEE": _cmee,
    "+CPIN": _cpin,
    "+CREG": _registration("+CREG"),
    "+CGREG": _registration("+CGREG"),
    "+CEREG": _registration("+CEREG"),
    "+COPS": _cops,
    "+CSCA": _csca,
    "+CFUN": _cfun,
    "+CUSD": _cusd,
    "+CMGF": _simple("+CMGF", "text_mode", (0, 1)),
    "+CSMS": _simple("+CSMS", "csms", (0, 1), "1,1,1"),
    "+CMMS": _simple("+CMMS", "cmms", (0, 1, 2)),
    "+CNMI": _cnmi,
    "+CPMS": _cpms,
    "+CMGL": _cmgl,
    "+CMGR": _cmgr,
    "+CMGD": _cmgd,
    "+CMGS": _cmgs,
    "+CNMA": _cnma,
    "+CSCS": _accept,
}
