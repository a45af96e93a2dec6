"""What every page has around its content."""

import re

import pytest
from django.utils import timezone

from recado.outbox.claims import finish
from recado.phones.models import Condition
from tests.support.outbox import PERMANENT, claim, make_phone, queue_message

PAGES = ["/", "/mensagens/", "/nada/"]


@pytest.mark.parametrize("url", PAGES)
def test_the_policy_forbids_what_the_page_does_not_do(browser, url):
    answer = browser.get(url)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    page = answer.content.decode()
    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:|<script>|<style", page)
    assert not re.search(r'(src|href)="(https?:)?//', page)


@pytest.mark.parametrize("url", PAGES)
def test_a_page_has_one_heading_skip_links_and_landmarks(browser, url):
    page = browser.get(url).content.decode()
    assert page.count("<h1>") == 1
    assert '<a class="br-item" href="#conteudo">Ir para o conteúdo</a>' in page
    assert '<main class="rc-main" id="conteudo" tabindex="-1">' in page
    assert '<html lang="pt-BR">' in page


def test_the_menu_marks_the_page_and_counts_what_needs_a_person(browser):
    phone = make_phone()
    queue_message()
    finish(claim(phone), PERMANENT, timezone.now())
    page = browser.get("/mensagens/").content.decode()
    assert re.search(r'<a class="menu-item active" href="/mensagens/" aria-current="page">', page)
    assert 'Mensagens com erro <span class="rc-count num" data-count="attention">1</span>' in page
    assert 'Respostas <span class="rc-count num" data-count="replies" hidden>0</span>' in page
    assert "<title>(1) Consultar Mensagens Enviadas Via SMS – Recado</title>" in page


def test_the_icon_of_the_window_changes_while_a_phone_is_down(browser):
    assert "web/favicon.svg" in browser.get("/mensagens/").content.decode()
    make_phone(condition=Condition.NO_SIGNAL)
    assert "web/favicon-parado.svg" in browser.get("/mensagens/").content.decode()
    live = browser.get("/vivo/cabecalho/").content.decode()
    assert 'data-attention="0" data-replies="0" data-mail_faults="0"' in live
    assert "web/favicon-parado.svg" in live


@pytest.mark.parametrize("demo", [True, False])
def test_a_demonstration_says_so_everywhere(browser, settings, demo):
    settings.RECADO_DEMO = demo
    page = browser.get("/").content.decode()
    assert ("Dados fictícios – demonstração" in page) is demo
    assert ("Celular de demonstração" in page) is demo


def test_the_company_comes_from_the_settings(browser, settings):
    settings.RECADO_COMPANY = "Águas <Fictícias>"
    assert "<strong>Águas &lt;Fictícias&gt;</strong>" in browser.get("/").content.decode()


@pytest.mark.parametrize("url", ["/vivo/cabecalho/", "/vivo/inicio/", "/mensagens/1/vivo/"])
@pytest.mark.django_db
def test_a_live_part_answers_401_without_a_login(anonymous, url):
    assert anonymous.get(url).status_code == 401
