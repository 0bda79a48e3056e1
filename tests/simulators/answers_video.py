"""Answers about streams, the picture, texts in it and recording."""

from collections.abc import Sequence

from .answers import count, document, enumeration, flag, table, text
from .state import SimStream
from .xml_text import config, leaf, node

_TYPES = (
    enumeration("bitRateType", "VBR", "CBR"),
    enumeration("quality", "lowest", "lower", "medium", "higher", "highest"),
    enumeration("encodeType", "h264", "h265", "mjpeg"),
    enumeration("encodeLevel", "baseLine", "mainProfile", "highProfile"),
)


def video_streams(
    version: str, streams: Sequence[SimStream], names: Sequence[str], *, first_id: int, limits: bool
) -> bytes:
    """Build GetVideoStreamConfig; `limits` has the ranges in attributes, as the second generation does."""
    rate: dict[str, str | int] = {"min": 1, "max": 30} if limits else {}
    bits: dict[str, str | int] = {"min": 64, "max": 12288} if limits else {}
    group: dict[str, str | int] = {"min": 30, "max": 200} if limits else {}
    items = [
        node(
            "item",
            text("name", name),
            leaf("resolution", stream.size, type="string"),
            leaf("frameRate", stream.frame_rate, type="uint32", **rate),
            leaf("bitRateType", "VBR", type="bitRateType"),
            leaf("maxBitRate", stream.bit_rate, type="uint32", **bits),
            leaf("encodeType", stream.encoding, type="encodeType"),
            leaf("encodeLevel", "highProfile", type="encodeLevel"),
            leaf("quality", "higher", type="quality"),
            leaf("GOP", 50, type="uint32", **group),
            id=number,
        )
        for number, (stream, name) in enumerate(zip(streams, names, strict=True), first_id)
    ]
    return document(config(version, node("types", *_TYPES), node("streams", *items, type="list", count=len(items))))


def stream_caps(
    version: str, streams: Sequence[SimStream], names: Sequence[str], *, first_id: int, rtsp_port: int
) -> bytes:
    """Build GetStreamCaps of the first generation, which tells the RTSP port."""
    items = [
        node(
            "item",
            text("streamName", name),
            node("resolutionCaps", leaf("item", stream.size, fps=30), type="list", count=1),
            node("encodeTypeCaps", leaf("item", "h264"), leaf("item", "h265"), type="list", count=2),
            node("encodeLevelCaps", leaf("item", "baseLine"), type="list", count=1),
            id=number,
        )
        for number, (stream, name) in enumerate(zip(streams, names, strict=True), first_id)
    ]
    return document(
        config(version, count("rtspPort", rtsp_port), node("streamList", *items, type="list", count=len(items)))
    )


def ports(version: str, *, http: int, rtsp: int) -> bytes:
    """Build GetPortConfig."""
    rows = {"httpPort": http, "httpsPort": 443, "netPort": 9008, "rtspPort": rtsp}
    return document(config(version, table("port", rows)))


def image_osd(version: str, name: str) -> bytes:
    """Build GetImageOsdConfig; the channel's name stands here."""
    return document(
        config(
            version,
            node("types", enumeration("dateFormat", "year-month-day", "month-day-year", "day-month-year")),
            node(
                "imageOsd",
                node(
                    "time",
                    flag("switch", True),
                    count("X", 0),
                    count("Y", 0),
                    leaf("dateFormat", "month-day-year", type="dateFormat"),
                ),
                node("channelName", flag("switch", True), count("X", 0), count("Y", 9500), text("name", name)),
            ),
        )
    )


def privacy_masks(version: str) -> bytes:
    """Build GetPrivacyMaskConfig: four masks, all off, on a grid of 640 by 480."""
    mask = node(
        "item",
        flag("switch", False),
        node("rectangle", count("X", 0), count("Y", 0), count("width", 0), count("height", 0)),
        leaf("color", "black", type="color"),
    )
    return document(config(version, node("privacyMask", mask, mask, mask, mask, type="list", count=4)))


def audio_stream(version: str) -> bytes:
    """Build GetAudioStreamConfig of the second generation."""
    return document(
        config(
            version,
            flag("audioInSwitch", True),
            leaf("audioEncode", "G711A", type="audioEncode"),
            leaf("audioInput", "MIC", type="audioInput"),
            node("volume", count("linInVolume", 50), count("micInVolume", 50), count("audioOutVolume", 50)),
            leaf("audioOutput", "AUTO", type="audioOutput"),
        )
    )


def record_types(version: str, words: Sequence[str]) -> bytes:
    """Build GetRecordType."""
    items = (leaf("item", word) for word in words)
    return document(config(version, node("recTypeCaps", *items, type="list", count=len(words))))


def pass_line_statistics(version: str, counts: dict[str, tuple[int, int, int]]) -> bytes:
    """Build GetPassLineCountStatistics: persons, cars, bikes under entranceCount and exitCount."""
    blocks = (
        node(tag, count("person", person), count("car", car), count("bike", bike))
        for tag, (person, car, bike) in counts.items()
    )
    return document(config(version, *blocks))


def pass_line_config(version: str, *, switch: bool, hold_time: int) -> bytes:
    """Build GetPassLineCountConfig, which no paper prints: the parts that it shares with the tripwire."""
    start = node("startPoint", count("X", 4800), count("Y", 900))
    end = node("endPoint", count("X", 5100), count("Y", 9200))
    line = node("item", leaf("direction", "none", type="direction"), start, end)
    block = node(
        "passLineCount",
        flag("switch", switch),
        leaf("alarmHoldTime", hold_time, type="uint32"),
        node("lineInfo", line, type="list", maxCount=1, count=1),
    )
    return document(
        config(version, node("types", enumeration("direction", "none", "rightortop", "leftorbotton")), block)
    )
