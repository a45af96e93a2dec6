"""By whichever door an RA is closed with success, its requester is asked by e-mail, once, and the SMS says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from recado.evaluations import operations
from recado.evaluations.models import Evaluation
from recado.gsan import passes
from recado.gsan.reader import Reader
from recado.mail.models import Mail
from recado.mail.sending import send_due
from recado.outbox.models import Message
from recado.service_requests.models import ServiceRequest
from tests.api.conftest import Caller, caller
from tests.api.test_requests import SUCCESS, opened
from tests.evaluations.test_operations import SAYS_SO, link_in
from tests.gsan.conftest import NOW, Gsan, gsan, gsan_server
from tests.mail.conftest import Office
from tests.support.requests import MARIA, open_one
from tests.support.together import run_together
from tests.web.attendance import logged_in, words

__all__ = ["caller", "gsan", "gsan_server"]

pytestmark = pytest.mark.django_db
ADDRESS = "maria@example.com"


def texts_of_closing() -> list[str]:
    return list(Message.objects.filter(type_id=3).order_by("pk").values_list("text", flat=True))


@pytest.fixture
def reader(gsan: Gsan, public: Office) -> Reader:
    """A reader that has begun."""
    begun = Reader()
    begun.read(NOW)
    return begun


def test_on_the_screen(public: Office) -> None:
    now = timezone.now()
    ra = open_one(MARIA, now=now).service_request.pk
    browser = logged_in()
    local = timezone.localtime(now)
    form = {"reason": SUCCESS, "day": f"{local:%d/%m/%Y}", "hour": f"{local:%H:%M}", "note": ""}
    for _ in range(2):
        browser.post(f"/ra/{ra}/encerrar/", form)
    assert ServiceRequest.objects.get().closed_at is not None
    assert [SAYS_SO in text for text in texts_of_closing()] == [True]
    assert [mail.to for mail in Mail.objects.all()] == [ADDRESS]


def test_by_the_api(public: Office, caller: Caller) -> None:
    said = opened(caller, requester={"name": "Maria Fictícia", "mobile": "(81) 90000-0001", "email": ADDRESS})
    path = f"requests/{said['number']}/closing"
    for key in ("k2", "k2", "k3"):
        caller.post(path, {"reason": SUCCESS}, key=key)
    assert [SAYS_SO in text for text in texts_of_closing()] == [True]
    assert [mail.to for mail in Mail.objects.all()] == [ADDRESS]
    assert Evaluation.objects.get().ra_number == said["number"]


def test_in_gsan(gsan: Gsan, reader: Reader, public: Office) -> None:
    gsan.open_ra(10, protocol="20261000000123", email=ADDRESS)
    reader.read(NOW)
    assert not Mail.objects.exists()
    gsan.close_ra(10)
    for _ in range(3):
        reader.read(NOW)
    assert [SAYS_SO in text for text in texts_of_closing()] == [True]
    send_due(NOW + timedelta(minutes=1))
    (taken,) = public.mails
    assert (taken["To"], "20261000000123" in taken["Subject"]) == (ADDRESS, True)
    asked = operations.find(link_in(taken.get_body(("plain",)).get_content()), now=NOW + timedelta(days=1))
    assert asked is not None
    assert (asked.ra_number, asked.protocol) == (10, "20261000000123")


def test_each_requester_of_gsan_is_asked_and_only_their_sms_says_so(gsan: Gsan, reader: Reader) -> None:
    gsan.open_ra(10, "81912345678", email=ADDRESS)
    gsan.reiterate(10, "81987654321")
    gsan.reiterate(10, "", email="ana@example.com")
    gsan.reiterate(10, "81912345678", email="Maria@Example.com")
    gsan.close_ra(10)
    reader.read(NOW)
    said = dict(Message.objects.filter(type_id=3).values_list("number", "text"))
    assert {number: SAYS_SO in text for number, text in said.items()} == {
        "+5581912345678": True,
        "+5581987654321": False,
    }
    assert sorted(Mail.objects.values_list("to", flat=True)) == ["ana@example.com", ADDRESS]


def test_who_told_gsan_that_no_survey_may_come_is_not_asked(gsan: Gsan, reader: Reader) -> None:
    gsan.open_ra(10, email=ADDRESS, survey=2)
    gsan.open_ra(11, email=ADDRESS, survey=1)
    gsan.close_ra(10)
    gsan.close_ra(11)
    reader.read(NOW)
    assert [row.ra_number for row in Evaluation.objects.all()] == [11]
    assert [SAYS_SO in text for text in texts_of_closing()] == [False, True]


def test_an_address_of_gsan_that_is_none_or_is_not_there_holds_up_nothing(gsan: Gsan, reader: Reader) -> None:
    for rgat_id, email in enumerate(["", "   ", "não tem", "maria@@example"], 10):
        gsan.open_ra(rgat_id, email=email)
        gsan.close_ra(rgat_id)
    reader.read(NOW)
    assert [SAYS_SO in text for text in texts_of_closing()] == [False] * 4
    assert not Evaluation.objects.exists()


def test_another_reason_in_gsan_asks_nobody(gsan: Gsan, reader: Reader) -> None:
    gsan.open_ra(10, email=ADDRESS)
    gsan.close_ra(10, reason=4)
    reader.read(NOW)
    assert not Evaluation.objects.exists()


def test_a_requester_of_gsan_without_a_protocol_is_asked_about_the_ra(gsan: Gsan, reader: Reader) -> None:
    gsan.open_ra(10, "", email=ADDRESS)
    gsan.sql.execute("UPDATE atendimentopublico.ra_solicitante SET raso_nnprotocoloatendimento = NULL")
    gsan.close_ra(10)
    reader.read(NOW)
    assert "O pedido do RA 10 foi atendido." in Mail.objects.get().text
    assert "Avaliação por e-mail" in words(logged_in().get("/ra/10/"))


def test_a_gsan_without_the_columns_asks_nobody(gsan: Gsan, public: Office) -> None:
    gsan.sql.execute(
        "ALTER TABLE atendimentopublico.ra_solicitante DROP COLUMN raso_dsemail, DROP COLUMN raso_icenvioemailpesquisa"
    )
    reader = Reader()
    reader.read(NOW)
    gsan.open_ra(10)
    gsan.close_ra(10)
    reader.read(NOW)
    assert len(texts_of_closing()) == 1
    assert not Evaluation.objects.exists()


def test_what_cannot_be_sent_is_not_promised_to_who_is_in_gsan(gsan: Gsan, reader: Reader, settings) -> None:
    settings.RECADO_PUBLIC_URL = ""
    gsan.open_ra(10, email=ADDRESS)
    gsan.close_ra(10)
    reader.read(NOW)
    assert [SAYS_SO in text for text in texts_of_closing()] == [False]


def test_an_ra_of_gsan_with_the_number_of_one_of_ours_is_another(gsan: Gsan, reader: Reader) -> None:
    ours = open_one(MARIA).service_request.pk
    operations.invite(ra_number=ours, protocol="20261000000001", address=ADDRESS, now=NOW)
    gsan.open_ra(ours, email=ADDRESS)
    gsan.close_ra(ours)
    reader.read(NOW)
    assert Evaluation.objects.filter(ra_number=ours).count() == Mail.objects.count() == 2


def test_a_death_while_closings_are_told_asks_once(gsan: Gsan, reader: Reader, monkeypatch) -> None:
    gsan.open_ra(10, email=ADDRESS)
    reader.read(NOW)
    gsan.close_ra(10)

    def dies(event, *, now):
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(passes, "enqueue", dies)
        with pytest.raises(SystemExit):
            reader.read(NOW)
    assert not Mail.objects.exists()
    reader.read(NOW)
    assert Mail.objects.count() == Evaluation.objects.count() == len(texts_of_closing()) == 1


@pytest.mark.django_db(transaction=True)
def test_readers_at_once_ask_once(gsan: Gsan, reader: Reader) -> None:
    for rgat_id in range(10, 30):
        gsan.open_ra(rgat_id, f"819000000{rgat_id}", email=f"cliente{rgat_id}@example.com")
    reader.read(NOW)
    for rgat_id in range(10, 30):
        gsan.close_ra(rgat_id)
    run_together([lambda: Reader().read(NOW) for _ in range(3)])
    assert Mail.objects.count() == Evaluation.objects.count() == len(texts_of_closing()) == 20


def test_an_e_mail_that_retention_removed_is_not_asked_for_again(public: Office) -> None:
    ra = open_one(MARIA).service_request.pk
    operations.invite(ra_number=ra, protocol="1", address=ADDRESS, now=NOW)
    Mail.objects.all().delete()
    operations.invite(ra_number=ra, protocol="1", address=ADDRESS, now=NOW + timedelta(days=90))
    assert (Mail.objects.count(), Evaluation.objects.count()) == (0, 1)
