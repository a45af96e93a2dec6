"""The message commands of the phone in software: sending, the store, and how what arrives is told.

Source: 3GPP TS 27.005 §3 and §4.
"""

from __future__ import annotations

from typing import Final

from recado.emulator.request import OK, Handler, Kind, Reply, Request
from recado.emulator.state import CommandError, Family, PhoneState, StoredStatus


def cmgs(state: PhoneState, request: Request) -> Reply:
    """Ask for a PDU to send."""
    if request.kind is Kind.TEST:
        return OK
    return Reply(submit_length=_length(state, request))


def cmgw(state: PhoneState, request: Request) -> Reply:
    """Ask for a PDU to keep; without a status it is one not yet sent."""
    if request.kind is Kind.TEST:
        return OK
    if state.is_full(state.dialogue.memories[1]):
        raise CommandError(Family.CMS, 322)
    statuses = tuple(status.value for status in StoredStatus if status is not StoredStatus.ALL)
    return Reply(
        submit_length=_length(state, request), keep_as=request.number(1, statuses, StoredStatus.STO_UNSENT.value)
    )


def cmss(state: PhoneState, request: Request) -> Reply:
    """Send a kept SMS; another number than its own is more than this phone can do."""
    if request.kind is Kind.TEST:
        return OK
    if len(request.args) > 1 or state.faults.value("send_stored") == "refused":
        raise CommandError(Family.CMS, 302)
    state.need_sim(Family.CMS)
    return Reply(send_stored=_index(state, request))


def _length(state: PhoneState, request: Request) -> int:
    if request.kind is not Kind.SET or state.dialogue.text_mode:
        raise CommandError(Family.CMS, 303 if state.dialogue.text_mode else 304)
    state.need_sim(Family.CMS)
    length = request.args[0]
    # The shortest SUBMIT has 8 octets or so; 164 is the longest TPDU there is (TS 23.040 §9.2.3).
    if not length.isascii() or not length.isdigit() or not 7 <= int(length) <= 164:
        raise CommandError(Family.CMS, 304)
    return int(length)


def setting(name: str, attribute: str, allowed: tuple[int, ...], answer_on_set: str = "") -> Handler:
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


def cnmi(state: PhoneState, request: Request) -> Reply:
    """Say how what arrives is told."""
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
    refused = (wanted[0] == 2 and state.faults.is_on("cnmi_mode_1")) or (
        wanted[3] == 1 and state.faults.is_on("cnmi_no_direct")
    )
    if refused:
        raise CommandError(Family.CMS, 303)
    mode, mt, bm, ds, bfr = wanted
    state.dialogue.cnmi = (mode, mt, bm, ds, bfr)
    if ds != 1 and mt != 2:
        # Nothing is handed over directly any more: what waited for +CNMA is given up (TS 27.005 §3.4.4).
        state.dialogue.awaiting_ack = False
    return OK


def cpms(state: PhoneState, request: Request) -> Reply:
    """Choose the memories: to read and delete, to write and send, to receive."""
    known = state.memory_names
    if request.kind is Kind.TEST:
        names = ",".join(f'"{name}"' for name in known)
        return Reply(("+CPMS: " + ",".join([f"({names})"] * 3),))
    state.need_sim(Family.CMS)
    chosen = state.dialogue.memories
    if request.kind is Kind.READ:
        return Reply(("+CPMS: " + ",".join(f'"{name}",{state.usage(name)}' for name in chosen),))
    if not set(request.args) <= {*known, ""}:
        raise CommandError(Family.CMS, 302)
    wanted = [name or old for name, old in zip(request.args, chosen, strict=False)]
    first, second, third = (*wanted, *chosen[len(wanted) :])[:3]
    state.dialogue.memories = (first, second, third)
    return Reply(("+CPMS: " + ",".join(map(state.usage, (first, second, third))),))


def cmgl(state: PhoneState, request: Request) -> Reply:
    """List what is kept, as far as its status is the one asked for."""
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
            stored.mark_read()
    return Reply(tuple(lines))


def cmgr(state: PhoneState, request: Request) -> Reply:
    """Read one."""
    if request.kind is Kind.TEST:
        return OK
    state.need_sim(Family.CMS)
    stored = state.store.get(_index(state, request))
    if stored is None:
        raise CommandError(Family.CMS, 321)
    lines = (f"+CMGR: {stored.status},,{stored.tpdu_length}", stored.pdu)
    stored.mark_read()
    return Reply(lines)


def cmgd(state: PhoneState, request: Request) -> Reply:
    """Delete one, or by flag those that were read or all."""
    if request.kind is Kind.TEST:
        return Reply((f"+CMGD: ({','.join(map(str, sorted(state.store)))}),(0-4)",))
    state.need_sim(Family.CMS)
    flag = request.number(1, (0, 1, 2, 3, 4), 0)
    if flag == 0:
        state.store.pop(_index(state, request), None)
    elif flag == StoredStatus.ALL:
        state.store.clear()
    else:
        for index in [at for at, kept in state.store.items() if kept.status == StoredStatus.REC_READ]:
            del state.store[index]
    return OK


def _index(state: PhoneState, request: Request) -> int:
    text = request.args[0] if request.args else ""
    if not text.isascii() or not text.isdigit() or int(text[:6]) < state.settings.first_index:
        raise CommandError(Family.CMS, 321)
    return int(text[:6])


def cnma(state: PhoneState, request: Request) -> Reply:
    """Acknowledge what was handed over directly."""
    if request.kind is Kind.TEST:
        return Reply(("+CNMA: (0-2)",))
    if state.faults.is_on("cnma_refused"):
        raise CommandError(Family.CMS, 302)
    if not state.dialogue.awaiting_ack:
        raise CommandError(Family.CMS, 340)
    state.dialogue.awaiting_ack = False
    return OK
