"""*Consultar Mensagens Enviadas Via SMS*: what is asked, refused and found."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from recado import parameters
from recado.clients.models import Client
from recado.outbox.claims import finish
from recado.outbox.models import Message, MessageType
from recado.parameters.values import save
from tests.batches.scene import draft, table
from tests.playsms.conftest import make_account
from tests.support.outbox import NOW, PERMANENT, claim, make_phone, make_type, queue_message, send_all
from tests.web.attendance import go_wrong, logged_in, open_ra, words

pytestmark = pytest.mark.usefixtures("at_a_known_time")

PERIOD = {"inicio": "01/11/2026", "fim": "22/11/2026"}


def ask(browser, **query):
    return browser.get("/mensagens/?" + urlencode(query)).content.decode()


def numbers(page):
    return re.findall(r">Mensagem (\d+)</a>", page)


def test_the_blank_form_asks_for_nothing_and_refuses_nothing(browser):
    page = ask(browser)
    assert "Há 1 campo" not in page
    assert 'id="resultado"' not in page
    assert re.search(r'type="radio" name="situacao" value="todas"[^>]* checked', page)
    assert '<option value="" selected>Todos os tipos</option>' in page


def test_buttons_stand_where_gsan_has_them_and_limpar_is_a_link(browser):
    page = ask(browser, **PERIOD)
    assert '<a class="br-button secondary" href="/mensagens/">Limpar</a>' in page
    assert '<a class="br-button" href="/">Cancelar</a>' in page
    assert 'type="reset"' not in page
    assert page.index("Limpar") < page.index("Cancelar</a>") < page.index("Pesquisar</button>")


@pytest.mark.parametrize(
    ("query", "sentences"),
    [
        ({"inicio": "", "fim": ""}, ["Informe a data inicial.", "Informe a data final."]),
        ({"inicio": "01/11/2026"}, ["Informe a data final."]),
        ({"situacao": "enviadas"}, ["Informe a data inicial.", "Informe a data final."]),
        ({"inicio": "31/02/2026", "fim": "22/11/2026"}, ["31/02/2026 não existe."]),
        (
            {"inicio": "22/11/2026", "fim": "21/11/2026"},
            ["A data final deve ser igual ou posterior à data inicial."],
        ),
        ({"inicio": "ontem", "fim": "22/11/2026"}, ["Escreva a data como dd/mm/aaaa. Exemplo: 22/11/2026."]),
        ({"inicio": "1/11/26", "fim": "22/11/2026"}, ["Escreva a data como dd/mm/aaaa. Exemplo: 22/11/2026."]),
        ({"inicio": "01-11/2026", "fim": "22/11/2026"}, ["Escreva a data como dd/mm/aaaa. Exemplo: 22/11/2026."]),
        ({"inicio": "31-02-2026", "fim": "22/11/2026"}, ["31-02-2026 não existe."]),
        (PERIOD | {"situacao": "talvez"}, ["Escolha uma situação: Todas, Não Enviadas ou Enviadas."]),
        (PERIOD | {"tipo": "999"}, ["Escolha um tipo de SMS da lista."]),
        (PERIOD | {"tipo": "1' OR 1=1"}, ["Escolha um tipo de SMS da lista."]),
    ],
)
def test_refusals_say_what_to_write(browser, query, sentences):
    page = ask(browser, **query)
    fields = "campo" if len(sentences) == 1 else "campos"
    assert f"Há {len(sentences)} {fields} para corrigir" in page
    for sentence in sentences:
        assert page.count(sentence) == 2
    assert "<title>Erro: Consultar" in page
    assert 'id="resultado"' not in page


def test_a_refused_form_keeps_what_was_typed_and_points_at_the_field(browser):
    page = ask(browser, inicio="31/02/2026", fim="22/11/2026", situacao="enviadas")
    assert '<a href="#id_inicio">31/02/2026 não existe.</a>' in page
    field = re.search(r'<input[^>]*id="id_inicio"[^>]*>', page)[0]
    assert 'value="31/02/2026"' in field
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_inicio_error"' in field
    assert re.search(r'value="enviadas"[^>]* checked', page)


@pytest.mark.parametrize(
    "query",
    [
        "inicio=01/11/2026%00&fim=22/11/2026",
        "inicio=%F0%9F%92%A7&fim=%FF%FE",
        "inicio=01/11/2026&fim=22/11/2026&tipo=%00",
        "inicio=00/00/0000&fim=99/99/9999",
        "inicio=01/01/0001&fim=31/12/9999",
        "inicio=٠١/١١/٢٠٢٦&fim=22/11/2026",
        "situacao=todas&estado=%00",
        "inicio=" + "9" * 10_000_000,
        "inicio=01/11/2026&fim=22/11/2026&pagina=" + "9" * 10_000_000,
        "inicio=01/11/2026&fim=22/11/2026&por_pagina=" + "x" * 10_000_000,
    ],
)
def test_nonsense_is_answered_and_never_written_back(browser, query):
    answer = browser.get("/mensagens/?" + query)
    assert answer.status_code == 200
    assert len(answer.content) < 100_000


def test_too_many_parameters_are_refused_in_words(browser):
    answer = browser.get("/mensagens/?" + "a=1&" * 5000)
    assert answer.status_code == 400
    assert "Pedido não entendido" in answer.content.decode()


def test_no_result_is_told_on_the_same_page(browser):
    page = ask(browser, **PERIOD)
    assert "0 mensagens de 01/11/2026 a 22/11/2026" in page
    assert 'value="01/11/2026"' in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({}, "Nenhuma mensagem neste período. Amplie o período."),
        ({"situacao": "enviadas"}, "neste período com estes filtros. Amplie o período ou escolha “Todas”."),
        ({"ra": "12"}, "neste período com estes filtros. Amplie o período ou retire filtros."),
        ({"situacao": "enviadas", "tipo": "1"}, "Amplie o período, escolha “Todas” ou retire filtros."),
    ],
)
def test_where_nothing_is_found_only_what_is_narrowed_is_to_be_widened(browser, query, sentence):
    assert sentence in ask(browser, **PERIOD, **query)


def test_how_long_messages_are_kept_is_told_where_one_looks_for_old_ones(browser):
    assert "são guardadas por" not in ask(browser, **PERIOD)
    save(replace(parameters.get(), retention_days=730), actor="ana", now=NOW)
    assert "As mensagens são guardadas por 730 dias." in words(browser.get("/mensagens/", PERIOD))


def test_a_row_says_who_what_when_and_how_it_stands(browser):
    phone = make_phone()
    message = queue_message(number="+5581900000012", at=NOW - timedelta(minutes=2))
    finish(claim(phone, NOW - timedelta(minutes=2)), PERMANENT, NOW)
    page = ask(browser, **PERIOD)
    assert "(81) 90000-0012" in page
    assert f'href="/mensagens/{message.pk}/?next=%2Fmensagens%2F%3Finicio%3D01' in page
    assert ">22/11/2026 08:12:04</time>" in page
    assert "há 2 minutos" in page
    assert "<span>Envio avulso</span></td>" in page
    assert "<span>Com erro</span>" in page
    assert "Número inexistente" in page


def test_a_message_of_an_ra_leads_to_the_ra(browser):
    opened = open_ra()
    number, protocol = opened.service_request.pk, opened.requester.protocol
    page = ask(browser, **PERIOD)
    assert re.search(rf'<a href="/ra/{number}/\?next=[^"]+">RA {number}</a>', page)
    assert f'<span class="sr-only">Mensagem do protocolo </span>{protocol}</a>' in page


def test_situations_part_the_messages(browser):
    phone = make_phone()
    queue_message()
    sent = send_all(phone)
    waiting = queue_message()
    assert numbers(ask(browser, **PERIOD)) == [str(sent.pk), str(waiting.pk)]
    assert numbers(ask(browser, **PERIOD, situacao="enviadas")) == [str(sent.pk)]
    assert numbers(ask(browser, **PERIOD, situacao="nao-enviadas")) == [str(waiting.pk)]


def test_a_type_narrows_and_only_active_types_are_offered(browser):
    kind, retired = make_type(name="Tipo em uso"), make_type(name="Tipo retirado")
    mine, old = queue_message(kind=kind), queue_message(kind=retired)
    MessageType.objects.filter(pk=retired.pk).update(active=False)
    page = ask(browser, **PERIOD, tipo=str(kind.pk))
    assert numbers(page) == [str(mine.pk)]
    assert "Tipo em uso</option>" in page
    assert "Tipo retirado</option>" not in page
    assert str(old.pk) in numbers(ask(browser, **PERIOD))


def test_one_status_alone_is_told_and_can_be_lifted(browser):
    phone = make_phone()
    queue_message()
    send_all(phone)
    waiting = queue_message()
    page = ask(browser, **PERIOD, estado="queued")
    assert numbers(page) == [str(waiting.pk)]
    assert "Mostrando só as que estão:" in page
    assert 'href="?inicio=01%2F11%2F2026&amp;fim=22%2F11%2F2026#resultado">Mostrar as outras também</a>' in page


def test_ten_rows_a_page_with_the_filters_in_every_link(browser):
    made = [queue_message(at=NOW - timedelta(minutes=20 - i)) for i in range(12)]
    first = ask(browser, **PERIOD, situacao="nao-enviadas")
    assert numbers(first) == [str(message.pk) for message in made[:10]]
    assert "12 mensagens de 01/11/2026 a 22/11/2026" in first
    assert "1–10 de 12 mensagens" in first
    link = "?inicio=01%2F11%2F2026&amp;fim=22%2F11%2F2026&amp;situacao=nao-enviadas&amp;por_pagina=10&amp;pagina=2"
    assert link in first
    for page in ("2", "99", "9" * 30):
        assert numbers(ask(browser, **PERIOD, pagina=page)) == [str(message.pk) for message in made[10:]]
    assert len(numbers(ask(browser, **PERIOD, por_pagina="25"))) == 12


def test_the_links_to_usual_periods_count_local_days(browser):
    page = ask(browser)
    assert 'href="?inicio=22%2F11%2F2026&amp;fim=22%2F11%2F2026#resultado">Hoje</a>' in page
    assert 'href="?inicio=21%2F11%2F2026&amp;fim=21%2F11%2F2026#resultado">Ontem</a>' in page
    assert 'href="?inicio=16%2F11%2F2026&amp;fim=22%2F11%2F2026#resultado">Últimos 7 dias</a>' in page


def test_today_is_the_local_day_even_when_it_is_tomorrow_in_utc(anonymous, user):
    with time_machine.travel(timezone.localtime(NOW).replace(hour=23, minute=30), tick=False):
        anonymous.force_login(user)
        assert 'href="?inicio=22%2F11%2F2026&amp;fim=22%2F11%2F2026#resultado">Hoje</a>' in ask(anonymous)


def test_one_day_is_told_as_one(browser):
    assert "0 mensagens em 22/11/2026" in ask(browser, inicio="22/11/2026", fim="22/11/2026")


def test_the_query_is_only_read(browser):
    assert browser.post("/mensagens/").status_code == 405


def address_after(browser, **typed):
    """Where the form leads, and what is there."""
    answer = browser.post("/mensagens/pesquisar/", PERIOD | typed)
    assert answer.status_code == 302
    return answer["Location"], browser.get(answer["Location"]).content.decode()


def test_the_form_leads_to_an_address_that_can_be_shared(browser):
    waiting = queue_message()
    address, page = address_after(browser, situacao="nao-enviadas", estado="queued", por_pagina="25")
    assert address == (
        "/mensagens/?inicio=01%2F11%2F2026&fim=22%2F11%2F2026&situacao=nao-enviadas&estado=queued&por_pagina=25"
        "#resultado"
    )
    assert numbers(page) == [str(waiting.pk)]
    assert re.search("<details class=.rc-more. open>", page)


def test_a_blank_form_is_refused_at_an_address_of_its_own(browser):
    answer = browser.post("/mensagens/pesquisar/", {"inicio": "", "fim": ""}, follow=True)
    assert "Informe a data inicial." in answer.content.decode()


@pytest.mark.parametrize("written", ["+55 (81) 9 0000-0012", "81900000012", "081 90000 0012"])
def test_a_mobile_in_any_writing_is_found_and_never_stands_in_an_address(browser, written):
    mine = queue_message(number="+5581900000012")
    queue_message()
    address, page = address_after(browser, celular=written)
    assert numbers(page) == [str(mine.pk)]
    assert 'value="(81) 90000-0012"' in page
    assert "chave=" in address
    addresses = [address, *re.findall(r'(?:href|action)="([^"]+)"', page)]
    assert not any(part in link for link in addresses for part in ("0000-0012", "00000012", "90000"))


def test_a_mobile_that_is_kept_no_longer_is_asked_for_again(browser):
    page = ask(browser, **PERIOD, chave="nenhuma")
    assert "O celular desta pesquisa não está mais guardado" in page
    assert 'value="01/11/2026"' in page


def test_further_filters_narrow_by_protocol_ra_phone_and_user(browser):
    opened = open_ra(actor="ana")
    ra, protocol, mine = opened.service_request.pk, opened.requester.protocol, opened.message
    other = queue_message()
    send_all(make_phone("Aparelho 7"))
    phone = make_phone("Aparelho 8")
    queue_message()
    sent = send_all(phone)
    assert numbers(ask(browser, **PERIOD, aparelho=str(phone.pk))) == [str(sent.pk)]
    for query in ({"protocolo": f"{protocol[:4]}.{protocol[4:]}"}, {"ra": str(ra)}, {"usuario": "ANA"}):
        page = ask(browser, **PERIOD, **query)
        assert f'href="/mensagens/{mine.pk}/?' in page
        assert f'href="/mensagens/{other.pk}/?' not in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"protocolo": "123"}, "O protocolo tem 14 números. Exemplo: 20261000000012."),
        ({"ra": "doze"}, "Informe só os números do RA. Exemplo: 8143712."),
        ({"ra": "9" * 40}, "Informe só os números do RA. Exemplo: 8143712."),
        ({"aparelho": "999"}, "Escolha um aparelho da lista."),
        ({"lote": "nenhum"}, "Nenhum lote tem este número ou nome."),
        ({"lote": "999"}, "Nenhum lote tem este número ou nome."),
        ({"situacao": "enviadas", "estado": "failed"}, "“Com erro” está entre as Não Enviadas"),
    ],
)
def test_further_filters_are_refused_in_words(browser, query, sentence):
    page = ask(browser, **PERIOD, **query)
    assert sentence in page
    assert "Há 1 campo para corrigir" in page
    assert re.search("<details class=.rc-more. open>", page)


def test_a_batch_is_asked_for_by_number_or_name_at_an_address_that_can_be_shared(browser):
    batch = draft(table([1]), name="Falta de água no Centro")
    mine = queue_message()
    Message.objects.filter(pk=mine.pk).update(batch=batch.pk)
    queue_message()
    for written in (str(batch.pk), "falta de AGUA"):
        address, page = address_after(browser, lote=written)
        assert address == f"/mensagens/?{urlencode(PERIOD | {'lote': written})}#resultado"
        assert numbers(page) == [str(mine.pk)]
        assert re.search("<details class=.rc-more. open>", page)
        assert f"{urlencode({'lote': written})}" in re.search(r'href="/mensagens/exportar/csv/\?([^"]+)"', page)[1]


def test_a_name_of_too_many_batches_is_no_choice(browser, monkeypatch):
    monkeypatch.setattr("recado.web.forms.messages.MOST_BATCHES", 1)
    for _ in range(2):
        draft(table([1]), name="Aviso")
    page = ask(browser, **PERIOD, lote="aviso")
    assert "Muitos lotes têm este nome. Escreva mais do nome, ou o número do lote." in page


def test_columns_order_the_whole_result_and_say_so(browser):
    last, first = queue_message(number="+5581900000099"), queue_message(number="+5581900000011")
    page = ask(browser, **PERIOD)
    assert numbers(page) == [str(last.pk), str(first.pk)]
    assert 'scope="col" aria-sort="ascending"><a class="rc-sort" href="?inicio=01%2F11%2F2026' in page
    by_mobile = ask(browser, **PERIOD, ordem="celular")
    assert numbers(by_mobile) == [str(first.pk), str(last.pk)]
    assert re.search(
        r'scope="col" aria-sort="ascending"><a class="rc-sort" href="[^"]+ordem=-celular#resultado">Cel', by_mobile
    )
    assert numbers(ask(browser, **PERIOD, ordem="-celular")) == [str(last.pk), str(first.pk)]
    assert numbers(ask(browser, **PERIOD, ordem="nada")) == [str(last.pk), str(first.pk)]


def test_totals_by_status_are_of_the_whole_result_and_lead_to_their_lists(browser):
    phone = make_phone()
    for _ in range(12):
        queue_message()
    finish(claim(phone), PERMANENT, NOW)
    page = ask(browser, **PERIOD)
    totals = re.search(r'<ul class="[^"]*rc-totals.*?</ul>', page, re.DOTALL)[0]
    assert re.findall(r'<span>([^<]+)</span></span> <span class="num">(\d+)<', totals) == [
        ("Na fila", "11"),
        ("Com erro", "1"),
    ]
    assert "&amp;estado=failed" in totals


def test_back_from_a_message_and_its_ra_keeps_the_filters(browser):
    opened = open_ra()
    page = ask(browser, **PERIOD, situacao="nao-enviadas")
    for path in (f"/mensagens/{opened.message.pk}/", f"/ra/{opened.service_request.pk}/"):
        link = re.search(rf'href="({path}\?next=[^"]+)"', page)[1]
        there = browser.get(link.replace("&amp;", "&")).content.decode()
        assert (
            'href="/mensagens/?inicio=01%2F11%2F2026&amp;fim=22%2F11%2F2026&amp;situacao=nao-enviadas#resultado"'
            in there
        )


def links(answer, path):
    """The addresses of a page's links to `path`."""
    return [html.unescape(link) for link in re.findall(rf'href="({path}[^"]*)"', answer.content.decode())]


