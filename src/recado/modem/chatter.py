"""What phones say unasked, family by family, as data.

A line is looked up here only after it was found not to be the answer to the command in flight, so an entry
may name a prefix that is also an answer (``+CPIN:``). Sources: makers' AT manuals and the tables of gammu
and ModemManager.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an unsolicited line means to us."""

    SMS_STORED = "sms_stored"
    REPORT_STORED = "report_stored"
    SMS = "sms"
    REPORT = "report"
    BROADCAST = "broadcast"
    STORE_FULL = "store_full"
    SIGNAL = "signal"
    BOOT = "boot"
    GOING_DOWN = "going_down"
    CHATTER = "chatter"


@dataclass(frozen=True, slots=True)
class Family:
    """One maker's habits. ``prefixes`` match the start of a line, ``words`` the whole line."""

    name: str
    prefixes: tuple[tuple[str, Kind], ...] = ()
    words: tuple[tuple[str, Kind], ...] = ()


def _chatter(*prefixes: str) -> tuple[tuple[str, Kind], ...]:
    return tuple((prefix, Kind.CHATTER) for prefix in prefixes)


FAMILIES = (
    Family(
        "3GPP TS 27.005 §3.4.1 and TS 27.007",
        prefixes=(
            ("+CMTI:", Kind.SMS_STORED),
            ("+CDSI:", Kind.REPORT_STORED),
            ("+CMT:", Kind.SMS),
            ("+CDS:", Kind.REPORT),
            ("+CBM:", Kind.BROADCAST),
            *_chatter(
                "+CBMI:",
                "+CREG:",
                "+CGREG:",
                "+CEREG:",
                "+CRING:",
                "+CLIP:",
                "+CUSD:",
                "+CGEV:",
                "+CIEV:",
                "+CTZV:",
                "+CTZE:",
                "+CSSU:",
                "+CPIN:",
                "+CFUN:",
            ),
        ),
        words=(("RING", Kind.CHATTER),),
    ),
    Family(
        "Huawei",
        prefixes=(
            ("^RSSI:", Kind.SIGNAL),
            ("^HCSQ:", Kind.SIGNAL),
            ("^CSNR:", Kind.SIGNAL),
            # ^BOOT comes every 30 s on a healthy stick: it is no sign of a restart.
            *_chatter("^BOOT:", "^MODE:", "^SRVST:", "^SIMST:", "^STIN:", "^NWTIME:", "^DSFLOWRPT:"),
            ("^SMMEMFULL:", Kind.STORE_FULL),
            *_chatter("^CEND:", "^CONN:", "^ORIG:", "^CONF:"),
        ),
    ),
    Family("ZTE", prefixes=_chatter("+ZUSIMR:", "+ZDONR:", "+ZPASR:"), words=(("+ZEND", Kind.CHATTER),)),
    Family(
        "SIMCom",
        prefixes=_chatter("*ATREADY:", "*COPN:", "*ISIMAID:", "*PSUTTZ:", "+CNSMOD:", "+NITZ:", "DST:", "*PSNWID:"),
        words=(
            ("RDY", Kind.BOOT),
            ("+SMS FULL", Kind.STORE_FULL),
            ("SMS DONE", Kind.CHATTER),
            ("PB DONE", Kind.CHATTER),
            ("Call Ready", Kind.CHATTER),
            ("SMS Ready", Kind.CHATTER),
            ("NORMAL POWER DOWN", Kind.GOING_DOWN),
            ("UNDER-VOLTAGE POWER DOWN", Kind.GOING_DOWN),
            ("UNDER-VOLTAGE WARNNING", Kind.CHATTER),
            ("UNDER-VOLTAGE WARNING", Kind.CHATTER),
        ),
    ),
    Family(
        "Quectel",
        prefixes=(
            ('+QIND: "smsfull"', Kind.STORE_FULL),
            *_chatter("+QUSIM:", "+QGPSURC:", "+QLWURC:", "+QIND:"),
        ),
        words=(("POWERED DOWN", Kind.GOING_DOWN),),
    ),
    Family(
        "Cinterion",
        prefixes=_chatter("^SCKS:", "^SCN:"),
        words=(("^SYSSTART", Kind.BOOT), ("^SHUTDOWN", Kind.GOING_DOWN)),
    ),
    Family("u-blox", prefixes=_chatter("+AT: READY"), words=(("+PBREADY", Kind.CHATTER),)),
    Family("Telit", prefixes=_chatter("#QSS:", "#STN:")),
    Family(
        "Option, Ericsson, D-Link",
        prefixes=(
            ("_OSIGQ:", Kind.SIGNAL),
            *_chatter("_OBS:", "*EMRDY:", "*E2NAP:", "+PSBEARER:"),
        ),
        words=(("+PACSP0", Kind.CHATTER),),
    ),
)

_WORDS = {word: kind for family in FAMILIES for word, kind in family.words}
_PREFIXES = tuple(pair for family in FAMILIES for pair in family.prefixes)


def recognise(text: str) -> Kind | None:
    """Give what the unsolicited line ``text`` means, or ``None`` when no known family says it."""
    kind = _WORDS.get(text)
    if kind is not None:
        return kind
    return next((kind for prefix, kind in _PREFIXES if text.startswith(prefix)), None)
