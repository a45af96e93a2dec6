"""How long each command may take, with the reason beside each. Absolute: chatter never extends them.

A deadline that every received line restarts never ends on a Huawei stick, which says ``^BOOT`` every 30 s.
"""

DEFAULT = 10.0
"""3GPP gives no limit; makers' manuals name 5 s or less for what only reads the device itself."""

_BY_PREFIX = (
    # Only wakes the line; the attempts are many, so each is short.
    ("ATE", 3.0),
    ("ATV", 3.0),
    # The SIM may be busy for some seconds after power-on.
    ("AT+CPIN", 10.0),
    ("AT+CIMI", 10.0),
    # Asks the SIM; Quectel's manuals allow 15 s where the network is involved.
    ("AT+CSCA", 15.0),
    ("AT+COPS", 20.0),
    # Radio off and on: SIM800 ATC 1.09 gives 10 s, Quectel 15 s.
    ("AT+CFUN", 20.0),
    # Message services initialise on first use: SIM800 ATC 1.09 gives 5 s, slow sticks need more.
    ("AT+CMGF", 15.0),
    ("AT+CSMS", 15.0),
    ("AT+CNMI", 15.0),
    ("AT+CPMS", 20.0),
    # Reads or deletes on the SIM: makers give 5 to 25 s.
    ("AT+CMGL", 30.0),
    ("AT+CMGR", 25.0),
    ("AT+CMGD", 25.0),
    # Makers close the acknowledge window after some 15 s; later is of no use.
    ("AT+CNMA", 5.0),
)

WAKE = 2.0
"""One bare AT. BenQ M32 ignores the first one; a sleeping calypso needs 0.5 s: ask again rather than wait."""

PROMPT = 10.0
"""ModemManager waits 10 s for ``> ``; smstools too. Nothing is on the air before it comes."""

SEND = 180.0
"""From Ctrl-Z to the result. An EG06 answered after 135 s, makers' limits go from 60 to 150 s, ModemManager
waits 300 s. Below 180 s a message that did go out would be called unknown."""

STORE = 30.0
"""From Ctrl-Z to +CMGW: n. Only memory is written; makers give 5 s, a full or worn SIM needs more."""

OK_AFTER_REFERENCE = 10.0
"""Between ``+CMGS: n`` and its OK. The network has taken the message already: only tidiness waits here."""

REFERENCE_AFTER_OK = 3.0
"""After a bare OK: it may be left over from an earlier command, with ``+CMGS: n`` still to come."""

REBOOT = 10.0
"""Left to a command once the phone has said that it starts again: no answer is likely any more."""

QUIET = 0.5
"""Silence that ends a drain. Makers answer ESC within 0.3 s."""

DRAIN = 3.0
"""At most this long for a drain, for phones that are never quiet."""


def timeout_for(command: str) -> float:
    """Give the seconds that ``command`` (such as ``AT+CSQ``) may take."""
    if command == "AT":
        return WAKE
    return next((seconds for prefix, seconds in _BY_PREFIX if command.startswith(prefix)), DEFAULT)
