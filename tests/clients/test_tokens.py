"""Tokens: shown once, kept as a digest, refused for what they are refused for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from recado.clients.models import Client, Token
from recado.clients.scopes import Scope
from recado.clients.tokens import NewToken, Refusal, TokenRefused, issue, recognise, register, revoke
from recado.people.membership import give_role, role_of
from recado.people.roles import ATTENDANT, INTEGRATION

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HERE = "192.0.2.10"

pytestmark = pytest.mark.django_db


def made(networks: str = "") -> tuple[Client, NewToken]:
    client = register("sistema-exemplo", networks=networks, rate_per_minute=600, actor="chefia", now=NOW)
    token = issue(client, name="produção", scopes=[Scope.MESSAGES_SEND], days=30, actor="chefia", now=NOW)
    return client, token


def refusal_of(secret: str, *, address: str = HERE, now: datetime = NOW) -> Refusal:
    with pytest.raises(TokenRefused) as refused:
        recognise(secret, address=address, now=now)
    return refused.value.refusal


def test_a_system_is_a_user_who_integrates_and_cannot_log_in() -> None:
    client, _ = made()
    assert role_of(client.user) is INTEGRATION
    assert not client.user.has_usable_password()


def test_a_name_in_use_is_refused_and_leaves_nothing() -> None:
    made()
    with pytest.raises(IntegrityError), transaction.atomic():
        made()
    assert Client.objects.count() == 1


def test_whoever_is_given_the_role_is_a_system(db: None) -> None:
    user = User.objects.create_user("sistema-comercial")
    assert not Client.objects.exists()
    give_role(user, INTEGRATION)
    give_role(user, ATTENDANT)
    give_role(user, INTEGRATION)
    assert Client.objects.get().user == user


def test_a_token_is_known_by_its_secret_alone_and_the_secret_is_nowhere() -> None:
    client, token = made()
    assert recognise(token.secret, address=HERE, now=NOW).client_id == client.pk
    kept = " ".join(str(value) for value in Token.objects.values_list().get())
    assert token.secret not in kept
    assert token.secret[10:] not in kept
    assert recognise(token.secret, address=HERE, now=NOW).scopes == {Scope.MESSAGES_SEND}


@pytest.mark.parametrize("secret", ["", "rcd_", "rcd_" + "a" * 43, "x" * 10_000, "rcd_" + "á" * 300, "rcd_\ud800"])
def test_what_is_no_token_is_unknown(secret: str) -> None:
    made()
    assert refusal_of(secret) is Refusal.UNKNOWN


def test_a_token_ends_with_its_time() -> None:
    _, token = made()
    recognise(token.secret, address=HERE, now=NOW + timedelta(days=30, seconds=-1))
    assert refusal_of(token.secret, now=NOW + timedelta(days=30)) is Refusal.EXPIRED


def test_a_revoked_token_opens_nothing_and_is_revoked_once() -> None:
    _, token = made()
    assert revoke(token.row.pk, actor="chefia", now=NOW)
    assert not revoke(token.row.pk, actor="outra", now=NOW)
    assert refusal_of(token.secret) is Refusal.REVOKED


def test_an_inactive_system_and_one_of_another_role_open_nothing() -> None:
    client, token = made()
    give_role(client.user, ATTENDANT)
    assert refusal_of(token.secret) is Refusal.INACTIVE
    give_role(client.user, INTEGRATION)
    recognise(token.secret, address=HERE, now=NOW)
    client.user.is_active = False
    client.user.save()
    assert refusal_of(token.secret) is Refusal.INACTIVE


def test_only_the_addresses_that_are_written_may_call() -> None:
    _, token = made("192.0.2.0/28\n2001:db8::/32")
    for address in (HERE, "2001:db8::7", "::ffff:192.0.2.10"):
        recognise(token.secret, address=address, now=NOW)
    for address in ("192.0.2.99", "", "unix"):
        assert refusal_of(token.secret, address=address) is Refusal.ADDRESS


def test_the_use_is_noted_once_a_minute() -> None:
    _, token = made()
    for seconds in (0, 30, 59):
        recognise(token.secret, address=HERE, now=NOW + timedelta(seconds=seconds))
    token.row.refresh_from_db()
    assert (token.row.last_used_at, token.row.last_used_from) == (NOW, HERE)
    recognise(token.secret, address="192.0.2.11", now=NOW + timedelta(seconds=60))
    token.row.refresh_from_db()
    assert (token.row.last_used_at, token.row.last_used_from) == (NOW + timedelta(seconds=60), "192.0.2.11")
