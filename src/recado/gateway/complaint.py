"""Saying once that the database fails, and why, instead of twice a second for as long as it does."""

from __future__ import annotations

import logging


class Complaint:
    """What `who` last said of the database; only news reaches the log.

    The first line of the error alone: PostgreSQL's second one may quote a row.
    """

    def __init__(self, logger: logging.Logger, who: str) -> None:
        self._logger = logger
        self._who = who
        self._said = ""

    def about(self, error: Exception) -> None:
        """The database refused with `error`."""
        first_line = (str(error).splitlines() or [""])[0][:200]
        said = f"{type(error).__name__}: {first_line}"
        if said != self._said:
            self._logger.error("%s: the database failed (%s); trying again until it answers", self._who, said)
            self._said = said

    def over(self) -> None:
        """It answers again."""
        if self._said:
            self._logger.warning("%s: the database answers again", self._who)
            self._said = ""
