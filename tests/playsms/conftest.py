"""An account of the door, and a caller that speaks as GSAN and others do. People and numbers are fictitious."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from recado.playsms import accounts
from recado.playsms.models import Account, NinthDigit

PASSWORD = "segredo-de-teste"
BY_HAND = 6
Call = Callable[..., HttpResponse]


def make_account(name: str = "gsan", **fields: object) -> Account:
    fields = {"type_id": BY_HAND, "ninth_digit": NinthDigit.COMPLETE, **fields}
    account = Account(name=name, created_at=timezone.now(), created_by="teste", **fields)
    accounts.set_password(account, PASSWORD)
    account.save()
    return account


@pytest.fixture
def account(db: None) -> Account:
    return make_account()


@pytest.fixture
def caller() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def old(caller: Client) -> Call:
    """A call of playSMS 0.9, right unless a field says otherwise."""

    def call(**fields: str) -> HttpResponse:
        given = {"app": "webservices", "u": "gsan", "p": PASSWORD, "ta": "pv", "to": "5581912345678", "msg": "Oi"}
        return caller.get("/index.php", {name: value for name, value in (given | fields).items() if value != "-"})

    return call


@pytest.fixture
def new(caller: Client, account: Account) -> Call:
    """A call of playSMS 1.x."""

    def call(operation: str = "pv", **fields: str) -> HttpResponse:
        given = {"app": "ws", "u": "gsan", "h": accounts.token_of(account), "op": operation}
        return caller.post("/playsms/index.php", given | fields)

    return call
