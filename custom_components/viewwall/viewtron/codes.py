"""Words of the wire and what they mean: detection types, lists, directions, target types."""

from enum import StrEnum


class DetectionType(StrEnum):
    """What a device has detected, in the words that users see."""

    MOTION = "motion"
    INTRUSION = "intrusion"
    LINE_CROSSING = "line_crossing"
    REGION_ENTRY = "region_entry"
    REGION_EXIT = "region_exit"
    LOITERING = "loitering"
    ILLEGAL_PARKING = "illegal_parking"
    OBJECT_LEFT_OR_MISSING = "object_left_or_missing"
    LINE_COUNTING = "line_counting"
    AREA_COUNTING = "area_counting"
    VIDEO_METADATA = "video_metadata"
    LICENSE_PLATE = "license_plate"
    FACE = "face"
    FACE_MATCH = "face_match"
    CROWD_DENSITY = "crowd_density"
    PEOPLE_COUNTING = "people_counting"
    PEOPLE_INTRUSION = "people_intrusion"
    ALARM_INPUT = "alarm_input"
    VIDEO_ABNORMAL = "video_abnormal"
    SOUND = "sound"
    FIRE = "fire"
    TEMPERATURE = "temperature"
    UNKNOWN = "unknown"


# `smartType` in lower case without underscores. `AVD` is read as a video fault only: one page calls it a zone event.
# `PEA` is told apart by its block, see `posts.py`.
SMART_TYPES: dict[str, DetectionType] = {
    "motion": DetectionType.MOTION,
    "motiondetection": DetectionType.MOTION,
    "smd": DetectionType.MOTION,
    "pea": DetectionType.INTRUSION,
    "perimeter": DetectionType.INTRUSION,
    "regionintrusion": DetectionType.INTRUSION,
    "tripwire": DetectionType.LINE_CROSSING,
    "linecrossing": DetectionType.LINE_CROSSING,
    "aoientry": DetectionType.REGION_ENTRY,
    "regionentrance": DetectionType.REGION_ENTRY,
    "aoileave": DetectionType.REGION_EXIT,
    "regionexiting": DetectionType.REGION_EXIT,
    "loiter": DetectionType.LOITERING,
    "loitering": DetectionType.LOITERING,
    "loiterdetection": DetectionType.LOITERING,
    "pvd": DetectionType.ILLEGAL_PARKING,
    "illegalparking": DetectionType.ILLEGAL_PARKING,
    "osc": DetectionType.OBJECT_LEFT_OR_MISSING,
    "passlinecount": DetectionType.LINE_COUNTING,
    "targetcountingbyline": DetectionType.LINE_COUNTING,
    "traffic": DetectionType.AREA_COUNTING,
    "targetcountingbyarea": DetectionType.AREA_COUNTING,
    "vsd": DetectionType.VIDEO_METADATA,
    "videometadata": DetectionType.VIDEO_METADATA,
    "vehice": DetectionType.LICENSE_PLATE,
    "vehicle": DetectionType.LICENSE_PLATE,
    "vfd": DetectionType.FACE,
    "face": DetectionType.FACE,
    "facedetection": DetectionType.FACE,
    "videofacedetect": DetectionType.FACE,
    "vfdmatch": DetectionType.FACE_MATCH,
    "cdd": DetectionType.CROWD_DENSITY,
    "crowdgathering": DetectionType.CROWD_DENSITY,
    "cpc": DetectionType.PEOPLE_COUNTING,
    "ipd": DetectionType.PEOPLE_INTRUSION,
    "sensor": DetectionType.ALARM_INPUT,
    "avd": DetectionType.VIDEO_ABNORMAL,
    "asd": DetectionType.SOUND,
    "fire": DetectionType.FIRE,
    "temperature": DetectionType.TEMPERATURE,
}


class TargetType(StrEnum):
    """Kind of a detected object."""

    PERSON = "person"
    CAR = "car"
    TWO_WHEELER = "two_wheeler"


TARGET_TYPES: dict[str, TargetType] = {
    "1": TargetType.PERSON,
    "person": TargetType.PERSON,
    "2": TargetType.CAR,
    "car": TargetType.CAR,
    "vehicle": TargetType.CAR,
    "4": TargetType.TWO_WHEELER,
    "motor": TargetType.TWO_WHEELER,
    "bike": TargetType.TWO_WHEELER,
    "motorcycle": TargetType.TWO_WHEELER,
    "ea": TargetType.TWO_WHEELER,
}


class PlateList(StrEnum):
    """The camera's own list that a plate stands on."""

    ALLOW = "allow"
    BLOCK = "block"
    TEMPORARY = "temporary"
    STRANGER = "stranger"


PLATE_LISTS: dict[str, PlateList] = {
    "whitelist": PlateList.ALLOW,
    "blacklist": PlateList.BLOCK,
    "temporarylist": PlateList.TEMPORARY,
    "strangerlist": PlateList.STRANGER,
}


class Direction(StrEnum):
    """Which way a vehicle was going, seen from the camera."""

    APPROACH = "approach"
    AWAY = "away"


# The documents say `leave`, a real camera says `away`.
DIRECTIONS: dict[str, Direction] = {
    "approach": Direction.APPROACH,
    "away": Direction.AWAY,
    "leave": Direction.AWAY,
}


class EventStatus(StrEnum):
    """Phase of a detection."""

    START = "start"
    STOP = "stop"
    UPDATE = "update"


EVENT_STATUSES: dict[str, EventStatus] = {
    "smartstart": EventStatus.START,
    "smartstop": EventStatus.STOP,
    "smartprocedure": EventStatus.UPDATE,
}


def folded(word: str) -> str:
    """Return a word of the wire as the tables above spell it."""
    return word.lower().replace("_", "")
