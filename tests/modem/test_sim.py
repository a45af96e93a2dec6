"""The PIN is entered once, only where it may be, and never at the SIM's risk."""

import logging
from dataclasses import dataclass, field

import pytest

from recado.modem.condition import PhoneCondition
from recado.modem.driver import Driver
from recado.modem.errors import SimUnusable
from recado.modem.settings import DriverSettings
from recado.modem.sim import _COUNTERS

from .bench import Bench, a_bench
from .fake import HEALTHY, OK, FakeClock, FakePhone

ICCID = "89559900000000000019"
WANTS_PIN = b"\r\n+CPIN: SIM PIN\r\n" + OK


@dataclass
class Memory:
    """What the caller writes down about the PIN."""

    tried: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)

    def may_try(self, sim: str) -> bool:
        if sim in self.tried:
            return False
        self.tried.append(sim)
        return True

    def settings(self, pin: str | None = "1234") -> DriverSettings:
        return DriverSettings(pin=pin, may_try_pin=self.may_try, pin_accepted=self.accepted.append)


def locked_bench(memory: Memory, pin: str | None = "1234") -> Bench:
    bench = a_bench(memory.settings(pin))
    bench.phone.faults.set("sim_pin")
    return bench


def pins(bench: Bench) -> list[str]:
    return [command for command in bench.commands() if command.startswith('AT+CPIN="')]


def refusal(bench: Bench) -> SimUnusable:
    with pytest.raises(SimUnusable) as caught:
        bench.driver.start()
    return caught.value


def test_the_right_pin_opens_the_sim_and_is_told() -> None:
    memory = Memory()
    bench = locked_bench(memory)
    assert bench.driver.start().iccid == ICCID
    assert memory == Memory(tried=[ICCID], accepted=[ICCID])
    assert pins(bench) == ['AT+CPIN="1234"']


def test_a_wrong_pin_is_entered_once_and_never_again() -> None:
    memory = Memory()
    bench = locked_bench(memory, "9999")
    down = refusal(bench)
    assert down.condition is PhoneCondition.SIM_PIN
    assert down.reason == "O chip recusou o PIN configurado; o Recado não o tentará de novo."
    for _ in range(5):
        assert "já foi tentado" in refusal(bench).reason
    assert pins(bench) == ['AT+CPIN="9999"']
    assert memory.accepted == []


def test_with_fewer_than_two_tries_left_none_is_used() -> None:
    memory = Memory()
    bench = locked_bench(memory, "9999")
    for _ in range(2):
        bench.line.write(b'AT+CPIN="0000"\r')
    down = refusal(bench)
    assert "Restam poucas tentativas" in down.reason
    assert memory.tried == []
    assert 'AT+CPIN="9999"' not in bench.commands()


def test_without_a_memory_of_the_tries_no_pin_is_entered() -> None:
    bench = a_bench(DriverSettings(pin="1234"))
    bench.phone.faults.set("sim_pin")
    assert refusal(bench).condition is PhoneCondition.SIM_PIN
    assert pins(bench) == []


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", '1"\r2', "１２３４"])
def test_what_is_no_pin_is_never_entered(pin: str) -> None:
    memory = Memory()
    bench = locked_bench(memory, pin)
    assert "de 4 a 8 dígitos" in refusal(bench).reason
    assert (pins(bench), memory.tried) == ([], [])


def test_a_sim_that_wants_the_puk_is_left_to_a_person() -> None:
    memory = Memory()
    bench = a_bench(memory.settings())
    bench.phone.faults.set("sim_puk")
    assert refusal(bench).condition is PhoneCondition.SIM_PUK
    assert pins(bench) == []


def test_a_sim_without_pin_is_not_given_one() -> None:
    memory = Memory()
    bench = a_bench(memory.settings())
    bench.driver.start()
    assert (pins(bench), memory.tried) == ([], [])


def test_a_sim_that_is_busy_after_its_pin_is_waited_for() -> None:
    phone = FakePhone(FakeClock(), answers=dict(HEALTHY))
    states = iter([WANTS_PIN, b"\r\n+CME ERROR: 14\r\n", b"\r\n+CME ERROR: 14\r\n"])
    phone.answers["AT+CPIN?"] = lambda: next(states, HEALTHY["AT+CPIN?"])
    assert Driver(phone, clock=phone.clock, settings=Memory().settings()).start().model == "M1"


def test_a_pin_without_an_answer_is_not_repeated_and_not_spoken_of(caplog: pytest.LogCaptureFixture) -> None:
    phone = FakePhone(FakeClock(), answers={**HEALTHY, "AT+CPIN?": WANTS_PIN, 'AT+CPIN="1234"': b""})
    with caplog.at_level(logging.DEBUG), pytest.raises(SimUnusable) as caught:
        Driver(phone, clock=phone.clock, settings=Memory().settings()).start()
    assert phone.commands.count('AT+CPIN="1234"') == 1
    assert "1234" not in repr(caught.value) + caught.value.reason + caught.value.advice + caplog.text
    assert caught.value.__cause__ is None
    assert "1234" not in repr(Memory().settings())


@pytest.mark.parametrize(
    ("command", "answer", "left"),
    [
        ('AT+CPINR="SIM PIN"', b"+CPINR: SIM PIN,1,3", 1),
        ("AT^CPIN?", b"^CPIN: SIM PIN,,10,1,10,3", 1),
        ("AT^SPIC", b"^SPIC: 1", 1),
        ("AT+SPIC", b"+SPIC: 1,10,0,10", 1),
        ('AT+QPINC="SC"', b'+QPINC: "SC",1,10', 1),
        ("AT+ZPINPUK=?", b"+ZPINPUK: 1,10", 1),
        ("AT#PCT", b"#PCT: 1", 1),
    ],
)
def test_each_makers_counter_is_heeded(command: str, answer: bytes, left: int) -> None:
    phone = FakePhone(FakeClock(), answers={**HEALTHY, "AT+CPIN?": WANTS_PIN})
    for counter in _COUNTERS:
        phone.answers[counter.command] = b"\r\nERROR\r\n"
    phone.answers[command] = b"\r\n" + answer + b"\r\n" + OK
    memory = Memory()
    with pytest.raises(SimUnusable, match="Restam poucas"):
        Driver(phone, clock=phone.clock, settings=memory.settings()).start()
    assert memory.tried == []
