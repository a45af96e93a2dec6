"""*Tela principal*: what needs a person now, what was sent today, how the phones are."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from recado.web.live import live_part


def home(request: HttpRequest) -> HttpResponse:
    """The main screen."""
    return render(request, "web/home.html", {"heading": "Tela principal"})


@live_part
def live_header(request: HttpRequest) -> HttpResponse:
    """The phones' badge in the header."""
    return render(request, "web/live_header.html")
