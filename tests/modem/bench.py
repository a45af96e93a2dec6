"""The driver and the phone in software on one clock turned by hand."""

from dataclasses import dataclass, field

from recado.emulator.faults import Faults
from recado.emulator.phone import EmulatedPhone
from recado.emulator.settings import PhoneSettings
from recado.modem.driver import Driver
from recado.modem.errors import LinkDown
from recado.modem.outcome import Outcome
from recado.modem.settings import DriverSettings

from .fake import FakeClock, a_submit


@dataclass
class EmulatedLine:
    """A ``Transport`` straight into the emulated phone. ``cut_after`` bytes written, the line is gone."""

    phone: EmulatedPhone
    clock: FakeClock
    name: str = "emulated"
    cut_after: int | None = None
    written: bytearray = field(default_factory=bytearray)

    def read(self, timeout: float, wake: int | None = None) -> bytes:
        until = self.clock.now + timeout
        while True:
            self._check()
            data = self.phone.due(self.clock.now)
            if data:
                return data
            self._check()
            due = self.phone.next_due()
            if due is None or due > until:
                self.clock.now = until
                return b""
            self.clock.now = max(self.clock.now + 0.001, due)

    def write(self, data: bytes) -> None:
        self._check()
        if self.cut_after is not None:
            data = data[: self.cut_after - len(self.written)]
        self.written += data
        self.phone.feed(data, self.clock.now)
        self._check()

    def close(self) -> None:
        """Nothing to let go."""

    def _check(self) -> None:
        cut = self.cut_after is not None and len(self.written) >= self.cut_after
        if cut or not self.phone.plugged:
            raise LinkDown


@dataclass
class Bench:
    phone: EmulatedPhone
    clock: FakeClock
    line: EmulatedLine
    driver: Driver
    settings: DriverSettings

    def send(self) -> tuple[Outcome, int]:
        """Send one message; give the outcome and how many SMS reached the air by it."""
        before = self.phone.on_air_total
        outcome = self.driver.send(a_submit())
        return outcome, self.phone.on_air_total - before

    def commands(self) -> list[str]:
        """What was written, command by command."""
        return [part for part in self.line.written.decode("latin-1").replace("\x1a", "\r").split("\r") if part]

    def reconnect(self) -> Driver:
        """A new driver on a new line to the same phone, as after a crash."""
        self.line = EmulatedLine(self.phone, self.clock)
        self.driver = Driver(self.line, clock=self.clock, settings=self.settings)
        return self.driver


def a_bench(settings: DriverSettings | None = None, **options: object) -> Bench:
    """A healthy emulated phone with ``options`` of its ``PhoneSettings``, not yet started."""
    clock = FakeClock()
    phone = EmulatedPhone(PhoneSettings(**options), Faults())  # type: ignore[arg-type]
    line = EmulatedLine(phone, clock)
    chosen = settings or DriverSettings()
    return Bench(phone, clock, line, Driver(line, clock=clock, settings=chosen), chosen)
