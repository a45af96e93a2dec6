"""*Enviar SMS em lote*, page by page: file, preparation, report, approval, way, end; and what is refused in words."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from recado import parameters
from recado.batches import storage
from recado.batches.feeding import feed_some
from recado.batches.models import Batch, BatchRow, State
from recado.batches.reading import read_some
from recado.outbox.models import Message, Status
from recado.parameters.values import save
from recado.people.models import AuditEntry, Deed
from recado.people.roles import ATTENDANT, SUPERVISOR
from recado.phones.models import Phone
from tests.batches.scene import mobile, table
from tests.web.attendance import logged_in, open_ra, words

pytestmark = pytest.mark.django_db
TEXT = "Ola {NOME}, sua conta vence em {VENCIMENTO}."


@pytest.fixture(autouse=True)
def no_files() -> object:
    yield
    for path in storage.folder().iterdir():
        path.unlink()


@pytest.fixture
def supervisor() -> Client:
    return logged_in(SUPERVISOR)


def upload(client: Client, content: str | bytes, name: str = "contas.csv", token: str = "") -> HttpResponse:
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    data = {"form_token": token or str(uuid.uuid4()), "arquivo": file}
    return client.post("/lotes/novo/arquivo/", data)


def prepared(client: Client, content: str, **more: str) -> Batch:
    """Uploaded, and every line read."""
    upload(client, content)
    batch = Batch.objects.latest("pk")
    answer = client.post(f"/lotes/{batch.pk}/preparar/", form(batch) | more)
    assert answer.status_code == 302, words(answer)
    while read_some(timezone.now()):
        pass
    return Batch.objects.get(pk=batch.pk)


def form(batch: Batch) -> dict[str, str]:
    tags = {f"tag_{place}": tag for tag, place in batch.mapping.items() if tag != "CELULAR"}
    return {
        "name": batch.name,
        "mobile": str(batch.mapping.get("CELULAR", "")),
        "type": str(batch.type_id),
        "template": TEXT,
        "has_header": "on",
        **tags,
    }


def somebody_else(name: str = "bia") -> Client:
    from django.contrib.auth.models import User

    from recado.people.membership import give_role

    user = User.objects.create_user(name)
    give_role(user, SUPERVISOR)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_from_a_file_to_messages_in_the_queue(supervisor: Client) -> None:
    answer = upload(supervisor, table(range(3)))
    batch = Batch.objects.get()
    assert answer["Location"] == f"/lotes/{batch.pk}/preparar/"
    page = words(supervisor.get(answer["Location"]))
    assert "Arquivo contas.csv, UTF-8, separado por ponto e vírgula ( não é assim? )." in page
    assert "Pessoa 0" in page
    batch = prepared(supervisor, table(range(10, 13)))
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    assert "Conferido" in page
    assert "3 linhas lidas" in page
    assert "Ola Pessoa 10, sua conta vence em 10/12/2026." in page
    assert "Enviar 3 mensagens" in page
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    feed_some(timezone.now())
    assert list(Message.objects.order_by("pk").values_list("number", flat=True)) == [mobile(n) for n in range(10, 13)]
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    assert "0 de 3 (0%)." in page
    assert "Na fila 3" in page


def test_the_preview_shows_real_rows_and_what_is_wrong_with_them(supervisor: Client) -> None:
    upload(supervisor, table(range(1)) + '8133334444;Bia;10/12/2026\n81912345678;"Caio"!;10/12/2026\n')
    batch = Batch.objects.get()
    page = words(supervisor.post(f"/lotes/{batch.pk}/previa/", form(batch)))
    assert "Linha 4: A linha tem aspas sem par ou é longa demais." in page
    assert "Linha 2, (81) 90000-0000 Ola Pessoa 0, sua conta vence em 10/12/2026." in page
    assert "Linha 3: Este número é fixo e não recebe SMS." in page


def test_a_file_that_was_cut_wrong_is_cut_as_the_person_says(supervisor: Client) -> None:
    upload(supervisor, "celular@nome@obs\n81912345678@Jo\xe3o@tem ; aqui\n".encode("cp1252"))
    batch = Batch.objects.get()
    assert batch.mapping == {"CELULAR_NOME_OBS": 0}
    page = words(supervisor.get(f"/lotes/{batch.pk}/separador/"))
    assert "81912345678@João@tem" in page
    refused = supervisor.post(f"/lotes/{batch.pk}/separador/", {"delimiter": "a", "encoding": "cp1252"})
    assert "O separador é um só caractere" in words(refused)
    answer = supervisor.post(f"/lotes/{batch.pk}/separador/", {"delimiter": "@", "encoding": "cp1252"})
    assert answer["Location"] == f"/lotes/{batch.pk}/preparar/"
    batch.refresh_from_db()
    assert (batch.columns, batch.mapping) == (["celular", "nome", "obs"], {"CELULAR": 0, "NOME": 1, "OBS": 2})
    assert "separado por “@”" in words(supervisor.get(f"/lotes/{batch.pk}/preparar/"))
    supervisor.post(f"/lotes/{batch.pk}/preparar/", form(batch) | {"template": "Ola {NOME}."})
    while read_some(timezone.now()):
        pass
    assert BatchRow.objects.get().text == "Ola João."
    late = supervisor.post(f"/lotes/{batch.pk}/separador/", {"delimiter": ";", "encoding": "utf-8"})
    assert late["Location"] == f"/lotes/{batch.pk}/"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"template": ""}, "Informe o texto."),
        ({"template": "Olá, {NOMI}."}, "A tag {NOMI} (posição 6) não é de nenhuma coluna. Você quis dizer {NOME}?"),
        ({"template": "Olá, {NOME."}, "está sem par"),
        ({"mobile": ""}, "Escolha a coluna do celular."),
        ({"mobile": "9"}, "Escolha a coluna do celular."),
        ({"type": "1"}, "Escolha um tipo da lista."),
        ({"tag_1": "VENCIMENTO"}, "A tag VENCIMENTO já é da coluna nome."),
        ({"tag_1": "CELULAR"}, "e não CELULAR"),
        ({"tag_1": "1ª"}, "Use letras sem acento"),
        ({"until_day": "01/01/2020"}, "Este limite já passou."),
        ({"until_hour": "10:00"}, "Informe também o dia."),
        ({"name": ""}, "Informe um nome"),
    ],
)
def test_a_preparation_that_cannot_work_is_refused_in_words(
    supervisor: Client, change: dict[str, str], sentence: str
) -> None:
    upload(supervisor, table(range(1)))
    batch = Batch.objects.get()
    answer = supervisor.post(f"/lotes/{batch.pk}/preparar/", form(batch) | change)
    assert sentence in words(answer)
    assert Batch.objects.get().state == State.DRAFT


def test_a_tag_may_have_another_name_than_its_column(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(1)), tag_1="cliente", template="Sr(a). {CLIENTE}, aviso.")
    assert batch.rows.get().text == "Sr(a). Pessoa 0, aviso."


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "vazio.csv", "está vazio"),
        ("celular;nome\n".encode("utf-16"), "a.csv", "CSV UTF-8"),
        (b"celular;nome\n", "a.csv", "só tem o cabeçalho"),
        (b"\xd0\xcf\x11\xe0....", "a.xls", "planilha antiga"),
        (b"PK\x03\x04....", "a.xlsx", "não pode ser lida"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(
    supervisor: Client, content: bytes, name: str, sentence: str
) -> None:
    answer = upload(supervisor, content, name)
    assert sentence in words(answer)
    assert not Batch.objects.exists()
    assert not list(storage.folder().iterdir())


def test_no_file_is_asked_for(supervisor: Client) -> None:
    answer = supervisor.post("/lotes/novo/arquivo/", {"form_token": str(uuid.uuid4())})
    assert "Escolha um arquivo." in words(answer)


def test_a_file_beyond_the_limit_is_refused_and_left_nowhere(
    supervisor: Client, settings: pytest.FixtureRequest
) -> None:
    settings.RECADO_BATCH_MAX_MB = 1
    answer = upload(supervisor, b"celular\n" + b"81912345678\n" * 200_000)
    assert answer.status_code == 413
    assert "O arquivo tem mais de 1 MB" in words(answer)
    assert not list(storage.folder().iterdir())


def test_an_upload_needs_the_forms_own_mark() -> None:
    client = logged_in(SUPERVISOR)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert upload(strict, table(range(1))).status_code == 403
    assert not Batch.objects.exists()
    assert not list(storage.folder().iterdir())


def test_the_file_is_its_owners_alone(supervisor: Client) -> None:
    upload(supervisor, table(range(1)))
    (path,) = storage.folder().iterdir()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_form_sent_twice_is_one_batch(supervisor: Client) -> None:
    token = str(uuid.uuid4())
    for _ in range(2):
        upload(supervisor, table(range(1)), token=token)
    assert Batch.objects.count() == 1


def test_the_same_file_under_another_name_is_noticed_and_asked_about(supervisor: Client) -> None:
    first = prepared(supervisor, table(range(2)))
    upload(supervisor, table(range(2)), "outro-nome.csv")
    batch = Batch.objects.latest("pk")
    page = words(supervisor.get(f"/lotes/{batch.pk}/preparar/"))
    assert f"no lote {first.pk}" in page
    answer = supervisor.post(f"/lotes/{batch.pk}/preparar/", form(batch))
    assert "Marque que quer enviá-lo de novo." in words(answer)
    answer = supervisor.post(f"/lotes/{batch.pk}/preparar/", form(batch) | {"again": "on"})
    assert answer.status_code == 302


def test_a_file_that_was_only_uploaded_counts_as_unused(supervisor: Client) -> None:
    for name in ("um.csv", "dois.csv"):
        upload(supervisor, table(range(2)), name)
    assert "já foi usado" not in words(supervisor.get(f"/lotes/{Batch.objects.latest('pk').pk}/preparar/"))


def test_a_cancelled_batch_says_that_it_adds_up_once_nothing_of_it_waits(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(2)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    feed_some(timezone.now())
    Batch.objects.update(state=State.CANCELLED)
    assert "Tudo confere" not in words(supervisor.get(f"/lotes/{batch.pk}/"))
    Message.objects.update(status=Status.CANCELLED)
    assert "0 enviadas + 2 não enviadas. Tudo confere." in words(supervisor.get(f"/lotes/{batch.pk}/"))


def test_lines_that_stay_out_are_shown_and_taken_away_without_running_formulas(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(1)) + "=cmd();Bia;10/12/2026\n" + table([0]).splitlines()[1])
    page = words(supervisor.get(f"/lotes/{batch.pk}/problemas/"))
    assert "O celular é uma fórmula." in page
    assert "Celular repetido: vale a linha 2." in page
    answer = supervisor.get(f"/lotes/{batch.pk}/problemas.csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "3;O celular é uma fórmula. Cole o valor no lugar dela.;'=cmd() | Bia | 10/12/2026" in content
    assert AuditEntry.objects.filter(deed=Deed.EXPORTED, subject=f"linhas com problema do lote {batch.pk}").exists()


def test_a_large_batch_waits_for_another_person(supervisor: Client) -> None:
    save(replace(parameters.get(), batch_approval=2), actor="ana", now=timezone.now())
    batch = prepared(supervisor, table(range(3)))
    assert "Pedir aprovação para 3 mensagens" in words(supervisor.get(f"/lotes/{batch.pk}/"))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    assert "outra pessoa precisa aprová-lo" in page
    assert "Aprovar e enviar" not in page
    answer = supervisor.post(f"/lotes/{batch.pk}/aprovar/", follow=True)
    assert "Quem prepara um lote não o aprova." in words(answer)
    other = somebody_else()
    assert "1 lote aguarda a aprovação" in words(other.get("/lotes/"))
    assert "Aprovar e enviar 3 mensagens" in words(other.get(f"/lotes/{batch.pk}/"))
    other.post(f"/lotes/{batch.pk}/aprovar/")
    batch.refresh_from_db()
    assert (batch.state, batch.approved_by) == (State.RUNNING, "bia")


def test_it_may_be_returned_with_a_reason(supervisor: Client) -> None:
    save(replace(parameters.get(), batch_approval=0), actor="ana", now=timezone.now())
    batch = prepared(supervisor, table(range(3)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    other = somebody_else()
    assert "Diga o motivo" in words(other.post(f"/lotes/{batch.pk}/devolver/", {"note": ""}))
    other.post(f"/lotes/{batch.pk}/devolver/", {"note": "O vencimento está errado."})
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    assert "O vencimento está errado." in page
    assert "Voltar ao preparo" in page


def test_while_it_waits_each_is_offered_what_is_theirs(supervisor: Client) -> None:
    save(replace(parameters.get(), batch_approval=0), actor="ana", now=timezone.now())
    batch = prepared(supervisor, table(range(3)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    mine, theirs = (client.get(f"/lotes/{batch.pk}/") for client in (supervisor, somebody_else()))
    assert all("Cancelar lote" in words(page) for page in (mine, theirs))
    assert "Voltar ao preparo" in words(mine)
    assert "/devolver/" not in mine.content.decode()
    assert "Voltar ao preparo" not in words(theirs)
    assert f"/lotes/{batch.pk}/devolver/" in theirs.content.decode()
    assert logged_in(ATTENDANT).get(f"/lotes/{batch.pk}/").status_code == 403


def test_who_prepared_it_takes_it_back_instead_of_giving_it_back(supervisor: Client) -> None:
    save(replace(parameters.get(), batch_approval=0), actor="ana", now=timezone.now())
    batch = prepared(supervisor, table(range(3)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    assert supervisor.get(f"/lotes/{batch.pk}/devolver/")["Location"] == f"/lotes/{batch.pk}/"
    refused = words(supervisor.post(f"/lotes/{batch.pk}/devolver/", {"note": "Engano meu."}, follow=True))
    assert "Quem prepara um lote não o devolve." in refused
    assert supervisor.post(f"/lotes/{batch.pk}/corrigir/")["Location"] == f"/lotes/{batch.pk}/preparar/"
    batch.refresh_from_db()
    assert batch.state == State.DRAFT
    assert "O pedido de aprovação foi retirado." in words(supervisor.get(f"/lotes/{batch.pk}/"))


def test_the_report_tells_every_count_and_how_many_would_expire(supervisor: Client) -> None:
    ready_phone = Phone.objects.create(name="Aparelho 1", link="tcp:127.0.0.1:9", pace_seconds=7)
    batch = prepared(supervisor, table(range(3)))
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    for told in ("0 com problema", "0 repetidas", "0 pediram para não receber", "0 já receberam", "3 SMS ao todo"):
        assert told in page
    assert "enviando agora, término às" in page
    assert "Nenhum expira: não há limite “enviar até”." in page
    Batch.objects.filter(pk=batch.pk).update(expires_at=timezone.now() + timedelta(seconds=ready_phone.pace_seconds))
    assert "cerca de 2 SMS não saem a tempo e expiram." in words(supervisor.get(f"/lotes/{batch.pk}/"))


def test_pause_resume_and_cancel(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(3)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    feed_some(timezone.now())
    assert "Retomar lote" in words(supervisor.post(f"/lotes/{batch.pk}/pausar/", follow=True))
    assert "Pausar lote" in words(supervisor.post(f"/lotes/{batch.pk}/retomar/", follow=True))
    assert "3 mensagens não saem mais." in words(supervisor.get(f"/lotes/{batch.pk}/cancelar/"))
    assert "Cancelado" in words(supervisor.post(f"/lotes/{batch.pk}/cancelar/", follow=True))
    deeds = set(AuditEntry.objects.filter(subject=str(batch.pk)).values_list("deed", flat=True))
    assert {Deed.BATCH_STARTED, Deed.BATCH_PAUSED, Deed.BATCH_RESUMED, Deed.BATCH_CANCELLED} <= deeds


def test_how_it_ended_adds_up_and_is_taken_away(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(2)) + "8133334444;Bia;10/12/2026\n")
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    feed_some(timezone.now())
    Message.objects.update(status=Status.SENT)
    feed_some(timezone.now())
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    assert "3 linhas = 2 prontas + 1 fora. 2 prontas = 2 enviadas + 0 não enviadas. Tudo confere." in page
    content = b"".join(supervisor.get(f"/lotes/{batch.pk}/resultado.csv").streaming_content).decode("utf-8-sig")
    assert "2;(81) 90000-0000;Enviada;" in content
    assert AuditEntry.objects.filter(deed=Deed.EXPORTED, subject=f"resultado do lote {batch.pk}").exists()


def test_a_batch_of_one_line_is_told_in_the_singular(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(1)) + "8133334444;Bia;10/12/2026\n")
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    assert "1 com problema fica fora do lote" in page
    assert "1 pronta 1 SMS ao todo" in page
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    feed_some(timezone.now())
    Message.objects.update(status=Status.SENT)
    feed_some(timezone.now())
    page = words(supervisor.get(f"/lotes/{batch.pk}/"))
    assert "2 linhas = 1 pronta + 1 fora. 1 pronta = 1 enviada + 0 não enviadas. Tudo confere." in page


def test_every_number_leads_to_its_messages(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(12)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    feed_some(timezone.now())
    page = words(supervisor.get(f"/lotes/{batch.pk}/mensagens/?estado=queued"))
    assert "12 mensagens: na fila" in page
    assert "1–10 de 12 mensagens" in page
    assert "Nenhuma mensagem" in words(supervisor.get(f"/lotes/{batch.pk}/mensagens/?estado=sent"))
    assert AuditEntry.objects.filter(deed=Deed.BATCH_VIEWED).exists()


def test_the_live_part_asks_for_the_whole_page_when_the_state_has_changed(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(2)))
    answer = supervisor.get(f"/lotes/{batch.pk}/vivo/?era=reading", headers={"HX-Request": "true"})
    assert answer.headers["HX-Refresh"] == "true"
    assert 'id="lote-agora"' in supervisor.get(f"/lotes/{batch.pk}/vivo/?era=read").content.decode()


def test_from_requests(supervisor: Client) -> None:
    open_ra(mobile(1), "Beatriz Souza")
    today = timezone.localdate()
    period = {"inicio": f"{today:%d/%m/%Y}", "fim": f"{today:%d/%m/%Y}", "form_token": str(uuid.uuid4())}
    supervisor.post("/lotes/novo/ras/", period)
    batch = Batch.objects.get()
    page = words(supervisor.get(f"/lotes/{batch.pk}/preparar/"))
    assert "Beatriz Souza" in page
    assert "{PROTOCOLO}" in page
    supervisor.post(f"/lotes/{batch.pk}/preparar/", form(batch) | {"template": "{NOME}, protocolo {PROTOCOLO}."})
    while read_some(timezone.now()):
        pass
    assert Batch.objects.get().ready == 1


def test_requests_without_a_mobile_are_told(supervisor: Client) -> None:
    period = {"inicio": "01/01/2020", "fim": "02/01/2020", "form_token": str(uuid.uuid4())}
    assert "Nenhum solicitante com celular" in words(supervisor.post("/lotes/novo/ras/", period))
    answer = supervisor.post("/lotes/novo/ras/", period | {"fim": "01/01/2019"})
    assert "igual ou posterior" in words(answer)


def test_the_model_has_what_a_file_needs(supervisor: Client) -> None:
    answer = supervisor.get("/lotes/modelo.csv")
    assert answer.content.decode("utf-8-sig").startswith("celular;nome;vencimento\r\n")
    upload(supervisor, answer.content)
    assert Batch.objects.get().mapping == {"CELULAR": 0, "NOME": 1, "VENCIMENTO": 2}


def test_an_attendant_sends_no_batch() -> None:
    client = logged_in(ATTENDANT)
    assert client.get("/lotes/").status_code == 403
    assert "Enviar SMS em lote" not in words(client.get("/ra/"))


def test_a_file_that_is_gone_is_told_on_the_page(supervisor: Client) -> None:
    upload(supervisor, table(range(1)))
    batch = Batch.objects.get()
    storage.forget(batch.pk)
    assert "não está mais no servidor" in words(supervisor.get(f"/lotes/{batch.pk}/preparar/"))


def test_nothing_of_an_upload_is_left_when_it_breaks_off(supervisor: Client, tmp_path: Path) -> None:
    supervisor.post("/lotes/novo/arquivo/", b"--x\r\nno form at all", content_type="multipart/form-data; boundary=y")
    assert not list(storage.folder().iterdir())
    assert not Batch.objects.exists()


def test_the_main_screen_tells_who_may_approve_and_nobody_else(supervisor: Client) -> None:
    save(replace(parameters.get(), batch_approval=0), actor="ana", now=timezone.now())
    batch = prepared(supervisor, table(range(1)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    assert "1 lote a aprovar" in words(somebody_else().get("/"))
    assert "lote a aprovar" not in words(supervisor.get("/"))


def test_a_message_names_its_batch_and_says_when_that_is_paused(supervisor: Client) -> None:
    batch = prepared(supervisor, table(range(1)))
    supervisor.post(f"/lotes/{batch.pk}/enviar/")
    feed_some(timezone.now())
    supervisor.post(f"/lotes/{batch.pk}/pausar/")
    page = words(supervisor.get(f"/mensagens/{Message.objects.get().pk}/"))
    assert f"Lote {batch.pk}" in page
    assert "O lote desta mensagem está pausado" in page
    assert "9999" not in page


def test_a_reading_that_nobody_does_says_whom_to_ask(supervisor: Client) -> None:
    upload(supervisor, table(range(1)))
    batch = Batch.objects.get()
    supervisor.post(f"/lotes/{batch.pk}/preparar/", form(batch))
    Batch.objects.update(state_since=timezone.now() - timedelta(minutes=5))
    assert "conferir o serviço de tarefas" in words(supervisor.get(f"/lotes/{batch.pk}/"))
