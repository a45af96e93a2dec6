"""The fictitious weeks: there once, believable, and nobody's data."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models import F

from recado.batches import decisions
from recado.batches.models import Batch, State
from recado.batches.progress import progress_of
from recado.billing.models import Notice
from recado.cli.base import CommandFailed
from recado.cli.demonstration import USERS, agenda, batches, create_demonstration, create_users
from recado.cli.demonstration.people import make_people
from recado.cli.run import require_matching_data
from recado.evaluations.models import Evaluation
from recado.mail.models import Mail, MailStatus
from recado.outbox.models import Attempt, AttemptResult, Message, Segment, SegmentStatus, Status
from recado.people.membership import role_of
from recado.people.roles import ROLES, Duty
from recado.phones.models import Phone
from recado.service_requests.models import Requester, RequestStatus, ServiceRequest
from tests.support.outbox import assert_unbroken, queue_message

NOW = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)


@pytest.mark.django_db
class TestData:
    def test_they_are_made_once(self) -> None:
        assert create_demonstration(NOW).startswith("120 RAs e ")
        assert create_demonstration(NOW) == ""
        assert ServiceRequest.objects.count() == 120
        assert Phone.objects.get().pace_seconds == 7

    def test_every_kind_of_fate_is_there_and_some_wait_to_be_sent(self) -> None:
        create_demonstration(NOW)
        found = set(Message.objects.values_list("status", flat=True))

        assert found == set(Status.values) - {Status.SENDING}
        assert Message.objects.filter(status=Status.QUEUED).count() == len(agenda.JUST_NOW)
        assert Message.objects.filter(replaces__isnull=False).exists()
        assert set(Message.objects.values_list("type_id", flat=True)) >= {1, 2, 3}
        assert set(ServiceRequest.objects.values_list("status", flat=True)) == set(RequestStatus.values)

    def test_where_a_mail_server_is_configured_no_e_mail_waits_for_it(self, settings) -> None:
        settings.RECADO_SMTP_URL, settings.RECADO_MAIL_FROM = "smtp://127.0.0.1:1", "recado@agua.example"
        settings.RECADO_PUBLIC_URL = "https://avalie.agua.example"
        assert create_demonstration(NOW)
        assert not Mail.objects.filter(status=MailStatus.WAITING).exists()
        assert Evaluation.objects.filter(answered_at__isnull=False).exists()

    def test_the_rows_are_those_that_real_work_leaves(self) -> None:
        create_demonstration(NOW)

        for message in Message.objects.all():
            assert_unbroken(message)
        assert not Attempt.objects.filter(result=AttemptResult.IN_FLIGHT).exists()
        assert not Segment.objects.filter(status=SegmentStatus.SENDING).exists()
        sent = Message.objects.filter(status__in=[Status.SENT, Status.DELIVERED])
        assert not sent.filter(segments__isnull=True).exists()
        assert Attempt.objects.filter(result=AttemptResult.REJECTED).count() > 5

    def test_bills_are_prepared_and_none_is_sent_and_customers_have_answered(self) -> None:
        create_demonstration(NOW)

        assert set(Notice.objects.values_list("state", flat=True)) == {"prepared", "skipped"}
        assert set(Notice.objects.filter(state="prepared").values_list("kind", flat=True)) == {"bill", "collection"}
        assert set(Notice.objects.values_list("skip", flat=True)) >= {"", "no_consent", "no_mobile"}
        assert not Message.objects.filter(type__heeds_opt_out=True, batch=None).exists()
        grades = set(Evaluation.objects.values_list("grade", flat=True))
        assert None in grades
        assert len(grades) > 3
        assert not Evaluation.objects.filter(answered_at__gt=NOW).exists()
        ended = set(Mail.objects.values_list("status", flat=True))
        assert ended == {MailStatus.FAILED, MailStatus.EXPIRED, MailStatus.UNCERTAIN}

    def test_one_batch_has_gone_out_and_one_waits_for_another_person(self) -> None:
        create_demonstration(NOW)

        sent, waiting = Batch.objects.order_by("pk")
        assert (sent.state, sent.invalid, sent.repeated) == (State.DONE, 1, 1)
        assert progress_of(sent).sent == sent.ready == batches.SENT_ROWS
        assert progress_of(sent).adds_up
        assert (waiting.state, waiting.ready, waiting.fed) == (State.WAITING, batches.WAITING_ROWS, 0)
        assert decisions.needs_approval(waiting)
        author = next(user for user in USERS if user.username == waiting.author)
        assert Duty.SEND_BATCHES in author.role.duties
        assert any(Duty.APPROVE_BATCHES in user.role.duties for user in USERS if user != author)

    def test_nothing_is_in_the_future_and_the_phone_is_free_for_the_gateway(self) -> None:
        create_demonstration(NOW)

        assert not Message.objects.filter(moment__gt=NOW).exists()
        assert not ServiceRequest.objects.filter(closed_at__lt=F("opened_at")).exists()
        assert Phone.objects.get().holder == ""

    def test_there_is_a_user_for_each_role_whose_password_is_known(self) -> None:
        create_users("agua-limpa-todo-dia")
        create_users("outra-senha-qualquer")

        assert {role_of(user) for user in User.objects.all()} == set(ROLES)
        assert all(user.check_password("agua-limpa-todo-dia") for user in User.objects.all())

    def test_every_number_is_one_that_nobody_has(self) -> None:
        create_demonstration(NOW)

        numbers = set(Requester.objects.values_list("mobile", flat=True))
        numbers |= set(Message.objects.values_list("number", flat=True))
        assert all(number.startswith("+5581900000") for number in numbers)


@pytest.mark.django_db
class TestApart:
    """Fictitious data and real ones never stand in one database."""

    def test_an_empty_database_takes_either(self) -> None:
        require_matching_data(demo=True)
        require_matching_data(demo=False)

    def test_fictitious_data_are_not_served_as_real_ones(self) -> None:
        create_demonstration(NOW)
        require_matching_data(demo=True)
        with pytest.raises(CommandFailed, match="fictícios"):
            require_matching_data(demo=False)

    def test_the_demonstration_does_not_enter_where_real_work_is_done(self) -> None:
        queue_message()
        require_matching_data(demo=False)
        with pytest.raises(CommandFailed, match="não são de demonstração"):
            require_matching_data(demo=True)
        assert create_demonstration(NOW) == ""


@pytest.mark.parametrize("hours", range(0, 24 * 7, 5))
def test_the_weeks_can_be_planned_at_any_hour_of_any_day(hours: int) -> None:
    now = NOW + timedelta(hours=hours)

    plan = agenda.plan(random.Random(1), now)

    opened = [request.opened_at for request in plan.requests]
    assert len(opened) == agenda.REQUESTS
    assert opened == sorted(opened)
    assert opened[-1] < now
    assert opened[0] > now - timedelta(weeks=agenda.WEEKS, days=1)
    expiring = [moment for moment in opened if plan.outage_from <= moment < plan.outage_until]
    assert len(expiring) == agenda.FIRST_OF_OUTAGE


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [0, 9, 50, 100])
def test_they_can_be_made_at_any_time(hours: int) -> None:
    assert create_demonstration(NOW + timedelta(hours=hours))


def test_people_have_a_number_of_their_own() -> None:
    people = make_people(random.Random(1))

    assert len({person.mobile for person in people}) == len(people) == 99
    assert all(person.email == "" or person.email.endswith("@example.com") for person in people)
