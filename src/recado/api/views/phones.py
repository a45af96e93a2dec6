"""Phones, and how the whole stands."""

from __future__ import annotations

from django.db.models import Min
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from recado.api.door import Door
from recado.api.serializers.phones import HealthSerializer, PhoneSerializer
from recado.batches.behind import behind_the_queue
from recado.clients.scopes import Scope
from recado.outbox.holding import NEVER
from recado.outbox.models import Message, Status
from recado.outbox.queries import needing_a_person
from recado.phones.fleet import is_held
from recado.phones.models import Condition, Phone

TAG = ["Aparelhos"]


class Phones(Door):
    """Every phone."""

    scopes = {"GET": Scope.PHONES_READ}

    @extend_schema(tags=TAG, summary="Aparelhos", responses=PhoneSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Cada aparelho, com o que o impede de enviar e o que fazer."""
        rows = Phone.objects.all()
        return Response(PhoneSerializer(rows, many=True, context={"now": timezone.now()}).data)


class Health(Door):
    """Whether messages can leave."""

    scopes = {"GET": Scope.PHONES_READ}

    @extend_schema(tags=TAG, summary="Saúde", responses=HealthSerializer)
    def get(self, request: Request) -> Response:
        """Se algum aparelho pode enviar, e quanto espera. Sem token, use /saude/."""
        now = timezone.now()
        phones = list(Phone.objects.filter(enabled=True))
        ready = sum(phone.condition == Condition.READY and not phone.paused and is_held(phone, now) for phone in phones)
        queued = Message.objects.filter(status=Status.QUEUED)
        going = queued.filter(ready_at__lt=NEVER).count()
        behind, paused_behind = behind_the_queue()
        in_batches = sum(group.messages for group in behind)
        body = {
            "status": "ok" if ready else "degraded",
            "phones_ready": ready,
            "phones": len(phones),
            "queue": {
                "waiting": going + in_batches,
                "in_batches": in_batches,
                "paused": queued.count() - going + paused_behind,
                "sending": Message.objects.filter(status=Status.SENDING).count(),
                "needs_a_person": needing_a_person().count(),
                "oldest_at": queued.aggregate(at=Min("moment"))["at"],
            },
        }
        return Response(HealthSerializer(body).data)
