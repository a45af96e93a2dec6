"""Template tags and filters of the screens: tags of status, mobiles, times, menu and breadcrumb."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.forms import BaseForm, BoundField
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from recado.outbox.numbers import show_mobile
from recado.web import formatting
from recado.web.manual import PAGE_OF, slug_of
from recado.web.words import CauseWords, StatusWords, cause_words, status_words

register = template.Library()


@register.simple_tag
def status_tag(status: str) -> SafeString:
    """A status as a tag: colour, icon and word."""
    words = status_words(status)
    return format_html(
        '<span class="br-tag rc small {}"><i class="fas fa-{}" aria-hidden="true"></i><span>{}</span></span>',
        words.style,
        words.icon,
        words.label,
    )


@register.simple_tag(takes_context=True)
def help_url(context: Context) -> str:
    """The page of the manual that tells of the screen shown; the list of pages when none does."""
    match = getattr(context.get("request"), "resolver_match", None)
    slug = PAGE_OF.get(match.url_name or "") if match else None
    return reverse("help_page", args=[slug]) if slug else reverse("help")


@register.simple_tag
def help_on(page: str, words: str) -> str:
    """The place of the manual that explains a situation or a cause: `{% help_on "motivos" label %}`."""
    return f"{reverse('help_page', args=[page])}#{slug_of(words)}"


@register.filter
def words_of(status: str) -> StatusWords:
    """The `StatusWords` of a status."""
    return status_words(status)


@register.filter
def words_of_cause(cause: str) -> CauseWords | None:
    """The `CauseWords` of a cause; None for the empty one."""
    return cause_words(cause)


@register.filter
def mobile(number: str) -> str:
    """`(81) 91234-5678`; a short code or a name as the network wrote it."""
    return show_mobile(number)


@register.simple_tag
def moment(at: datetime | None, relative: bool = True) -> SafeString | str:
    """A time as `<time>`: `22/11/2026 08:14:04`, with `há 2 minutos` below; a dash for None."""
    if at is None:
        return "–"
    stamp = format_html(
        '<time class="rc-num" datetime="{}">{}</time>', at.isoformat(timespec="seconds"), formatting.date_and_time(at)
    )
    if not relative:
        return stamp
    return format_html('{}<span class="rc-sub">{}</span>', stamp, formatting.ago(at, timezone.now()))


@register.filter
def ago(at: datetime) -> str:
    """`há 2 minutos`."""
    return formatting.ago(at, timezone.now())


@register.filter
def when(at: datetime) -> str:
    """`às 8h14`, or `em 21/11/2026 às 8h14` on another day."""
    return formatting.when(at, timezone.now())


@register.filter
def date_and_time(at: datetime) -> str:
    """`22/11/2026 08:14:04`."""
    return formatting.date_and_time(at)


@register.filter
def thousands(number: int) -> str:
    """`1.204`."""
    return formatting.thousands(number)


@register.filter
def mid_sentence(label: str) -> str:
    """A label as it stands inside a sentence: `Protocolo e RA` as `protocolo e RA`, `SMS de um lote` as it is."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


@register.simple_tag
def counted(number: int, singular: str, plural: str) -> str:
    """`{% counted 2 "mensagem" "mensagens" %}`: `2 mensagens`."""
    return formatting.counted(number, singular, plural)


@register.inclusion_tag("web/menu_item.html", takes_context=True)
def menu_item(context: Context, name: str, label: str, count: int | None = None) -> dict[str, object]:
    """One entry of the menu, marked when the page on screen is it (or one below it: `section` in the context).

    `count` is how many things wait there; the header's live part keeps it true, so it is there, hidden, when nothing
    waits.
    """
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    here = match.url_name if match else ""
    return {
        "name": name,
        "url": reverse(name),
        "label": label,
        "count": count,
        "active": name in (here, context.get("section")),
        "current": "page" if here == name else "true",
    }


@register.inclusion_tag("web/crumb.html")
def crumb(label: str, name: str = "", *arguments: object) -> dict[str, object]:
    """One step of the breadcrumb; a link when the URL `name` is given, else a heading of the menu."""
    return {"label": label, "url": reverse(name, args=arguments) if name else ""}


@register.filter
def faulty_fields(form: BaseForm) -> list[BoundField]:
    """The fields that the form refuses, in the form's order."""
    return [field for field in form if field.errors]


@register.filter
def anchor(field: BoundField) -> str:
    """The id a link in the error summary leads to: the control, or the first of a set of radio buttons."""
    return f"{field.auto_id}_0" if field.use_fieldset else field.auto_id
