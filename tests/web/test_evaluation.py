"""The page behind the link of an e-mail, for whoever has no login; and what the company sees of the answers."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from recado.evaluations.models import Evaluation
from recado.mail.models import Mail
from recado.service_requests.models import ClosingReason
from recado.service_requests.operations import NewRequester, close_service_request
from recado.web.throttle import Throttle
from recado.web.views import evaluation
from tests.evaluations.conftest import office, public
from tests.support.requests import open_one
from tests.web.attendance import words

__all__ = ["office", "public"]

OVER = "Este link já foi usado, passou do prazo ou não foi copiado por inteiro."


@pytest.fixture(autouse=True)
def _nobody_knocked_before():
    evaluation.BY_ADDRESS.forget()
    evaluation.BY_TOKEN.forget()


@pytest.fixture
def link(db, public) -> str:
    now = timezone.now()
    opened = open_one(NewRequester("Maria Fictícia", "+5581912345678", "maria@example.com"), now=now)
    close_service_request(opened.service_request.pk, reason=ClosingReason.objects.get(pk=2), closed_at=now, now=now)
    (found,) = re.findall(r"https://recado\.agua\.example(/avaliar/[\w-]+/)", Mail.objects.get().text)
    return found


def test_a_customer_gives_a_grade_once(link: str, anonymous: Client) -> None:
    page = words(anonymous.get(link))
    assert "Como foi o atendimento?" in page
    answer = anonymous.post(link, {"grade": "4", "comment": "Rápido."})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/avaliar/obrigado/")
    assert "Obrigado!" in words(anonymous.get("/avaliar/obrigado/"))
    again = anonymous.post(link, {"grade": "1"})
    assert again.status_code == 404
    assert "sua avaliação está guardada" in words(again)
    kept = Evaluation.objects.get()
    assert (kept.grade, kept.comment) == (4, "Rápido.")


def test_a_form_without_any_cookie_is_taken(link: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.get(link)
    assert not answer.cookies
    assert strict.post(link, {"grade": "5"}).status_code == 302


def test_opening_the_link_changes_nothing(link: str, anonymous: Client) -> None:
    for _ in range(3):
        assert anonymous.get(link).status_code == 200
    assert Evaluation.objects.get().answered_at is None


def test_used_late_and_unknown_links_are_answered_alike(link: str, anonymous: Client) -> None:
    anonymous.post(link, {"grade": "3"})
    used = anonymous.get(link)
    Evaluation.objects.update(answered_at=None, grade=None, expires_at=timezone.now())
    late = anonymous.get(link)
    unknown = anonymous.get("/avaliar/" + "x" * 43 + "/")
    assert {answer.status_code for answer in (used, late, unknown)} == {404}
    assert used.content == late.content == unknown.content
    assert OVER in words(used)


def test_the_page_holds_nothing_of_the_customer_and_tells_no_other_site(link: str, anonymous: Client) -> None:
    answer = anonymous.get(link)
    page = answer.content.decode()
    for private in ("Maria", "maria@", "91234", Evaluation.objects.get().protocol, link):
        assert private not in page
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "noindex" in answer.headers["X-Robots-Tag"]
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("grade", ["", "0", "6", "cinco", "4.5"])
def test_without_a_grade_the_form_says_what_is_missing(link: str, anonymous: Client, grade: str) -> None:
    page = words(anonymous.post(link, {"grade": grade, "comment": "x" * 10}))
    assert "Escolha uma nota de 1 a 5." in page
    assert Evaluation.objects.get().answered_at is None


def test_a_comment_that_is_too_long_is_refused_and_kept_in_the_form(link: str, anonymous: Client) -> None:
    answer = anonymous.post(link, {"grade": "4", "comment": "x" * 401})
    assert "O texto tem 401 caracteres; o limite é 400." in words(answer)
    assert b"x" * 401 in answer.content


def test_who_knocks_too_often_waits(link: str, anonymous: Client) -> None:
    answers = [anonymous.get(f"/avaliar/token-{number}/").status_code for number in range(61)]
    assert answers == [404] * 60 + [429]
    assert anonymous.get(link, REMOTE_ADDR="10.1.2.3").status_code == 200


def test_one_link_is_not_knocked_at_for_ever_from_many_addresses(link: str, anonymous: Client) -> None:
    answers = [anonymous.get(link, REMOTE_ADDR=f"10.0.0.{number}").status_code for number in range(21)]
    assert answers == [200] * 20 + [429]
    assert anonymous.get(link).headers["Retry-After"] == "600"


def test_the_throttle_forgets_with_time_and_holds_few_names() -> None:
    at = [0.0]
    throttle = Throttle(2, 10, most=3, clock=lambda: at[0])
    assert [throttle.admits("a") for _ in range(3)] == [True, True, False]
    at[0] = 10.0
    assert throttle.admits("a")
    for name in "bcdef":
        throttle.admits(name)
    assert len(throttle._counted) == 3


def test_the_panel_and_the_ra_show_the_answer(link: str, anonymous: Client, browser: Client) -> None:
    ra = Evaluation.objects.get().ra_number
    assert "Sem resposta – protocolo" in words(browser.get(f"/ra/{ra}/"))
    assert "Nenhuma resposta; 1 convite enviado por e-mail." in words(browser.get("/painel/"))
    anonymous.post(link, {"grade": "4", "comment": "Vieram <b>rápido</b>."})
    page = browser.get(f"/ra/{ra}/").content.decode()
    assert "Nota 4 de 5" in page
    assert "“Vieram &lt;b&gt;rápido&lt;/b&gt;.”" in page
    panel = words(browser.get("/painel/"))
    assert "Média 4,0 de 5, em 1 resposta; 1 convite enviado por e-mail." in panel
    assert "4 – Bom 1 100%" in panel


def test_before_closing_the_attendant_reads_that_an_e_mail_will_go(browser: Client, public) -> None:
    opened = open_one(NewRequester("Maria Fictícia", "+5581912345678", "maria@example.com"))
    page = words(browser.get(f"/ra/{opened.service_request.pk}/encerrar/"))
    assert "Enviamos ao seu e-mail um convite" in page
