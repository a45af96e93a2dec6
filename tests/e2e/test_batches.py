"""*Enviar SMS em lote* as a supervisor uses it: from the file to the last SMS, and what is refused on the way."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from recado.batches import storage
from recado.batches.feeding import feed_some, look_after_some
from recado.batches.models import Batch, State
from recado.batches.reading import read_some
from recado.emulator.serve import RunningEmulator
from recado.jobs.job import Job
from recado.jobs.runner import run_jobs
from recado.phones.models import Phone
from tests.batches.scene import table
from tests.e2e.accessibility import grave_faults
from tests.e2e.steps import astray, cut_off, missing_icons, sideways
from tests.gateway.conftest import until

pytestmark = pytest.mark.sqlite
TEXT = "{EMPRESA}: {NOME}, sua conta vence em {VENCIMENTO}."


@pytest.fixture
def jobs(transactional_db: None) -> Iterator[None]:
    """The batches' jobs, as `recado jobs` runs them."""
    stop = threading.Event()
    work = [Job("read", read_some, 0.2), Job("feed", feed_some, 0.2), Job("care", look_after_some, 0.2)]
    thread = threading.Thread(target=run_jobs, args=(work, stop, timezone.now))
    thread.start()
    yield
    stop.set()
    thread.join()
    for path in storage.folder().iterdir():
        path.unlink()


def choose(page: Page, file: Path) -> None:
    page.goto("/lotes/novo/")
    page.get_by_label("Arquivo CSV ou XLSX").set_input_files(file)
    page.get_by_role("button", name="Seguir com o arquivo").click()


def written(folder: Path, content: str | bytes, name: str = "contas.csv") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_from_a_file_to_the_last_sms(page: Page, emulator: RunningEmulator, jobs: None, tmp_path: Path) -> None:
    Phone.objects.update(pace_seconds=0)
    choose(page, written(tmp_path, table(range(4)) + "8133334444;Bia;10/12/2026\n"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Preparar lote")
    page.get_by_label("Texto", exact=False).first.fill(TEXT)
    expect(page.locator("#previa")).to_contain_text("Pessoa 0, sua conta vence em 10/12/2026.")
    page.get_by_role("button", name="Conferir todas as linhas").click()
    # The page that reads comes to the report by itself.
    expect(page.get_by_role("heading", name="Conferência")).to_be_visible()
    expect(page.get_by_text("5 linhas lidas").or_(page.get_by_text("linhas lidas")).first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Baixar as linhas que ficam fora").click()
    assert "6;Este número é fixo" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    page.get_by_role("button", name="Enviar 4 mensagens").click()
    expect(page.get_by_text("Tudo confere.")).to_be_visible()
    assert sorted(sms.number for sms in emulator.on_air) == [f"+558190000000{place}" for place in range(4)]


def test_pause_and_cancel(page: Page, emulator: RunningEmulator, jobs: None, tmp_path: Path) -> None:
    Phone.objects.update(pace_seconds=60)
    choose(page, written(tmp_path, table(range(3))))
    page.get_by_label("Texto", exact=False).first.fill("Aviso.")
    page.get_by_role("button", name="Conferir todas as linhas").click()
    page.get_by_role("button", name="Enviar 3 mensagens").click()
    expect(page.get_by_role("button", name="Pausar lote")).to_be_visible()
    # Of a batch that has passed nothing on yet, what would be cancelled has another name.
    until(lambda: Batch.objects.get().fed == 3)
    page.get_by_role("button", name="Pausar lote").click()
    expect(page.get_by_role("button", name="Retomar lote")).to_be_visible()
    page.get_by_role("link", name="Cancelar o que não saiu").click()
    page.get_by_role("button", name="Cancelar o que não saiu").click()
    expect(page.get_by_text("Lote cancelado")).to_be_visible()
    expect(page.get_by_text("Tudo confere.")).to_be_visible()


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "vazio.csv", "O arquivo está vazio."),
        ("celular;nome\n1;a\n".encode("utf-16"), "largo.csv", "CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0 velha", "velha.xls", "É uma planilha antiga"),
    ],
)
def test_a_file_that_does_not_serve_is_refused_in_words(
    page: Page, tmp_path: Path, content: bytes, name: str, sentence: str
) -> None:
    choose(page, written(tmp_path, content, name))
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    assert not Batch.objects.exists()


