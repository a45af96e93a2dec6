"""Several threads that start at one moment: how races are provoked on purpose."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import connections

Result = TypeVar("Result")
PATIENCE = 60.0


def run_together(tasks: Sequence[Callable[[], Result]]) -> list[Result]:
    """Run each task in a thread with a database connection of its own; give their results in the same order.

    The first exception of any of them is raised here. A task that hangs fails the test after `PATIENCE` seconds.
    """
    gate = threading.Barrier(len(tasks))
    results: dict[int, Result] = {}
    faults: list[BaseException] = []

    def run(place: int, task: Callable[[], Result]) -> None:
        try:
            gate.wait(PATIENCE)
            results[place] = task()
        except BaseException as fault:  # noqa: BLE001 - raised again in the test's own thread
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, task), daemon=True) for place, task in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "a task did not end"
    if faults:
        raise faults[0]
    return [results[place] for place in range(len(tasks))]
