"""The addresses that playSMS has: at the root, and in the folder that its installation makes."""

from __future__ import annotations

from django.urls import path

from recado.playsms.door import door

urlpatterns = [
    path("index.php", door, name="playsms_door"),
    path("playsms/index.php", door, name="playsms_door_folder"),
]
