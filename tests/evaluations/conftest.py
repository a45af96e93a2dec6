"""A mail server, and an address under which customers reach the page."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from tests.mail.conftest import Office, office

__all__ = ["office", "public"]


@pytest.fixture
def public(office: Office, settings: Settings) -> Office:
    settings.RECADO_PUBLIC_URL = "https://recado.agua.example"
    return office
