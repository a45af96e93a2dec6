"""The `recado` command."""
