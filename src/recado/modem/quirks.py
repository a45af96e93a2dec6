"""What single makers need, as data. A phone that matches nothing gets the generic row.

Sources: makers' AT manuals, and the tables of gammu, ModemManager, ofono and smstools. All of it is optional
for the phone: a refusal of any command here is tolerated.
"""

from dataclasses import dataclass

GENERIC_CNMI = (
    # ModemManager's order: reports at once, reports stored, no reports.
    "2,1,0,1,0",
    "2,1,0,2,0",
    # Cinterion accepts bfr=1 only, and no direct reports.
    "2,1,0,2,1",
    "2,1,0,1,1",
    # Mode 2 is advertised and refused by Gobi, Novatel and older Huawei.
    "1,1,0,1,0",
    "1,1,0,2,0",
    "2,1,0,0,0",
    "1,1,0,0,0",
    "1,1",
)


@dataclass(frozen=True, slots=True)
class Pacing:
    """Pauses, in seconds, while a PDU is entered. ``chunk`` is in characters; 0 means all at once."""

    after_prompt: float = 0.0
    chunk: int = 0
    between_chunks: float = 0.0
    before_submit: float = 0.0


@dataclass(frozen=True, slots=True)
class Quirks:
    """One row. ``maker`` and ``models`` are lower-case parts of the answers to +CGMI and +CGMM."""

    maker: str
    models: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    """Commands after the identity is known, such as those that stop chatter."""
    cnmi: tuple[str, ...] = GENERIC_CNMI
    acknowledge: str | None = "AT+CNMA=0"
    """How a directly delivered report is acknowledged in phase 2+; ``None`` where the phone does it itself.
    The form that carries a PDU is broken on seven families."""
    keep_link: bool = True
    """Whether AT+CMMS=2, which keeps the radio link between parts, may be asked for."""
    pacing: Pacing = Pacing()
    lists: bool = True
    """Whether AT+CMGL=4 may be asked: phones that never answer it recover only by a reset."""
    may_set_radio: bool = True
    """Whether AT+CFUN=1 may be asked. ModemManager never does so on Nokia handsets."""

    @property
    def cnmi_storing(self) -> tuple[str, ...]:
        """The rows of ``cnmi`` that have reports stored (<ds>=2) rather than handed over."""
        return tuple(row for row in self.cnmi if row.split(",")[3:4] == ["2"])


GENERIC = Quirks("")

_TABLE = (
    # E1750 and E1752 misbehave after ^CURC.
    Quirks("huawei", models=("e1750", "e1752"), lists=False),
    Quirks("huawei", setup=("AT^CURC=0",), lists=False),
    # AT+CPMS? stops a +ZUSIMR flood that crashes the stick.
    Quirks("zte", setup=("AT+CPMS?",)),
    # The default answers a failed send with a bare OK; with 0 it answers ERROR.
    Quirks("cinterion", setup=("AT^SM20=0,0",), cnmi=("2,1,0,2,1", *GENERIC_CNMI)),
    Quirks(
        "siemens",
        models=("m20",),
        # The M20 loses characters above one a millisecond.
        pacing=Pacing(after_prompt=0.4, chunk=1, between_chunks=0.001, before_submit=0.4),
    ),
    Quirks("siemens", setup=("AT^SM20=0,0",), cnmi=("2,1,0,2,1", *GENERIC_CNMI)),
    # 6310 and 6230 cut a PDU short unless it comes in pieces.
    Quirks(
        "nokia",
        pacing=Pacing(after_prompt=0.1, chunk=18, between_chunks=0.01, before_submit=0.1),
        may_set_radio=False,
    ),
    # Off by default; from the EC25 manual.
    Quirks("quectel", setup=('AT+QINDCFG="smsfull",1',)),
    Quirks("simcom", acknowledge=None),
)


def quirks_for(manufacturer: str | None, model: str | None) -> Quirks:
    """Give the first row that fits; either answer may be missing."""
    maker = (manufacturer or "").lower()
    kind = (model or "").lower()
    for row in _TABLE:
        named = row.maker in maker or row.maker in kind
        if named and (not row.models or any(part in kind for part in row.models)):
            return row
    return GENERIC
