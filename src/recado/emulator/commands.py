"""The AT commands of the phone in software: a line is cut into requests, a table answers each.

Sources: 3GPP TS 27.005 (messages), 27.007 (the phone), V.250 (echo, verbosity, several commands on a line).
A handler answers with a `Reply` or raises `CommandError`; it never sees the clock nor the line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from recado.emulator import message_commands as messages
from recado.emulator.request import OK, Handler, Kind, Reply, Request, requests
from recado.emulator.state import CommandError, Dialogue, Family, PhoneState
from recado.emulator.ussd import ussd_answer

__all__ = ["HANDLERS", "Kind", "Reply", "Request", "answer", "requests"]

_RESTART: Final = ("1", "1")


# What a phone refuses while its SIM or its message services are not ready; each maker has its own code for it.
_NEEDS_SERVICES: Final = frozenset(
    ("+CPIN", "+CIMI", "+CCID", "+CSCA", "+CMGF", "+CSMS", "+CNMI", "+CPMS", "+CMGS", "+CMGW", "+CMGL", "+CMGR")
)
_BUSY: Final = {"14": (Family.CME, 14), "314": (Family.CMS, 314), "515": (Family.CME, 515)}


def answer(state: PhoneState, request: Request) -> Reply:
    """Run one request. Raises `CommandError`, plain for a command the phone does not know."""
    handler = HANDLERS.get(request.name)
    if handler is None:
        raise CommandError
    if request.name in _NEEDS_SERVICES and (code := state.faults.strike("not_yet")) is not None:
        raise CommandError(*_BUSY[str(code)])
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


def _iccid(state: PhoneState, request: Request) -> Reply:
    """The ICCID is the one thing of a SIM that needs no PIN (TS 51.011 §10.1.1)."""
    if request.kind is Kind.TEST:
        return OK
    if state.faults.is_on("sim_missing"):
        raise CommandError(Family.CME, 10)
    return Reply((f"+CCID: {state.settings.iccid}",))


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
        state.enter_pin(request.args[0], request.args[1] if len(request.args) > 1 else None)
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
        state.faults.clear("no_smsc")
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
            return Reply((f"+CFUN: {state.radio}",))
        case _:
            state.functional = request.number(0, (0, 1, 4))
            state.faults.clear("radio_off")
            return Reply(restart=request.args[:2] == _RESTART)


def _cusd(state: PhoneState, request: Request) -> Reply:
    if request.kind is not Kind.SET:
        return Reply(("+CUSD: 1",)) if request.kind is Kind.READ else OK
    if len(request.args) < 2 or request.args[0] != "1":
        return OK
    form = state.faults.value("ussd")
    # A phone that wants the query packed takes the plain one for nonsense.
    if form == "refused" or (form == "packed" and not request.args[1].isalnum()):
        raise CommandError
    return Reply(later=ussd_answer(None if form is None else str(form)))


def _counters(wording: str) -> Handler:
    """Make the handler of a maker's command that tells how many tries of PIN and PUK are left."""

    def handler(state: PhoneState, request: Request) -> Reply:
        if state.faults.is_on("sim_missing"):
            raise CommandError(Family.CME, 10)
        asked = "SIM PUK" if state.faults.is_on("sim_puk") else "SIM PIN" if state.faults.is_on("sim_pin") else "READY"
        return Reply((wording.format(asked=asked, pin=state.pin_tries, puk=state.puk_tries),))

    return handler


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
    "+CCID": _iccid,
    "+CNUM": _constant(lambda state: f'+CNUM: ,"{state.settings.own_number}",145', sim=True),
    "+CSQ": _constant(lambda state: f"+CSQ: {state.csq},99"),
    "+CBC": _constant(lambda state: f"+CBC: 0,{state.settings.battery}"),
    # TS 27.007 §8.65; Huawei; Siemens.
    "+CPINR": _counters("+CPINR: SIM PIN,{pin},3"),
    "^CPIN": _counters("^CPIN: {asked},,{puk},{pin},10,3"),
    "^SPIC": _counters("^SPIC: {pin}"),
    "+CMEE": _cmee,
    "+CPIN": _cpin,
    "+CREG": _registration("+CREG"),
    "+CGREG": _registration("+CGREG"),
    "+CEREG": _registration("+CEREG"),
    "+COPS": _cops,
    "+CSCA": _csca,
    "+CFUN": _cfun,
    "+CUSD": _cusd,
    "+CMGF": messages.setting("+CMGF", "text_mode", (0, 1)),
    "+CSMS": messages.setting("+CSMS", "csms", (0, 1), "1,1,1"),
    "+CMMS": messages.setting("+CMMS", "cmms", (0, 1, 2)),
    "+CNMI": messages.cnmi,
    "+CPMS": messages.cpms,
    "+CMGL": messages.cmgl,
    "+CMGR": messages.cmgr,
    "+CMGD": messages.cmgd,
    "+CMGS": messages.cmgs,
    "+CMGW": messages.cmgw,
    "+CMSS": messages.cmss,
    "+CNMA": messages.cnma,
    "+CSCS": _accept,
}
