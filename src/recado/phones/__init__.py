"""Django app: the phones (link, SIM, pace, state) and their heartbeats."""
