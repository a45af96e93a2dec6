"""The data tags of a bill's message, each with the room it takes; checking, filling and measuring a text with them.

The bar code's line is no tag: it ends every text. A value longer than its tag is cut, so that the worst case is one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from recado.billing.barcode import LINE_POSITIONS, Barcode
from recado.gsm import EncodingPolicy
from recado.outbox.enqueue import company_values
from recado.outbox.measuring import Measure, measure
from recado.outbox.templates import SIGNATURE

_TAG = re.compile(r"\{([^{}]*)\}")


class TextRefused(ValueError):
    """The text cannot be used; the message (pt-BR) says what and where."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: what it is (pt-BR), and how many characters it takes at most."""

    name: str
    meaning: str
    size: int


TAGS = (
    Tag("MATRICULA", "matrícula do imóvel", 12),
    Tag("NOME", "nome do cliente", 30),
    Tag("VENCTO", "data de vencimento", 10),
    Tag("VALOR", "valor da conta", 17),
)
_BY_NAME = {tag.name: tag for tag in TAGS}
# GSAN's tags of its collection message, which is none of a bill's: they may not pass for a typing error.
_OF_COLLECTION = ("VALIDADEDOC", "VALORDOC")


def check_text(text: str) -> None:
    """Raise TextRefused unless every tag is known and every brace has its partner; says line and column, 1-based."""
    if not text.strip():
        raise TextRefused("Informe o texto.")
    if "\0" in text:
        raise TextRefused(f"O texto tem um caractere nulo ({_place(text, text.index(chr(0)))}).")
    for match in _TAG.finditer(text):
        if match[1] not in _BY_NAME:
            if match[1] in _OF_COLLECTION:
                raise TextRefused(
                    f"A tag {{{match[1]}}} é de mensagem de cobrança, não de conta ({_place(text, match.start())})."
                    " Cobrança se envia em Enviar SMS em lote, com esta tag como coluna do arquivo."
                )
            close = difflib.get_close_matches(match[1].upper(), _BY_NAME, n=1, cutoff=0.5)
            hint = f"Você quis dizer {{{close[0]}}}?" if close else f"Use {_listed()}."
            raise TextRefused(f"A tag {{{match[1]}}} não existe ({_place(text, match.start())}). {hint}")
    rest = _TAG.sub(lambda match: " " * len(match[0]), text)
    for place, character in enumerate(rest):
        if character in "{}":
            raise TextRefused(f"A chave “{character}” está sem par ({_place(text, place)}).")


def values_of(*, property_id: str, name: str, due_date: date, value: Decimal) -> dict[str, str]:
    """The values of one bill, each within its tag's size: 22/11/2026, R$ 1.204,50."""
    whole, _, cents = f"{value:,.2f}".replace(",", ".").rpartition(".")
    values = {
        "MATRICULA": property_id,
        "NOME": " ".join(name.split()),
        "VENCTO": f"{due_date:%d/%m/%Y}",
        "VALOR": f"R$ {whole},{cents}",
    }
    return {key: text[: _BY_NAME[key].size].rstrip() for key, text in values.items()}


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """Put the values in the place of the tags of a checked text."""
    return _TAG.sub(lambda match: values[match[1]], text)


def sms_of(text: str, values: Mapping[str, str], barcode: Barcode) -> str:
    """The whole SMS: the text, and the bar code's line behind it."""
    return f"{fill_text(text, values).rstrip()}{barcode.sms_line}".rstrip()


def worst_case(text: str, policy: EncodingPolicy) -> Measure:
    """The SMS with every tag at its full size, the bar code's line, and what ends every SMS of the company.

    Raises recado.gsm.EncodeError for a text that no phone shows.
    """
    longest = {tag.name: "X" * tag.size for tag in TAGS}
    signature = company_values().get(SIGNATURE, "")
    whole = fill_text(text, longest).rstrip() + "X" * LINE_POSITIONS + signature
    return measure(whole, policy)


def _place(text: str, place: int) -> str:
    before = text[:place]
    return f"linha {before.count(chr(10)) + 1}, coluna {place - before.rfind(chr(10))}"


def _listed() -> str:
    return ", ".join(f"{{{tag.name}}}" for tag in TAGS)
