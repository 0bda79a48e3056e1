"""Run Home Assistant without the parts that need a compiler to install, and end it with its parent.

This file is run by its path, alone: it can import nothing of the demo.
"""

import os
import signal
import sys
import threading
from typing import Final

from homeassistant import bootstrap
from homeassistant.__main__ import main

# Home Assistant sets these up without being asked; their packages are not installed, and no camera needs them.
_UNUSED: Final = frozenset(
    {"ai_task", "assist_satellite", "conversation", "infrared", "radio_frequency", "stt", "tts", "wake_word"}
)


def _end_with_parent() -> None:
    """Wait until the parent closes our standard input, as it does at the latest when it dies, then stop."""
    while sys.stdin.buffer.read(1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    bootstrap.DEFAULT_INTEGRATIONS.difference_update(_UNUSED)
    threading.Thread(target=_end_with_parent, daemon=True, name="parent").start()
    sys.exit(main())
