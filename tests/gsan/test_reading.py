"""What happens in GSAN and who is told of it: once each, whatever the order, the stops and the races."""

from __future__ import annotations

import random
from datetime import timedelta

import psycopg
import pytest

from recado.gsan import passes, source
from recado.gsan.models import OpenRequest, Position, SeenRequester
from recado.gsan.reader import Reader
from recado.gsan.source import GsanUnreachable
from recado.outbox.enqueue import enqueue
from recado.outbox.models import Message, MessageType, Status, StatusChange
from recado.outbox.numbers import GUESSED
from tests.gsan.conftest import LOCAL, NOW, Gsan
from tests.support.together import run_together

pytestmark = pytest.mark.django_db


def told() -> list[tuple[int, str, str, int | None]]:
    """Type, mobile, protocol and RA of every message, in the order of their making."""
    return list(Message.objects.order_by("pk").values_list("type_id", "number", "protocol", "ra_number"))


@pytest.fixture
def reader(gsan: Gsan) -> Reader:
    """A reader that has begun: what happens from now on is told."""
    begun = Reader()
    begun.read(NOW)
    return begun


def test_an_ra_that_was_opened_is_told_with_its_protocol(gsan: Gsan, reader: Reader) -> None:
    gsan.open_ra(10, protocol="20261000000123")
    reader.read(NOW)

    assert told() == [(1, "+5581912345678", "20261000000123", 10)]
    message = Message.objects.get()
    assert (message.status, message.created_by) == (Status.QUEUED, "GSAN")
    assert "20261000000123" in message.text


def test_what_was_read_is_not_told_again(gsan: Gsan, reader: Reader) -> None:
    gsan.open_ra(10)
    for hours in (0, 1, 7, 14, 30):
        reader.read(NOW + timedelta(hours=hours))
    assert len(told()) == 1


def test_each_requester_is_told_their_own_protocol(gsan: Gsan, reader: Reader) -> None:
    gsan.open_ra(10, "81912345678", protocol="20261000000001")
    gsan.add_requester(10, "81987654321", protocol="20261000000002")
    reader.read(NOW)
    assert told() == [(1, "+5581912345678", "20261000000001", 10), (1, "+5581987654321", "20261000000002", 10)]


def test_a_reiteration_is_told_as_one(gsan: Gsan, reader: Reader) -> None:
    gsan.open_ra(10)
    reader.read(NOW)
    gsan.reiterate(10, protocol="20261000000009")
    reader.read(NOW)
    assert told()[1] == (2, "+5581987654321", "20261000000009", 10)


def test_the_same_mobile_reiterates_and_is_told_again(gsan: Gsan, reader: Reader) -> None:
    gsan.open_ra(10)
    gsan.reiterate(10, "81912345678")
    gsan.reiterate(10, "81912345678")
    reader.read(NOW)
    assert [row[0] for row in told()] == [1, 2, 2]


def test_a_mobile_goes_before_the_default_landline(gsan: Gsan, reader: Reader) -> None:
    raso_id = gsan.open_ra(10, "8132345678", kind=1, default=1)
    gsan.add_phone(raso_id, "81987654321")
    reader.read(NOW)
    assert told()[0][1] == "+5581987654321"


def test_the_default_phone_is_taken_where_none_is_called_a_mobile(gsan: Gsan, reader: Reader) -> None:
    raso_id = gsan.open_ra(10, "81911111111", kind=2)
    gsan.add_phone(raso_id, "81922222222", kind=2, default=1)
    reader.read(NOW)
    assert told()[0][1] == "+5581922222222"


def test_a_client_without_a_phone_of_the_request_is_told_by_the_one_of_the_record(gsan: Gsan, reader: Reader) -> None:
    gsan.add_client_phone(77, "81998765432")
    gsan.open_ra(10, "", client=77)
    gsan.open_ra(11, "81912345678", client=77)
    reader.read(NOW)
    assert [row[1] for row in told()] == ["+5581998765432", "+5581912345678"]


def test_who_has_no_mobile_is_told_nothing(gsan: Gsan, reader: Reader) -> None:
    gsan.open_ra(10, "8132345678", kind=1)
    gsan.open_ra(11, "")
    reader.read(NOW)
    assert told() == []


