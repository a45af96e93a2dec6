"""What several forms ask for: a mobile, a date, a time, a count, a line, a long note, a row of a table, a period, and
the mark that makes a form sent twice one deed.

Each cleans what people write or paste, and refuses with a sentence that says what to write instead.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from unicodedata import category

from django import forms
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms.models import ModelChoiceIterator

from recado.collation import dictionary_key
from recado.conf.networks import NetworkRefused, tidied
from recado.mail.posting import LONGEST_ADDRESS, AddressRefused, normalise_address
from recado.outbox.numbers import NumberRefused, normalise_mobile, show_mobile

LONGEST_NOTE = 400
PLAIN = {"autocomplete": "off"}
# Digits on the keys of a telephone.
NUMERIC = {"autocomplete": "off", "inputmode": "numeric"}
# Names and addresses of machines: no telephone is to make a sentence of them.
VERBATIM = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
# As people write and paste it: 22/11/2026, 22-11-2026, 22.11.2026, 22 11 2026, 22112026.
_DATE = re.compile(r"(\d{1,2})([-./ ])(\d{1,2})\2(\d{4})|(\d{2})(\d{2})(\d{4})", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_TIME = re.compile(r"(\d{1,2})[:hH](\d{2})", re.ASCII)
_YEARS = range(1900, 3000)
# The longest key of a row is that of a 64-bit integer.
_LONGEST_KEY = 18
# Kept among what nobody sees: it joins one emoji to the next.
_JOINER = "\u200d"

# Django's classes take no parameter at run time.
if TYPE_CHECKING:
    RowFieldBase = forms.ModelChoiceField[Model]
    RowsFieldBase = forms.ModelMultipleChoiceField[Model]
    RowsBase = ModelChoiceIterator[Model]
else:
    RowFieldBase = forms.ModelChoiceField
    RowsFieldBase = forms.ModelMultipleChoiceField
    RowsBase = ModelChoiceIterator


class MobileField(forms.CharField):
    """A Brazilian mobile in any usual writing; cleans to E.164, or to "" when left empty. A form that is shown again
    has it as screens write it, so that a person sees what was understood."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "tel", **PLAIN}))
        super().__init__(**options)

    def clean(self, value: Any) -> str:
        written = super().clean(value)
        if not written:
            return ""
        try:
            return normalise_mobile(written)
        except NumberRefused as refusal:
            raise ValidationError(str(refusal), code="number") from refusal

    def prepare_value(self, value: Any) -> Any:
        try:
            return show_mobile(normalise_mobile(value)) if value else value
        except NumberRefused:
            return value


class AddressField(forms.CharField):
    """An e-mail address as mail servers take it; `missing` (pt-BR) refuses an empty one, and "" lets it be empty."""

    def __init__(self, *, missing: str = "", **options: Any) -> None:
        options.setdefault("widget", forms.EmailInput(attrs=PLAIN))
        super().__init__(
            max_length=LONGEST_ADDRESS, required=bool(missing), error_messages={"required": missing}, **options
        )

    def clean(self, value: Any) -> str:
        written = super().clean(value)
        if not written:
            return ""
        try:
            return normalise_address(written)
        except AddressRefused as refusal:
            raise ValidationError(str(refusal), code="address") from refusal


class LineField(forms.CharField):
    """One line of text. `subject` is what the refusal of a longer one is about, as in `O nome`; `missing` (pt-BR)
    refuses an empty one, and "" lets it be empty."""

    def __init__(self, subject: str, *, max_length: int, missing: str = "", **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs=PLAIN))
        words = {"max_length": f"{subject} tem %(show_value)d caracteres; o limite é {max_length}."}
        if missing:
            words["required"] = missing
        super().__init__(max_length=max_length, required=bool(missing), error_messages=words, **options)

    def to_python(self, value: Any) -> str:
        """On one line; what nobody sees, as pasted text carries it, is dropped: it would turn names round or make
        two of them look the same."""
        seen = (sign for sign in super().to_python(value) or "" if sign == _JOINER or category(sign) != "Cf")
        return "".join(" " if sign.isspace() else sign for sign in seen).strip()


class LoginNameField(LineField):
    """A name that a person or a system is let in by, and that histories keep."""

    def __init__(self, subject: str, **options: Any) -> None:
        letters = ASCIIUsernameValidator(message="Use só letras sem acento, números e os sinais @ . + - _")
        widget = forms.TextInput(attrs=VERBATIM)
        super().__init__(subject, max_length=60, validators=[letters], widget=widget, **options)


class NetworksField(forms.CharField):
    """Addresses and networks, one a line; cleans to them in one writing, or to "" when left empty."""

    def __init__(self) -> None:
        super().__init__(
            label="Endereços de origem",
            required=False,
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 3, **VERBATIM}),
            help_text="Um endereço ou rede por linha: 192.0.2.10 ou 192.0.2.0/24. Em branco, de qualquer lugar.",
        )

    def clean(self, value: Any) -> str:
        try:
            return tidied(super().clean(value))
        except NetworkRefused as refusal:
            raise ValidationError(str(refusal), code="network") from refusal

    def prepare_value(self, value: Any) -> Any:
        """In the one writing, so that 192.0.2.1 and 192.0.2.1/32 are not told apart."""
        try:
            return tidied(value) if value else value
        except NetworkRefused:
            return value


