"""The data tags of each kind's message, with the room each takes; checking, filling and measuring a text with them.

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
from recado.billing.models import Kind
from recado.gsm import EncodingPolicy
from recado.numerals import counted
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


_CUSTOMER = (Tag("MATRICULA", "matrícula do imóvel", 12), Tag("NOME", "nome do cliente", 30))
TAGS = {
    Kind.BILL: (*_CUSTOMER, Tag("VENCTO", "data de vencimento", 10), Tag("VALOR", "valor da conta", 17)),
    Kind.COLLECTION: (
        *_CUSTOMER,
        Tag("VALIDADEDOC", "data de validade do documento", 10),
        Tag("VALORDOC", "valor do documento", 17),
    ),
}
"""GSAN's tags, by kind, in the order of the screen."""


def text_faults(text: str, kind: Kind) -> list[str]:
    """What is wrong with a text (pt-BR): a tag that is none of `kind`, a brace without its partner, with its place.

    In the order of their places (line and column, 1-based); behind `MOST_FAULTS` of them one line counts the others.
    """
    if not text.strip():
        return ["Informe o texto."]
    ours = [tag.name for tag in TAGS[kind]]
    found = [(match.start(), _tag_fault(match[1], kind)) for match in _TAG.finditer(text) if match[1] not in ours]
    rest = _TAG.sub(lambda match: " " * len(match[0]), text)
    found += [
        (place, ("O texto tem um caractere nulo" if character == "\0" else f"A chave “{character}” está sem par", ""))
        for place, character in enumerate(rest)
        if character in "{}\0"
    ]
    told = [f"{fault} ({_place(text, place)}).{hint}" for place, (fault, hint) in sorted(found)]
    more = len(told) - MOST_FAULTS
    if more > 0:
        told[MOST_FAULTS:] = [f"Há mais {counted(more, 'erro', 'erros')} de tags e chaves neste texto."]
    return told


def _tag_fault(name: str, kind: Kind) -> tuple[str, str]:
    """What is wrong with a tag that `kind` has not, and what to write instead; the other kind's is no typing error."""
    ours = [tag.name for tag in TAGS[kind]]
    for other, tags in TAGS.items():
        for mine, tag in zip(ours, tags, strict=True):
            if tag.name == name:
                owner, here = str(other.label).lower(), str(kind.label).lower()
                return f"A tag {{{name}}} é de mensagem de {owner}, não de {here}", f" Use {{{mine}}}."
    close = difflib.get_close_matches(name.upper(), ours, n=1, cutoff=0.5)
    listed = ", ".join(f"{{{each}}}" for each in ours)
    return f"A tag {{{name}}} não existe", f" Você quis dizer {{{close[0]}}}?" if close else f" Use {listed}."


def values_of(kind: Kind, *, property_id: str, name: str, due_date: date, value: Decimal) -> dict[str, str]:
    """The values of one bill or document, each within its tag's size: 22/11/2026, R$ 1.204,50."""
    whole, _, cents = f"{value:,.2f}".replace(",", ".").rpartition(".")
    values = (property_id, " ".join(name.split()), f"{due_date:%d/%m/%Y}", f"R$ {whole},{cents}")
    return {tag.name: text[: tag.size].rstrip() for tag, text in zip(TAGS[kind], values, strict=True)}


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """Put the values in the place of the tags of a checked text."""
    return _TAG.sub(lambda match: values[match[1]], text)


def sms_of(text: str, values: Mapping[str, str], barcode: Barcode) -> str:
    """The whole SMS: the text, and the bar code's line behind it."""
    return f"{fill_text(text, values).rstrip()}{barcode.sms_line}".rstrip()


def worst_case(text: str, kind: Kind, policy: EncodingPolicy) -> Measure:
    """The SMS with every tag at its full size, the bar code's line, and what ends every SMS of the company.

    Raises recado.gsm.EncodeError for a text that no phone shows.
    """
    longest = {tag.name: "X" * tag.size for tag in TAGS[kind]}
    signature = company_values().get(SIGNATURE, "")
    whole = fill_text(text, longest).rstrip() + "X" * LINE_POSITIONS + signature
    return measure(whole, policy)


def _place(text: str, place: int) -> str:
    before = text[:place]
    return f"linha {before.count(chr(10)) + 1}, coluna {place - before.rfind(chr(10))}"
