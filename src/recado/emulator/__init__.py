"""A phone in software that speaks AT over a pty, for the demonstration and the tests."""
