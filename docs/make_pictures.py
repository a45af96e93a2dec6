"""`make pictures`: takes the pictures of the screens that README and manual show, from a demonstration of its own.

Starts `recado run --demo` in a temporary home, does in a browser what an attendant does, and writes the
manual's pictures from a window 1280 pixels wide: of most screens without the header and the menu, which are the same
on all of them. Data are those of the demonstration: fictitious. With names, as `make_pictures.py lote painel`, it goes
the same way and writes only those.
"""

from __future__ import annotations

import math
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright
from small_png import small_png

IMAGES = Path(__file__).parents[1] / "src/recado/web/static/web/manual"
WIDTH = 1280
PATIENCE_S = 120.0
# Who may see every screen.
USER = "carla.dias"
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)
# Around the part of a page that is shown, in pixels; below it stands only the distance to the page's foot.
_MARGIN, _BELOW = 16.0, 32.0
_PASSWORD = re.compile(r"\b[a-z2-9]{4}(?:-[a-z2-9]{4}){3}\b")
_OWN_PASSWORD = "cafe-na-varanda-azul"  # noqa: S105 - of a demonstration that ends with the pictures
_NAMES = ("Ana Exemplo", "Bento Fictício", "Clara Modelo", "Davi Inventado")
SENT = re.compile("Enviada|Entregue")


def main() -> None:
    browser_path = shutil.which("chromium")
    if browser_path is None:
        sys.exit("Falta o Chromium. Execute: sudo apt-get install chromium")
    IMAGES.mkdir(exist_ok=True)
    with demonstration() as (address, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(_QUIET))
        Camera(browser, address, frozenset(sys.argv[1:])).take_all(password)
        browser.close()


