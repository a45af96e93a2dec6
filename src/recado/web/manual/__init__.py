"""The manual as the pages of *Ajuda*: `manual.md` is its only text, read once a process.

A heading of the second level is a page, one of the first a group of pages. The file is written to be read as it stands
in the repository too, so its pictures are relative paths and its links anchors; here they become addresses. A row of a
table whose first cell is bold can be pointed at: `/ajuda/situacoes/#talvez-enviada`.

`api.md`, for who programs a system that calls Recado, is one more page, whose headings can be pointed at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from urllib.parse import unquote

from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from recado.collation import without_accents

_FILE = Path(__file__).with_name("manual.md")
_GUIDE = Path(__file__).with_name("api.md")
GUIDE = "Guia da API"
_PICTURE = re.compile(r"\.\./static/(web/manual/[\w-]+\.png)")
_TABLE = '<table role="table">'
_BOX = (
    '<div class="br-table small rc rc-stack"><div class="rc-table-wrap" tabindex="0" role="region" aria-label="Tabela">'
)
# On a narrow screen a row is shown as a card, and stays one of a table for screen readers by its roles.
_ROLES = {
    "table_open": "table",
    "thead_open": "rowgroup",
    "tbody_open": "rowgroup",
    "tr_open": "row",
    "th_open": "columnheader",
    "td_open": "cell",
}
# What is wider than the screen scrolls by itself, so the keyboard must reach it.
_EXAMPLE = '<pre tabindex="0" role="region" aria-label="Exemplo">'
# The product has a list of pages of its own.
_LEFT_OUT = "Índice"
GROUP_OF_SCREENS = "As telas"

# Which page tells of a screen, by the name of its address; what is not here leads to the list of pages.
PAGE_OF: dict[str, str] = {
    "home": "tela-principal",
    "login": "entrar",
    "ra_new": "inserir-ra",
    "ra_protocol": "inserir-ra",
    "customer": "o-cliente-recebeu",
    "customer_search": "o-cliente-recebeu",
    "ra_list": "consultar-ra",
    "ra_search": "consultar-ra",
    "ra_detail": "ra",
    "ra_reiterate": "reiterar-ra",
    "ra_close": "encerrar-ra",
    "messages": "consultar-mensagens-enviadas-via-sms",
    "message": "mensagem",
    "attention": "mensagens-com-erro",
    "attention_discard": "mensagens-com-erro",
    "attention_resend_all": "mensagens-com-erro",
    "message_correct": "mensagens-com-erro",
    "message_resend": "talvez-enviada-o-que-fazer",
    "message_confirm": "talvez-enviada-o-que-fazer",
    "message_discard": "desistir-de-uma-mensagem",
    "mail_faults": "e-mails-com-erro",
    "mail_discarded": "e-mails-com-erro",
    "mail_faults_discard": "e-mails-com-erro",
    "mail_faults_resend_all": "e-mails-com-erro",
    "mail_resend": "e-mails-com-erro",
    "mail_correct": "e-mails-com-erro",
    "mail_confirm": "e-mails-com-erro",
    "replies": "respostas",
    "reply_search": "respostas",
    "wishes": "pedidos-de-nao-receber",
    "wish_search": "pedidos-de-nao-receber",
    "wish_new": "pedidos-de-nao-receber",
    "phones": "fila-e-aparelhos",
    "phone_test": "fila-e-aparelhos",
    "phone_rules": "regras-de-um-aparelho",
    "alarms": "alarmes",
    "pairing": "parear-aparelho",
    "pairing_undo": "parear-aparelho",
    "batches": "enviar-sms-em-lote",
    "batch_new": "enviar-sms-em-lote",
    "batch_upload": "enviar-sms-em-lote",
    "batch_from_requests": "enviar-sms-em-lote",
    "batch_prepare": "enviar-sms-em-lote",
    "batch_cut": "enviar-sms-em-lote",
    "batch": "enviar-sms-em-lote",
    "batch_faults": "enviar-sms-em-lote",
    "batch_messages": "enviar-sms-em-lote",
    "batch_return": "enviar-sms-em-lote",
    "batch_cancel": "enviar-sms-em-lote",
    "panel": "painel",
    "types": "tipos-e-textos",
    "type_new": "tipos-e-textos",
    "type_edit": "tipos-e-textos",
    "users": "usuarios-e-papeis",
    "user_new": "usuarios-e-papeis",
    "user_edit": "usuarios-e-papeis",
    "user_reset": "usuarios-e-papeis",
    "own_password": "minha-senha",
    "parameters": "parametros",
    "playsms": "contas-playsms",
    "playsms_new": "contas-playsms",
    "playsms_edit": "contas-playsms",
    "playsms_password": "contas-playsms",
    "playsms_token": "contas-playsms",
    "clients": "sistemas-integrados",
    "client_new": "sistemas-integrados",
    "client": "sistemas-integrados",
    "token_new": "sistemas-integrados",
    "endpoint_new": "sistemas-integrados",
    "endpoint": "sistemas-integrados",
    "endpoint_secret": "sistemas-integrados",
    "audit": "auditoria",
    "ra_mobile": "corrigir-celular-do-solicitante",
    "billing_setup": "parametrizar-mensagem-de-faturamento-sms-e-mail",
    "billing_consents": "processo-de-envio-sms-e-mail",
    "billing_process": "processo-de-envio-sms-e-mail",
    "demo_phone": "celular-de-demonstracao",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `slug` in the address, `title` its heading, `html` what stands below it."""

    slug: str
    title: str
    html: SafeString


