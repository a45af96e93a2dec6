"""Whoever sees a customer's data is on record: every address of the screens is opened, and looked through for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from recado.batches import storage
from recado.billing.consents import Word, write_down
from recado.billing.models import ConsentKind
from recado.inbox.models import Reply
from recado.mail.models import Mail, MailStatus
from recado.mail.posting import Letter, post
from recado.outbox.models import Status
from recado.people.audit import LONGEST_DETAIL
from recado.people.models import AuditEntry, Deed
from recado.web.audit import note_list
from recado.web.urls import urlpatterns
from tests.batches.scene import draft, feed, read, under_way
from tests.support.outbox import make_phone
from tests.web.attendance import go_wrong, open_ra

MOBILE = "+5581977776666"
NAME = "Zuleica Inventada"
EMAIL = "zuleica@example.com"
# In whatever way a page writes the mobile, its digits stand in this order.
PERSONAL = re.compile(rf"{NAME}|{EMAIL}|9\D{{0,12}}7777\D{{0,12}}6666")
CLIENT = "501"
TABLE = f"celular;nome;vencimento\n81977776666;{NAME};10/12/2026\n8133334444;{NAME};10/12/2026\n"


@pytest.fixture
def pages(user: User) -> Iterator[list[str]]:
    """Every address of the screens that opens by GET, for each row that it may be of."""
    now = timezone.now()
    opened = open_ra(MOBILE, NAME)
    failed = go_wrong(opened.message)
    unsure = go_wrong(open_ra(MOBILE, NAME).message, Status.UNCERTAIN)
    phone = make_phone()
    Reply.objects.create(number=MOBILE, text="Obrigada.", received_at=now, sent_at=now)
    write_down([Word(CLIENT, ConsentKind.PHONE, True, MOBILE)], how="Por telefone.", actor="ana", heard=True, now=now)
    mail = post(Letter("k", EMAIL, "Assunto", "x"), now=now)
    Mail.objects.update(status=MailStatus.FAILED)
    batches = [draft(TABLE), under_way(TABLE), read(draft(TABLE))]
    feed(now)
    today = f"{timezone.localdate():%d/%m/%Y}"
    rows = {
        "emails": [mail.pk],
        "ra": [opened.service_request.pk],
        "mensagens": [failed.pk, unsure.pk],
        "lotes": [batch.pk for batch in batches],
        "aparelhos": [phone.pk],
        "tipos": [1],
        "usuarios": [User.objects.earliest("pk").pk],
    }
    found = []
    for pattern in urlpatterns:
        path = f"/{pattern.pattern}"
        for pk in rows.get(path.split("/")[1], [1]):
            written = path.replace("<int:pk>", str(pk)).replace("<int:requester_pk>", str(opened.requester.pk))
            found.append(written.replace("<str:name>", "csv").replace("<slug:slug>", "situacoes"))
    yield [
        *found,
        "/emails-com-erro/descartar/?todos=sim",
        f"/mensagens/?inicio={today}&fim={today}",
        f"/mensagens/exportar/csv/?inicio={today}&fim={today}",
        "/mensagens-com-erro/?motivo=uncertain",
        f"/faturamento/consentimentos/?cliente={CLIENT}",
    ]
    for batch in batches:
        storage.source_of(batch.pk).unlink(missing_ok=True)


def said(answer: HttpResponse) -> str:
    return b"".join(answer).decode(errors="replace") if answer.streaming else answer.content.decode(errors="replace")


@pytest.mark.parametrize("live", [False, True], ids=["opened", "asked for by the page itself"])
def test_no_page_shows_a_customers_data_without_a_record_of_who_saw_them(
    browser: Client, monkeypatch: pytest.MonkeyPatch, pages: list[str], *, live: bool
) -> None:
    # Else a page would be excused by the one before it, which showed the same.
    monkeypatch.setattr("recado.web.audit.SAME_LOOK", timedelta(days=-1))
    shown, silent = [], []
    for path in pages:
        before = AuditEntry.objects.latest("pk").pk
        answer = browser.get(path, headers={"HX-Request": "true"} if live else {})
        if answer.status_code == 200 and PERSONAL.search(said(answer)):
            shown.append(path)
            if not AuditEntry.objects.filter(pk__gt=before, who="ana").exists():
                silent.append(path)
    assert silent == []
    # The test looks for what is there: lists, forms, files, parts of pages.
    assert len(shown) > 15


def test_the_same_page_again_within_minutes_is_one_look(browser: Client) -> None:
    number = open_ra(MOBILE, NAME).service_request.pk
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser.get("/ra/")
        browser.get("/ra/")
        clock.shift(timedelta(minutes=11))
        browser.get("/ra/")
    seen = AuditEntry.objects.filter(deed=Deed.LIST_VIEWED).values_list("subject", "detail")
    assert list(seen) == [("Consultar RA", f"RA {number}")] * 2


def test_a_list_without_rows_is_no_look(browser: Client) -> None:
    browser.get("/ra/")
    browser.get("/mensagens-com-erro/")
    assert not AuditEntry.objects.filter(deed=Deed.LIST_VIEWED).exists()


def test_a_long_list_is_written_down_as_far_as_there_is_room(rf: RequestFactory, user: User) -> None:
    request = rf.get("/")
    request.user = user
    note_list(request, "Consultar RA", "RA", range(100_000, 100_100))
    detail = AuditEntry.objects.get().detail
    assert len(detail) <= LONGEST_DETAIL
    assert detail.startswith("RA 100000, 100001, ")
    assert re.search(r", \d{6} e outros, 100 no total$", detail)
