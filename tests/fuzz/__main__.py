"""The long form: coverage-guided, with atheris (the extra ``fuzz``), for as long as wanted.

    python -m tests.fuzz                        every target, 2 minutes each
    python -m tests.fuzz parse -max_total_time=600
    python -m tests.fuzz parse crash-da39a3ee   one input again

What follows the target is libFuzzer's. An input that fails is left in the current folder as ``crash-…``.
"""

import subprocess
import sys

from tests.fuzz.targets import TARGETS

_SECONDS = 120


def main(arguments: list[str]) -> int:
    """Fuzz one target in this process, or every target in processes of their own; give the exit status."""
    if arguments and arguments[0] in TARGETS:
        return _fuzz(arguments[0], arguments[1:])
    if arguments:
        print(f"targets: {', '.join(TARGETS)}", file=sys.stderr)  # noqa: T201
        return 2
    runs = [[sys.executable, "-m", "tests.fuzz", name, f"-max_total_time={_SECONDS}"] for name in TARGETS]
    return max(subprocess.run(run, check=False).returncode for run in runs)


def _fuzz(name: str, options: list[str]) -> int:
    import atheris  # type: ignore[import-not-found]

    atheris.instrument_all()
    atheris.Setup([sys.argv[0], *options], TARGETS[name])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
