"""What several forms ask for: a mobile, a date, a time, a long note, the mark of a form sent twice, and such a form.

Each cleans what people write or paste, and refuses with a sentence that says what to write instead.
"""

from __future__ import annotations

import re
import uuid
from datetime import date, time
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from recado.outbox.numbers import NumberRefused, normalise_mobile

LONGEST_NOTE = 400
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_TIME = re.compile(r"(\d{1,2})[:hH](\d{2})", re.ASCII)
_YEARS = range(1900, 3000)


class MobileField(forms.CharField):
    """A Brazilian mobile in any usual writing; cleans to E.164, or to "" when left empty."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}))
        super().__init__(**options)

    def clean(self, value: Any) -> str:
        written = super().clean(value)
        if not written:
            return ""
        try:
            return normalise_mobile(written)
        except NumberRefused as refusal:
            raise ValidationError(str(refusal), code="number") from refusal


class PropertyField(forms.CharField):
    """A *matrícula do imóvel*: digits; the points and dashes people write between them are dropped."""

    def clean(self, value: Any) -> str:
        written = re.sub(r"[\s.\-/]", "", super().clean(value))
        if written and not re.fullmatch(r"[0-9]{1,12}", written):
            raise ValidationError("Informe só os números da matrícula, no máximo 12.", code="property")
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


class DayField(forms.Field):
    """A day written dd/mm/aaaa; cleans to a date, or None when left empty."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off", "placeholder": "dd/mm/aaaa"}
        options.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**options)

    def to_python(self, value: Any) -> date | None:
        written = str(value or "").strip()
        if not written:
            return None
        match = _DATE.fullmatch(written)
        if match is None:
            raise ValidationError("Escreva a data como dd/mm/aaaa. Exemplo: 22/11/2026.", code="date")
        day, month, year = (int(group) for group in match.groups())
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
        attrs = {"inputmode": "numeric", "autocomplete": "off", "placeholder": "hh:mm"}
        options.setdefault("widget", forms.TextInput(attrs=attrs))
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

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, initial=uuid.uuid4)

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
