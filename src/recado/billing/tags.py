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
# What a person mends at one time; a text full of braces is no page full of sentences.
MOST_FAULTS = 5


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


def text_faults(text: str) -> list[str]:
    """What is wrong with a text (pt-BR): an unknown tag, a brace without its partner, with line and column, 1-based.

    In the order of their places; behind `MOST_FAULTS` of them one line that counts the others.
    """
    if not text.strip():
        return ["Informe o texto."]
    found = [(match.start(), _tag_fault(match[1])) for match in _TAG.finditer(text) if match[1] not in _BY_NAME]
    rest = _TAG.sub(lambda match: " " * len(match[0]), text)
    found += [
        (place, ("O texto tem um caractere nulo" if character == "\0" else f"A chave “{character}” está sem par", ""))
        for place, character in enumerate(rest)
        if character in "{}\0"
    ]
    told = [f"{fault} ({_place(text, place)}).{hint}" for place, (fault, hint) in sorted(found)]
    more = len(told) - MOST_FAULTS
    if more > 0:
        told[MOST_FAULTS:] = [f"Há mais {more} {'erro' if more == 1 else 'erros'} de tags e chaves neste texto."]
    return told


def _tag_fault(name: str) -> tuple[str, str]:
    """What is wrong with a tag that a bill has not, and what to write instead."""
    if name in _OF_COLLECTION:
        hint = " Cobrança se envia em Enviar SMS em lote, com esta tag como coluna do arquivo."
        return f"A tag {{{name}}} é de mensagem de cobrança, não de conta", hint
    close = difflib.get_close_matches(name.upper(), _BY_NAME, n=1, cutoff=0.5)
    return f"A tag {{{name}}} não existe", f" Você quis dizer {{{close[0]}}}?" if close else f" Use {_listed()}."


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
