"""Tests of the phone in software."""
