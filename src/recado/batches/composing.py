"""From the cells of a record to an SMS: the mobile made E.164, the text filled and measured, or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from recado.batches.columns import MOBILE, unmarked
from recado.batches.tables import UNREADABLE
from recado.gsm import EncodeError, EncodingPolicy, segment
from recado.gsm.fold import fold
from recado.outbox.numbers import NumberRefused, normalise_mobile
from recado.outbox.templates import SIGNATURE, TemplateRefused, check_template, fill

MOST_PARTS = 10
_TAG = re.compile(r"\{([^{}]*)\}")
# Characters that take one of the 160 places whatever the policy; others are left to `segment`.
_FITS_ONE = re.compile(r"[ -Z_a-z\n]{1,160}")
_SENDABLE = re.compile("[^\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]*")
# What a spreadsheet writes for a long number that it was not told to be a text.
_SCIENTIFIC = re.compile(r"\d+[.,]\d+E\+\d+", re.IGNORECASE)


class RowRefused(ValueError):
    """The record gives no SMS; the text (pt-BR) says why and what to change."""


@dataclass(frozen=True, slots=True)
class Composed:
    """An SMS to be: the mobile in E.164, the text as it is filled, how many SMS it takes."""

    number: str
    text: str
    parts: int


Composer = Callable[[Sequence[str]], Composed]


def tags_in(template: str) -> list[str]:
    """The tags that the text uses, each once, in order."""
    return list(dict.fromkeys(_TAG.findall(template)))


def fixed_values(template: str, company: Mapping[str, str]) -> dict[str, str]:
    """Of the company's values those that every SMS of the text takes: its tags', and the signature."""
    tags = tags_in(template)
    return {tag: value for tag, value in company.items() if tag == SIGNATURE or tag in tags}


def check(template: str, tags: Sequence[str], company: Mapping[str, str]) -> None:
    """Raise TemplateRefused (pt-BR) unless every tag of the text is a column's or the company's."""
    allowed = [*tags, *(tag for tag in company if tag != SIGNATURE)]
    check_template(template, allowed, unknown="não é de nenhuma coluna")


def compose(template: str, policy: EncodingPolicy, written: str, values: Mapping[str, str]) -> Composed:
    """The SMS for the mobile as it is `written`, with the tags' `values`. Raises RowRefused."""
    number = mobile(written)
    for tag, value in values.items():
        if not value and tag != SIGNATURE:
            raise RowRefused(f"{tag}: está vazio.")
        if UNREADABLE in value:
            raise RowRefused(f"{tag}: há um caractere ilegível. Salve o arquivo como “CSV UTF-8”.")
        if value.startswith("="):
            raise RowRefused(f"{tag}: é uma fórmula. Cole o valor no lugar dela.")
        if _SCIENTIFIC.fullmatch(value):
            raise RowRefused(f"{tag}: o número veio como {value[:20]}. Formate a coluna como texto.")
    try:
        text = fill(template, values)
        parts = count_parts(text, policy)
    except TemplateRefused as refusal:
        raise RowRefused(str(refusal)) from None
    except EncodeError:
        raise RowRefused("O texto tem um caractere que nenhum celular mostra.") from None
    if not text.strip():
        raise RowRefused("O texto fica vazio.")
    if parts > MOST_PARTS:
        raise RowRefused(f"O texto toma {parts} SMS; o limite é {MOST_PARTS}.")
    return Composed(number, text, parts)


def count_parts(text: str, policy: EncodingPolicy) -> int:
    """How many SMS the text takes. Raises EncodeError. Most texts are seen to fit one without being cut."""
    plain = text
    if policy is EncodingPolicy.FOLD and not text.isascii() and _SENDABLE.fullmatch(text):
        plain = fold(text).text
    if policy is not EncodingPolicy.UCS2 and _FITS_ONE.fullmatch(plain):
        return 1
    return len(segment(text, policy).parts)


def mobile(written: str) -> str:
    """E.164. Raises RowRefused with the sentence that the screens show for a mobile."""
    bare = unmarked(written)
    if not bare:
        raise RowRefused("Falta o celular.")
    if bare.startswith("="):
        raise RowRefused("O celular é uma fórmula. Cole o valor no lugar dela.")
    if _SCIENTIFIC.fullmatch(bare):
        raise RowRefused(f"O celular veio como {bare[:20]}. Formate a coluna como texto.")
    try:
        return normalise_mobile(bare)
    except NumberRefused as refusal:
        raise RowRefused(str(refusal)) from None


def composer(template: str, policy: EncodingPolicy, mapping: Mapping[str, int], company: Mapping[str, str]) -> Composer:
    """What makes an SMS of the cells of each record; `mapping` has the column (0-based) of each tag and of the mobile.

    A tag that is not used in the text costs nothing, and its column may be missing.
    """
    used = [(tag, mapping[tag]) for tag in tags_in(template) if tag in mapping]
    fixed = fixed_values(template, company)
    mobile_at = mapping[MOBILE]
    needed = max([mobile_at, *(place for _, place in used)])

    def made(cells: Sequence[str]) -> Composed:
        if len(cells) <= needed:
            raise RowRefused(f"Falta a coluna {len(cells) + 1}. Se um texto tem o separador, ponha-o entre aspas.")
        return compose(template, policy, cells[mobile_at], fixed | {tag: cells[at].strip() for tag, at in used})

    return made
