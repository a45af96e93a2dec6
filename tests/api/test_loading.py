"""Who serves no API does not carry it: the gateway starts often, and stays."""

from __future__ import annotations

import os
import subprocess
import sys

HEAVY = ("rest_framework.views", "rest_framework.serializers", "drf_spectacular.openapi", "recado.api.views")


def test_the_gateway_and_the_jobs_load_no_rest_framework() -> None:
    code = (
        "import sys, django; django.setup(); import recado.gateway.service, recado.jobs.catalogue;"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
