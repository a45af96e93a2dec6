"""The addresses of the API, version 1."""

from __future__ import annotations

from django.urls import path, re_path, register_converter
from drf_spectacular.views import SpectacularJSONAPIView

from recado.api.door import NoSuchDoor
from recado.api.views import batches, catalogue, messages, one_batch, phones, requests


class Number:
    """A row's number, as far as the database can hold one."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(Number, "number")

app_name = "api"
urlpatterns = [
    path("openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("requests", requests.Requests.as_view(), name="requests"),
    path("requests/<number:pk>", requests.OneRequest.as_view(), name="request"),
    path("requests/<number:pk>/reiterations", requests.Reiterations.as_view(), name="reiterations"),
    path("requests/<number:pk>/closing", requests.Closing.as_view(), name="closing"),
    re_path(r"^protocols/(?P<protocol>[0-9]{14})$", requests.RequestByProtocol.as_view(), name="protocol"),
    path("messages", messages.Messages.as_view(), name="messages"),
    path("messages/search", messages.MessageSearch.as_view(), name="message_search"),
    path("messages/<number:pk>", messages.OneMessage.as_view(), name="message"),
    path("messages/<number:pk>/cancel", messages.MessageCancel.as_view(), name="message_cancel"),
    path("messages/<number:pk>/resend", messages.MessageResend.as_view(), name="message_resend"),
    path("batches", batches.Batches.as_view(), name="batches"),
    path("batches/<number:pk>", one_batch.OneBatch.as_view(), name="batch"),
    path("batches/<number:pk>/rows", one_batch.BatchRows.as_view(), name="batch_rows"),
    path("batches/<number:pk>/faults", one_batch.BatchFaults.as_view(), name="batch_faults"),
    path("batches/<number:pk>/send", one_batch.BatchSend.as_view(), name="batch_send"),
    path("batches/<number:pk>/pause", one_batch.BatchPause.as_view(), name="batch_pause"),
    path("batches/<number:pk>/resume", one_batch.BatchResume.as_view(), name="batch_resume"),
    path("batches/<number:pk>/cancel", one_batch.BatchCancel.as_view(), name="batch_cancel"),
    path("request-subtypes", catalogue.Subtypes.as_view(), name="subtypes"),
    path("channels", catalogue.Channels.as_view(), name="channels"),
    path("closing-reasons", catalogue.ClosingReasons.as_view(), name="closing_reasons"),
    path("message-types", catalogue.MessageTypes.as_view(), name="message_types"),
    path("phones", phones.Phones.as_view(), name="phones"),
    path("health", phones.Health.as_view(), name="health"),
    re_path(r"", NoSuchDoor.as_view(), name="nothing"),
]
