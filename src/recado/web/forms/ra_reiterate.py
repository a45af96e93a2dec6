"""*Reiterar RA*: who asks again; they get a protocol of their own."""

from __future__ import annotations

from recado.web.forms.requester import RequesterForm


class RaReiterateForm(RequesterForm):
    """The new requester of an open RA."""
