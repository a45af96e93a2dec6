"""The pt-BR screens."""
