"""Prints 10 MB of ordinary output; the processor time that took, in milliseconds, goes to stderr.

Arguments: how many tokens and how many fetched values are registered first; none: the package is not there.
"""

import random
import string
import sys
import time

STATES = ["ok", "late", "open", "closed"]
LINES = 107_000


def register(tokens: int, values: int) -> None:
    from databricks_secretless import redact

    chance = random.Random(16)
    alphabet = string.ascii_letters + string.digits + "-_"
    for length in [1500] * tokens + [32] * values:
        redact("".join(chance.choices(alphabet, k=length)))


if len(sys.argv) > 1:
    register(int(sys.argv[1]), int(sys.argv[2]))
begun = time.process_time()
for row in range(LINES):
    print(
        f"2026-11-28 07:52:{row % 60:02d} INFO orders.ingest row {row} customer {row * 7919 % 100000}"
        f" total {row * 13 % 10000}.{row % 100:02d} EUR status {STATES[row % 4]}"
    )
sys.stdout.flush()
print(f"{(time.process_time() - begun) * 1000:.3f}", file=sys.stderr)
