import re
import uuid
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from recado.outbox.models import Message, MessageType, Status
from recado.service_requests.models import ProtocolCounter, Requester, RequestStatus, ServiceRequest
from recado.service_requests.operations import NewRequester
from tests.support.outbox import make_phone, send_all
from tests.support.requests import JOAO, MARIA, NOW, open_one
from tests.support.together import run_together

pytestmark = pytest.mark.django_db


def test_opening_queues_one_sms_with_the_requesters_protocol():
    opened = open_one(actor="ana", property_id="123456", description="Sem água desde cedo.")
    assert opened.service_request.status == RequestStatus.PENDING
    assert opened.service_request.opened_at == NOW
    assert opened.service_request.opened_by == "ana"
    assert opened.requester.is_main
    assert not opened.repeated
    message = Message.objects.get()
    assert opened.message == message
    assert (message.type_id, message.number, message.status) == (1, MARIA.mobile, Status.QUEUED)
    assert (message.protocol, message.ra_number) == (opened.requester.protocol, opened.service_request.pk)
    assert message.created_by == "ana"
    assert opened.requester.protocol in message.text


def test_the_protocol_is_14_digits_year_origin_and_sequence():
    protocol = open_one().requester.protocol
    assert re.fullmatch(r"20261\d{9}", protocol)


def test_the_protocol_is_not_the_number_of_the_ra():
    opened = open_one()
    assert str(opened.service_request.pk) != opened.requester.protocol


@pytest.mark.parametrize(
    ("now", "year"),
    [
        (datetime(2027, 1, 1, 2, 59, 59, tzinfo=UTC), "2026"),
        (datetime(2027, 1, 1, 3, 0, 0, tzinfo=UTC), "2027"),
    ],
)
def test_the_year_of_a_protocol_is_the_local_one(now: datetime, year: str, settings):
    settings.TIME_ZONE = "America/Sao_Paulo"
    assert open_one(now=now).requester.protocol[:4] == year


def test_the_sequence_goes_on_over_new_year():
    old = open_one(now=datetime(2026, 12, 31, 15, 0, tzinfo=UTC)).requester.protocol
    new = open_one(now=datetime(2027, 1, 2, 15, 0, tzinfo=UTC)).requester.protocol
    assert int(new[5:]) == int(old[5:]) + 1
    assert (old[:5], new[:5]) == ("20261", "20271")


def test_without_a_mobile_there_is_a_protocol_and_no_sms():
    opened = open_one(NewRequester("Maria Fictícia"))
    assert opened.requester.protocol
    assert opened.message is None
    assert not Message.objects.exists()


def test_with_the_type_out_of_use_there_is_an_ra_and_no_sms():
    MessageType.objects.filter(pk=1).update(active=False)
    opened = open_one()
    assert opened.message is None
    assert ServiceRequest.objects.count() == 1


def test_a_text_that_cannot_be_made_does_not_stop_the_opening():
    MessageType.objects.filter(pk=1).update(template="Ordem {OS}.")
    opened = open_one()
    assert ServiceRequest.objects.get() == opened.service_request
    assert opened.message.status == Status.FAILED


def test_the_same_form_twice_is_one_ra_one_protocol_and_one_sms():
    token = uuid.uuid4()
    first = open_one(form_token=token)
    second = open_one(JOAO, form_token=token)
    assert second.repeated
    assert second.service_request == first.service_request
    assert second.requester == first.requester
    assert second.message == first.message
    assert ServiceRequest.objects.count() == Requester.objects.count() == Message.objects.count() == 1


def test_the_repeated_form_gets_its_sms_also_when_it_was_sent_meanwhile():
    token = uuid.uuid4()
    first = open_one(form_token=token)
    send_all(make_phone(), NOW)
    assert open_one(form_token=token).message.pk == first.message.pk


def test_two_forms_are_two_ras():
    assert open_one(form_token=uuid.uuid4()).service_request != open_one(form_token=uuid.uuid4()).service_request


def test_a_fault_that_is_not_the_forms_is_not_hidden(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("recado.service_requests.operations._next_protocol", lambda at: "20261000000001")
    open_one()
    with pytest.raises(IntegrityError, match="protocol"), transaction.atomic():
        open_one(form_token=uuid.uuid4())


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_no_protocol_is_given_twice(self):
        openings = run_together([lambda: [open_one().requester.protocol for _ in range(4)]] * 8)
        protocols = [protocol for opened in openings for protocol in opened]
        assert len(set(protocols)) == 32
        assert sorted(int(protocol[5:]) for protocol in protocols) == list(range(1, 33))

    def test_not_even_the_first_ones_of_an_emptied_database(self):
        ProtocolCounter.objects.all().delete()
        openings = run_together([lambda: open_one().requester.protocol] * 8)
        assert len(set(openings)) == 8

    def test_one_form_sent_many_times_is_one_ra(self):
        token = uuid.uuid4()
        opened = run_together([lambda: open_one(form_token=token)] * 6)
        assert len({each.service_request.pk for each in opened}) == 1
        assert len({each.message.pk for each in opened}) == 1
        assert [each.repeated for each in opened].count(False) == 1
        assert Message.objects.count() == 1

    def test_an_opening_that_is_undone_leaves_nothing(self):
        class Undone(Exception):
            pass

        def business() -> None:
            with transaction.atomic():
                open_one()
                raise Undone

        with pytest.raises(Undone):
            business()
        assert not ServiceRequest.objects.exists()
        assert not Requester.objects.exists()
        assert not Message.objects.exists()
