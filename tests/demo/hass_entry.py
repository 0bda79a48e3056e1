"""Run Home Assistant without its voice, and end it with its parent.

This file is run by its path, alone: it can import nothing of the demo.
"""

from importlib.util import find_spec
import os
import signal
import sys
import threading
from types import ModuleType
from typing import Final

from homeassistant import bootstrap
from homeassistant.__main__ import main

# Home Assistant sets these up without being asked; their programs and packages need more than an installation.
_VOICE: Final = frozenset({"assist_satellite", "stt", "tts", "wake_word"})
# Packages of these parts that need a compiler. To describe its actions to the frontend, Home Assistant imports even
# what it never set up, and finds no action at all if one of the imports fails.
_NATIVE: Final = {"pymicro_vad": "MicroVad", "pyspeex_noise": "AudioProcessor"}


def _stand_in() -> None:
    """Put empty modules in the place of packages that are not installed."""
    for name, content in _NATIVE.items():
        if find_spec(name) is None:
            module = ModuleType(name)
            setattr(module, content, object)
            sys.modules[name] = module


def _end_with_parent() -> None:
    """Wait until the parent closes our standard input, as it does at the latest when it dies, then stop."""
    # Not through `sys.stdin`, whose lock the interpreter wants to have when it ends.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    bootstrap.DEFAULT_INTEGRATIONS.difference_update(_VOICE)
    _stand_in()
    threading.Thread(target=_end_with_parent, daemon=True, name="parent").start()
    sys.exit(main())
