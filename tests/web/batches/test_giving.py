"""A batch is given: a file that is a table or is refused in words, the RAs of a period, and what is left of neither."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from recado.batches import storage
from recado.batches.models import Batch
from recado.batches.reading import read_some
from recado.people.roles import ATTENDANT, SUPERVISOR
from tests.batches.scene import mobile, table
from tests.web.attendance import logged_in, open_ra, words
from tests.web.batches.conftest import form, prepared, upload

pytestmark = pytest.mark.django_db


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


def test_a_file_that_is_gone_is_told_on_the_page(supervisor: Client) -> None:
    upload(supervisor, table(range(1)))
    batch = Batch.objects.get()
    storage.forget(batch.pk)
    assert "não está mais no servidor" in words(supervisor.get(f"/lotes/{batch.pk}/preparar/"))


def test_nothing_of_an_upload_is_left_when_it_breaks_off(supervisor: Client, tmp_path: Path) -> None:
    supervisor.post("/lotes/novo/arquivo/", b"--x\r\nno form at all", content_type="multipart/form-data; boundary=y")
    assert not list(storage.folder().iterdir())
    assert not Batch.objects.exists()


def test_the_model_has_what_a_file_needs(supervisor: Client) -> None:
    answer = supervisor.get("/lotes/modelo.csv")
    assert answer.content.decode("utf-8-sig").startswith("celular;nome;vencimento\r\n")
    upload(supervisor, answer.content)
    assert Batch.objects.get().mapping == {"CELULAR": 0, "NOME": 1, "VENCIMENTO": 2}


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


def test_an_attendant_sends_no_batch() -> None:
    client = logged_in(ATTENDANT)
    assert client.get("/lotes/").status_code == 403
    assert "Enviar SMS em lote" not in words(client.get("/ra/"))


def test_request_types_stand_in_the_order_of_a_dictionary() -> None:
    page = logged_in(SUPERVISOR).get("/lotes/novo/").content.decode()
    types = page.partition('name="tipo"')[2].partition("</select>")[0]
    assert re.findall(r">([^<]+)</option>", types) == ["Todos os tipos", "Água", "Conta", "Esgoto", "Ligação"]
