"""The fault campaign: what becomes of every message when processes, cables, phones, disks and clocks fail.

`python -m faults` (or `make faults`) plays many small stories, each with a seed: some messages, one fault at one
moment, then repair; and at the end the account of what was on the air against what Recado believes. Nothing may be
lost, nothing doubled, and what cannot be known must be called uncertain.
"""