@contextmanager
def demonstration() -> Iterator[tuple[str, str]]:
    """Run the product with fictitious data; gives its address and the password of `USER`."""
    with tempfile.TemporaryDirectory(prefix="recado-") as home:
        port = _free_port()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RECADO_")}
        environment |= {"RECADO_HOME": home, "RECADO_DEMO": "sim", "RECADO_HTTP_ADDRESS": f"127.0.0.1:{port}"}
        # The picture of *Alarmes* waits for one.
        environment |= {"RECADO_ALARM_PHONE_DOWN_MINUTES": "1"}
        command = [sys.executable, "-m", "recado.cli"]
        product = subprocess.Popen([*command, "run", "--demo"], env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/saude/", product)
            said = subprocess.run(  # noqa: S603
                [*command, "user", "password", USER, "--generate"],
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            )
            found = _PASSWORD.search(said.stdout)
            if found is None:
                sys.exit(f"Senha não encontrada em: {said.stdout}")
            yield address, found[0]
        finally:
            product.terminate()
            product.wait(60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str, product: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and product.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    sys.exit("O Recado não iniciou.")


class Camera:
    """One browser, walked through the screens in an order that leaves something to show on the next."""

    def __init__(self, browser: Browser, address: str, wanted: frozenset[str]) -> None:
        self._wanted = wanted
        context = browser.new_context(
            base_url=address,
            viewport={"width": WIDTH, "height": 640},
            locale="pt-BR",
            timezone_id="America/Sao_Paulo",
            reduced_motion="reduce",
        )
        self.page: Page = context.new_page()
        self._desk = context.new_page()

    def take_all(self, password: str) -> None:
        """Take every picture."""
        self._log_in(password)
        self._requests()
        self._messages()
        self._attention()
        self._batch()
        self._mails()
        self._billing()
        self._supervision()
        self._administration()
        self._systems()
        self.page.goto("/")
        self._shoot("tela-principal", of="html")
        self._alarms()

    def _wants(self, name: str) -> bool:
        return not self._wanted or name in self._wanted

    def _shoot(self, name: str, *, height: float = math.inf, of: str = "main") -> None:
        """Write the part `of` the page, its first `height` pixels at most; nothing when others are wanted."""
        if not self._wants(name):
            return
        # Neither the mouse nor the focus colours what was used last; scrolled, the links past the menu would show.
        self.page.evaluate("scrollTo(0, 0)")
        self.page.mouse.move(0, 0)
        self.page.evaluate("if (!document.querySelector('.rc-calendar:not([hidden])')) document.activeElement.blur()")
        self.page.evaluate("document.fonts.ready.then(() => true)")
        box = self.page.locator(of).bounding_box()
        assert box is not None
        margin = min(_MARGIN, box["x"])
        shown = box["height"] - (_BELOW if of == "main" else 0)
        clip = {
            "x": box["x"] - margin,
            "y": box["y"],
            "width": min(box["width"] + 2 * margin, WIDTH),
            "height": min(shown, height),
        }
        raw = self.page.screenshot(full_page=True, clip=clip, animations="disabled", caret="hide")  # type: ignore[arg-type]
        (IMAGES / f"{name}.png").write_bytes(small_png(raw, self._desk))

    def _log_in(self, password: str) -> None:
        page = self.page
        page.goto("/entrar/")
        page.get_by_label("Usuário").fill(USER)
        self._shoot("entrar", of="html")
        page.locator("#id_password").fill(password)
        page.get_by_role("button", name="Entrar").click()
        # A generated password must be changed first.
        for field, written in (
            ("old_password", password),
            ("new_password1", _OWN_PASSWORD),
            ("new_password2", _OWN_PASSWORD),
        ):
            page.locator(f"#id_{field}").fill(written)
        page.get_by_role("button", name="Trocar senha").click()
        page.goto("/")
        expect(page.get_by_role("heading", name="Precisa de atenção")).to_be_visible()

    def _requests(self) -> None:
        page = self.page
        page.goto("/ra/inserir/")
        page.get_by_label("Tipo de solicitação").select_option(label="Água")
        page.get_by_label("Especificação").select_option(label="Vazamento na rua")
        page.get_by_label("Meio de solicitação").select_option(label="Telefone")
        page.get_by_label("Matrícula do imóvel").fill("12345678")
        page.get_by_label("Nome do solicitante").fill("Beatriz Fictícia de Souza")
        page.get_by_label("Celular com DDD").fill("(81) 90000-0099")
        page.get_by_label("Observação").fill("Água na calçada desde ontem à noite, em frente ao número 120.")
        expect(page.get_by_text("Restam 339 caracteres.")).to_be_visible()
        self._shoot("inserir-ra")
        page.get_by_role("button", name="Inserir", exact=True).click()
        # The demonstration keeps the real pace, and has some messages before this one.
        expect(page.locator("#sms-situacao")).to_contain_text(SENT, timeout=PATIENCE_S * 1000)
        self._shoot("protocolo")
        page.goto("/demonstracao/celular/")
        expect(page.locator(".rc-phone-messages li").last).to_be_visible()
        self._shoot("celular-de-demonstracao")
        page.get_by_label("Texto da resposta").fill("Obrigada! A rua continua alagada perto do número 120.")
        page.get_by_role("button", name="Responder").click()
        page.goto("/ra/")
        self._shoot("consultar-ra")
        page.get_by_role("row").nth(1).get_by_role("link").first.click()
        page.get_by_role("link", name="Reiterar").click()
        page.get_by_label("Nome do solicitante").fill("Carlos Inventado Lima")
        page.get_by_label("Celular com DDD").fill("(81) 90000-0098")
        self._shoot("reiterar-ra")
        page.get_by_role("button", name="Reiterar RA").click()
        page.get_by_role("link", name="Ver RA").click()
        self._shoot("ra")
        page.get_by_role("link", name=re.compile("^Corrigir")).first.click()
        page.get_by_label("Celular certo, com DDD").fill("(81) 90000-0096")
        self._shoot("corrigir-celular")
        page.go_back()
        page.get_by_role("link", name="Encerrar", exact=True).click()
        page.get_by_label("Motivo do encerramento").select_option(label="Conclusão do serviço")
        expect(page.locator("#aviso-sms")).to_contain_text("2 celulares receberão")
        page.get_by_label("Parecer do encerramento").fill("Vazamento consertado e calçada refeita.")
        expect(page.get_by_text("Restam 361 caracteres.")).to_be_visible()
        self._shoot("encerrar-ra")

    def _messages(self) -> None:
        page = self.page
        page.goto("/mensagens-com-erro/")
        # A period that begins on the day of a failure has more than one situation on its first page.
        failure = page.locator("td.rc-when time").last.get_attribute("datetime") or ""
        start, end = (f"{day:%d/%m/%Y}" for day in (date.fromisoformat(failure[:10]), date.today()))  # noqa: DTZ011
        page.goto(f"/mensagens/?inicio={start}&fim={end}&situacao=todas")
        self._shoot("consultar", of="html")
        page.get_by_role("button", name="Abrir calendário: data inicial").click()
        expect(page.locator("calendar-month:visible")).to_be_focused()
        self._shoot("calendario", height=760)

    def _supervision(self) -> None:
        page = self.page
        page.goto("/")
        page.get_by_label("Protocolo, RA ou celular").fill("(81) 90000-0099")
        page.get_by_role("button", name="Procurar").click()
        expect(page.get_by_role("heading", name="O que aconteceu")).to_be_visible()
        self._shoot("o-cliente-recebeu")
        page.goto("/painel/")
        self._shoot("painel", height=1000)
        page.get_by_role("link", name="Últimos 30 dias").click()
        self._shoot("avaliacoes", of="section[aria-labelledby=avaliacoes]")
        page.goto("/respostas/?situacao=todas")
        self._shoot("respostas")
        page.goto("/pedidos-de-nao-receber/")
        page.get_by_label("Celular do cliente").fill("(81) 90000-0096")
        page.get_by_role("button", name="Registrar pedido").click()
        self._shoot("pedidos-de-nao-receber", of="main")
        page.goto("/aparelhos/")
        self._shoot("fila-e-aparelhos")
        page.goto("/aparelhos/1/")
        self._shoot("regras-do-aparelho", height=1000)
        page.goto("/tipos/1/")
        self._shoot("tipos-e-textos", height=1000)

    def _administration(self) -> None:
        page = self.page
        page.goto("/usuarios/")
        self._shoot("usuarios", height=760)
        page.goto("/parametros/")
        self._shoot("parametros", height=900)
        page.goto("/aparelhos/parear/")
        self._shoot("parear-aparelho")
        page.goto("/auditoria/")
        self._shoot("auditoria", height=760)
        page.goto("/minha-senha/")
        self._shoot("minha-senha")

    def _systems(self) -> None:
        """A system with a token and an account; no secret is in a picture."""
        page = self.page
        page.goto("/sistemas/novo/")
        page.get_by_label("Nome do sistema").fill("portal-do-cliente")
        page.get_by_role("button", name="Cadastrar sistema").click()
        page.get_by_label("Para que é").fill("produção")
        for scope in ("messages:send", "messages:read", "requests:read"):
            page.locator("label").filter(has_text=f"({scope})").click()
        page.get_by_role("button", name="Criar token").click()
        page.get_by_role("link", name="Voltar ao sistema").click()
        self._shoot("sistemas-integrados")
        page.goto("/contas-playsms/nova/")
        page.get_by_label("Usuário").fill("gsan")
        page.get_by_label("Tipo de SMS").select_option(label="Envio avulso")
        # The design system draws a radio button over the real one.
        page.locator("#id_ninth_digit_0").check(force=True)
        page.get_by_role("button", name="Cadastrar conta").click()
        expect(page.get_by_text("Anote a senha agora.")).to_be_visible()
        page.goto("/contas-playsms/")
        self._shoot("contas-playsms")

    def _alarms(self) -> None:
        """The phone loses its network, and a minute later it is told."""
        if not self._wants("alarmes"):
            return
        page = self.page
        page.goto("/demonstracao/celular/")
        page.get_by_role("button", name="Ligar a falha Sem sinal", exact=True).click()
        expect(page.get_by_role("button", name="Desligar a falha Sem sinal", exact=True)).to_be_visible()
        deadline = time.monotonic() + PATIENCE_S * 2
        page.goto("/alarmes/")
        while not page.locator(".rc-timeline li").count() and time.monotonic() < deadline:
            page.wait_for_timeout(2000)
            page.reload()
        self._shoot("alarmes")

    def _batch(self) -> None:
        page = self.page
        lines = "".join(f"(81) 90000-{place:04d};{name};Centro\n" for place, name in enumerate(_NAMES, 210))
        content = f"Celular;Nome;Bairro\n{lines}(81) 3333-4444;Telefone Fixo;Centro\n"
        page.goto("/lotes/novo/")
        page.get_by_label("Arquivo CSV ou XLSX").set_input_files(
            {"name": "manutencao-centro.csv", "mimeType": "text/csv", "buffer": content.encode()}
        )
        page.get_by_role("button", name="Seguir com o arquivo").click()
        page.locator("#id_template").fill("{EMPRESA}: {NOME}, amanhã das 8h às 12h faltará água no bairro {BAIRRO}.")
        expect(page.locator("#previa")).to_contain_text(_NAMES[0])
        page.get_by_role("button", name="Conferir todas as linhas").click()
        expect(page.get_by_role("heading", name="Conferência")).to_be_visible(timeout=PATIENCE_S * 1000)
        self._shoot("lote")
        page.goto("/lotes/")
        self._shoot("lotes")
        page.goto("/lotes/novo/")
        today = date.today()  # noqa: DTZ011
        page.locator("#id_inicio").fill(f"{today - timedelta(days=30):%d/%m/%Y}")
        page.locator("#id_fim").fill(f"{today:%d/%m/%Y}")
        page.get_by_label("Situação do RA").select_option(index=1)
        page.get_by_role("button", name="Seguir com os RAs").click()
        page.locator("#id_template").fill(
            "{EMPRESA}: {NOME}, o pedido do protocolo {PROTOCOLO} será visto até sexta-feira."
        )
        expect(page.locator("#previa .rc-bubble").first).to_contain_text("será visto")
        self._shoot("preparar-lote")

    def _mails(self) -> None:
        page = self.page
        page.goto("/emails-com-erro/")
        self._shoot("emails-com-erro", of="main")

    def _billing(self) -> None:
        page = self.page
        page.goto("/faturamento/mensagem/")
        self._shoot("parametrizar-faturamento", height=1100)
        page.goto("/faturamento/envio/")
        self._shoot("processo-de-envio")

    def _attention(self) -> None:
        page = self.page
        page.goto("/mensagens-com-erro/")
        self._shoot("mensagens-com-erro")
        failed = page.get_by_role("row").filter(has_text="Número inexistente").first
        failed.locator("td a").first.click()
        self._shoot("mensagem")
        page.get_by_role("link", name="Corrigir número").click()
        page.get_by_label("Número novo").fill("(81) 90000-0097")
        self._shoot("corrigir-numero")
        page.goto("/mensagens-com-erro/")
        page.get_by_role("link", name="Reenviar mesmo assim").first.click()
        self._shoot("reenviar-mesmo-assim")
        page.goto("/mensagens-com-erro/")
        page.get_by_role("link", name="Descartar").first.click()
        self._shoot("descartar")


if __name__ == "__main__":
    main()
