"""*O cliente recebeu?*: from a protocol, an RA or a mobile to all that happened with the customer, in order.

What is typed may be a mobile, so only a key of it stands in the address (`kept_search`).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from recado.outbox.numbers import show_mobile
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.service_requests.story import Happening, Story, story_of
from recado.web import telling
from recado.web.access import needs
from recado.web.audit import note
from recado.web.formatting import counted, thousands
from recado.web.forms.customer import CustomerForm
from recado.web.forms.messages import written_date
from recado.web.views import kept_search, messages, ra_list

HEADING = "O cliente recebeu?"
_AREA = "customer_search"


@dataclass(frozen=True, slots=True)
class Line:
    """A happening with its sentence."""

    happening: Happening
    sentence: str


@require_POST
@needs(Duty.CONSULT)
def customer_search(request: HttpRequest) -> HttpResponse:
    """Keep what was typed and go to the story; a refused form is shown again."""
    form = CustomerForm(request.POST)
    if not form.is_valid():
        return render(request, "web/customer.html", {"heading": HEADING, "form": form})
    term = form.cleaned_data["term"]
    return kept_search.go(request, "customer", {}, area=_AREA, term=term, where=HEADING)


@require_GET
@needs(Duty.CONSULT)
def customer(request: HttpRequest) -> HttpResponse:
    """The story of what the session keeps under the address's key."""
    term = kept_search.kept(request, _AREA)
    shown: dict[str, object] = {"heading": HEADING, "form": CustomerForm(initial={"term": term or ""})}
    if term is None:
        return render(request, "web/customer.html", {**shown, "forgotten": True})
    if not term:
        return render(request, "web/customer.html", shown)
    story = story_of(term)
    if story:
        if story.mobile:
            shown["form"] = CustomerForm(initial={"term": show_mobile(story.mobile)})
        numbers = ", ".join(str(ra.pk) for ra in story.requests[:20])
        note(request, Deed.STORY_VIEWED, detail=f"RA {numbers}" if numbers else "")
        last = story.last_message
        shown |= {
            "story": story,
            "lines": [Line(line, telling.sentence(line)) for line in story.happenings],
            "last": last,
            "fate": telling.fate(last) if last else "",
            "summary": telling.summary(story),
            "rest": _rest(request, story),
            "here": request.get_full_path(),
        }
    return render(request, "web/customer.html", {**shown, "searched": True})


def _rest(request: HttpRequest, story: Story) -> list[tuple[str, str, str]]:
    """What the story leaves out: a sentence, the address where all of it is, and the words of that link."""
    told = []
    if story.requests_known > len(story.requests):
        shown, known = counted(len(story.requests), "RA", "RAs"), thousands(story.requests_known)
        query = urlencode({kept_search.KEY: kept_search.keep(request, ra_list.AREA, show_mobile(story.mobile))})
        told.append(
            (f"Aqui estão os {shown} mais novos de {known}.", f"{reverse('ra_list')}?{query}", "Ver todos os RAs")
        )
    shown_messages = sum(1 for line in story.happenings if line.message)
    if story.messages_known > shown_messages and story.since is not None:
        period = {"inicio": written_date(timezone.localdate(story.since)), "fim": written_date(timezone.localdate())}
        sentence = f"Aqui estão os {thousands(shown_messages)} SMS mais novos de {thousands(story.messages_known)}."
        query = urlencode(period | _whose(request, story))
        told.append((sentence, f"{reverse('messages')}?{query}", "Ver todos os SMS"))
    return told


def _whose(request: HttpRequest, story: Story) -> dict[str, str]:
    """The filter of Consultar that finds the story's messages; the mobile stands in the session alone."""
    if story.mobile:
        return {kept_search.KEY: kept_search.keep(request, messages.AREA, show_mobile(story.mobile))}
    return {"ra": str(story.requests[0].pk)}
