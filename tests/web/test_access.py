"""Who may open what: every address of the screens, every role, every method; an address without a row fails."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from recado.people.membership import give_role
from recado.people.models import AuditEntry, Deed
from recado.people.roles import ADMINISTRATOR, ATTENDANT, INTEGRATION, ROLES, SUPERVISOR, Duty, Role

ANYBODY, ANY_USER = "anybody", "any user"

# The name of the address: what it asks for.
TABLE: dict[str, Duty | str] = {
    "home": Duty.USE_SCREENS,
    "home_live": Duty.USE_SCREENS,
    "live_header": Duty.USE_SCREENS,
    "login": ANYBODY,
    "logout": ANYBODY,
    "health": ANYBODY,
    "playsms_door": ANYBODY,
    "playsms_door_folder": ANYBODY,
    "playsms": Duty.MANAGE_CLIENTS,
    "playsms_new": Duty.MANAGE_CLIENTS,
    "playsms_edit": Duty.MANAGE_CLIENTS,
    "playsms_password": Duty.MANAGE_CLIENTS,
    "playsms_token": Duty.MANAGE_CLIENTS,
    "playsms_activate": Duty.MANAGE_CLIENTS,
    "customer": Duty.CONSULT,
    "customer_search": Duty.CONSULT,
    "own_password": ANY_USER,
    "users": Duty.MANAGE_USERS,
    "user_new": Duty.MANAGE_USERS,
    "user_edit": Duty.MANAGE_USERS,
    "user_reset": Duty.MANAGE_USERS,
    "user_deactivate": Duty.MANAGE_USERS,
    "user_activate": Duty.MANAGE_USERS,
    "audit": Duty.VIEW_AUDIT,
    "clients": Duty.MANAGE_CLIENTS,
    "client_new": Duty.MANAGE_CLIENTS,
    "client": Duty.MANAGE_CLIENTS,
    "client_activate": Duty.MANAGE_CLIENTS,
    "token_new": Duty.MANAGE_CLIENTS,
    "token_revoke": Duty.MANAGE_CLIENTS,
    "endpoint_new": Duty.MANAGE_CLIENTS,
    "endpoint": Duty.MANAGE_CLIENTS,
    "endpoint_switch": Duty.MANAGE_CLIENTS,
    "endpoint_secret": Duty.MANAGE_CLIENTS,
    "delivery_again": Duty.MANAGE_CLIENTS,
    "parameters": Duty.EDIT_PARAMETERS,
    "types": Duty.EDIT_TYPES,
    "type_new": Duty.EDIT_TYPES,
    "type_edit": Duty.EDIT_TYPES,
    "type_preview": Duty.EDIT_TYPES,
    "type_test": Duty.EDIT_TYPES,
    "type_delete": Duty.EDIT_TYPES,
    "panel": Duty.VIEW_REPORTS,
    "help": ANY_USER,
    "help_page": ANYBODY,
    "messages": Duty.CONSULT,
    "message": Duty.CONSULT,
    "message_export": Duty.EXPORT_DATA,
    "message_search": Duty.CONSULT,
    "message_live": Duty.CONSULT,
    "message_resend": Duty.DECIDE_MESSAGES,
    "message_correct": Duty.CORRECT_NUMBERS,
    "message_discard": Duty.DECIDE_MESSAGES,
    "message_undo": Duty.DECIDE_MESSAGES,
    "message_confirm": Duty.DECIDE_MESSAGES,
    "attention": Duty.DECIDE_MESSAGES,
    "attention_discard": Duty.DECIDE_MESSAGES,
    "attention_resend": Duty.DECIDE_MESSAGES,
    "attention_resend_all": Duty.DECIDE_MESSAGES,
    "mail_faults": Duty.DECIDE_MESSAGES,
    "mail_discarded": Duty.DECIDE_MESSAGES,
    "mail_faults_resend": Duty.DECIDE_MESSAGES,
    "mail_faults_undo": Duty.DECIDE_MESSAGES,
    "mail_faults_resend_all": Duty.DECIDE_MESSAGES,
    "mail_faults_discard": Duty.DECIDE_MESSAGES,
    "mail_resend": Duty.DECIDE_MESSAGES,
    "mail_correct": Duty.DECIDE_MESSAGES,
    "mail_confirm": Duty.DECIDE_MESSAGES,
    "replies": Duty.READ_REPLIES,
    "reply_search": Duty.READ_REPLIES,
    "reply_read": Duty.READ_REPLIES,
    "wishes": Duty.READ_REPLIES,
    "wish_search": Duty.READ_REPLIES,
    "wish_new": Duty.READ_REPLIES,
    "wish_end": Duty.READ_REPLIES,
    "ra_list": Duty.CONSULT,
    "ra_search": Duty.CONSULT,
    "ra_detail": Duty.CONSULT,
    "ra_protocol": Duty.CONSULT,
    "ra_sms_status": Duty.CONSULT,
    "ra_new": Duty.OPEN_REQUESTS,
    "ra_close": Duty.OPEN_REQUESTS,
    "ra_close_notice": Duty.OPEN_REQUESTS,
    "ra_reiterate": Duty.OPEN_REQUESTS,
    "ra_mobile": Duty.CORRECT_NUMBERS,
    "billing_setup": Duty.EDIT_BILLING,
    "billing_measure": Duty.EDIT_BILLING,
    "billing_consents": Duty.RUN_BILLING,
    "billing_process": Duty.RUN_BILLING,
    "billing_live": Duty.RUN_BILLING,
    "billing_run": Duty.RUN_BILLING,
    "billing_export": Duty.RUN_BILLING,
    "billing_faults": Duty.RUN_BILLING,
    "evaluation": ANYBODY,
    "evaluation_thanks": ANYBODY,
    "phones": Duty.USE_SCREENS,
    "phones_live": Duty.USE_SCREENS,
    "phones_pause": Duty.PAUSE_PHONES,
    "phones_resume": Duty.PAUSE_PHONES,
    "pairing": Duty.MANAGE_PHONES,
    "pairing_live": Duty.MANAGE_PHONES,
    "pairing_scan": Duty.MANAGE_PHONES,
    "pairing_pair": Duty.MANAGE_PHONES,
    "pairing_undo": Duty.MANAGE_PHONES,
    "pairing_answer": Duty.MANAGE_PHONES,
    "pairing_cancel": Duty.MANAGE_PHONES,
    "phone_pause": Duty.PAUSE_PHONES,
    "phone_resume": Duty.PAUSE_PHONES,
    "alarms": Duty.VIEW_REPORTS,
    "phone_check": Duty.MANAGE_PHONES,
    "phone_test": Duty.PAUSE_PHONES,
    "phone_rules": Duty.MANAGE_PHONES,
    "batches": Duty.SEND_BATCHES,
    "batch_model": Duty.SEND_BATCHES,
    "batch_new": Duty.SEND_BATCHES,
    "batch_upload": Duty.SEND_BATCHES,
    "batch_from_requests": Duty.SEND_BATCHES,
    "batch": Duty.SEND_BATCHES,
    "batch_live": Duty.SEND_BATCHES,
    "batch_prepare": Duty.SEND_BATCHES,
    "batch_cut": Duty.SEND_BATCHES,
    "batch_preview": Duty.SEND_BATCHES,
    "batch_correct": Duty.SEND_BATCHES,
    "batch_send": Duty.SEND_BATCHES,
    "batch_approve": Duty.APPROVE_BATCHES,
    "batch_return": Duty.APPROVE_BATCHES,
    "batch_pause": Duty.SEND_BATCHES,
    "batch_resume": Duty.SEND_BATCHES,
    "batch_cancel": Duty.SEND_BATCHES,
    "batch_faults": Duty.SEND_BATCHES,
    "batch_faults_file": Duty.SEND_BATCHES,
    "batch_messages": Duty.SEND_BATCHES,
    "batch_export": Duty.EXPORT_DATA,
    "demo_phone": Duty.USE_SCREENS,
    "demo_phone_screen": Duty.USE_SCREENS,
    "demo_phone_faults": Duty.USE_SCREENS,
    "demo_phone_command": Duty.USE_SCREENS,
}
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


def addresses() -> list[URLPattern]:
    """Every address there is, with those of included modules; but the API's, whose tokens have scopes."""
    found: list[URLPattern] = []
    waiting: list[URLPattern | URLResolver] = list(get_resolver().url_patterns)
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, URLPattern):
            found.append(entry)
        elif entry.app_name != "api":
            waiting.extend(entry.url_patterns)
    return found