def test_an_old_mobile_is_left_alone_unless_the_setting_says_to_complete_it(
    gsan: Gsan, reader: Reader, settings: pytest.FixtureRequest
) -> None:
    gsan.open_ra(10, "8187654321")
    reader.read(NOW)
    assert told() == []
    settings.RECADO_GSAN_NINTH_DIGIT = True
    gsan.open_ra(11, "8187654321")
    reader.read(NOW)
    assert told()[0][1] == "+5581987654321"
    assert StatusChange.objects.get().note == GUESSED


def test_a_closing_with_success_is_told_to_every_mobile_once(gsan: Gsan, reader: Reader) -> None:
    gsan.open_ra(10, protocol="20261000000001")
    gsan.reiterate(10, "81987654321", protocol="20261000000002")
    gsan.reiterate(10, "81912345678", protocol="20261000000003")
    reader.read(NOW)
    gsan.close_ra(10)
    reader.read(NOW)
    reader.read(NOW)
    assert told()[3:] == [(3, "+5581912345678", "20261000000001", 10), (3, "+5581987654321", "20261000000002", 10)]
    assert not OpenRequest.objects.exists()


def test_a_closing_for_another_reason_is_told_to_nobody(gsan: Gsan, reader: Reader) -> None:
    gsan.open_ra(10)
    gsan.close_ra(10, reason=4)
    reader.read(NOW)
    reader.read(NOW)
    assert [row[0] for row in told()] == [1]


def test_a_blocked_ra_is_still_open(gsan: Gsan, reader: Reader) -> None:
    gsan.open_ra(10)
    gsan.sql.execute("UPDATE atendimentopublico.registro_atendimento SET rgat_cdsituacao = 3")
    reader.read(NOW)
    gsan.close_ra(10)
    reader.read(NOW)
    assert [row[0] for row in told()] == [1, 3]


def test_opened_and_closed_between_two_passes_both_are_told_in_order(gsan: Gsan, reader: Reader) -> None:
    gsan.open_ra(10)
    gsan.close_ra(10)
    reader.read(NOW)
    assert [row[0] for row in told()] == [1, 3]


def test_the_first_pass_tells_nothing_of_the_past_but_what_closes_later(gsan: Gsan) -> None:
    for rgat_id in range(1, 40):
        gsan.open_ra(rgat_id, f"819000000{rgat_id:02d}")
    gsan.close_ra(5)
    reader = Reader()
    reader.read(NOW)
    assert told() == []
    gsan.close_ra(7)
    reader.read(NOW)
    assert [(row[0], row[3]) for row in told()] == [(3, 7)]


def test_a_start_from_a_day_tells_what_was_registered_since(gsan: Gsan) -> None:
    gsan.open_ra(1, at=LOCAL - timedelta(days=9))
    gsan.open_ra(2, "81900000002", at=LOCAL - timedelta(days=1))
    # Dated back by the attendant: its requester came later, its registration lies before the day.
    gsan.open_ra(3, "81900000003", at=LOCAL - timedelta(days=8))
    gsan.open_ra(4, "81900000004", at=LOCAL)
    Reader().read(NOW, since=NOW - timedelta(days=2))
    assert [row[3] for row in told()] == [2, 4]


def test_a_start_from_a_day_without_any_ra_tells_what_comes(gsan: Gsan) -> None:
    gsan.open_ra(1, at=LOCAL - timedelta(days=9))
    reader = Reader()
    reader.read(NOW, since=NOW - timedelta(days=2))
    gsan.open_ra(2, "81900000002")
    reader.read(NOW)
    assert [row[3] for row in told()] == [2]


def test_a_slow_transaction_below_newer_keys_is_found(gsan: Gsan, reader: Reader) -> None:
    gsan.open_ra(10, raso_id=500)
    reader.read(NOW)
    gsan.open_ra(9, "81987654321", raso_id=499)
    reader.read(NOW + timedelta(hours=5))
    assert [row[3] for row in told()] == [10, 9]


