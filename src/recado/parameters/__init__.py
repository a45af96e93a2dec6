"""What an administrator may change while Recado runs; the environment gives the value until somebody does."""

from recado.parameters.values import Parameters, defaults, get

__all__ = ["Parameters", "defaults", "get"]
