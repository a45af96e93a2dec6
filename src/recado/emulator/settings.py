"""Who the phone in software is and how fast it works; every number here is fictitious."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class PhoneSettings:
    """What does not change while the phone runs.

    `latency` is seconds from Ctrl-Z to the answer; `report_delay` seconds from the air to the delivery report;
    `replug_after` seconds until a cable that fell by a fault returns by itself (None: only by hand);
    reports that AT+CNMI has stored go to `report_memory`; `first_index` is 0 on some Huawei;
    `utc_offset` is what the service centre stamps on what it delivers.
    """

    manufacturer: str = "RECADO"
    model: str = "TELEFONE EMULADO"
    revision: str = "1.0"
    imei: str = "004999010640000"
    imsi: str = "724990000000001"
    iccid: str = "89559900000000000019"
    smsc: str = "+5511900000000"
    own_number: str = "+5581900000000"
    operator: str = "OPERADORA DE TESTE"
    pin: str = "1234"
    puk: str = "12345678"
    memories: tuple[str, ...] = ("ME", "SM")
    report_memory: str = "ME"
    first_index: int = 1
    csq: int = 21
    battery: int = 87
    capacity: int = 50
    latency: float = 0.0
    report_delay: float = 0.2
    replug_after: float | None = None
    utc_offset: timedelta = timedelta(hours=-3)
    first_reference: int = 0
