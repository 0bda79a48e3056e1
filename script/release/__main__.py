"""Build dist/viewwall.zip: `python3 -m script.release`; with a tag, check first that it may be released as that."""

import argparse
from pathlib import Path
import sys

from . import ReleaseError, build, check, read_release


def main() -> int:
    """Check, build and tell; return 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="python3 -m script.release", description="Build dist/viewwall.zip.")
    parser.add_argument("tag", nargs="?", help="the tag of the release, which must be the version in manifest.json")
    tag = parser.parse_args().tag
    root = Path(__file__).resolve().parents[2]
    try:
        release = check(root, tag) if tag is not None else read_release(root)
    except ReleaseError as error:
        print(f"This cannot be released: {error}.", file=sys.stderr)
        return 1
    print(f"{build(root, root / 'dist').relative_to(root)}: version {release.version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
