"""One story: messages, one fault, repair, and the account. Runs in a process of its own, with Django set up."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.support.postgresql import Cluster

from recado.emulator import serve
from recado.emulator.serve import RunningEmulator
from recado.emulator.settings import PhoneSettings

SINGLES = 4
LONG_TEXT = "Companhia Exemplo de Água informa que haverá parada programada no abastecimento do seu bairro. " * 2
SETTLE_SECONDS = 45.0


@dataclass
class Account:
    """What the story came to: how many messages were lost, doubled, misjudged, uncertain, or never settled."""

    kind: str
    seed: int
    messages: int = 0
    sent: int = 0
    failed: int = 0
    lost: int = 0
    doubled: int = 0
    misjudged: int = 0
    uncertain_on_air: int = 0
    uncertain_not_on_air: int = 0
    unsettled: int = 0
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.misjudged or self.unsettled)

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "clean": self.is_clean}


class Story:
    """The stage: a phone in software, a queue, and gateways that can be killed, stopped and started again."""

    def __init__(self, home: Path, kind: str, seed: int) -> None:
        self.home = home
        self.chance = random.Random(f"{kind}:{seed}")
        self.account = Account(kind, seed)
        self.stack = ExitStack()
        self.gateways: list[subprocess.Popen[bytes]] = []
        self.emulator: RunningEmulator
        self.cluster: Cluster | None = None
        self._numbers: list[str] = []
        self._settled_since: float | None = None

    # --- the stage

    def set_up(self, *, reports: bool = True, pace: float = 0.02) -> None:
        """A phone and a queue of some messages, one of them in two parts."""
        from recado.outbox.models import MessageType
        from recado.phones.models import Phone

        folder = self.home / "phone"
        folder.mkdir()
        settings = PhoneSettings(report_delay=0.1, latency=self.chance.choice([0.0, 0.01, 0.05]))
        self.emulator = self.stack.enter_context(serve.running(folder, settings=settings))
        Phone.objects.all().delete()
        Phone.objects.create(name="Aparelho 1", link=self.emulator.link, pace_seconds=pace)
        MessageType.objects.update(status_report=reports)
        for number in range(SINGLES):
            self.queue(f"Protocolo 2026100000{number:04d}.")
        self.queue(LONG_TEXT)

    def queue(self, text: str) -> int:
        """One more message, to a number of its own."""
        from django.utils import timezone

        from recado.outbox.enqueue import Event, enqueue

        number = f"+55819000{len(self._numbers):05d}"
        self._numbers.append(number)
        made = enqueue(
            Event(6, number, f"fault:{number}", values={"TEXTO": text}),
            now=timezone.now(),
        )
        assert made is not None
        return made.pk

    def start_gateway(self) -> subprocess.Popen[bytes]:
        log = (self.home / "gateway.log").open("ab")
        running = subprocess.Popen([sys.executable, "-m", "faults.gateway"], stdout=log, stderr=log)
        self.gateways.append(running)
        return running

    def kill(self, gateway: subprocess.Popen[bytes]) -> None:
        """kill -9."""
        gateway.send_signal(signal.SIGKILL)
        gateway.wait()

    # --- the end

    def repair_and_settle(self) -> None:
        """Everything is mended; every message must come to a status that lasts."""
        self.emulator.control.clear_faults()
        self.emulator.control.plug()
        if not any(gateway.poll() is None for gateway in self.gateways):
            self.start_gateway()
        try:
            until(self._settled_for_good, SETTLE_SECONDS)
        except TimeoutError:
            self.account.notes.append("did not settle")

    def take_down(self) -> None:
        for gateway in self.gateways:
            if gateway.poll() is None:
                gateway.send_signal(signal.SIGCONT)
                gateway.send_signal(signal.SIGTERM)
        for gateway in self.gateways:
            gateway.wait(60)
        self.stack.close()

    def watch(self, number: str) -> None:
        """A message to `number` was asked for by other means; it belongs to the account."""
        self._numbers.append(number)

    def _settled_for_good(self) -> bool:
        """Settled for as long as a receipt may take that would send a message on."""
        if not self._settled():
            self._settled_since = None
            return False
        self._settled_since = self._settled_since or time.monotonic()
        return time.monotonic() - self._settled_since > 1.0

    def _settled(self) -> bool:
        """Nothing is queued or in flight. What waits for a try again is let through once receipts had time."""
        from django.db.models import Q
        from django.utils import timezone

        from recado.outbox.models import Message, Status

        open_rows = Message.objects.filter(Q(status=Status.QUEUED) | Q(status=Status.SENDING))
        if not open_rows.exists():
            return True
        if time.monotonic() - self._last_event() > 2.0:
            Message.objects.filter(status=Status.QUEUED, ready_at__gt=timezone.now()).update(ready_at=timezone.now())
        return False

    def _last_event(self) -> float:
        latest = max((sms.at.timestamp() for sms in self.emulator.on_air), default=0.0)
        return time.monotonic() - (time.time() - latest)

    def count(self) -> Account:
        """Hold what Recado believes against what was on the air."""
        from recado.outbox.models import SENT_GROUP, Message, Status

        on_air = Counter((sms.number, sms.concat_index) for sms in self.emulator.on_air)
        account = self.account
        account.messages = len(self._numbers)
        by_number = {message.number: message for message in Message.objects.filter(replaces=None)}
        for number in self._numbers:
            message = by_number.get(number)
            if message is None:
                account.lost += 1
                continue
            parts = message.segments.count() or 1
            heard = [on_air[number, index] for index in range(1, parts + 1)]
            account.doubled += max(heard) > 1
            if message.status in SENT_GROUP:
                account.sent += 1
                account.lost += min(heard) == 0
            elif message.status == Status.FAILED:
                account.failed += 1
                account.misjudged += min(heard) > 0
            elif message.status == Status.UNCERTAIN:
                account.uncertain_on_air += min(heard) > 0
                account.uncertain_not_on_air += min(heard) == 0
            else:
                account.unsettled += 1
        if not account.is_clean:
            account.notes.append(str({m.number: (m.status, m.reason) for m in by_number.values()}))
            account.notes.append(str(dict(on_air)))
        return account


def until(true: Callable[[], object], seconds: float) -> None:
    """Wait until `true()` holds; raises TimeoutError after `seconds`."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError
        pause.wait(0.03)


def set_clock(home: Path, offset: float) -> None:
    """Put the gateways' clock `offset` seconds off."""
    draft = home / "clock.new"
    draft.write_text(str(offset), encoding="ascii")
    draft.replace(home / "clock")
