"""Fields for numbers as Brazilians write them: a point parts thousands, a comma comes before decimals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from recado.numerals import thousands
from recado.phones.rule_values import LONGEST_PACE
from recado.web.forms.fields import NUMERIC

# As people write it: 1204, 1.204, 1 204.
_COUNT = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:[. ]\d{3})+)", re.ASCII)
# As people write it: 7,5, 1.000,5, 7.5. A point before three digits parts thousands, and 0.125 is not guessed at.
_DECIMAL = re.compile(r"[-+]?(?:(?:\d+|[1-9]\d{0,2}(?:[. ]\d{3})+)(?:,\d+)?|\d+\.\d{1,2})", re.ASCII)
_WITH_POINT = re.compile(r"[-+]?\d+\.\d{1,2}", re.ASCII)


class CountField(forms.IntegerField):
    """A whole number from `least` to `most`. `noun` is what is counted, one and many of it, as in ("dia", "dias");
    `missing` (pt-BR) refuses an empty one, and "" lets it be empty; `words` takes the place of single refusals."""

    def __init__(
        self,
        *,
        least: int,
        most: int,
        noun: tuple[str, str] | None = None,
        missing: str = "",
        words: Mapping[str, str] = {},
        **options: Any,
    ) -> None:
        refusals = {
            "invalid": f"Informe um número inteiro de {noun[1]}." if noun else "Informe um número inteiro.",
            "min_value": f"O mínimo {_is_count(least, noun)}.",
            "max_value": f"O máximo {_is_count(most, noun)}.",
        }
        if missing:
            refusals["required"] = missing
        super().__init__(
            min_value=least,
            max_value=most,
            required=bool(missing),
            widget=forms.TextInput(attrs=NUMERIC),
            error_messages=refusals | dict(words),
            **options,
        )

    def to_python(self, value: Any) -> int | None:
        """Django's would take 1.000 for 1."""
        written = str(value).strip() if value not in self.empty_values else ""
        if written and not _COUNT.fullmatch(written):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(re.sub("[. ]", "", written))


def _is_count(number: int, noun: tuple[str, str] | None) -> str:
    if noun is None:
        return f"é {thousands(number)}"
    return f"é 1 {noun[0]}" if number == 1 else f"são {thousands(number)} {noun[1]}"


class NumberField(forms.DecimalField):
    """A number that need not be whole, as Brazilians write it: 1.000 is a thousand, 7,5 seven and a half, and so is
    7.5, which can be nothing else."""

    def to_python(self, value: Any) -> Any:
        written = str(value).strip() if value not in self.empty_values else ""
        if not written:
            return None
        if not _DECIMAL.fullmatch(written):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        plain = written if _WITH_POINT.fullmatch(written) else re.sub("[. ]", "", written).replace(",", ".")
        return super().to_python(plain)


class PaceField(NumberField):
    """A phone's pace in seconds; 0 waits for nothing between two sends."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_value=0,
            max_value=LONGEST_PACE,
            widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
            error_messages={
                "required": "Informe o ritmo em segundos.",
                "invalid": "Informe um número de segundos, com vírgula antes dos decimais. Exemplo: 7,5.",
                "min_value": "O ritmo mínimo é 0: um envio logo depois do outro.",
                "max_value": f"O ritmo máximo é {thousands(LONGEST_PACE)} segundos.",
            },
            **options,
        )


def written_pace(seconds: float) -> str:
    """`7`, `7,5`: a pace as its field shows it."""
    return f"{seconds:g}".replace(".", ",")
