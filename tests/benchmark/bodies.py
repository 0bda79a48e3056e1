"""The messages that are measured: as the simulated devices send them, in the sizes that real ones have."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Final

from tests.simulators import ipc_posts, nvr_posts
from tests.simulators.ipc_parts import Dialect
from tests.simulators.posts_base import Identity, Picture, Plate, Target

WHEN: Final = datetime.now(UTC).replace(microsecond=100_000)
_STAMP: Final = str(int(WHEN.timestamp()) * 1_000_000 + WHEN.microsecond).encode()
_PLATE: Final = "QX00000"
_EVENT: Final = Target().event_id
_RANDOM: Final = Random(6)


@dataclass(frozen=True, slots=True)
class Body:
    """A message, and whether it is about a picture."""

    name: str
    text: bytes
    has_picture: bool = False

    def fresh(self, number: int) -> bytes:
        """Return the message as one that was never sent before."""
        text = self.text.replace(_STAMP, b"%d" % (int(_STAMP) + number), 1)
        if self.has_picture:
            text = text.replace(_PLATE.encode(), b"QX%05d" % (number % 100_000))
        return text.replace(b">%d<" % _EVENT, b">%d<" % (10_000 + number))


def _picture(base64_size: int) -> Picture:
    """Return what passes for a JPEG, whose base64 text has about this size."""
    return Picture(b"\xff\xd8\xff\xe0" + _RANDOM.randbytes(base64_size * 3 // 4) + b"\xff\xd9")


def camera_bodies(who: Identity) -> list[Body]:
    """Build what cameras send, with the papers' picture sizes: about 420 and 92 KB, plates of firmware 5.3.1 770 KB."""
    overview, crop = _picture(420_000), _picture(92_000)
    plates = [Plate(number=_PLATE, listed="whiteList", crop=_picture(19_500))]
    target, pair = Target(), [Target(), replace(Target(), id=1102, kind="car")]
    return [
        Body("camera: tracking, 1 target", ipc_posts.traject(who, WHEN)),
        Body("camera: tracking, 2 targets", ipc_posts.traject(who, WHEN, targets=pair)),
        Body("camera: intrusion", ipc_posts.intrusion(who, WHEN)),
        Body(
            "camera: intrusion with pictures",
            ipc_posts.intrusion(who, WHEN, targets=[replace(target, crop=crop)], overview=overview),
            has_picture=True,
        ),
        Body(
            "camera: plate with pictures",
            ipc_posts.plates(who, WHEN, plates, overview=_picture(770_000), dialect=Dialect.C),
            has_picture=True,
        ),
        Body("camera: alarm status", ipc_posts.alarm_status(who, WHEN, {"perimeterAlarm": True})),
        Body("camera: heartbeat", ipc_posts.keepalive_message(who)),
    ]


def recorder_bodies(who: Identity) -> list[Body]:
    """Build what recorders send, with the papers' picture sizes: about 420 and 92 KB, plates 628 KB in all."""
    overview, crop = _picture(420_000), _picture(92_000)
    plates = [Plate(number=_PLATE, crop=crop)]
    seen = [replace(Target(), crop=crop)]
    return [
        Body("recorder: intrusion", nvr_posts.region_intrusion(who, WHEN)),
        Body(
            "recorder: intrusion with pictures",
            nvr_posts.region_intrusion(who, WHEN, targets=seen, overview=overview),
            has_picture=True,
        ),
        Body(
            "recorder: plate with pictures",
            nvr_posts.vehicle(who, WHEN, plates, overview=_picture(534_000)),
            has_picture=True,
        ),
        Body(
            "recorder: face with pictures",
            nvr_posts.face(who, WHEN, crop=crop, overview=overview),
            has_picture=True,
        ),
        Body("recorder: alarm status", nvr_posts.alarm_status(who, WHEN, {"perimeterAlarm": {1: True}})),
        Body("recorder: heartbeat", nvr_posts.keepalive(who)),
    ]
