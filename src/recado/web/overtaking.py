"""Two people who edit one thing at once: whoever saves second is told what the first one changed, and decides.

A page that edits carries what its fields showed when it was opened. When it is saved and something else is in force by
then, nothing is saved: the page comes back with what is in force beside what was typed. What was typed stays; a field
that the person had not touched takes what is in force now. The page then carries what it has just shown, so that saving
once more is a decision.

The caller compares and saves in one transaction that holds a lock, so that nobody comes between the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.core import signing
from django.forms import BaseForm, BoundField
from django.forms.widgets import ChoiceWidget
from django.http import QueryDict

FIELD = "aberto"
_SALT = "recado.web.overtaking"

# What a control of a page shows: a text, or the boxes that are ticked.
Shown = str | list[str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody else changed: its label, what is in force, and what was typed.

    `typed` is None where the person had changed nothing. All in words (pt-BR).
    """

    label: str
    in_force: str
    typed: str | None


@dataclass(frozen=True, slots=True)
class Overtaken:
    """What was changed since a page was opened. `who` and `at` (UTC): of the last change, empty where nobody knows.

    `mark`: what the page carries from now on.
    """

    differences: tuple[Difference, ...]
    who: str
    at: datetime | None
    mark: str


def mark_of(data: QueryDict, held: BaseForm) -> str:
    """What the page carries: what it came back with in `data`, else what `held`, unbound and in force, shows now."""
    return data.get(FIELD) or _mark(held)


def overtaken(typed: BaseForm, held: BaseForm, last: tuple[str, datetime] | None) -> Overtaken | None:
    """What was changed since the page of the bound form `typed` was opened; None where it may be saved.

    `held` is an unbound form of what is in force, `last` who changed it last and when (UTC). Leaves in `typed` what is
    in force for each field that the person had not touched. A page without a readable mark was made by a program or an
    older version, and may be saved.
    """
    data = cast(QueryDict, typed.data)
    opened = _opened(data)
    now = _shown(held)
    given = _shown(typed)
    changed = [name for name in now if name in opened and opened[name] != now[name] != given[name]]
    found = []
    merged = data.copy()
    for name in changed:
        touched = given[name] != opened[name]
        found.append(
            Difference(
                label=str(held[name].label),
                in_force=_words(held[name], now[name]),
                typed=_words(held[name], given[name]) if touched else None,
            )
        )
        if not touched:
            _put(merged, typed.add_prefix(name), now[name])
    if not found:
        return None
    typed.data = merged
    who, at = last or ("", None)
    return Overtaken(tuple(found), who, at, _mark(held))


def _mark(held: BaseForm) -> str:
    return signing.dumps(_shown(held), salt=_SALT, compress=True)


def _opened(data: QueryDict) -> Mapping[str, Shown]:
    try:
        return cast(Mapping[str, Shown], signing.loads(data.get(FIELD, ""), salt=_SALT))
    except signing.BadSignature:
        return {}


def _shown(form: BaseForm) -> dict[str, Shown]:
    return {name: _of(form[name]) for name in form.fields}


def _of(field: BoundField) -> Shown:
    """What the control shows, and a browser posts when nobody touches it."""
    value = field.value()
    if isinstance(value, bool):
        return ["on"] if value else []
    if isinstance(value, list | tuple):
        return sorted(str(each) for each in value)
    written = value if isinstance(field.field.widget, ChoiceWidget) else field.field.widget.format_value(value)
    # A browser posts the breaks of lines in its own way.
    return "" if written is None else str(written).replace("\r\n", "\n")


def _put(data: QueryDict, name: str, shown: Shown) -> None:
    data.setlist(name, shown if isinstance(shown, list) else [shown])


def _words(field: BoundField, shown: Shown) -> str:
    """What a control shows, as people read it."""
    labels = {str(key): str(label) for key, label in getattr(field.field, "choices", ())}
    if isinstance(shown, str):
        return labels.get(shown, shown) or "vazio"
    if not labels:
        return "sim" if shown else "não"
    return ", ".join(labels.get(each, each) for each in shown) or "nenhum"
