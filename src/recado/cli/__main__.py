"""`python -m recado.cli`: how `recado run` starts its parts, whatever the PATH."""

from recado.cli import main

main()
