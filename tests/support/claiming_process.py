"""A process that claims and sends all it can for one phone: `python -m tests.support.claiming_process PHONE_ID`.

Prints the number of each message it sent. Run with the environment of a Recado process; waits for a line on its
standard input first, so that several can be let go at one moment.
"""

from __future__ import annotations

import sys

import django


def main() -> None:
    django.setup()
    from recado.outbox import claims
    from recado.phones.models import Phone
    from tests.support.outbox import ACCEPTED, HOLDER, NOW

    phone = Phone.objects.get(pk=int(sys.argv[1]))
    print("ready", flush=True)  # noqa: T201 - the parent reads it
    sys.stdin.readline()
    while (claimed := claims.claim_next(phone, HOLDER, NOW)) is not None:
        claims.finish(claimed, ACCEPTED, NOW)
        print(claimed.message_id)  # noqa: T201


if __name__ == "__main__":
    main()
