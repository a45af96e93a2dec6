"""The long form: coverage-guided, with atheris (the extra ``fuzz``), for as long as wanted.

    python -m tests.fuzz                        every target, 2 minutes each
    python -m tests.fuzz --minutes 10           every target, 10 minutes each
    python -m tests.fuzz parse -max_total_time=600
    python -m tests.fuzz parse crash-da39a3ee   one input again

What follows the target is libFuzzer's. An input that fails is left in the current folder as ``crash-…``.
"""

import subprocess
import sys

from tests.fuzz.targets import TARGETS

_MINUTES = 2.0


def main(arguments: list[str]) -> int:
    """Fuzz one target in this process, or every target in processes of their own; give the exit status."""
    if arguments and arguments[0] in TARGETS:
        return _fuzz(arguments[0], arguments[1:])
    minutes = _minutes(arguments)
    if minutes is None:
        print(f"--minutes NUMBER, or one of: {', '.join(TARGETS)}", file=sys.stderr)  # noqa: T201
        return 2
    seconds = max(1, round(minutes * 60))
    runs = [[sys.executable, "-m", "tests.fuzz", name, f"-max_total_time={seconds}"] for name in TARGETS]
    failed = [run[3] for run in runs if subprocess.run(run, check=False).returncode != 0]
    print(f"failed: {', '.join(failed)}" if failed else f"{len(runs)} targets survived {minutes:g} minutes each")  # noqa: T201
    return 1 if failed else 0


def _minutes(arguments: list[str]) -> float | None:
    """How long a target is to be fuzzed; None when the arguments say nothing of the kind."""
    if not arguments:
        return _MINUTES
    try:
        return float(arguments[1]) if arguments[0] == "--minutes" and len(arguments) == 2 else None
    except ValueError:
        return None


def _fuzz(name: str, options: list[str]) -> int:
    import atheris  # type: ignore[import-not-found]

    atheris.instrument_all()
    atheris.Setup([sys.argv[0], *options], TARGETS[name])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
