"""One line in the log for a trouble, however long it lasts."""

from __future__ import annotations

import logging

import pytest
from django.db import OperationalError

from recado.gateway.complaint import Complaint


def test_a_trouble_that_lasts_is_said_once_with_its_reason_and_its_end(caplog: pytest.LogCaptureFixture) -> None:
    complaint = Complaint(logging.getLogger("recado.test"), "gateway")
    for _ in range(3):
        complaint.about(OperationalError("database or disk is full\nDETAIL: Key (number)=(+5581900000012)"))
    complaint.over()
    complaint.over()
    assert [record.getMessage() for record in caplog.records] == [
        "gateway: the database failed (OperationalError: database or disk is full); trying again until it answers",
        "gateway: the database answers again",
    ]
