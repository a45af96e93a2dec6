"""A message type's text with named fields, as GSAN writes them: `{PROTOCOLO}`.

Checked when saved: an unknown field or a brace without its partner is refused with its place. Filling is plain
replacement: a value that holds braces stays as it is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Under this name the values hold what every text ends with; no text can name it.
SIGNATURE = "ASSINATURA"
# What an event may have nothing to say of: most have not.
OPTIONAL = frozenset({"AVALIACAO"})
_TAG = re.compile(r"\{([^{}]*)\}")
_TAG_AFTER_BLANK = re.compile(r"( ?)\{([^{}]*)\}")


class TemplateRefused(ValueError):
    """The text of a message type cannot be used; the message (pt-BR) says what and where."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a template: what it is (pt-BR), and its longest value, for the worst-case count."""

    name: str
    meaning: str
    longest: str


FIELDS = {
    field.name: field
    for field in (
        Field("PROTOCOLO", "número de protocolo do solicitante", "20261999999999"),
        Field("RA", "número do RA", "9999999999"),
        Field("OS", "número da ordem de serviço", "9999999999"),
        Field("EMPRESA", "nome da companhia", "X" * 40),
        Field("TELEFONE", "telefone da companhia", "0800 000 0000"),
        Field("TEXTO", "texto escrito por uma pessoa", "X" * 160),
        Field("AVALIACAO", "aviso de que a avaliação foi por e-mail; nada, para quem não deu e-mail", "X" * 80),
    )
}


def check_template(text: str, allowed: Iterable[str], *, unknown: str = "não existe neste tipo") -> None:
    """Raise TemplateRefused unless every field of `text` is in `allowed` and every brace has its partner.

    `unknown` (pt-BR) says what is wrong with a field that is not.
    """
    names = tuple(allowed)
    if not text.strip():
        raise TemplateRefused("Informe o texto.")
    if "\0" in text:
        raise TemplateRefused("O texto tem um caractere nulo, que o SMS não leva.")
    for match in _TAG.finditer(text):
        if match[1] not in names:
            close = difflib.get_close_matches(match[1].upper(), names, n=1, cutoff=0.5)
            hint = f" Você quis dizer {{{close[0]}}}?" if close else f" Use {_listed(names)}."
            raise TemplateRefused(f"A tag {{{match[1]}}} (posição {match.start() + 1}) {unknown}.{hint}")
    rest = _TAG.sub(lambda match: " " * len(match[0]), text)
    for place, character in enumerate(rest):
        if character in "{}":
            raise TemplateRefused(f"A chave “{character}” na posição {place + 1} está sem par.")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put `values` in the place of the fields of a checked `text`, and end it with the signature if they hold one.

    A field whose value is empty takes the blank before it along; an `OPTIONAL` one may have none.

    Raises TemplateRefused when a field has no value: the event cannot fill this text.
    """

    def value(match: re.Match[str]) -> str:
        if match[2] not in values and match[2] not in OPTIONAL:
            raise TemplateRefused(f"A tag {{{match[2]}}} não tem valor neste evento.")
        found = values.get(match[2], "")
        return match[1] + found if found else ""

    filled = _TAG_AFTER_BLANK.sub(value, text)
    signature = values.get(SIGNATURE, "")
    return filled if filled.rstrip().endswith(signature) else f"{filled.rstrip()} {signature}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"{{{name}}}" for name in names) if names else "o texto sem tags"
