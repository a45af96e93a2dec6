"""GSAN's own table of SMS says what became of each message: one row a message, whatever dies in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from recado.gsan import writing_back
from recado.gsan.models import WrittenBack
from recado.gsan.reader import Reader
from recado.gsan.source import GsanDiffers
from recado.outbox import transitions
from recado.outbox.models import Message, Status
from tests.gsan.conftest import NOW, Gsan

pytestmark = pytest.mark.django_db
SENT_AT = NOW + timedelta(minutes=3)
SENT_LOCAL = timezone.make_naive(SENT_AT, timezone.get_default_timezone())


def send(message: Message) -> None:
    transitions.change(message.pk, Status.QUEUED, Status.SENDING, at=SENT_AT)
    transitions.change(message.pk, Status.SENDING, Status.SENT, at=SENT_AT, sent_at=SENT_AT, moment=SENT_AT)


@pytest.fixture
def reader(gsan: Gsan, settings: pytest.FixtureRequest) -> Reader:
    settings.RECADO_GSAN_WRITE_BACK_URL = gsan.write_url
    begun = Reader()
    begun.read(NOW)
    gsan.open_ra(10)
    begun.read(NOW)
    return begun


def test_what_waits_is_not_told_to_gsan(gsan: Gsan, reader: Reader) -> None:
    reader.read(NOW)
    assert gsan.sms() == []


def test_what_was_sent_is_told_once(gsan: Gsan, reader: Reader) -> None:
    send(Message.objects.get())
    reader.read(NOW)
    reader.read(NOW)
    assert gsan.sms() == [(700, "8112345678", 1, SENT_LOCAL, 1, 10)]


def test_a_column_with_room_gets_the_whole_mobile(gsan: Gsan, reader: Reader) -> None:
    gsan.sql.execute("ALTER TABLE atendimentopublico.mensagem_sms ALTER COLUMN msms_nncelular TYPE varchar(11)")
    send(Message.objects.get())
    reader.read(NOW)
    assert gsan.sms()[0][1] == "81912345678"


def test_what_failed_is_told_and_corrected_when_it_goes_out_after_all(gsan: Gsan, reader: Reader) -> None:
    message = Message.objects.get()
    transitions.change(message.pk, Status.QUEUED, Status.SENDING, at=NOW)
    transitions.change(message.pk, Status.SENDING, Status.FAILED, at=NOW, moment=NOW)
    reader.read(NOW)
    reader.read(NOW)
    assert [row[:3] for row in gsan.sms()] == [(700, "8112345678", 2)]
    transitions.change(message.pk, Status.FAILED, Status.QUEUED, at=NOW)
    send(message)
    reader.read(NOW)
    assert gsan.sms() == [(700, "8112345678", 1, SENT_LOCAL, 1, 10)]


def test_a_death_between_the_two_databases_makes_no_second_row(
    gsan: Gsan, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(Message.objects.get())
    keep = WrittenBack.save

    def dies(row: WrittenBack, **fields: object) -> None:
        if row.written:
            raise SystemExit
        keep(row, **fields)

    monkeypatch.setattr(WrittenBack, "save", dies)
    with pytest.raises(SystemExit):
        reader.read(NOW)
    monkeypatch.undo()
    writing_back.write_fates(gsan.write_url)
    assert [row[0] for row in gsan.sms()] == [700]


def test_without_the_setting_nothing_is_kept_for_it(gsan: Gsan) -> None:
    reader = Reader()
    reader.read(NOW)
    gsan.open_ra(10)
    reader.read(NOW)
    assert not WrittenBack.objects.exists()


def test_a_gsan_without_the_table_is_told_apart(gsan: Gsan, reader: Reader) -> None:
    gsan.sql.execute("DROP TABLE atendimentopublico.mensagem_sms")
    send(Message.objects.get())
    with pytest.raises(GsanDiffers, match="mensagem_sms não existe"):
        reader.read(NOW)
