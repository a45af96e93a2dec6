"""Django app: the durable queue of messages, and the only writer of their status."""
