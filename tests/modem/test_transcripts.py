"""Dialogues of real phones, in reads of several sizes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from recado.modem.errors import NoAnswer
from recado.modem.events import Event, ReportArrived
from recado.modem.outcome import Accepted, Ambiguous, Outcome, Rejected
from recado.modem.sending import Sender
from recado.modem.session import Session
from recado.modem.settings import DriverSettings

from .fake import FakeClock, FakePhone, a_submit

TRANSCRIPTS = sorted((Path(__file__).parents[1] / "transcripts").glob("*.txt"))


def read(path: Path) -> tuple[list[dict[str, str]], list[str]]:
    """Give the exchanges of a transcript, and the events expected in all."""
    exchanges: list[dict[str, str]] = []
    events: list[str] = []
    for word, rest in _fields(path):
        if word in ("host", "send"):
            exchanges.append({word: rest})
        elif word == "event":
            events.append(rest)
        elif word != "source":
            exchanges[-1][word] = rest
    return exchanges, events


def _fields(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="ascii").splitlines():
        word, _, rest = line.partition(":")
        yield word, rest.removeprefix(" ")


def spoken(text: str) -> bytes:
    return text.encode("ascii").decode("unicode_escape").encode("latin-1")


def told(outcome: Outcome) -> str:
    match outcome:
        case Accepted(reference):
            return f"Accepted {reference}"
        case Ambiguous(kind):
            return f"Ambiguous {kind}"
        case Rejected():
            return f"Rejected {outcome.verdict}"
        case _:
            return type(outcome).__name__


def described(event: Event) -> str:
    rest = event.pdu if isinstance(event, ReportArrived) else getattr(event, "line", "")
    return f"{type(event).__name__} {rest}"


def replay(exchange: dict[str, str], phone: FakePhone, session: Session, sender: Sender) -> None:
    script = [(float(exchange.get("wait", "0")), spoken(exchange["phone"]))]
    if "send" in exchange:
        phone.prompt = [(0.1, spoken(exchange["prompt"]))]
        phone.submissions = [script]
        assert told(sender.send(a_submit(), lambda step: None)) == exchange["outcome"]
        return
    phone.answers[exchange["host"]] = script
    expected = tuple(exchange["lines"].split(" | ")) if "lines" in exchange else ()
    if "silence" in exchange:
        with pytest.raises(NoAnswer) as caught:
            session.execute(exchange["host"])
        assert caught.value.lines == expected
        return
    answer = session.execute(exchange["host"])
    assert answer.final.text == exchange["final"]
    assert answer.lines == expected


@pytest.mark.parametrize("chunk", [1, 2, 7, 4096])
@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_a_real_dialogue_is_read_as_it_was_meant(path: Path, chunk: int) -> None:
    phone = FakePhone(FakeClock(), chunk=chunk)
    session = Session(phone, phone.clock)
    sender = Sender(session, DriverSettings())
    exchanges, events = read(path)
    for exchange in exchanges:
        replay(exchange, phone, session, sender)
    session.drain()
    assert [described(event) for event in session.mailbox.take()] == events


def test_every_transcript_names_its_source() -> None:
    assert TRANSCRIPTS
    assert all(path.read_text(encoding="ascii").startswith("source: ") for path in TRANSCRIPTS)
