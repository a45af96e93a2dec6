import uuid

import pytest

from recado.outbox.models import Message, MessageType, Status
from recado.service_requests.models import Requester
from recado.service_requests.operations import (
    NewRequester,
    OperationRefused,
    close_service_request,
    reiterate,
)
from tests.support.requests import JOAO, MARIA, NOW, open_one, reiterate_one, success
from tests.support.together import run_together

pytestmark = pytest.mark.django_db


def test_a_reiteration_counts_and_has_a_protocol_and_an_sms_of_its_own():
    opened = open_one()
    again = reiterate(opened.service_request.pk, requester=JOAO, actor="ana", now=NOW)
    assert again.service_request.reiterations == 1
    assert not again.requester.is_main
    assert again.requester.protocol != opened.requester.protocol
    message = again.message
    assert (message.type_id, message.number, message.status) == (2, JOAO.mobile, Status.QUEUED)
    assert message.protocol == again.requester.protocol
    assert again.requester.protocol in message.text
    assert opened.requester.protocol not in message.text


def test_the_same_person_may_reiterate_and_is_told_each_time():
    opened = open_one()
    protocols = {reiterate_one(opened, MARIA).protocol for _ in range(3)}
    opened.service_request.refresh_from_db()
    assert len(protocols) == opened.service_request.reiterations == 3
    assert Message.objects.filter(type_id=2, number=MARIA.mobile).count() == 3


def test_without_a_mobile_a_reiteration_counts_and_tells_nobody():
    opened = open_one()
    assert reiterate(opened.service_request.pk, requester=NewRequester("Ana"), now=NOW).message is None


def test_a_closed_ra_is_not_reiterated():
    opened = open_one()
    close_service_request(opened.service_request.pk, reason=success(), closed_at=NOW, now=NOW)
    with pytest.raises(OperationRefused, match="encerrado"):
        reiterate_one(opened)
    opened.service_request.refresh_from_db()
    assert opened.service_request.reiterations == 0
    assert Requester.objects.count() == 1


def test_the_same_form_twice_is_one_reiteration():
    opened, token = open_one(), uuid.uuid4()
    first = reiterate(opened.service_request.pk, requester=JOAO, form_token=token, now=NOW)
    second = reiterate(opened.service_request.pk, requester=JOAO, form_token=token, now=NOW)
    assert second.repeated
    assert (second.requester, second.message) == (first.requester, first.message)
    assert second.service_request.reiterations == 1


def test_the_same_form_after_the_closing_still_gives_the_first_reiteration():
    opened, token = open_one(), uuid.uuid4()
    first = reiterate(opened.service_request.pk, requester=JOAO, form_token=token, now=NOW)
    close_service_request(opened.service_request.pk, reason=success(), closed_at=NOW, now=NOW)
    again = reiterate(opened.service_request.pk, requester=JOAO, form_token=token, now=NOW)
    assert again.requester == first.requester


def test_a_text_that_cannot_be_made_does_not_stop_the_reiteration():
    MessageType.objects.filter(pk=2).update(template="Ordem {OS}.")
    opened = open_one()
    assert reiterate(opened.service_request.pk, requester=JOAO, now=NOW).message.status == Status.FAILED


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_every_reiteration_counts(self):
        opened = open_one()
        protocols = run_together([lambda: reiterate_one(opened).protocol] * 8)
        opened.service_request.refresh_from_db()
        assert len(set(protocols)) == opened.service_request.reiterations == 8

    def test_one_form_sent_many_times_counts_once(self):
        opened, token = open_one(), uuid.uuid4()
        people = run_together([lambda: reiterate_one(opened, form_token=token).pk] * 6)
        opened.service_request.refresh_from_db()
        assert len(set(people)) == opened.service_request.reiterations == 1
        assert Message.objects.filter(type_id=2).count() == 1
