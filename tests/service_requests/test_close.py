from datetime import datetime, timedelta

import pytest

from recado.outbox.models import Message, MessageType, Status
from recado.service_requests.corrections import correct_mobile, correctable_requester
from recado.service_requests.models import RequestStatus
from recado.service_requests.operations import (
    NewRequester,
    Opened,
    OperationRefused,
    close_service_request,
    means_success,
    recipients_of_closing,
    reiterate,
)
from tests.support.requests import JOAO, MARIA, NOW, open_one, other_reason, reiterate_one, success
from tests.support.together import run_together

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=3)


def close(opened: Opened, *, at: datetime = LATER, **fields: object) -> list[Message]:
    arguments: dict[str, object] = {"reason": success(), "closed_at": at, "now": LATER}
    return close_service_request(opened.service_request.pk, **(arguments | fields))


def refusal(opened: Opened, **fields: object) -> OperationRefused:
    with pytest.raises(OperationRefused) as caught:
        close(opened, **fields)
    return caught.value


def test_closing_with_success_tells_the_requester_with_their_protocol():
    opened = open_one()
    (message,) = close(opened, note="Vazamento reparado.", actor="ana")
    assert (message.type_id, message.number, message.status) == (3, MARIA.mobile, Status.QUEUED)
    assert message.protocol == opened.requester.protocol
    assert opened.requester.protocol in message.text
    ra = opened.service_request
    ra.refresh_from_db()
    assert (ra.status, ra.closed_at, ra.closed_by) == (RequestStatus.CLOSED, LATER, "ana")
    assert (ra.closing_reason, ra.closing_note) == (success(), "Vazamento reparado.")


def test_every_mobile_told_before_is_told_with_its_own_protocol():
    opened = open_one()
    second = reiterate_one(opened)
    told = {message.number: message.protocol for message in close(opened)}
    assert told == {MARIA.mobile: opened.requester.protocol, JOAO.mobile: second.protocol}


def test_a_mobile_that_several_share_gets_one_sms_with_its_first_protocol():
    opened = open_one()
    reiterate_one(opened, MARIA)
    reiterate_one(opened, NewRequester("Outra pessoa", MARIA.mobile))
    (message,) = close(opened)
    assert message.protocol == opened.requester.protocol


def test_who_gave_no_mobile_is_not_told():
    opened = open_one(NewRequester("Sem celular"))
    reiterate_one(opened)
    assert [message.number for message in close(opened)] == [JOAO.mobile]


def test_those_shown_as_to_be_told_are_those_told():
    opened = open_one()
    reiterate_one(opened)
    reiterate_one(opened, MARIA)
    shown = [person.mobile for person in recipients_of_closing(opened.service_request)]
    assert shown == [message.number for message in close(opened)]


def test_a_mobile_corrected_meanwhile_is_told_at_its_new_number():
    opened = open_one()
    protocol = opened.requester.protocol
    assert correctable_requester(protocol, MARIA.mobile) == opened.requester
    assert correct_mobile(protocol, before=MARIA.mobile, after=JOAO.mobile)
    assert not correct_mobile(protocol, before=MARIA.mobile, after="+5511911111111")
    assert correctable_requester(protocol, MARIA.mobile) is None
    assert correctable_requester("", JOAO.mobile) is None
    assert [message.number for message in close(opened)] == [JOAO.mobile]


def test_another_reason_closes_and_tells_nobody():
    opened = open_one()
    assert close(opened, reason=other_reason()) == []
    assert not Message.objects.filter(type_id=3).exists()
    opened.service_request.refresh_from_db()
    assert opened.service_request.status == RequestStatus.CLOSED


def test_which_reasons_mean_success_is_a_setting(settings):
    settings.RECADO_SUCCESS_REASONS = (4, 5)
    assert means_success(other_reason())
    assert not means_success(success())
    assert len(close(open_one(), reason=other_reason())) == 1


def test_a_closed_ra_is_not_closed_again():
    opened = open_one()
    close(opened, at=LATER - timedelta(hours=1))
    refused = refusal(opened)
    assert str(refused) == "Este RA já foi encerrado em 22/11/2026 às 16h05."
    assert refused.field is None
    assert Message.objects.filter(type_id=3).count() == 1


def test_a_closing_after_now_is_refused():
    refused = refusal(open_one(), at=LATER + timedelta(seconds=1))
    assert refused.field == "closed_at"
    assert "posteriores a agora" in str(refused)


def test_a_closing_before_the_opening_is_refused_with_the_opening():
    refused = refusal(open_one(), at=NOW - timedelta(minutes=1))
    assert refused.field == "closed_at"
    assert "22/11/2026 14:05" in str(refused)


def test_the_minute_of_the_opening_counts_as_after_it():
    assert NOW.second == 30
    assert len(close(open_one(), at=NOW.replace(second=0))) == 1


@pytest.mark.parametrize("length", [0, 400])
def test_a_note_of_up_to_400_characters_is_kept(length: int):
    opened = open_one()
    close(opened, note="á" * length)
    opened.service_request.refresh_from_db()
    assert opened.service_request.closing_note == "á" * length


def test_a_longer_note_is_refused_and_nothing_is_closed():
    opened = open_one()
    refused = refusal(opened, note="á" * 401)
    assert (refused.field, str(refused)) == ("note", "O parecer tem no máximo 400 caracteres.")
    opened.service_request.refresh_from_db()
    assert opened.service_request.status == RequestStatus.PENDING


def test_a_refused_closing_changes_nothing():
    opened = open_one()
    refusal(opened, at=LATER + timedelta(days=1))
    opened.service_request.refresh_from_db()
    assert (opened.service_request.status, opened.service_request.closed_at) == (RequestStatus.PENDING, None)
    assert not Message.objects.filter(type_id=3).exists()


def test_with_the_type_out_of_use_the_ra_closes_and_nobody_is_told():
    MessageType.objects.filter(pk=3).update(active=False)
    assert close(open_one()) == []


def test_a_text_that_cannot_be_made_does_not_stop_the_closing():
    MessageType.objects.filter(pk=3).update(template="Ordem {OS}.")
    opened = open_one()
    (message,) = close(opened)
    assert message.status == Status.FAILED
    opened.service_request.refresh_from_db()
    assert opened.service_request.status == RequestStatus.CLOSED


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_one_closing_is_done_and_each_mobile_told_once(self):
        opened = open_one()
        reiterate_one(opened)

        def closing() -> int:
            try:
                return len(close(opened))
            except OperationRefused:
                return 0

        assert sorted(run_together([closing] * 4)) == [0, 0, 0, 2]
        assert Message.objects.filter(type_id=3).count() == 2

    def test_a_reiteration_at_the_closing_is_refused_or_told(self):
        for _ in range(5):
            opened = open_one()
            ra = opened.service_request

            def reiterating(opened: Opened = opened) -> bool:
                try:
                    reiterate(opened.service_request.pk, requester=JOAO, now=NOW)
                except OperationRefused:
                    return False
                return True

            _, took = run_together([lambda opened=opened: close(opened), reiterating])
            ra.refresh_from_db()
            assert ra.reiterations == took
            told = set(Message.objects.filter(type_id=3, ra_number=ra.pk).values_list("number", flat=True))
            assert told == ({MARIA.mobile, JOAO.mobile} if took else {MARIA.mobile})
