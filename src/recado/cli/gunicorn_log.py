"""gunicorn's own log without what callers wrote: an address may hold a password, a mobile and the text of an SMS.

There is no access log. But of a request that cannot be read gunicorn tells the very words that it stumbled over, and of
one that fails the whole address.
"""

from __future__ import annotations

import logging

LOGGER = "gunicorn.error"
_WRONG, _FAILED, _LEFT = "Invalid request from", "Error handling request", "Socket error processing request"


class QuietFilter(logging.Filter):
    """Lets a record say that a request was wrong, and from where; never how it read."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes; those of requests are shortened."""
        words = str(record.msg)
        if words.startswith(_WRONG):
            record.msg, record.args = words.partition(": ")[0], ()
        elif words.startswith(_FAILED):
            record.msg, record.args = _FAILED, ()
        elif words.startswith(_LEFT):
            # Who stops in the middle of a request is no fault of ours: no traceback of it.
            record.msg, record.exc_info = "A connection was left in the middle of a request", None
        return True
