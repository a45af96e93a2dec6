"""Every address of Recado: the screens, the doors for other systems, and the pages for errors."""

from django.urls import include, path

urlpatterns = [
    # The doors first: they are called most, and an address is looked for from the top.
    path("", include("recado.playsms.urls")),
    path("api/v1/", include("recado.api.urls")),
    path("", include("recado.web.urls")),
]

handler400 = "recado.web.views.errors.bad_request"
handler403 = "recado.web.views.errors.forbidden"
handler404 = "recado.web.views.errors.not_found"
handler500 = "recado.web.views.errors.server_error"