@pytest.mark.parametrize(("action", "form"), [("reenviar", {}), ("descartar", {"note": "Avisado por telefone."})])
def test_back_keeps_the_filters_after_a_decision_too(db, action, form):
    client, message = logged_in(), go_wrong(open_ra().message)
    listed = "/mensagens/?inicio=01%2F11%2F2026&fim=22%2F11%2F2026&estado=failed"
    there = client.get(f"/mensagens/{message.pk}/", {"next": listed})
    address = {"next": there.context["here"]}
    assert [f"/mensagens/{message.pk}/descartar/?{urlencode(address)}"] == links(there, "/mensagens/.*/descartar/")
    after = client.post(f"/mensagens/{message.pk}/{action}/", form | address, follow=True)
    assert listed in links(after, "/mensagens/")


def test_back_keeps_the_filters_on_the_page_of_the_corrected_message(db):
    client, message = logged_in(), go_wrong(open_ra().message)
    listed = "/mensagens/?inicio=01%2F11%2F2026&fim=22%2F11%2F2026&estado=failed"
    address = {"next": client.get(f"/mensagens/{message.pk}/", {"next": listed}).context["here"]}
    answer = client.post(f"/mensagens/{message.pk}/corrigir/", {"mobile": "(11) 98765-4321"} | address, follow=True)
    new = Message.objects.get(replaces=message)
    assert answer.redirect_chain[-1][0].startswith(f"/mensagens/{new.pk}/")
    assert listed in links(answer, "/mensagens/")
    # The page that it replaces is one step away, and leads back to the same list.
    assert f"/mensagens/{message.pk}/?{urlencode({'next': listed})}" in links(answer, "/mensagens/")


