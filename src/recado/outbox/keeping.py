"""A PDU that a phone gave is kept once, however often the phone gives it, and before the phone may forget it.

The process may die between keeping a PDU and deleting it from the phone; the second copy is then recognised by its
fingerprint, which is unique in its table.
"""

from __future__ import annotations

import hashlib

from django.db import connection, models

from recado import statements

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
    model = type(row)
    columns = [field for field in model._meta.concrete_fields if not field.primary_key]
    values = {field.attname: field.pre_save(row, add=True) for field in columns}
    key = statements.insert_once(model, "fingerprint", **values)
    if key is None:
        return False
    row.pk = key
    row._state.adding, row._state.db = False, connection.alias
    return True
