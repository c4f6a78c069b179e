"""``make bench``: every benchmark, one after the other."""

import subprocess
import sys

NAMES = ("portfolio", "plan", "imports", "lists", "compliance", "server")


def main() -> int:
    """Run each benchmark in a process of its own; 1 when a limit was exceeded."""
    failed = 0
    for name in NAMES:
        print(f"\n== {name}", flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode != 0
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
