"""An attendant at the real web server: opens RAs by the screen's form until the server is killed under their hands."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

from faults.story import Story, until

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
_PASSWORD = "uma-senha-de-teste"
_OPENINGS = 300


class Desk:
    """One server, one attendant, and the mobiles whose protocol the attendant has seen."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._shown: list[str] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._address = f"127.0.0.1:{free.getsockname()[1]}"
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def open_until_killed(self, seconds: float) -> None:
        """Open RAs; after `seconds` of work the server and its workers get kill -9."""
        from django.contrib.auth import get_user_model

        get_user_model().objects.create_superuser("ana", password=_PASSWORD)
        with (self._story.home / "web.log").open("wb") as log:
            environment = os.environ | {"RECADO_HTTP_ADDRESS": self._address}
            command = [sys.executable, "-m", "recado.cli", "web"]
            server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            until(self._log_in, 60)
            killer = threading.Timer(seconds, os.killpg, (server.pid, signal.SIGKILL))
            killer.start()
            self._work()
            killer.join()
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()

    def lost(self) -> int:
        """How many mobiles saw a protocol and have no message; the others join the story's account."""
        from recado.outbox.models import Message

        known = set(Message.objects.values_list("number", flat=True))
        for number in self._shown:
            if number in known:
                self._story.watch(number)
        return len([number for number in self._shown if number not in known])

    def _log_in(self) -> bool:
        try:
            page = self._get("/entrar/")
            self._post("/entrar/", page, username="ana", password=_PASSWORD)
        except (urllib.error.URLError, ConnectionError):
            return False
        return True

    def _work(self) -> None:
        for number in range(_OPENINGS):
            try:
                page = self._get("/ra/inserir/")
                fields = self._fields(page, number)
                answer = self._post("/ra/inserir/", page, **fields)
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                return
            if "/protocolo/" in answer:
                self._shown.append(f"+5581901{number:06d}")

    def _fields(self, page: str, number: int) -> dict[str, str]:
        from recado.service_requests.models import Channel, Subtype

        form_token = _FORM_TOKEN.search(page)
        subtype = Subtype.objects.all()[0]
        return {
            "form_token": form_token[1] if form_token else "",
            "request_type": str(subtype.type_id),
            "subtype": str(subtype.pk),
            "channel": str(Channel.objects.all()[0].pk),
            "name": "Pessoa Fictícia",
            "mobile": f"81901{number:06d}",
        }

    def _get(self, path: str) -> str:
        with self._browser.open(f"http://{self._address}{path}", timeout=10) as answer:
            return str(answer.read().decode())

    def _post(self, path: str, page: str, **fields: str) -> str:
        """Give the address that the answer leads to."""
        token = _TOKEN.search(page)
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1] if token else "", **fields}).encode()
        with self._browser.open(f"http://{self._address}{path}", data, timeout=10) as answer:
            return str(answer.geturl())
