"""Messages that wait in the phone's own store (3GPP TS 27.005 §3.2.3, §3.4.3 and §3.5.4).

Reading and deleting are two steps, so that a message is deleted only once it is safe elsewhere. A store that
nobody empties fills up, and a full SIM makes some phones stop answering.
"""

import re

from recado.modem.errors import NoAnswer
from recado.modem.session import Session

_MEMORY = re.compile(r"[A-Z_]{2,4}")
_PDU = re.compile(r"(?:[0-9A-Fa-f]{2}){8,}")


def read_stored(session: Session, memory: str, index: int) -> str | None:
    """Give the hexadecimal PDU at ``index`` of ``memory`` (``SM``, ``ME``, ``SR``), or ``None``.

    Raises ``PhoneSilent`` or ``LinkDown``.
    """
    if not _select(session, memory):
        return None
    try:
        response = session.execute(f"AT+CMGR={index}")
    except NoAnswer:
        return None
    return next((line for line in response.lines if _PDU.fullmatch(line)), None) if response.ok else None


def delete_stored(session: Session, memory: str, index: int) -> bool:
    """Delete what is at ``index`` of ``memory`` and say whether the phone did. Raises as ``read_stored``."""
    if not _select(session, memory):
        return False
    try:
        return session.execute(f"AT+CMGD={index}").ok
    except NoAnswer:
        return False


def _select(session: Session, memory: str) -> bool:
    if not _MEMORY.fullmatch(memory):
        return False
    try:
        return session.execute(f'AT+CPMS="{memory}"').ok
    except NoAnswer:
        return False
