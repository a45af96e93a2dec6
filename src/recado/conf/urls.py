"""Every address of Recado: the screens, the doors for other systems, and the pages for errors."""

from django.urls import include, path, re_path

from recado.api.door import NoSuchDoor
from recado.api.errors import problem_below_api
from recado.web.views import errors

urlpatterns = [
    # The doors first: they are called most, and an address is looked for from the top.
    path("", include("recado.playsms.urls")),
    path("api/v1/", include("recado.api.urls")),
    re_path(r"^api(/|$)", include(([re_path(r"", NoSuchDoor.as_view())], "api"), namespace="no_api")),
    path("", include("recado.web.urls")),
]

handler400 = problem_below_api(errors.bad_request)
handler403 = problem_below_api(errors.forbidden)
handler404 = problem_below_api(errors.not_found)
handler500 = problem_below_api(errors.server_error)
