"""Which phones alone carry the messages of a type, as the accounts of that type say."""

from __future__ import annotations

from recado.playsms.models import Account


def reserved_types() -> dict[int, frozenset[int]]:
    """The keys of the types that only some phones carry, with the keys of those phones; a switched-off account counts
    too, for its messages may still wait."""
    reserved: dict[int, set[int]] = {}
    pairs = Account.phones.through.objects.values_list("account__type_id", "phone_id")
    for type_id, phone_id in pairs:
        reserved.setdefault(type_id, set()).add(phone_id)
    return {type_id: frozenset(phones) for type_id, phones in reserved.items()}


def kept_from(phone_id: int, reserved: dict[int, frozenset[int]]) -> frozenset[int]:
    """The keys of the types that the phone must leave to others."""
    return frozenset(type_id for type_id, phones in reserved.items() if phone_id not in phones)
