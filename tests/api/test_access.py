"""What each token may call: every address of the API, every method, every scope; an address without a row fails.

The screens have a table of their own, by roles, in `tests/web/test_access`.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import URLPattern

from recado.api.urls import urlpatterns
from recado.clients.scopes import Scope
from recado.people.membership import give_role
from recado.people.roles import INTEGRATION, ROLES
from tests.api.conftest import Caller

ANY_TOKEN, ANYBODY = "any token", "anybody"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

# The name of the address: what each of its methods asks for. HEAD asks for what GET does.
TABLE: dict[str, dict[str, Scope | str]] = {
    "openapi": {"GET": ANYBODY},
    "requests": {"POST": Scope.REQUESTS_WRITE},
    "request": {"GET": Scope.REQUESTS_READ},
    "reiterations": {"POST": Scope.REQUESTS_WRITE},
    "closing": {"POST": Scope.REQUESTS_WRITE},
    "protocol": {"GET": Scope.REQUESTS_READ},
    "messages": {"GET": Scope.MESSAGES_READ, "POST": Scope.MESSAGES_SEND},
    "message_search": {"POST": Scope.MESSAGES_READ},
    "message": {"GET": Scope.MESSAGES_READ},
    "message_cancel": {"POST": Scope.MESSAGES_DECIDE},
    "message_resend": {"POST": Scope.MESSAGES_DECIDE},
    "batches": {"GET": Scope.BATCHES_READ, "POST": Scope.BATCHES_WRITE},
    "batch": {"GET": Scope.BATCHES_READ},
    "batch_rows": {"GET": Scope.BATCHES_READ},
    "batch_faults": {"GET": Scope.BATCHES_READ},
    "batch_send": {"POST": Scope.BATCHES_WRITE},
    "batch_pause": {"POST": Scope.BATCHES_WRITE},
    "batch_resume": {"POST": Scope.BATCHES_WRITE},
    "batch_cancel": {"POST": Scope.BATCHES_WRITE},
    "subtypes": {"GET": ANY_TOKEN},
    "channels": {"GET": ANY_TOKEN},
    "closing_reasons": {"GET": ANY_TOKEN},
    "message_types": {"GET": ANY_TOKEN},
    "phones": {"GET": Scope.PHONES_READ},
    "health": {"GET": Scope.PHONES_READ},
}


def path_of(pattern: URLPattern) -> str:
    """An address whose row exists for nobody: whether a token is let in is told before that."""
    written = str(pattern.pattern).replace("<number:pk>", "999999")
    return "protocols/20261000000012" if pattern.name == "protocol" else written


def rows() -> list[tuple[str, str, str, Scope | str | None]]:
    """Name, path, method and what it asks for; None where the address takes no such method."""
    named = [pattern for pattern in urlpatterns if pattern.name != "nothing"]
    return [
        (
            str(pattern.name),
            path_of(pattern),
            method,
            TABLE[str(pattern.name)].get("GET" if method == "HEAD" else method),
        )
        for pattern in named
        for method in METHODS
    ]


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert {pattern.name for pattern in urlpatterns} - {"nothing"} == set(TABLE)


@pytest.mark.parametrize("scope", Scope)
def test_a_token_is_let_in_where_the_table_says_and_nowhere_else(caller: Caller, scope: Scope) -> None:
    token = caller.scoped(scope)
    wrong = []
    for name, path, method, asked in rows():
        status = token.call(method, path, {}, key="k").status_code
        if asked is None:
            as_told = status == 405
        elif asked in (scope, ANY_TOKEN, ANYBODY):
            as_told = status not in (401, 403, 405) and status < 500
        else:
            as_told = status == 403
        if not as_told:
            wrong.append(f"{method} {name}: {status}")
    assert wrong == []


def test_without_a_token_nothing_opens(caller: Caller, admin_client: Any) -> None:
    caller.browser = admin_client
    caller.secret = "rcd_nobodys"
    assert [
        f"{method} {name}"
        for name, path, method, asked in rows()
        if name != "openapi" and caller.call(method, path, {}, key="k").status_code != 401
    ] == []


@pytest.mark.parametrize("role", [role for role in ROLES if role is not INTEGRATION], ids=lambda role: role.slug)
def test_the_token_of_a_user_who_has_another_role_opens_nothing(caller: Caller, role: Any) -> None:
    User.objects.create_superuser("chefia")
    give_role(caller.client.user, role)
    assert caller.get("messages").status_code == 401
    give_role(caller.client.user, INTEGRATION)
    assert caller.get("messages").status_code == 200