def browser_of(role: Role) -> Client:
    user, _ = User.objects.get_or_create(username=f"pessoa-{role.slug}")
    give_role(user, role)
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def path_of(pattern: URLPattern) -> str:
    """An address whose row exists for nobody: whether one is let in is told before that."""
    return "/" + str(pattern.pattern).replace("<int:pk>", "999999").replace("<int:requester_pk>", "999999").replace(
        "<slug:slug>", "nada"
    ).replace("<str:name>", "nada")


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert {pattern.name for pattern in addresses()} == set(TABLE)


@pytest.mark.parametrize("pattern", addresses(), ids=lambda pattern: str(pattern.name))
def test_a_view_says_what_it_asks_for(pattern: URLPattern) -> None:
    asked = TABLE[str(pattern.name)]
    assert hasattr(pattern.callback, "duty"), "declare the view: needs, for_any_user or for_anybody (web/access.py)"
    assert pattern.callback.duty == (asked if isinstance(asked, Duty) else None)
    if asked != ANYBODY and "live" not in str(pattern.name):
        assert getattr(pattern.callback, "login_required", True) or pattern.callback.duty


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.slug)
def test_a_role_is_let_in_where_the_table_says_and_nowhere_else(role: Role, settings: pytest.FixtureRequest) -> None:
    settings.RECADO_DEMO = True
    client = browser_of(role)
    wrong = []
    for pattern in addresses():
        asked = TABLE[str(pattern.name)]
        if pattern.name == "logout":
            continue
        for method in METHODS:
            answer = getattr(client, method)(path_of(pattern))
            if answer.status_code == 405:
                continue
            may = not isinstance(asked, Duty) or asked in role.duties
            if (answer.status_code == 403) is may or answer.status_code >= 500:
                wrong.append(f"{method} {pattern.name}: {answer.status_code}")
    assert wrong == []


