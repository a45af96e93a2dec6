"""The addresses of the screens."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from recado.web.views import health, home, session

urlpatterns = [
    path("", home.home, name="home"),
    path("vivo/cabecalho/", home.live_header, name="live_header"),
    path("entrar/", session.Login.as_view(), name="login"),
    path("sair/", login_not_required(session.Logout.as_view()), name="logout"),
    path("saude/", health.health, name="health"),
]
