"""Mending a requester's mobile in the RA, so that what is told later goes to the right number."""

from __future__ import annotations

from recado.service_requests.models import Requester


def correctable_requester(protocol: str, mobile: str) -> Requester | None:
    """The requester who has `protocol` and still this `mobile` (E.164); None when there is none, or no protocol."""
    return Requester.objects.filter(protocol=protocol, mobile=mobile).first() if protocol else None


def correct_mobile(protocol: str, *, before: str, after: str) -> bool:
    """Change the mobile of the requester with `protocol` from `before` to `after` (both E.164).

    False when it no longer is `before`: somebody mended it meanwhile, and their number stands.
    """
    return Requester.objects.filter(protocol=protocol, mobile=before).update(mobile=after) == 1
