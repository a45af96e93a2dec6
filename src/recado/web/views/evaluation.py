"""The page behind the link of an e-mail: a customer without login gives a grade, once.

Opening it changes nothing, since mail servers open links to look at them. A link that is used, out of time or unknown
gets one and the same page, so that nobody learns which links there are. The page shows nothing of anybody, is kept by
no cache, and names its address to no other site. The token in the address stands for the form's own mark against
forgery, so that no cookie is needed.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from recado.evaluations.operations import answer, find
from recado.people.origin import address_of
from recado.web.access import for_anybody
from recado.web.forms.evaluation import EvaluationForm
from recado.web.throttle import Throttle

# A company's whole network may stand behind one address.
_WINDOW_SECONDS = 600
BY_ADDRESS = Throttle(60, _WINDOW_SECONDS)
BY_TOKEN = Throttle(20, _WINDOW_SECONDS)
HEADING = "Avalie o atendimento"


@for_anybody
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def evaluation(request: HttpRequest, name: str) -> HttpResponse:
    """Show the form of the token `name`, or take the answer."""
    if not (BY_ADDRESS.admits(address_of(request)) and BY_TOKEN.admits(name[:100])):
        said = "Muitas tentativas em pouco tempo. Espere dez minutos e abra o link de novo."
        answer_later = _page(request, "evaluation_over.html", {"said": said}, status=429)
        answer_later.headers["Retry-After"] = str(_WINDOW_SECONDS)
        return answer_later
    now = timezone.now()
    if find(name, now=now) is None:
        return _over(request)
    form = EvaluationForm(request.POST if request.method == "POST" else None)
    if not (form.is_bound and form.is_valid()):
        return _page(request, "evaluation.html", {"form": form})
    if not answer(name, grade=form.cleaned_data["grade"], comment=form.cleaned_data["comment"], now=now):
        return _over(request)
    return _sealed(redirect("evaluation_thanks"))


@for_anybody
@never_cache
@require_safe
def evaluation_thanks(request: HttpRequest) -> HttpResponse:
    """Thank for the answer; the address no longer holds the token."""
    said = "Obrigado! Sua avaliação foi guardada e ajuda a melhorar o atendimento."
    return _page(request, "evaluation_over.html", {"said": said, "thanks": True})


def _over(request: HttpRequest) -> HttpResponse:
    said = (
        "Este link já foi usado, passou do prazo ou não foi copiado por inteiro. Se você já respondeu, obrigado: sua "
    )
    said += "avaliação está guardada."
    return _page(request, "evaluation_over.html", {"said": said}, status=404)


def _page(request: HttpRequest, template: str, context: dict[str, object], status: int = 200) -> HttpResponse:
    return _sealed(render(request, f"web/{template}", {"heading": HEADING} | context, status=status))


def _sealed(response: HttpResponse) -> HttpResponse:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
