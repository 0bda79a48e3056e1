"""Validate this project: `python -m script.validate`."""

import logging
from pathlib import Path
import sys

from . import validate

if __name__ == "__main__":
    logging.disable()  # What Home Assistant says about libraries that only a running one needs.
    found = validate(Path(__file__).resolve().parents[2])
    for line in found:
        print(line)
    print(f"{len(found)} faults." if found else "No faults.")
    sys.exit(bool(found))
