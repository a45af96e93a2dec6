"""The AT dialogue with a phone (3GPP TS 27.005, TS 27.007). Pure: bytes in, events out."""
