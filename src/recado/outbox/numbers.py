"""A mobile number is made E.164 once, at the door; what is no Brazilian mobile is refused there with a reason.

libphonenumber reads what people write (trunk 0, carrier code, +55, blanks); it still takes some old 10-digit mobiles,
so the rule of today, DDD + 9 + 8 digits, is checked here. Adding the missing 9 would be a guess: it is only hinted at.
"""

from __future__ import annotations

import re

import phonenumbers

DDDS = frozenset(
    "11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 46 47 48 49 51 53 54 55 "
    "61 62 63 64 65 66 67 68 69 71 73 74 75 77 79 81 82 83 84 85 86 87 88 89 91 92 93 94 95 96 97 98 99".split()
)
EXAMPLE = "(81) 91234-5678"
LONGEST_INPUT = 40
GUESSED = "O celular veio com 10 dígitos; o Recado acrescentou o 9 depois do DDD. Confira com o cliente."
# The writings that nearly all lists have: nothing is left to find out, and a library takes ten times as long.
_USUAL = re.compile(r"(?:\+?55 ?)?\(?([1-9][1-9])\)? ?(9[0-9]{4})[- ]?([0-9]{4})")
_WRITTEN = re.compile(r"[0-9 ()+.\-/\u00a0]+")


class NumberRefused(ValueError):
    """What was given is not a Brazilian mobile; the text (pt-BR) says why and what to give."""


class NinthDigitMissing(NumberRefused):
    """It looks like a mobile of before 2016; `completed` is the guess with the 9 (E.164), never to be used silently.

    Where a 9 stands after the DDD already, any digit may be the one left out, and a person is told only how many
    there are. A system that keeps none but ten meant an old mobile all the same.
    """

    def __init__(self, completed: str) -> None:
        has_a_nine = completed[5:7] == "99"
        missing = "Este número tem 10 dígitos; um celular tem 11: o DDD e mais 9, a começar por 9."
        words = missing if has_a_nine else "Parece faltar o 9 depois do DDD."
        super().__init__(f"{words} Confirme com o cliente.")
        self.completed = completed


def normalise_mobile(written: str) -> str:
    """Give the E.164 form (`+5581912345678`) of a Brazilian mobile in any usual writing.

    Raises NumberRefused with the sentence the screens show; NinthDigitMissing for an old mobile of 10 digits.
    """
    ask = f"Informe o celular com DDD e 9 dígitos. Exemplo: {EXAMPLE}."
    text = written.strip()
    usual = _USUAL.fullmatch(text)
    if usual is not None and usual[1] in DDDS:
        return f"+55{usual[1]}{usual[2]}{usual[3]}"
    if not text or len(text) > LONGEST_INPUT or not _WRITTEN.fullmatch(text):
        raise NumberRefused(ask)
    try:
        parsed = phonenumbers.parse(text, "BR")
    except phonenumbers.NumberParseException:
        raise NumberRefused(ask) from None
    if parsed.country_code != 55:
        raise NumberRefused("Este número é de outro país. O Recado envia só a celulares do Brasil.")
    national = phonenumbers.national_significant_number(parsed)
    ddd, subscriber = national[:2], national[2:]
    if len(national) in (8, 9):
        raise NumberRefused(f"Falta o DDD. {ask}")
    if len(national) not in (10, 11):
        raise NumberRefused(ask)
    if ddd not in DDDS:
        raise NumberRefused(f"O DDD {ddd} não existe.")
    if len(subscriber) == 8:
        if subscriber[0] in "2345":
            raise NumberRefused("Este número é fixo e não recebe SMS.")
        if subscriber[0] not in "6789":
            raise NumberRefused(ask)
        raise NinthDigitMissing(f"+55{ddd}9{subscriber}")
    if subscriber[0] != "9":
        raise NumberRefused(ask)
    return f"+55{national}"


def mobile_from_system(written: str, *, complete: bool) -> tuple[str, str]:
    """The E.164 form of a mobile that another system gives, and what is to be told of it (pt-BR, empty: nothing).

    With `complete` an old mobile of 10 digits gets its 9, and `GUESSED` says so. Raises NumberRefused.
    """
    try:
        return normalise_mobile(written), ""
    except NinthDigitMissing as missing:
        if not complete:
            raise
        return missing.completed, GUESSED


def show_mobile(number: str) -> str:
    """Write an E.164 Brazilian mobile as people do: `(81) 91234-5678`; anything else as it is."""
    if re.fullmatch(r"\+55\d{11}", number):
        return f"({number[3:5]}) {number[5:10]}-{number[10:]}"
    return number


def mask_mobile(number: str) -> str:
    """For logs: the last two digits only, `•••78`."""
    return f"•••{number[-2:]}"