@pytest.mark.django_db
def test_nobody_unknown_is_let_in_anywhere() -> None:
    stranger = Client(raise_request_exception=False)
    for pattern in addresses():
        if TABLE[str(pattern.name)] == ANYBODY:
            continue
        for method in METHODS:
            answer = getattr(stranger, method)(path_of(pattern))
            # Pages of a demonstration are not there without one.
            assert answer.status_code in (302, 401, 404, 405), f"{method} {pattern.name}"
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith("/entrar/")


@pytest.mark.django_db
def test_who_may_not_is_told_what_and_whom_to_ask() -> None:
    page = browser_of(ATTENDANT).get("/mensagens-com-erro/").content.decode()
    assert "Seu papel não permite reenviar, confirmar e descartar mensagens." in page
    assert "Peça ao supervisor." in page


@pytest.mark.django_db
def test_what_was_refused_stands_in_the_audit_and_a_live_part_does_not_fill_it() -> None:
    browser = browser_of(ATTENDANT)
    browser.get("/mensagens-com-erro/")
    browser.get("/auditoria/?pessoa=x", headers={"HX-Request": "true"})
    told = AuditEntry.objects.filter(deed=Deed.DUTY_MISSING).values_list("who", "subject", "detail")
    assert list(told) == [
        ("pessoa-atendente", "/mensagens-com-erro/", "reenviar, confirmar e descartar mensagens"),
    ]


@pytest.mark.django_db
def test_an_address_that_no_database_takes_is_refused_like_any_other() -> None:
    assert browser_of(ATTENDANT).get("/mensagens/exportar/%00/").status_code == 403
    assert AuditEntry.objects.get(deed=Deed.DUTY_MISSING).subject == "/mensagens/exportar/\ufffd/"


@pytest.mark.django_db
def test_a_role_that_is_taken_away_ends_at_the_next_page_also_while_logged_in() -> None:
    browser = browser_of(SUPERVISOR)
    assert browser.get("/tipos/").status_code == 200
    give_role(User.objects.get(username="pessoa-supervisor"), ATTENDANT)
    for answer in (browser.get("/tipos/"), browser.post("/tipos/1/", {"salvar": "sim"}), browser.get("/painel/")):
        assert answer.status_code == 403
    assert browser.get("/ra/").status_code == 200
    give_role(User.objects.get(username="pessoa-supervisor"), INTEGRATION)
    assert browser.get("/ra/").status_code == 403


def menu_of(role: Role) -> set[str]:
    """The names of the addresses that the menu leads to."""
    page = browser_of(role).get("/ajuda/").content.decode()
    menu = page.partition('aria-label="Menu principal"')[2].partition("</nav>")[0]
    return {str(resolve(path).url_name) for path in re.findall(r'href="([^"?#]+)"', menu)}


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.slug)
def test_the_menu_offers_all_that_the_role_may_and_nothing_else(role: Role, settings: pytest.FixtureRequest) -> None:
    settings.RECADO_DEMO = True
    everything = menu_of(ADMINISTRATOR)
    assert len(everything) > 15
    assert menu_of(role) == {
        name for name in everything if not isinstance(TABLE[name], Duty) or TABLE[name] in role.duties
    }


@pytest.mark.django_db
def test_another_system_finds_no_menu_and_may_leave() -> None:
    client = browser_of(INTEGRATION)
    answer = client.get("/")
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "Seu papel não permite usar as telas." in page
    assert 'class="menu-item' not in page or "Inserir RA" not in page
    assert client.post("/sair/").status_code == 302