def test_a_transaction_that_was_open_at_the_first_start_is_found(gsan: Gsan) -> None:
    gsan.open_ra(10, raso_id=500)
    reader = Reader()
    reader.read(NOW)
    gsan.open_ra(9, "81987654321", raso_id=501)
    gsan.open_ra(8, "81987654320", raso_id=502)
    reader.read(NOW)
    assert [row[3] for row in told()] == [9, 8]


def test_numbers_given_by_hand_and_times_dated_back_are_told(gsan: Gsan, reader: Reader) -> None:
    gsan.open_ra(900_000_001, "81900000001")
    gsan.open_ra(3, "81900000003", at=LOCAL - timedelta(days=5))
    reader.read(NOW)
    assert [row[3] for row in told()] == [900_000_001, 3]


def test_what_is_settled_is_forgotten_and_nothing_is_told_twice(gsan: Gsan, reader: Reader) -> None:
    for rgat_id in range(10, 15):
        gsan.open_ra(rgat_id, f"819000000{rgat_id}")
    reader.read(NOW)
    reader.read(NOW + timedelta(hours=7))
    assert not SeenRequester.objects.exists()
    assert Position.objects.get().settled_to == 1005
    reader.read(NOW + timedelta(hours=8))
    assert len(told()) == 5


def test_more_than_one_chunk_is_read_in_several_passes(gsan: Gsan, reader: Reader, monkeypatch) -> None:
    monkeypatch.setattr(passes, "CHUNK", 3)
    monkeypatch.setattr(passes, "PAGE", 2)
    for rgat_id in range(10, 18):
        gsan.open_ra(rgat_id, f"819000000{rgat_id}")
    assert [reader.work(NOW) for _ in range(4)] == [True, True, False, False]
    assert len(told()) == 8


def test_many_open_ones_are_asked_about_in_rotation(gsan: Gsan, reader: Reader, monkeypatch) -> None:
    monkeypatch.setattr(passes, "OPEN_AT_ONCE", 2)
    for rgat_id in range(10, 15):
        gsan.open_ra(rgat_id, f"819000000{rgat_id}")
    reader.read(NOW)
    for rgat_id in range(10, 15):
        gsan.close_ra(rgat_id)
    for _ in range(5):
        reader.read(NOW)
    assert sorted(row[3] for row in told() if row[0] == 3) == [10, 11, 12, 13, 14]


def test_a_death_in_the_middle_of_a_pass_loses_nothing_and_doubles_nothing(
    gsan: Gsan, reader: Reader, monkeypatch
) -> None:
    for rgat_id in range(10, 15):
        gsan.open_ra(rgat_id, f"819000000{rgat_id}")
    made = iter(range(100))

    def dies(event, *, now):
        if next(made) == 3:
            raise SystemExit
        return enqueue(event, now=now)

    monkeypatch.setattr(passes, "enqueue", dies)
    with pytest.raises(SystemExit):
        reader.read(NOW)
    assert told() == []
    reader.read(NOW)
    assert len(told()) == 5


@pytest.mark.django_db(transaction=True)
def test_two_readers_at_once_tell_each_event_once(gsan: Gsan, reader: Reader) -> None:
    for rgat_id in range(10, 40):
        gsan.open_ra(rgat_id, f"819000000{rgat_id}")
    run_together([lambda: Reader().read(NOW) for _ in range(3)])
    assert sorted(row[3] for row in told()) == list(range(10, 40))


def test_an_unreachable_gsan_is_noted_and_reading_goes_on_when_it_is_back(
    gsan: Gsan, reader: Reader, settings: pytest.FixtureRequest
) -> None:
    gsan.open_ra(10)
    settings.RECADO_GSAN_DATABASE_URL = gsan.url.replace(str(gsan.server.folder), "/nao-existe")
    with pytest.raises(GsanUnreachable):
        reader.read(NOW)
    position = Position.objects.get()
    assert (position.trouble, position.trouble_since) == (
        "O banco do GSAN não responde, ou recusou o usuário ou a senha.",
        NOW,
    )
    settings.RECADO_GSAN_DATABASE_URL = gsan.url
    reader.read(NOW)
    assert len(told()) == 1
    assert Position.objects.get().trouble == ""


