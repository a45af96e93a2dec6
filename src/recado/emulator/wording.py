"""How the phone writes: line ends, result codes, and every mess a real line adds around them.

Formats: V.250 §5.7 (results, verbose or numeric), 3GPP TS 27.007 §9 (CME), 27.005 §3.2.5 (CMS). Whatever mess is
switched on, a careful reader can still tell the lines apart: noise and glued notices never break a line in two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from recado.emulator.faults import Faults
from recado.emulator.state import CommandError, Dialogue, Family
from recado.gsm import causes

NOTICES: Final = (
    "^RSSI:18",
    '^HCSQ:"LTE",59,50,161,24',
    "^BOOT:27710117,0,0,0,75",
    "^MODE:3,3",
    "+ZUSIMR:2",
)
BOOT_LINES: Final = ("RDY", "+CFUN: 1", "+CPIN: READY", "SMS DONE", "PB DONE")
# No CR, LF, ">", Ctrl-Z, ESC nor letters: noise that looked like protocol would be another fault.
_NOISE: Final = bytes((0x00, 0x7F, 0x80, 0x9B, 0xC3, 0xE7, 0xFE, 0xFF))


class Writer:
    """Turns lines into bytes for one phone."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._notices = 0

    def answer(self, lines: Sequence[str], final: str, dialogue: Dialogue) -> bytes:
        """Write information lines and a final result; an empty `final` writes the lines alone."""
        blocks = [self.glued()]
        if lines:
            body = "\r\n".join(lines)
            blocks.append(f"\r\n{body}\r\n" if dialogue.verbose else f"{body}\r\n")
        if self._faults.is_on("chatter"):
            blocks.append(f"\r\n{self.notice()}\r\n")
        if final:
            blocks.append(_final(final, dialogue))
        return self.encode(blocks)

    def prompt(self) -> bytes:
        """Write the prompt that asks for a PDU. Source: 3GPP TS 27.005 §3.5.1."""
        blocks = [self.glued()]
        if self._faults.is_on("chatter"):
            blocks.append(f"\r\n{self.notice()}\r\n")
        blocks.append("\r\n>" if self._faults.is_on("no_prompt_space") else "\r\n> ")
        return self.encode(blocks, trailing_noise=False)

    def unsolicited(self, lines: Sequence[str]) -> bytes:
        """Write lines nobody asked for."""
        return self.encode([f"\r\n{line}\r\n" for line in lines])

    def notice(self) -> str:
        """Give the next of the notices a chatty phone writes."""
        self._notices += 1
        return NOTICES[self._notices % len(NOTICES)]

    def glued(self) -> str:
        """Give a notice that shares the line end of what follows, when that fault is on."""
        return self.notice() if self._faults.is_on("join") else ""

    def encode(self, blocks: Sequence[str], *, trailing_noise: bool = True) -> bytes:
        """Join blocks into bytes, with noise between them and doubled CR as the faults say."""
        end = "\r\r\n" if self._faults.is_on("double_cr") else "\r\n"
        written = [block.replace("\r\n", end).encode("ascii", "replace") for block in blocks if block]
        if not self._faults.is_on("garbage"):
            return b"".join(written)
        noisy = b"".join(
            b"\r\n" + self._noise() + (b"" if block.startswith(b"\r") else b"\r\n") + block for block in written
        )
        return noisy + self._noise() if trailing_noise else noisy

    def _noise(self) -> bytes:
        chance = self._faults.random
        return bytes(chance.choice(_NOISE) for _ in range(chance.randint(1, 5)))


def _final(final: str, dialogue: Dialogue) -> str:
    if dialogue.verbose:
        return f"\r\n{final}\r\n"
    # V.250 §5.7.1: only the two basic results have numbers; +CME and +CMS ERROR stay as they are.
    return {"OK": "0\r", "ERROR": "4\r"}.get(final, f"{final}\r\n")


def refusal(error: CommandError, dialogue: Dialogue) -> str:
    """Word a refusal as AT+CMEE asks: CME only when 1 or 2; CMS always; text instead of numbers when 2."""
    if error.family is Family.PLAIN or (error.family is Family.CME and dialogue.cmee == 0):
        return "ERROR"
    if dialogue.cmee < 2:
        return f"+{error.family} ERROR: {error.code}"
    meaning = causes.cms(error.code) if error.family is Family.CMS else causes.cme(error.code)
    return f"+{error.family} ERROR: {meaning.name}"
