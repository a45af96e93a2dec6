"""One send to a scripted phone, as the tests of sending make it."""

from recado.modem.driver import Driver
from recado.modem.outcome import Outcome

from .fake import FakeClock, FakePhone, Script, a_submit

SUBMIT = a_submit()
COMMAND = f"AT+CMGF=0\rAT+CMGS={SUBMIT.tpdu_length}\r".encode()
PDU = SUBMIT.to_hex().encode()


def a_phone(*submissions: Script, **options: object) -> FakePhone:
    return FakePhone(FakeClock(), submissions=list(submissions), **options)  # type: ignore[arg-type]


def send(phone: FakePhone) -> Outcome:
    return Driver(phone, clock=phone.clock).send(SUBMIT)


def answered(text: str) -> Script:
    return [(3.0, f"\r\n{text}\r\n".encode())]
