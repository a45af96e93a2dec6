"""*O cliente recebeu?*: from a protocol, an RA or a mobile to all that happened with the customer, in order.

What is typed may be a mobile, so only a key of it stands in the address (`kept_search`).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from recado.people.models import Deed
from recado.people.roles import Duty
from recado.service_requests.story import Happening, story_of
from recado.web import telling
from recado.web.access import needs
from recado.web.audit import note
from recado.web.forms.customer import CustomerForm
from recado.web.views import kept_search

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
    key = kept_search.keep(request, _AREA, form.cleaned_data["term"])
    note(request, Deed.NUMBER_SEARCHED, detail="em O cliente recebeu?")
    return redirect(f"{reverse('customer')}?{urlencode({kept_search.KEY: key})}")


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
        numbers = ", ".join(str(ra.pk) for ra in story.requests[:20])
        note(request, Deed.STORY_VIEWED, detail=f"RA {numbers}" if numbers else "")
        last = story.last_message
        shown |= {
            "story": story,
            "lines": [Line(line, telling.sentence(line)) for line in story.happenings],
            "last": last,
            "fate": telling.fate(last) if last else "",
            "summary": telling.summary(story),
            "here": request.get_full_path(),
        }
    return render(request, "web/customer.html", {**shown, "searched": True})
