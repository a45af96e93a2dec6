"""SMS as 3GPP defines it: text to segments to TPDU and back. Pure: no I/O, no clock, no Django."""
