"""Fields that more than one subject takes."""

from __future__ import annotations

from datetime import date
from typing import Any

from rest_framework import serializers

from recado.outbox.numbers import LONGEST_INPUT, NumberRefused, normalise_mobile

LARGEST_KEY = 2**63 - 1


class NamingSerializer(serializers.Serializer[Any]):
    """Takes `fields_` and `errors_` for JSON's `fields` and `errors`, which are a serializer's own attributes."""

    def get_fields(self) -> dict[str, Any]:
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}


class StrictSerializer(NamingSerializer):
    """Refuses names it does not know: a misspelt field is not ignored."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := [name for name in data if name not in self.fields]):
            raise serializers.ValidationError(
                {name: serializers.ErrorDetail("Campo desconhecido.", code="unknown_field") for name in unknown}
            )
        return super().to_internal_value(data)


class TextField(serializers.CharField):
    """Text as JSON strings only: a number is no text. NUL and lone surrogates are refused."""

    default_error_messages = {"invalid": "Deve ser um texto."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            data.encode("utf-8")
        except UnicodeEncodeError:
            self.fail("invalid")
        return super().to_internal_value(data)


class MobileField(TextField):
    """A Brazilian mobile in any usual writing, given on in E.164."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", LONGEST_INPUT)
        options.setdefault("help_text", "Celular brasileiro, com DDD: `(81) 91234-5678`, `81912345678`, `+55…`.")
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        written = super().to_internal_value(data)
        if not written:
            return ""
        try:
            return normalise_mobile(written)
        except NumberRefused as refusal:
            raise serializers.ValidationError(str(refusal), code="number_refused") from refusal


class FlagField(serializers.BooleanField):
    """JSON's true or false, and no word for it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class DayField(serializers.DateField):
    """A day of this century: another is a slip, and the calendar's last ones have no day after them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["iso-8601"], **options)

    def to_internal_value(self, value: Any) -> date:
        day: date = super().to_internal_value(value)
        if not 2000 <= day.year < 2100:
            raise serializers.ValidationError("O ano deve ser de 2000 a 2099.", code="out_of_range")
        return day


class NumberField(serializers.IntegerField):
    """A row's number, as a JSON number."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("min_value", 1)
        options.setdefault("max_value", LARGEST_KEY)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)
