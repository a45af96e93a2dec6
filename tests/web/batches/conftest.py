"""A batch on the screens: a supervisor's browser, a file uploaded, every line read."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from recado.batches import storage
from recado.batches.models import Batch
from recado.batches.reading import read_some
from recado.people.roles import SUPERVISOR
from tests.web.attendance import logged_in, words

TEXT = "Ola {NOME}, sua conta vence em {VENCIMENTO}."


@pytest.fixture(autouse=True)
def no_files() -> object:
    yield
    for path in storage.folder().iterdir():
        path.unlink()


@pytest.fixture
def supervisor() -> Client:
    return logged_in(SUPERVISOR)


def upload(client: Client, content: str | bytes, name: str = "contas.csv", token: str = "") -> HttpResponse:
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    data = {"form_token": token or str(uuid.uuid4()), "arquivo": file}
    return client.post("/lotes/novo/arquivo/", data)


def prepared(client: Client, content: str, **more: str) -> Batch:
    """Uploaded, and every line read."""
    upload(client, content)
    batch = Batch.objects.latest("pk")
    answer = client.post(f"/lotes/{batch.pk}/preparar/", form(batch) | more)
    assert answer.status_code == 302, words(answer)
    while read_some(timezone.now()):
        pass
    return Batch.objects.get(pk=batch.pk)


def form(batch: Batch) -> dict[str, str]:
    tags = {f"tag_{place}": tag for tag, place in batch.mapping.items() if tag != "CELULAR"}
    return {
        "name": batch.name,
        "mobile": str(batch.mapping.get("CELULAR", "")),
        "type": str(batch.type_id),
        "template": TEXT,
        "has_header": "on",
        **tags,
    }


def somebody_else(name: str = "bia") -> Client:
    from django.contrib.auth.models import User

    from recado.people.membership import give_role

    user = User.objects.create_user(name)
    give_role(user, SUPERVISOR)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
