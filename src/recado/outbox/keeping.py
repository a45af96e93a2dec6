"""A PDU that a phone gave is kept once, however often the phone gives it, and before the phone may forget it.

The process may die between keeping a PDU and deleting it from the phone; the second copy is then recognised by its
fingerprint, which is unique in its table.
"""

from __future__ import annotations

import hashlib

from django.db import IntegrityError, models, transaction

LONGEST_PDU = 400


def fingerprint(phone_id: int | None, pdu: str) -> str:
    """The name of this PDU on this phone; hexadecimal in either case is the same PDU."""
    return hashlib.sha256(f"{phone_id}:{pdu.upper()}".encode("utf-8", "replace")).hexdigest()


def storable(pdu: str) -> str:
    """What a database takes of a line that may be anything: no control character, nothing beyond ASCII."""
    return "".join(character if " " <= character <= "~" else "?" for character in pdu[:LONGEST_PDU])


def save_once(row: models.Model) -> bool:
    """Insert `row`, of a model whose `fingerprint` is unique; False when its PDU is kept already.

    Raises IntegrityError for whatever else is wrong, so that nothing is taken for kept that is not.
    """
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        kept = type(row)._default_manager.filter(fingerprint=row.serializable_value("fingerprint"))
        if kept.exists():
            return False
        raise
    return True
