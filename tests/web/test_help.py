"""*Ajuda*: the manual inside the product, reached from every screen, with nothing that leads nowhere."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import resolve

from recado import web
from recado.outbox.models import CAUSES
from recado.web.manual import GROUP_OF_SCREENS, PAGE_OF, manual, slug_of
from recado.web.words import STATUS_WORDS
from tests.e2e.test_every_page import _NAMED, EMPTY, FULL, NO_PAGE
from tests.web.attendance import go_wrong, logged_in, open_ra
from tests.web.test_access import TABLE


@pytest.fixture
def supervisor(db):
    return logged_in()


def every_page():
    return [page for chapter in manual().chapters for page in chapter.pages]


def test_every_page_opens_and_leads_only_to_what_there_is(supervisor):
    for page in every_page():
        answer = supervisor.get(f"/ajuda/{page.slug}/")
        assert answer.status_code == 200, page.slug
        for link in set(re.findall(r'href="(/ajuda/[^"#]*)', page.html)):
            assert supervisor.get(link).status_code == 200, link
        for picture in re.findall(r'src="/static/(web/manual/[^"]+)"', page.html):
            assert finders.find(re.sub(r"\.[0-9a-f]{12}\.png", ".png", picture)), picture
        assert "../" not in page.html


NO_HELP = {
    "help": "it is the list of the manual's pages",
    "help_page": "it is a page of the manual",
    "logout": "one button, which says what it does",
    "evaluation": "a customer's page, who has no login and so cannot read the manual; it explains itself",
    "evaluation_thanks": "where a customer comes after it: nothing is left to do",
}


def test_no_page_is_without_help_of_its_own():
    """What is left to the list of pages says why in `NO_HELP`."""
    pages = {resolve(_NAMED.sub("1", path).partition("?")[0]).url_name for path in (*EMPTY, *FULL)}
    # A page that only a button leads to names the test that looks at it, or shows a secret once.
    pages |= {name for name, why in NO_PAGE.items() if "test_" in why} | {"user_reset"}
    # A page of a screen goes into `manual.md`, and its name into `PAGE_OF`.
    assert pages - set(PAGE_OF) - set(NO_HELP) == set()
    assert set(NO_HELP) & set(PAGE_OF) == set()
    assert set(NO_HELP) <= set(TABLE)


def test_a_customers_page_leads_to_no_manual_that_asks_for_a_login(client, db):
    assert "/ajuda/" not in client.get("/avaliar/obrigado/").content.decode()
    assert client.get("/ajuda/").status_code == 302


def test_each_screen_of_the_menu_has_its_page_with_a_picture():
    menu = (Path(web.__file__).parent / "templates/web/menu.html").read_text(encoding="utf-8")
    screens = set(re.findall(r'menu_item "(\w+)"', menu)) - set(NO_HELP)
    assert {"alarms", "clients", "billing_process", "playsms"} <= screens
    shown = {page.slug for page in every_page() if '<img src="' in page.html}
    assert {name for name in screens if PAGE_OF[name] not in shown} == set()


def test_each_page_of_the_screens_shows_one():
    """Of the screens' own chapter; what is told in the others needs none."""
    (screens,) = (chapter.pages for chapter in manual().chapters if chapter.title == GROUP_OF_SCREENS)
    assert [page.title for page in screens if '<img src="' not in page.html] == []


def test_each_cell_of_a_table_names_its_column_and_stays_a_cell_when_it_is_shown_as_a_card():
    page = manual().page("situacoes")
    assert page
    assert page.html.count('role="columnheader"') == 4
    cells = re.findall(r'<td role="cell" data-label="([^"]+)">', page.html)
    assert cells[:4] == ["Situação", "No filtro", "O que quer dizer", "O que fazer"]
    assert len(cells) == 4 * len(STATUS_WORDS)


def test_every_link_inside_a_page_leads_to_a_place_that_is_there():
    for page in every_page():
        for target in re.findall(r'href="#([^"]+)"', page.html):
            assert f'id="{target}"' in page.html, (page.slug, target)
    guide = manual().page("guia-da-api")
    assert guide
    assert 'href="#ler-a-situacao"' in guide.html
    assert "docs/" not in guide.html


def test_a_link_to_another_page_leads_there_with_its_accents_too():
    told = manual().page("o-cliente-diz-que-nao-recebeu")
    assert told
    assert '<a href="/ajuda/o-numero-estava-errado/">O número estava errado</a>' in told.html
    integrated = manual().page("sistemas-integrados")
    assert integrated
    assert '<a href="/ajuda/guia-da-api/">Guia da API</a>' in integrated.html


def test_a_screen_leads_to_its_own_page(supervisor):
    assert set(PAGE_OF) <= set(TABLE)
    assert all(manual().page(slug) for slug in PAGE_OF.values())
    assert 'class="rc-help-link" href="/ajuda/painel/"' in supervisor.get("/painel/").content.decode()
    assert 'class="rc-help-link" href="/ajuda/"' in supervisor.get("/ajuda/").content.decode()


def test_the_login_leads_to_its_page_which_a_stranger_may_read_and_no_other(anonymous, db):
    assert 'class="rc-help-link" href="/ajuda/entrar/"' in anonymous.get("/entrar/").content.decode()
    page = anonymous.get("/ajuda/entrar/")
    assert page.status_code == 200
    assert "Voltar para Entrar" in page.content.decode()
    assert "Menu principal" not in page.content.decode()
    for path in ("/ajuda/", "/ajuda/painel/", "/ajuda/nada/"):
        assert anonymous.get(path).headers["Location"] == f"/entrar/?next={path}"


def test_a_password_that_is_shown_once_has_its_help_too(browser, user):
    page = browser.post(f"/usuarios/{user.pk}/senha/").content.decode()
    assert 'class="rc-help-link" href="/ajuda/usuarios-e-papeis/"' in page


def test_every_situation_and_cause_can_be_pointed_at():
    situations, causes = manual().page("situacoes"), manual().page("motivos")
    assert situations
    assert causes
    for words in STATUS_WORDS.values():
        assert f'id="{slug_of(words.label)}"' in situations.html
    for _, label in CAUSES:
        assert f'id="{slug_of(label)}"' in causes.html


def test_the_tag_of_a_failure_leads_to_its_explanation(supervisor):
    message = go_wrong(open_ra().message)
    page = supervisor.get(f"/mensagens/{message.pk}/").content.decode()
    assert 'href="/ajuda/situacoes/#com-erro"' in page
    assert 'href="/ajuda/motivos/#numero-inexistente"' in page
    assert 'href="/ajuda/motivos/#numero-inexistente"' in supervisor.get("/mensagens-com-erro/").content.decode()


def test_the_glossary_is_there(supervisor):
    page = supervisor.get("/ajuda/glossario/").content.decode()
    for word in ("sms", "bluetooth", "ra", "protocolo", "talvez-enviada", "tag", "papel"):
        assert f'id="{word}"' in page


def test_a_page_that_is_not_there_is_told(supervisor):
    assert supervisor.get("/ajuda/nada/").status_code == 404
