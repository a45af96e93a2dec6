"""The short form of the fuzzing: every target on bytes that look like a phone's, and on what once failed."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .targets import TARGETS

FRAGMENTS = (
    b"OK", b"ERROR", b"+CMS ERROR: 38", b"+CME ERROR: 14", b"+CMGS: 5", b"+CMSS: 5", b"+CMGW: 1", b"+CMT: ,24",
    b"+CDS: 24", b'+CMTI: "SM",1', b"+CMGL: 1,0,,24", b"+CPMS: 1,20,1,20,1,20", b"+CPIN: SIM PIN", b"+CREG: 0,1",
    b"+CUSD: 0,", b"> ", b">", b"\r", b"\n", b"\r\n", b"\x00", b"\x1a", b"\x1b", b"RDY", b"0791", b"0011", b'"',
    b"NO CARRIER", b"AT+CMGS=23", b"AT", b"^RSSI:18", b"0",
)  # fmt: skip
LIKE_A_PHONE = st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=8), max_size=60).map(b"".join)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
@given(data=LIKE_A_PHONE | st.binary(max_size=300))
@settings(max_examples=120, deadline=None)
def test_any_bytes_are_survived(target: Callable[[bytes], None], data: bytes) -> None:
    target(data)
