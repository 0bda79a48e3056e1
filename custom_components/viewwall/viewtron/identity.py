"""MAC addresses and serial numbers in one spelling."""

import re
from typing import Final

_MAC_SEPARATORS: Final = str.maketrans("", "", ":-. ")
_MAC: Final = re.compile(r"[0-9a-f]{12}")
_USUAL_MAC: Final = re.compile(r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}")


def clean_mac(text: str | None) -> str | None:
    """Return a MAC in lower case with colons; None if it is none, or all zeros (a device that blanks it)."""
    if text is None:
        return None
    if _USUAL_MAC.fullmatch(text):
        # Nearly every message names one, nearly always like this.
        return text.lower() if text.strip("0:") else None
    digits = text.translate(_MAC_SEPARATORS).lower()
    if not _MAC.fullmatch(digits) or not digits.strip("0"):
        return None
    return ":".join(digits[index : index + 2] for index in range(0, 12, 2))


def clean_serial(text: str | None) -> str | None:
    """Return a serial number without blanks around it; None if it is empty or all zeros."""
    serial = (text or "").strip()
    return serial if serial.strip("0") else None