@dataclass(frozen=True, slots=True)
class Chapter:
    """The pages under one heading of the first level."""

    title: str
    pages: list[Page] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Manual:
    """What stands before the first page, and the pages in their chapters."""

    introduction: SafeString
    chapters: list[Chapter]

    def page(self, slug: str) -> Page | None:
        """The page of that address, if there is one."""
        return next((page for chapter in self.chapters for page in chapter.pages if page.slug == slug), None)


def slug_of(heading: str) -> str:
    """`Talvez enviada: o que fazer` as `talvez-enviada-o-que-fazer`: small ASCII letters, digits, dashes."""
    return "-".join(re.findall(r"[a-z0-9]+", without_accents(heading.lower())))


@cache
def manual() -> Manual:
    """The manual, rendered."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    sections = list(_sections(markdown.parse(_FILE.read_text(encoding="utf-8"))))
    titles = {slug_of(title) for level, title, _ in sections if level == "h2"}
    introduction, chapters = SafeString(""), [Chapter("")]
    for level, title, tokens in sections:
        html = _rendered(markdown, tokens, partial(_address, titles))
        if level == "h2" and title != _LEFT_OUT:
            chapters[-1].pages.append(Page(slug_of(title), title, html))
        elif level == "h1" and len(chapters) == 1 and not introduction:
            introduction = html
        elif level == "h1":
            chapters.append(Chapter(title))
    chapters[-1].pages.append(_guide(markdown))
    return Manual(introduction, [chapter for chapter in chapters if chapter.pages])


def _guide(markdown: MarkdownIt) -> Page:
    """`api.md` as one page: its first heading is the page's own, each other one an anchor."""
    _, _, _, *tokens = markdown.parse(_GUIDE.read_text(encoding="utf-8"))
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", slug_of(tokens[place + 1].content))
    return Page(slug_of(GUIDE), GUIDE, _rendered(markdown, tokens, _within))


def _sections(tokens: Sequence[Token]) -> Iterator[tuple[str, str, list[Token]]]:
    """Each heading of the first two levels, with the tokens up to the next."""
    level, title, kept = "", "", list[Token]()
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.type == "heading_open" and token.tag in ("h1", "h2"):
            if level:
                yield level, title, kept
            level, title, kept = token.tag, tokens[place + 1].content, []
            place += 3
            continue
        if token.type != "hr":
            kept.append(token)
        place += 1
    yield level, title, kept


def _rendered(markdown: MarkdownIt, tokens: list[Token], address: Callable[[str], str]) -> SafeString:
    _name_cells(tokens)
    for place, token in enumerate(tokens):
        for child in token.children or ():
            if child.type == "image" and (match := _PICTURE.fullmatch(str(child.attrs["src"]))):
                child.attrs |= {"src": static(match[1]), "class": "rc-shot", "loading": "lazy"}
            elif child.type == "link_open":
                child.attrs["href"] = address(str(child.attrs["href"]))
        if token.type == "tr_open":
            _give_anchor(token, tokens[place + 2])
    html = str(markdown.renderer.render(tokens, markdown.options, {}))
    html = html.replace(_TABLE, _BOX + _TABLE).replace("</table>", "</table></div></div>")
    return SafeString(html.replace("<pre>", _EXAMPLE))


def _name_cells(tokens: list[Token]) -> None:
    """Give the parts of each table their roles, and each cell its column's name, which stands beside it on a card."""
    heads: list[str] = []
    column = 0
    for place, token in enumerate(tokens):
        if token.type in _ROLES:
            token.attrSet("role", _ROLES[token.type])
        if token.type == "table_open":
            heads = []
        elif token.type == "tr_open":
            column = 0
        elif token.type == "th_open":
            token.attrSet("scope", "col")
            heads.append(tokens[place + 1].content)
        elif token.type == "td_open":
            token.attrSet("data-label", heads[column])
            column += 1


def _give_anchor(row: Token, first_cell: Token) -> None:
    """Let a row that begins with a bold word be pointed at."""
    children = first_cell.children or []
    if len(children) >= 2 and children[0].type in ("strong_open", "text") and first_cell.content.startswith("**"):
        row.attrSet("id", slug_of(first_cell.content))


def _address(pages: set[str], target: str) -> str:
    """Where a link of the manual leads in the product; what is not part of it leads to the list of pages."""
    if target == _GUIDE.name:
        return reverse("help_page", args=[slug_of(GUIDE)])
    slug = slug_of(unquote(target.removeprefix("#")))
    return reverse("help_page", args=[slug]) if target.startswith("#") and slug in pages else reverse("help")


def _within(target: str) -> str:
    """Where a link of the guide leads: to its own headings, out into the world, else to the list of pages."""
    if target.startswith("#"):
        return f"#{slug_of(unquote(target[1:]))}"
    return target if target.startswith("https://") else reverse("help")