def test_a_line_that_breaks_in_the_middle_is_an_unreachable_gsan(gsan: Gsan, reader: Reader, monkeypatch) -> None:
    gsan.open_ra(10)

    def cut(*arguments):
        gsan.sql.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'recado'")
        return next_request(*arguments)

    next_request = passes.asking.next_request
    monkeypatch.setattr(passes.asking, "next_request", cut)
    monkeypatch.setattr(passes, "SWEEP_EVERY", timedelta(0))
    with pytest.raises(GsanUnreachable):
        reader.read(NOW)
    monkeypatch.setattr(passes.asking, "next_request", next_request)
    reader.read(NOW)
    assert len(told()) == 1


def test_a_table_that_somebody_locks_is_not_waited_for(gsan: Gsan, reader: Reader, monkeypatch) -> None:
    monkeypatch.setattr(source, "_READ_ONLY", "-c lock_timeout=50 -c default_transaction_read_only=on")
    with psycopg.connect(gsan.server.url("recado", gsan.database)) as other:
        other.execute("LOCK TABLE atendimentopublico.ra_solicitante IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(GsanUnreachable, match="bloqueada por outro programa"):
            reader.read(NOW)


def test_the_line_refuses_to_write_even_for_an_account_that_may(gsan: Gsan) -> None:
    with (
        pytest.raises(GsanUnreachable),
        source.reading(gsan.server.url("recado", gsan.database)) as connection,
    ):
        connection.execute("DELETE FROM atendimentopublico.ra_solicitante")


def test_a_type_that_is_switched_off_tells_nothing_and_holds_up_nothing(gsan: Gsan, reader: Reader) -> None:
    MessageType.objects.filter(pk=1).update(active=False)
    gsan.open_ra(10)
    reader.read(NOW)
    gsan.close_ra(10)
    reader.read(NOW)
    assert [row[0] for row in told()] == [3]


def test_a_requester_without_a_protocol_is_kept_as_an_error_for_a_person(gsan: Gsan, reader: Reader) -> None:
    raso_id = gsan.open_ra(10)
    gsan.sql.execute(
        "UPDATE atendimentopublico.ra_solicitante SET raso_nnprotocoloatendimento = NULL WHERE raso_id = %s", [raso_id]
    )
    reader.read(NOW)
    assert Message.objects.get().status == Status.FAILED


def test_whatever_happens_in_whatever_order_each_event_is_told_once(gsan: Gsan, reader: Reader) -> None:
    chance = random.Random(20261122)
    expected: list[tuple[int, int]] = []
    waiting: list[tuple[int, str, int]] = []
    rgat_id, raso_id, standing = 100, 5000, []
    for _ in range(120):
        kind = chance.choice(["open", "open late", "commit late", "reiterate", "close", "read"])
        if kind in ("open", "open late"):
            rgat_id, raso_id = rgat_id + chance.randint(1, 90), raso_id + chance.randint(1, 3)
            new = (rgat_id, f"819{raso_id:08d}", raso_id)
            if kind == "open late":
                waiting.append(new)
            else:
                gsan.open_ra(new[0], new[1], raso_id=new[2])
                standing.append(new[0])
                expected.append((1, new[0]))
        elif kind == "commit late" and waiting:
            new = waiting.pop(chance.randrange(len(waiting)))
            gsan.open_ra(new[0], new[1], raso_id=new[2])
            standing.append(new[0])
            expected.append((1, new[0]))
        elif kind == "reiterate" and standing:
            raso_id += 1
            which = chance.choice(standing)
            gsan.reiterate(which, "", raso_id=raso_id)
            gsan.add_phone(
                raso_id,
                gsan.sql.execute(
                    "SELECT '81' || sofo_nnfone FROM atendimentopublico.solicitante_fone JOIN"
                    " atendimentopublico.ra_solicitante USING (raso_id) WHERE rgat_id = %s LIMIT 1",
                    [which],
                ).fetchone()[0],
            )
            expected.append((2, which))
        elif kind == "close" and standing:
            which = standing.pop(chance.randrange(len(standing)))
            gsan.close_ra(which)
            expected.append((3, which))
        elif kind == "read":
            reader.read(NOW)
    reader.read(NOW)
    reader.read(NOW)
    assert sorted((row[0], row[3]) for row in told()) == sorted(expected)