class _ByName(RowsBase):
    """The rows in the order of a dictionary."""

    def __iter__(self) -> Iterator[Any]:
        yield "", self.field.empty_label
        for row in sorted(self.queryset, key=lambda row: dictionary_key(str(row))):
            yield self.choice(row)


class RowField(RowFieldBase):
    """A row of one of the company's tables. `missing` (pt-BR) asks for it; `gone` refuses one that is there no more.
    `by_name`: in the order of their names, and not in that of the table. `empty`: what the choice of none is called.
    """

    def __init__(
        self, *, gone: str, missing: str = "", empty: str = "Escolha", by_name: bool = False, **options: Any
    ) -> None:
        if by_name:
            self.iterator = _ByName
        words = {"required": missing, "invalid_choice": gone}
        super().__init__(empty_label=empty, error_messages=words, **options)


class RowsField(RowsFieldBase):
    """Some rows of one of the company's tables; `gone` (pt-BR) refuses what is none of them."""

    def __init__(self, *, gone: str, **options: Any) -> None:
        super().__init__(
            required=False,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": gone, "invalid_pk_value": gone},
            **options,
        )

    def clean(self, value: Any) -> Any:
        """A key that the database cannot hold is no row's; SQLite would fail over it."""
        if any(len(str(key)) > _LONGEST_KEY for key in value or ()):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().clean(value)


class DigitsField(forms.CharField):
    """A number of `least` to `most` digits; the points, dashes and blanks people write between them are dropped."""

    def __init__(self, *, least: int, most: int, refusal: str, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs=NUMERIC))
        super().__init__(required=False, **options)
        self._pattern, self._refusal = re.compile(f"[0-9]{{{least},{most}}}"), refusal

    def clean(self, value: Any) -> str:
        written = re.sub(r"[\s.\-/]", "", super().clean(value))
        if written and not self._pattern.fullmatch(written):
            raise ValidationError(self._refusal, code="digits")
        return written


class NoteField(forms.CharField):
    """A text of several lines, counted as the browser's counter does: a line break is one character."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", LONGEST_NOTE)
        options.setdefault("widget", forms.Textarea(attrs={"rows": 4, "data-counter": str(options["max_length"])}))
        super().__init__(**options)
        self.error_messages["max_length"] = (
            f"O texto tem %(show_value)d caracteres; o limite é {options['max_length']}."
        )

    def to_python(self, value: Any) -> str:
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value) or ""


def _read_date(written: str) -> tuple[int, int, int]:
    """Day, month and year as written, which need not exist."""
    if iso := _ISO_DATE.fullmatch(written):
        year, month, day = iso.groups()
    elif match := _DATE.fullmatch(written):
        day, month, year = (group for group in match.group(1, 3, 4, 5, 6, 7) if group is not None)
    else:
        raise ValidationError("Escreva a data como dd/mm/aaaa. Exemplo: 22/11/2026.", code="date")
    return int(day), int(month), int(year)


class DayField(forms.Field):
    """A day written dd/mm/aaaa, or as other programs write it; cleans to a date, or None when left empty."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={**NUMERIC, "placeholder": "dd/mm/aaaa"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> date | None:
        written = str(value or "").strip()
        if not written:
            return None
        day, month, year = _read_date(written)
        try:
            found = date(year, month, day)
        except ValueError:
            raise ValidationError(f"{written} não existe.", code="date") from None
        if year not in _YEARS:
            raise ValidationError(f"Confira o ano de {written}.", code="date")
        return found

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value


class ClockField(forms.Field):
    """An hour and minute written hh:mm; cleans to a time, or None when left empty."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={**NUMERIC, "placeholder": "hh:mm"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> time | None:
        written = str(value or "").strip()
        if not written:
            return None
        match = _TIME.fullmatch(written)
        if match is None:
            raise ValidationError("Escreva a hora como hh:mm. Exemplo: 14:05.", code="time")
        try:
            return time(int(match[1]), int(match[2]))
        except ValueError:
            raise ValidationError(f"{written} não existe.", code="time") from None

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value


class TokenField(forms.Field):
    """The hidden mark that makes a form sent twice one row; only a program spoils it, and then it is replaced."""

    def __init__(self) -> None:
        # Several forms of one page have one each: an id would stand there twice.
        super().__init__(required=False, initial=uuid.uuid4, widget=forms.HiddenInput(attrs={"id": False}))

    def clean(self, value: Any) -> uuid.UUID:
        try:
            return uuid.UUID(str(value))
        except ValueError:
            return uuid.uuid4()


class OnceForm(forms.Form):
    """A form whose `form_token` makes it, sent twice, one message; `KEY` begins the message's idempotency key."""

    KEY: ClassVar[str]
    form_token = TokenField()

    @property
    def key(self) -> str:
        """The idempotency key of the message of a valid form."""
        token: uuid.UUID = self.cleaned_data["form_token"]
        return f"{self.KEY}:{token}"


class PeriodForm(forms.Form):
    """A form with the days `inicio` and `fim`, which both belong to the period; `MOST_DAYS` is how many it may have."""

    MOST_DAYS: ClassVar[int | None] = None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("inicio"), cleaned.get("fim")
        if first and last and last < first:
            self.add_error("fim", "A data final deve ser igual ou posterior à data inicial.")
        elif first and last and self.MOST_DAYS and last - first >= timedelta(days=self.MOST_DAYS):
            self.add_error("fim", f"O período tem no máximo {self.MOST_DAYS} dias.")
        return cleaned
