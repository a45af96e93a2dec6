"""One USSD query, such as the balance of a prepaid SIM (+CUSD, 3GPP TS 27.007 §7.15).

Phones agree on little: some want the query as it is written, some as packed septets in hexadecimal; the answer comes
before or after the OK, quoted or not, plain, as UCS2 or as packed septets in hexadecimal, sometimes over several
lines. A menu is read and then closed, since the network keeps it open otherwise.
"""

import re

from recado.gsm.alphabet import decode_septets
from recado.gsm.errors import EncodeError
from recado.gsm.septets import pack, unpack
from recado.modem import timeouts
from recado.modem.asking import ask
from recado.modem.parser import Final, Line
from recado.modem.session import Session

ANSWER = 30.0
"""Networks end a USSD session after some 30 s by themselves."""

LONGEST_ANSWER = 500

_CODE = re.compile(r"[*#][*#0-9]{1,30}")
_PREFIX = "+CUSD:"
_MOST_LINES = 20
_ANSWER = re.compile(r'\s*(\d)\s*(?:,\s*(?:"(.*?)"|([^",]*))\s*(?:,\s*(\d{1,3}))?)?\s*', re.DOTALL)
_HEX = re.compile(r"(?:[0-9A-F]{2}){4,}", re.IGNORECASE)
_UCS2 = (0x11, 0x48)
_MENU = "1"
_UNSUPPORTED = 132
_CANCEL = "AT+CUSD=2"


def query(session: Session, code: str) -> str | None:
    """Ask the network ``code`` (``*544#``) and give its answer in plain text, or ``None`` when none came.

    Raises ``EncodeError`` when ``code`` is no USSD code, ``PhoneSilent`` or ``LinkDown``; never for what the phone
    or the network answers.
    """
    if not _CODE.fullmatch(code):
        raise EncodeError(f"not a USSD code: {code[:40]!r}")
    # Digits, * and # have the same place in ASCII and in the default alphabet.
    packed = pack(code.encode("ascii")).hex().upper()
    for wording in (code, packed):
        answer, refused = _ask(session, wording)
        if answer is not None:
            return _read(answer)
        if not refused:
            return None
    return None


def read_text(text: str, dcs: int | None) -> str:
    """Give what a +CUSD answer says, its hexadecimal undone; ``dcs`` is that of 3GPP TS 23.038 §5.

    Digits alone are taken as they stand: they are more likely an amount than two or three packed letters.
    """
    if not _HEX.fullmatch(text):
        return text
    octets = bytes.fromhex(text)
    if dcs in _UCS2 or _looks_like_ucs2(octets):
        return octets.decode("utf-16-be", "replace")
    if text.isdigit():
        return text
    return decode_septets(unpack(octets, len(octets) * 8 // 7)).rstrip("\r@")


def _looks_like_ucs2(octets: bytes) -> bool:
    """Whether nearly every other octet is zero, as in UCS2 of any western language."""
    high = octets[::2]
    return len(octets) % 2 == 0 and high.count(0) * 10 >= len(high) * 8


def _ask(session: Session, wording: str) -> tuple[str | None, bool]:
    """Give what followed +CUSD:, and whether the phone refused this wording of the query."""
    session.begin(f'AT+CUSD=1,"{wording}",15')
    deadline = session.clock.monotonic() + ANSWER
    lines: list[str] = []
    final: Final | None = None
    try:
        while not (final and _is_whole(lines)) and (token := session.next_token(deadline)) is not None:
            if isinstance(token, Final):
                final = token
                if not final.ok:
                    break
            elif isinstance(token, Line) and (lines or token.text.startswith(_PREFIX)) and len(lines) < _MOST_LINES:
                lines.append(token.text)
                if final is None and _is_whole(lines):
                    deadline = min(deadline, session.clock.monotonic() + timeouts.OK_AFTER_REFERENCE)
    finally:
        session.end()
    session.out_of_step |= final is None
    refused = final is not None and not final.ok and final.code != _UNSUPPORTED
    answer = "\n".join(lines).removeprefix(_PREFIX) if lines else None
    if (final is not None and final.ok and answer is None) or (answer or "").strip().startswith(_MENU):
        ask(session, _CANCEL)
    return answer, refused


def _is_whole(lines: list[str]) -> bool:
    """Whether the quotes of the answer are closed."""
    return bool(lines) and sum(line.count('"') for line in lines) % 2 == 0


def _read(answer: str) -> str | None:
    found = _ANSWER.match(answer)
    if found is None:
        return None
    quoted, bare, dcs = found.group(2), found.group(3), found.group(4)
    text = read_text((quoted if quoted is not None else bare or "").strip(), int(dcs) if dcs else None)
    readable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(readable.split())[:LONGEST_ANSWER] or None
