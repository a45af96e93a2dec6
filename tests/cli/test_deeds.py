"""What is done at a terminal is on record too: by whom, and from there."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recado.inbox.models import Reply
from recado.people.models import AuditEntry
from tests.cli.conftest import Recado
from tests.support.outbox import queue_message

pytestmark = pytest.mark.django_db


def told() -> list[str]:
    """Deeds of the terminal, the first first."""
    entries = AuditEntry.objects.filter(address="terminal", who__endswith="linha de comando)").order_by("pk")
    return [" ".join(filter(None, (entry.deed, entry.subject, entry.detail))) for entry in entries]


def test_a_user_who_is_added_or_gets_a_password_is_on_record_without_it(recado: Recado) -> None:
    User.objects.create_superuser("chefia")
    recado("user", "add", "ana.lima", "--role", "supervisor", "--generate")
    recado("user", "password", "ana.lima", "--generate")
    recado("user", "add", "ana.lima", "--generate")
    assert told() == ["user_added ana.lima papel Supervisor", "user_reset ana.lima"]


def test_an_account_of_the_playsms_door_is_on_record_as_the_rest(recado: Recado) -> None:
    recado("playsms", "account", "add", "gsan")
    recado("playsms", "account", "password", "gsan")
    assert [line.partition(" ")[0] for line in told()] == ["client_added", "client_changed"]
    assert AuditEntry.objects.filter(subject="playSMS gsan").count() == 2


def test_a_system_and_its_tokens_are_on_record_without_the_token(recado: Recado) -> None:
    recado("client", "add", "portal")
    made = recado("client", "token", "portal", "produção", "--scope", "messages:read")
    found = re.search(r"rcd_[\w-]+", made.output)
    assert found is not None
    hint = found[0][:10]
    recado("client", "revoke", hint)
    assert told() == [
        "client_added portal",
        f"token_made portal {hint}…: messages:read",
        f"token_revoked portal {hint}…",
    ]
    assert not any(found[0] in line for line in told())


def test_messages_shown_or_taken_away_are_on_record_and_counted_ones_are_not(recado: Recado) -> None:
    at = timezone.now()
    queue_message(at=at)
    day = f"{timezone.localdate(at):%d/%m/%Y}"
    recado("messages", "--count")
    recado("messages", "--from", "01/01/2020", "--to", "02/01/2020")
    assert told() == []
    recado("messages", "--from", day, "--to", day)
    recado("messages", "--from", day, "--to", day, "--json")
    assert told() == [f"list_viewed 1 mensagem de {day} a {day}", f"exported 1 mensagem em JSON de {day} a {day}"]


def test_replies_shown_or_taken_away_are_on_record(recado: Recado) -> None:
    recado("replies")
    assert told() == []
    Reply.objects.create(number="+5581977776666", text="Obrigada.", received_at=timezone.now(), sent_at=timezone.now())
    recado("replies")
    recado("replies", "--json")
    assert told() == ["list_viewed 1 resposta", "exported 1 resposta em JSON"]