def test_back_leads_to_no_other_house(browser):
    message = queue_message()
    there = browser.get(f"/mensagens/{message.pk}/?next=https://example.com/").content.decode()
    assert "example.com" not in there


def test_a_huge_result_is_ordered_by_time_alone(browser, monkeypatch):
    monkeypatch.setattr("recado.web.views.messages.MOST_TO_SORT", 1)
    first, second = queue_message(number="+5581900000099"), queue_message(number="+5581900000011")
    page = ask(browser, **PERIOD, ordem="celular")
    assert numbers(page) == [str(first.pk), str(second.pk)]
    assert "Com mais de 1 mensagens, a lista sai só por data e hora do envio." in page
    assert "Para ordenar por outra coluna, reduza o período ou use “Mais filtros”." in page


@pytest.mark.parametrize("written", ["Recado", "recado"])
def test_what_the_program_made_by_itself_can_be_asked_for(browser, written):
    open_ra(actor="ana")
    by_program = queue_message()
    answer = browser.get("/mensagens/", {"inicio": "22/11/2026", "fim": "22/11/2026", "usuario": written})
    assert "1 mensagem em 22/11/2026" in words(answer)
    assert f"/mensagens/{by_program.pk}/" in answer.content.decode()


@pytest.mark.parametrize("written", ["22/11/2026", "22-11-2026", "22.11.2026", "22 11 2026", "22112026", "2026-11-22"])
def test_a_date_is_taken_as_people_and_programs_write_it(browser, written):
    assert "0 mensagens em 22/11/2026" in ask(browser, inicio=written, fim=written)


def test_origins_that_are_no_people_are_offered_by_name(browser, settings):
    make_account(name="cobranca")
    system = User.objects.create_user("agencia.virtual")
    Client.objects.create(user=system, created_by="ana", created_at=NOW)
    listed = re.search(r'list="origens".*<datalist id="origens">(.*?)</datalist>', ask(browser), re.DOTALL)
    assert re.findall(r'value="([^"]+)"', listed[1]) == ["agencia.virtual", "playSMS cobranca", "Recado"]
    settings.RECADO_GSAN_DATABASE_URL = "postgresql://gsan/gsan"
    assert '<option value="GSAN"></option>' in ask(browser)
