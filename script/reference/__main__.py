"""Write docs/reference.md anew: `python -m script.reference`; with --check, only say whether it is up to date."""

import argparse
from pathlib import Path
import sys

from . import PAGE, reference, stored


def main() -> int:
    """Write or check; return 1 when the page has to be written anew."""
    parser = argparse.ArgumentParser(prog="python -m script.reference", description="Write docs/reference.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the page is out of date")
    root = Path(__file__).resolve().parents[2]
    is_check = parser.parse_args().check
    text = reference(root)
    if text == stored(root):
        print(f"{PAGE} is up to date.")
        return 0
    if is_check:
        print(f"{PAGE} is out of date: run python -m script.reference.", file=sys.stderr)
        return 1
    (root / PAGE).write_text(text, encoding="utf-8")
    print(f"{PAGE} was written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
