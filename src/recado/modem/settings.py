"""What a user of the driver may choose. Seconds throughout."""

from collections.abc import Callable
from dataclasses import dataclass, field

from recado.modem import timeouts


@dataclass(frozen=True, slots=True)
class DriverSettings:
    """Deadlines and habits of one driver.

    ``send_timeout`` below the default makes messages that did go out "unknown"; see ``timeouts.SEND``.
    """

    send_timeout: float = timeouts.SEND
    prompt_timeout: float = timeouts.PROMPT
    wake_attempts: int = 5
    """How many AT without an answer make a phone silent. smstools reopens the port after 5."""
    sim_busy_wait: float = 30.0
    """How long start-up waits for a busy SIM; some 10 s were seen after power-on."""
    registration_wait: float = 60.0
    """How long start-up waits for the network; a cold start takes 20 to 60 s."""
    late_answer_window: float = 60.0
    """How long after a send without an answer its answer may still meet the next send's."""
    late_answer_hold: float = 15.0
    """In that window: how long a first answer is held to see whether a second one, the true one, follows."""
    caller_acknowledges: bool = False
    """The caller of ``Driver.wait`` keeps what it gives and then calls ``Driver.acknowledge``. Without this, ``wait``
    acknowledges by itself, and a report is lost when the process dies before keeping it."""
    store_first: bool = False
    """Send through the phone's store (AT+CMGW, AT+CMSS), so that ``Driver.stored_outgoing`` tells after a crash
    whether a message left. Four more commands, and two writes to the phone's memory, for each message."""
    pin: str | None = field(default=None, repr=False)
    """The SIM's PIN. It is entered only if ``may_try_pin`` allows it and at least two tries are left."""
    may_try_pin: Callable[[str], bool] | None = None
    """Asked with the ICCID (``""`` where the phone will not say) before the PIN is entered. The caller writes down,
    durably and before it returns true, that this PIN is being tried on this SIM, and returns false when that was
    written before. Without it no PIN is ever entered."""
    pin_accepted: Callable[[str], None] | None = None
    """Told the same ICCID once the SIM took the PIN, which also gives it its tries back: the caller may forget the
    mark, so that a phone that lost power can be unlocked again."""
    turn_radio_on: bool = True
    """Ask once, at start-up, for AT+CFUN=1 when the radio is off."""
    smsc: str | None = None
    """The service centre, E.164, to write into a SIM that has none. One that has its own keeps it."""
