"""A wrong mobile in the RA is corrected: it hears nothing more, and the right one is told."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.utils import timezone

from recado.outbox.models import Message, Status, StatusChange
from recado.people.models import AuditEntry
from recado.people.roles import ATTENDANT
from recado.service_requests.corrections import NOTE
from recado.service_requests.models import ClosingReason
from recado.service_requests.operations import Opened, close_service_request
from tests.web.attendance import MOBILE, OTHER_MOBILE, go_wrong, logged_in, open_ra, words

pytestmark = pytest.mark.django_db


def path(opened: Opened) -> str:
    return f"/ra/{opened.service_request.pk}/solicitante/{opened.requester.pk}/celular/"


def mend(opened: Opened, mobile: str = OTHER_MOBILE, before: str = MOBILE, **fields: str) -> HttpResponse:
    given = {"before": before, "mobile": mobile, "tells": "on"} | fields
    return logged_in(ATTENDANT).post(path(opened), {k: v for k, v in given.items() if v}, follow=True)


def close(opened: Opened, reason: int = 2) -> list[Message]:
    chosen = ClosingReason.objects.get(pk=reason)
    return close_service_request(opened.service_request.pk, reason=chosen, closed_at=timezone.now())


def test_what_waits_for_the_wrong_mobile_is_stopped_and_the_right_one_gets_the_protocol() -> None:
    opened = open_ra()
    page = words(mend(opened))
    assert "1 SMS ao número antigo descartado. O SMS ao número novo entrou na fila." in page
    old, new = Message.objects.order_by("pk")
    assert (old.number, old.status) == (MOBILE, Status.CANCELLED)
    assert StatusChange.objects.filter(message=old).first().note == NOTE
    assert (new.number, new.status, new.protocol) == (OTHER_MOBILE, Status.QUEUED, opened.requester.protocol)


def test_the_wrong_mobile_never_gets_the_closing() -> None:
    opened = open_ra()
    mend(opened)
    assert [message.number for message in close(opened)] == [OTHER_MOBILE]


def test_a_failed_message_to_the_wrong_mobile_cannot_be_resent_by_mistake() -> None:
    opened = open_ra()
    failed = go_wrong(opened.message)
    mend(opened)
    failed.refresh_from_db()
    assert failed.status == Status.CANCELLED


def test_an_uncertain_one_still_waits_for_a_decision() -> None:
    opened = open_ra()
    unsure = go_wrong(opened.message, Status.UNCERTAIN)
    mend(opened)
    unsure.refresh_from_db()
    assert unsure.status == Status.UNCERTAIN


def test_nothing_is_sent_when_the_box_is_not_ticked() -> None:
    opened = open_ra()
    assert "Nenhum SMS foi enviado." in words(mend(opened, tells=""))
    assert Message.objects.filter(number=OTHER_MOBILE).count() == 0


def test_sent_twice_it_is_one_correction_and_one_sms() -> None:
    opened = open_ra()
    mend(opened)
    assert "Este já é o celular no RA." in words(mend(opened))
    assert Message.objects.filter(number=OTHER_MOBILE).count() == 1


def test_somebody_elses_correction_meanwhile_stands() -> None:
    opened = open_ra()
    mend(opened)
    assert "Outra pessoa acabou de mudar" in words(mend(opened, mobile="+5581987654321"))
    opened.requester.refresh_from_db()
    assert opened.requester.mobile == OTHER_MOBILE


def test_a_requester_without_a_mobile_gets_one() -> None:
    opened = open_ra(mobile="")
    assert "Informar celular do solicitante" in words(logged_in(ATTENDANT).get(path(opened)))
    mend(opened, before="")
    assert Message.objects.get().number == OTHER_MOBILE


def test_after_a_closing_the_new_mobile_is_told_that_it_was_met_once() -> None:
    opened = open_ra()
    close(opened)
    mend(opened)
    told = Message.objects.filter(number=OTHER_MOBILE)
    assert [message.type_id for message in told] == [3]


def test_after_a_closing_that_is_not_told_nothing_is_sent() -> None:
    opened = open_ra()
    close(opened, reason=1)
    assert "Nenhum SMS foi enviado." in words(mend(opened))


@pytest.mark.parametrize(("typed", "told"), [("", "Informe o celular certo"), ("(81) 3123-4567", "fixo")])
def test_a_number_that_cannot_be_is_refused(typed: str, told: str) -> None:
    opened = open_ra()
    assert told in words(mend(opened, mobile=typed))
    opened.requester.refresh_from_db()
    assert opened.requester.mobile == MOBILE


def test_it_is_recorded_without_the_numbers() -> None:
    opened = open_ra()
    mend(opened)
    entry = AuditEntry.objects.get(deed="ra_mobile")
    assert (entry.subject, entry.detail) == (str(opened.service_request.pk), f"protocolo {opened.requester.protocol}")
