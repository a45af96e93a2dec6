"""What a user of the driver may choose. Seconds throughout."""

from dataclasses import dataclass

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
    whether a message left. Two more commands, and two writes to the phone's memory, for each message."""
