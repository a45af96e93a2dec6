"""The figures that Recado promises, measured: `python -m bench`, or `make bench`."""
