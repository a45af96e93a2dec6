"""The OpenAPI document holds what the API does: whatever is thrown at it, nothing comes back that is not in it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client as Browser
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from recado.api.urls import urlpatterns
from recado.batches.models import Batch
from recado.conf.wsgi import application
from recado.outbox.models import Message
from recado.service_requests.models import Channel, ServiceRequest, Subtype
from tests.api.conftest import Caller

PATH = "/api/v1/openapi.json"
EXAMPLES = 30
# A protocol that exists and a message that failed are not found by chance.
SELDOM_POSSIBLE = {"GET /api/v1/protocols/{protocol}", "POST /api/v1/messages/{id}/resend"}
BATCH = {"name": "Aviso", "text": "Falta agua hoje.", "rows": [{"number": "81900000001"}]}
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

document = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
document.app = application
OPERATIONS = {result.ok().label: result.ok() for result in document.get_all_operations()}

RUNS = [(label, GenerationMode.POSITIVE) for label in OPERATIONS] + [
    (label, GenerationMode.NEGATIVE) for label, operation in OPERATIONS.items() if operation.body or operation.query
]


@pytest.fixture
def holdings(caller: Caller) -> Iterator[None]:
    """Something to be found behind the addresses: RA and message number 1 and so on."""
    requester = {"mobile": "81900000001", "email": "ana.lima@example.org"}
    subtype, channel = Subtype.objects.values_list("pk", flat=True)[0], Channel.objects.values_list("pk", flat=True)[0]
    for key in ("a", "b", "c"):
        opened = caller.post("requests", {"subtype": subtype, "channel": channel, "requester": requester}, key=key)
        assert opened.status_code == 201
        assert caller.post("batches", BATCH, key=f"batch-{key}").status_code == 201
    # A request from outside ends with its connection closed, and the test's transaction with it.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.mark.usefixtures("holdings")
@pytest.mark.parametrize(("label", "mode"), RUNS)
def test_nothing_comes_back_that_the_document_does_not_tell(label: str, mode: GenerationMode, caller: Caller) -> None:
    operation = OPERATIONS[label]
    rows = Batch if "batches" in label else Message if "messages" in label else ServiceRequest
    known = list(rows.objects.values_list("pk", flat=True))
    answers = set()

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def throw(case: schemathesis.Case) -> None:
        if "id" in case.path_parameters:
            case.path_parameters["id"] = known[len(answers) % len(known)]
        if mode.is_positive and isinstance(case.body, dict) and "number" in case.body:
            # No random text is a mobile.
            case.body |= {"number": "81900000002", "type": 6, "fields": {"TEXTO": "Olá."}}
            case.body.pop("text", None)
        if mode.is_positive and isinstance(case.body, dict) and "rows" in case.body:
            # Nor is one a text whose tags all rows have, nor a moment to come.
            case.body = {name: value for name, value in case.body.items() if name in ("skip_told", "one_per_number")}
            case.body |= BATCH
        response = case.call(headers={"Authorization": f"Bearer {caller.secret}", "Accept-Encoding": "identity"})
        answers.add(response.status_code)
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as failures:
            raise AssertionError([str(failure) for failure in failures.exceptions]) from failures

    throw()
    refused_alone = mode.is_negative or label in SELDOM_POSSIBLE
    assert refused_alone or answers & {200, 201}, answers


@pytest.mark.django_db
def test_the_document_is_served_to_anybody_and_names_every_address() -> None:
    response = Browser().get(PATH)
    assert response.status_code == 200
    told = set(json.loads(response.content)["paths"])
    served = {f"/api/v1/{pattern.pattern}" for pattern in urlpatterns if pattern.name not in ("openapi", "nothing")}
    assert len(told) == len(served)
    assert all(path.startswith("/api/v1/") for path in told)


@pytest.mark.django_db
def test_every_operation_has_a_summary_in_portuguese_and_the_problems() -> None:
    paths = json.loads(Browser().get(PATH).content)["paths"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            assert operation["summary"], (path, method)
            assert operation["description"], (path, method)
            assert {"401", "422", "500"} <= set(operation["responses"]), (path, method)
