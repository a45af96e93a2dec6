"""What a text's measure means for who writes it: how long it is, how much fits, what the SMS changes of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from recado.gsm import Change
from recado.outbox.measuring import Measure
from recado.web.formatting import counted

_UNSEEN = {"\t": "a tabulação", "\n": "a quebra de linha", "\r": "a quebra de linha", "\f": "a quebra de página"}
# A sentence that lists more is not read.
_MOST_NAMED = 8


def size_words(found: Measure) -> str:
    """Characters, parts, and how many a part holds; what takes more room than one character is told by name."""
    alphabet = (
        "com todos os caracteres"
        if found.unicode
        else "com as tabelas portuguesas"
        if found.portuguese
        else "letras do SMS comum"
    )
    places = "" if found.places == found.characters else f" que tomam {counted(found.places, 'lugar', 'lugares')}"
    said = (
        f"{counted(found.characters, 'caractere', 'caracteres')}{places}, {len(found.parts)} SMS"
        f" ({alphabet}, {found.capacity} por SMS)."
    )
    if found.wide:
        said += f" {_listed(found.wide)} {'toma 2 lugares' if len(found.wide) == 1 else 'tomam 2 lugares cada'}."
    return said


def room_words(longest: Measure) -> str:
    """How much fits, or has to go, with the longest values: what is sure for every customer."""
    count = len(longest.parts)
    if count == 1 and not longest.room:
        return "Não cabe mais nenhum caractere em 1 SMS, com as tags no tamanho máximo."
    if count == 1:
        return f"Cabem mais {counted(longest.room, 'caractere', 'caracteres')} em 1 SMS, com as tags no tamanho máximo."
    less = counted(longest.over, "caractere", "caracteres")
    return f"Com as tags no tamanho máximo são {count} SMS: retire {less} para caber em {count - 1}."


def change_words(changes: Sequence[Change]) -> str:
    """What the SMS writes otherwise, and what it leaves out; empty when neither."""
    told = [f"{_named(change.before)} por {_named(change.after)}" for change in changes if change.after]
    dropped = [_named(change.before) for change in changes if not change.after]
    sentences = [f"O SMS troca {', '.join(told)}."] if told else []
    sentences += [f"Não saem: {', '.join(dict.fromkeys(dropped))}."] if dropped else []
    return " ".join(sentences)


def _listed(characters: Sequence[str]) -> str:
    named = [_named(character) for character in characters[:_MOST_NAMED]]
    more = ["outros"] if len(characters) > _MOST_NAMED else []
    *before, last = [*named, *more]
    return f"{', '.join(before)} e {last}" if before else last


def _named(text: str) -> str:
    """In quotes; by a name what nobody would see between them."""
    if text in _UNSEEN:
        return _UNSEEN[text]
    kinds = {unicodedata.category(character) for character in text}
    if kinds <= {"Cf", "Mn", "Me"}:
        return "um caractere invisível"
    if kinds <= {"Zs"}:
        return "um espaço" if text == " " else "um espaço especial"
    return f"“{text}”"