def test_a_file_beyond_the_limit_is_told_before_it_is_sent(page: Page, tmp_path: Path, settings: Any) -> None:
    settings.RECADO_BATCH_MAX_MB = 1
    choose(page, written(tmp_path, b"81912345678\n" * 100_000))
    field = page.get_by_label("Arquivo CSV ou XLSX")
    assert page.url.endswith("/lotes/novo/")
    assert "O arquivo tem mais de 1 MB, o limite." in str(field.evaluate("field => field.validationMessage"))
    field.set_input_files(written(tmp_path, table(range(2)), "menor.csv"))
    page.get_by_role("button", name="Seguir com o arquivo").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Preparar lote")


def test_a_text_that_no_column_can_fill_is_refused_at_its_field(page: Page, tmp_path: Path) -> None:
    choose(page, written(tmp_path, table(range(2))))
    page.get_by_label("Texto", exact=False).first.fill("Ola {NOMI}.")
    page.get_by_role("button", name="Conferir todas as linhas").click()
    expect(page.get_by_role("alert")).to_contain_text("Você quis dizer {NOME}?")
    expect(page.get_by_label("Texto", exact=False).first).to_have_value("Ola {NOMI}.")


def test_it_works_without_scripts(
    new_context: Callable[..., BrowserContext], let_in: Callable[[BrowserContext], Page], jobs: None, tmp_path: Path
) -> None:
    page = let_in(new_context(java_script_enabled=False))
    choose(page, written(tmp_path, table(range(2))))
    page.locator("#id_template").fill("Ola {NOME}.")
    page.get_by_role("button", name="Ver como fica").click()
    expect(page.locator("#previa")).to_contain_text("Ola Pessoa 0.")
    page.get_by_role("button", name="Conferir todas as linhas").click()
    expect(page).to_have_url(re.compile(r"/lotes/\d+/$"))
    until(lambda: Batch.objects.get().state == State.READ)
    page.reload()
    page.get_by_role("button", name="Enviar 2 mensagens").click()
    expect(page.get_by_text("Lote em envio: 2 mensagens.")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_of_a_batch_fits_and_can_be_read_by_everybody(
    new_context: Callable[..., BrowserContext],
    let_in: Callable[[BrowserContext], Page],
    jobs: None,
    tmp_path: Path,
    width: int,
) -> None:
    page = let_in(new_context(viewport={"width": width, "height": 900}))
    found: list[str] = []

    def look() -> None:
        page.wait_for_load_state()
        page.evaluate("document.fonts.ready.then(() => true)")
        troubles = [*astray(page), *cut_off(page), *missing_icons(page), *grave_faults(page)]
        found.extend(f"{page.url}: {trouble}" for trouble in troubles)
        if beyond := sideways(page):
            found.append(f"{page.url}: {beyond} px")

    page.goto("/lotes/")
    look()
    page.goto("/lotes/novo/")
    look()
    long_line = f"8133334444;{'palavra' * 40};10/12/2026\n"
    choose(page, written(tmp_path, table(range(12)) + long_line))
    page.get_by_role("link", name="não é assim?").click()
    expect(page.get_by_label("Separador")).to_have_value(";")
    look()
    page.get_by_role("button", name="Ler de novo").click()
    page.get_by_label("Texto", exact=False).first.fill(TEXT)
    expect(page.locator("#previa")).to_contain_text("Pessoa 0")
    look()
    page.get_by_role("button", name="Conferir todas as linhas").click()
    expect(page.get_by_role("heading", name="Conferência")).to_be_visible()
    look()
    batch = page.url.partition("?")[0]
    page.goto(f"{batch}problemas/")
    look()
    page.goto(f"{batch}devolver/")
    look()
    page.goto(f"{batch}cancelar/")
    look()
    page.goto(batch)
    page.get_by_role("button", name=re.compile("Enviar 12")).click()
    expect(page.get_by_role("button", name="Pausar lote")).to_be_visible()
    look()
    page.goto(f"{batch}mensagens/")
    look()
    page.goto("/lotes/")
    look()
    assert "\n".join(found) == ""
