"""gunicorn's own log without what callers wrote: an address may hold a password, a mobile and the text of an SMS.

There is no access log. But of a request that cannot be read gunicorn tells the very words that it stumbled over, and of
one that fails the whole address.
"""

from __future__ import annotations

import logging

LOGGER = "gunicorn.error"
_WRONG, _FAILED = "Invalid request from", "Error handling request"


class QuietFilter(logging.Filter):
    """Lets a record say that a request was wrong, and from where; never how it read."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes; those of requests are shortened."""
        words = str(record.msg)
        if words.startswith(_WRONG):
            record.msg, record.args = words.partition(": ")[0], ()
        elif words.startswith(_FAILED):
            record.msg, record.args = _FAILED, ()
        return True
