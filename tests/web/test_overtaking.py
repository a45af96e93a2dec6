"""Two people who edit one thing at once: the second is told what the first changed, keeps what was typed, decides."""

from __future__ import annotations

import threading
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from recado import parameters
from recado.billing.models import Setup
from recado.clients import tokens
from recado.clients.models import Client as System
from recado.outbox.models import MessageType
from recado.people.membership import give_role, role_of
from recado.people.roles import ADMINISTRATOR, ATTENDANT, SUPERVISOR
from recado.phones.models import Condition, Phone
from recado.playsms.models import Account
from tests.playsms.conftest import make_account
from tests.support.outbox import make_phone
from tests.web.attendance import words
from tests.web.billing_form import GOOD

pytestmark = pytest.mark.django_db


class Editor(HTMLParser):
    """The form of a page that edits, posted by a browser in which nobody touched it: the one that carries a mark."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = [{}]
        self._area = self._select = ""
        self._written: list[str] = []
        self.feed(page)
        self.fields = next(form for form in self.forms if "aberto" in form)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        name, value = held.get("name") or "", held.get("value") or ""
        match tag:
            case "form":
                self.forms.append({})
            case "textarea":
                self._area, self._written = name, []
            case "select":
                self._select = name
            case "option" if self._select and "selected" in held:
                self._put(self._select, value)
            case "input" if name and held.get("type") in ("checkbox", "radio"):
                if "checked" in held:
                    self._put(name, held.get("value") or "on")
            case "input" if name:
                self._put(name, value)

    def handle_data(self, data: str) -> None:
        self._written.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # HTML drops the line break that opens a text area, and a browser posts each as CR LF.
            self._put(self._area, "".join(self._written).removeprefix("\n").replace("\n", "\r\n"))
        elif tag == "select":
            self._select = ""

    def _put(self, name: str, value: str) -> None:
        self.forms[-1].setdefault(name, []).append(value)


def opened(browser: Client, address: str) -> dict[str, list[str]]:
    return Editor(browser.get(address).content.decode()).fields


@pytest.fixture
def colleague(db: None) -> Client:
    user = User.objects.create_user("bruno", password="senha-de-teste-9")
    give_role(user, ADMINISTRATOR)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


@pytest.fixture
def phone(db: None) -> Phone:
    return make_phone(condition=Condition.READY)


def setup_held() -> tuple[str, int]:
    row = Setup.objects.get(is_in_force=True)
    return row.sms_text, row.days_before


def type_held() -> tuple[str, int]:
    row = MessageType.objects.get(pk=1)
    return row.template, row.max_attempts


def parameters_held() -> tuple[str, int]:
    held = parameters.get()
    return held.company, held.evaluation_days


def rules_held() -> tuple[str, int | None]:
    held = Phone.objects.get()
    return ", ".join(held.ddds), held.quota_day


def person_held() -> tuple[str, int]:
    row = User.objects.get(username="carla")
    return row.first_name, int(row.last_name or 0)


def system_held() -> tuple[str, int]:
    row = System.objects.get()
    return row.networks, row.rate_per_minute


def account_held() -> tuple[str, int]:
    row = Account.objects.get()
    return row.networks, row.window_seconds // 60


# Address, two fields and what is written there by the first and by the second person, and what is in force after all.
Case = tuple[str, str, str, str, str, str, Callable[[], tuple[object, object]]]
SCREENS: dict[str, Case] = {
    "setup": ("/faturamento/mensagem/?tipo=conta", "sms_text", "Primeira {VALOR}.", "Segunda {VALOR}.",
              "days_before", "7", setup_held),
    "type": ("/tipos/1/", "template", "Primeiro {PROTOCOLO}.", "Segundo {PROTOCOLO}.",
             "max_attempts", "7", type_held),
    "parameters": ("/parametros/", "company", "Primeira Companhia", "Segunda Companhia",
                   "evaluation_days", "7", parameters_held),
    "rules": ("/aparelhos/{phone}/", "ddds", "81, 82", "11", "quota_day", "7", rules_held),
    "user": ("/usuarios/{person}/", "first_name", "Primeira", "Segunda", "last_name", "7", person_held),
    "system": ("/sistemas/{system}/", "networks", "192.0.2.1/32", "192.0.2.2/32", "rate", "7", system_held),
    "account": ("/contas-playsms/{account}/", "networks", "192.0.2.1/32", "192.0.2.2/32",
                "window_minutes", "7", account_held),
}  # fmt: skip


@pytest.fixture
def made(browser: Client, phone: Phone) -> dict[str, int]:
    """One of each thing that the screens edit, by its key."""
    browser.post("/faturamento/mensagem/", GOOD)
    person = User.objects.create_user("carla", first_name="Carla")
    give_role(person, ATTENDANT)
    system = tokens.register("portal", networks="", rate_per_minute=60, actor="ana", now=timezone.now())
    return {"phone": phone.pk, "person": person.pk, "system": system.pk, "account": make_account().pk}


@pytest.fixture(params=SCREENS)
def case(request: pytest.FixtureRequest, made: dict[str, int]) -> Case:
    address, *rest = SCREENS[request.param]
    return (address.format(**made), *rest)


def save(browser: Client, case: Case, given: dict[str, list[str]]) -> str:
    extra = {"salvar": "sim"} if "/tipos/" in case[0] else {}
    return words(browser.post(case[0], {**given, **extra}, follow=True))


def test_the_second_is_told_by_whom_and_what_and_nothing_is_saved(
    browser: Client, colleague: Client, case: Case
) -> None:
    address, name, first, second, _, _, held = case
    mine, theirs = opened(browser, address), opened(colleague, address)
    save(colleague, case, theirs | {name: [first]})
    kept = held()
    page = save(browser, case, mine | {name: [second]})
    assert "Isto mudou depois que você abriu a página. Nada foi salvo ainda." in page
    assert "bruno salvou às" in page or "bruno salvou à" in page
    assert first in page
    assert second in page
    assert held() == kept
    assert kept[0] == first


def test_what_was_typed_stays_and_saving_again_is_a_decision(browser: Client, colleague: Client, case: Case) -> None:
    address, name, first, second, _, _, held = case
    mine, theirs = opened(browser, address), opened(colleague, address)
    save(colleague, case, theirs | {name: [first]})
    answer = browser.post(address, mine | {name: [second], "salvar": ["sim"]})
    again = Editor(answer.content.decode()).fields
    assert again[name] == [second]
    assert "Isto mudou" not in save(browser, case, again)
    assert held()[0] == second


def test_a_field_that_the_second_had_not_touched_takes_what_is_in_force(
    browser: Client, colleague: Client, case: Case
) -> None:
    address, name, first, _, other, number, held = case
    mine, theirs = opened(browser, address), opened(colleague, address)
    save(colleague, case, theirs | {name: [first]})
    answer = browser.post(address, mine | {other: [number], "salvar": ["sim"]})
    assert "nada: a página já mostra o que está em vigor" in words(answer)
    save(browser, case, Editor(answer.content.decode()).fields)
    assert held() == (first, int(number))


def test_a_third_change_in_between_is_told_again(browser: Client, colleague: Client, case: Case) -> None:
    address, name, first, second, other, number, held = case
    mine, theirs = opened(browser, address), opened(colleague, address)
    save(colleague, case, theirs | {name: [first]})
    again = Editor(browser.post(address, mine | {name: [second], "salvar": ["sim"]}).content.decode()).fields
    save(colleague, case, opened(colleague, address) | {other: [number]})
    assert "Isto mudou" in save(browser, case, again)
    assert held() == (first, int(number))


def test_the_same_change_by_both_is_no_conflict(browser: Client, colleague: Client, case: Case) -> None:
    address, name, first, *_ = case
    mine, theirs = opened(browser, address), opened(colleague, address)
    save(colleague, case, theirs | {name: [first]})
    assert "Isto mudou" not in save(browser, case, mine | {name: [first]})


def test_the_same_address_in_another_writing_is_no_conflict(
    browser: Client, colleague: Client, made: dict[str, int]
) -> None:
    address = f"/sistemas/{made['system']}/"
    mine, theirs = opened(browser, address), opened(colleague, address)
    colleague.post(address, theirs | {"networks": ["192.0.2.1/32"]})
    assert browser.post(address, mine | {"networks": ["192.0.2.1"]}).status_code == 302


def test_nobody_else_is_nobody_told_of(browser: Client, case: Case) -> None:
    address, name, first, second, _, _, held = case
    for text in (first, second):
        assert "Isto mudou" not in save(browser, case, opened(browser, address) | {name: [text]})
    assert held()[0] == second


def test_a_text_that_is_wrong_first_does_not_forget_when_the_page_was_opened(
    browser: Client, colleague: Client, case: Case
) -> None:
    address, name, first, second, other, _, _ = case
    mine, theirs = opened(browser, address), opened(colleague, address)
    save(colleague, case, theirs | {name: [first]})
    answer = browser.post(address, mine | {name: [second], other: ["muitos" * 20]})
    again = Editor(answer.content.decode()).fields | {other: ["8"]}
    assert "Isto mudou" in save(browser, case, again)


def test_the_confirmation_of_a_text_remembers_when_the_page_was_opened(browser: Client, colleague: Client) -> None:
    mine, theirs = opened(browser, "/tipos/1/"), opened(colleague, "/tipos/1/")
    asked = browser.post("/tipos/1/", mine | {"template": ["Segundo {PROTOCOLO}."]})
    confirm = Editor(asked.content.decode()).fields
    colleague.post("/tipos/1/", theirs | {"template": ["Primeiro {PROTOCOLO}."], "salvar": ["sim"]})
    assert "Isto mudou" in words(browser.post("/tipos/1/", confirm | {"salvar": ["sim"]}))
    assert MessageType.objects.get(pk=1).template == "Primeiro {PROTOCOLO}."


def test_a_default_put_back_remembers_when_the_page_was_opened(browser: Client, colleague: Client) -> None:
    mine, theirs = opened(browser, "/parametros/"), opened(colleague, "/parametros/")
    colleague.post("/parametros/", theirs | {"company": ["Primeira Companhia"]})
    answer = browser.post("/parametros/", mine | {"company": ["Segunda Companhia"], "padrao": ["evaluation_days"]})
    assert "Isto mudou" in words(browser.post("/parametros/", Editor(answer.content.decode()).fields))
    assert parameters.get().company == "Primeira Companhia"


def test_a_role_that_somebody_gave_meanwhile_is_told_by_its_name_and_kept(
    browser: Client, colleague: Client, made: dict[str, int]
) -> None:
    address = f"/usuarios/{made['person']}/"
    mine, theirs = opened(browser, address), opened(colleague, address)
    colleague.post(address, theirs | {"role": [SUPERVISOR.slug]})
    answer = browser.post(address, mine | {"first_name": ["Carla Maria"]})
    assert SUPERVISOR.name in words(answer)
    again = Editor(answer.content.decode()).fields
    assert again["role"] == [SUPERVISOR.slug]
    browser.post(address, again)
    person = User.objects.get(pk=made["person"])
    assert (person.first_name, role_of(person)) == ("Carla Maria", SUPERVISOR)


def test_who_switched_something_off_is_not_said_to_have_saved_its_page(
    browser: Client, colleague: Client, made: dict[str, int]
) -> None:
    for address, switch, name, written in (
        (f"/usuarios/{made['person']}/", f"/usuarios/{made['person']}/desativar/", "first_name", "Primeira"),
        (f"/sistemas/{made['system']}/", f"/sistemas/{made['system']}/acesso/", "networks", "192.0.2.1/32"),
        (
            f"/contas-playsms/{made['account']}/",
            f"/contas-playsms/{made['account']}/senha/",
            "networks",
            "192.0.2.1/32",
        ),
    ):
        mine = opened(browser, address)
        browser.post(address, mine | {name: [written]})
        colleague.post(switch, {"ativo": "nao"})
        page = words(browser.post(address, mine | {name: [written.replace("2.1", "2.7").replace("P", "S")]}))
        assert "ana salvou" in page
        assert "bruno salvou" not in page


@pytest.mark.parametrize("spoiled", ["", "x", "eyJhIjoxfQ:1abc:zzz"])
def test_a_spoiled_mark_is_no_fault_page(browser: Client, spoiled: str) -> None:
    fields = opened(browser, "/parametros/") | {"aberto": [spoiled], "company": ["Águas Novas"]}
    assert browser.post("/parametros/", fields).status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("screen", SCREENS)
def test_of_two_who_save_in_the_same_instant_one_is_told(browser: Client, made: dict[str, int], screen: str) -> None:
    address, name, first, second, _, _, held = SCREENS[screen]
    address = address.format(**made)
    page = opened(browser, address)
    together = threading.Barrier(2)
    told: list[bool] = []

    def post(text: str) -> None:
        client = Client()
        client.cookies = browser.cookies
        try:
            together.wait(60)
            answer = client.post(address, page | {name: [text], "salvar": ["sim"]})
            told.append("Isto mudou" in answer.content.decode())
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=(text,)) for text in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(told) == [False, True]
    assert held()[0] in (first, second)
