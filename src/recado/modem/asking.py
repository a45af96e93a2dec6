"""Three ways to ask: take no for an answer, wait while the SIM is busy, insist on PDU mode."""

from recado.modem.errors import NoAnswer, StillInitialising
from recado.modem.network import BUSY_CODES
from recado.modem.parser import Final
from recado.modem.session import Response, Session, value_of

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 2.0


def ask(session: Session, command: str) -> tuple[str, ...] | None:
    """Give the answer lines to an optional ``command``; ``None`` when refused or not answered.

    Raises ``PhoneSilent`` or ``LinkDown``.
    """
    try:
        response = session.execute(command)
    except NoAnswer:
        return None
    return response.lines if response.ok else None


def patiently(session: Session, command: str, until: float) -> Response:
    """Repeat ``command`` while the SIM is busy, in growing pauses, until the clock says ``until``.

    Raises ``StillInitialising`` when it stays busy or does not answer, ``PhoneSilent``, ``LinkDown``.
    """
    pause = _FIRST_PAUSE
    while True:
        try:
            response = session.execute(command)
        except NoAnswer as silence:
            raise StillInitialising from silence
        if response.final.code not in BUSY_CODES:
            return response
        if session.clock.monotonic() >= until:
            raise StillInitialising
        session.pause(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def insist_on_pdu_mode(session: Session, until: float) -> Final | None:
    """Put the phone into PDU mode; ``None`` when it is there, else the result that refused it.

    Phones that know only PDU mode may refuse to be told, so a refusal is followed by the question.
    Raises as ``patiently``.
    """
    response = patiently(session, "AT+CMGF=0", until)
    if response.ok or value_of(ask(session, "AT+CMGF?") or (), "+CMGF:") == "0":
        return None
    return response.final
