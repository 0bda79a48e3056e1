"""Answers about streams, the picture, texts in it, PTZ and recording."""

from collections.abc import Sequence

from .answers import count, document, enumeration, flag, table, text
from .state import SimStream
from .xml_text import Node, cdata, config, leaf, node

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


def image(version: str, *, v2: bool) -> bytes:
    """Build GetImageConfig."""
    levels = {"bright": 50, "contrast": 50, "saturation": 50, "hue": 50}
    shared: list[Node] = [leaf(name, value, type="uint8", min=0, max=100) for name, value in levels.items()]
    shared += [flag("mirrorSwitch", False), flag("flipSwitch", False), leaf("IRCutMode", "auto", type="IRCutMode")]
    balance = node("whiteBalance", leaf("mode", "auto", type="whiteBalanceMode"), count("red", 50), count("blue", 50))
    if v2:
        return document(
            config(
                version,
                leaf("cfgFile", "normal", type="cfgFile"),
                node(
                    "image",
                    *shared,
                    balance,
                    node("sharpen", flag("switch", True), count("value", 50)),
                    node("denoise", flag("switch", True), count("value", 50)),
                    node("backlightCompensation", leaf("mode", "OFF", type="backlightMode")),
                    leaf("infraredMode", "auto", type="infraredMode"),
                ),
            )
        )
    return document(
        config(
            version,
            node(
                "image",
                leaf("frequency", "60HZ", type="frequency"),
                *shared,
                balance,
                node("WDR", flag("switch", False), leaf("value", 128, type="uint8", min=0, max=255, default=128)),
            ),
        )
    )


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


def ptz_caps(version: str) -> bytes:
    """Build PtzGetCaps."""
    names = (
        "controlMinSpeed controlMaxSpeed presetMaxCount cruiseMaxCount cruisePresetMinSpeed cruisePresetMaxSpeed"
        " cruisePresetMaxHoldTime cruisePresetMaxCount"
    )
    values = (1, 8, 255, 8, 1, 8, 240, 16)
    return document(config(version, table("caps", dict(zip(names.split(), values, strict=True)))))


def ptz_presets(version: str, presets: dict[int, str]) -> bytes:
    """Build PtzGetPresets; the list claims more room than PtzGetCaps."""
    rows = [cdata("item", name, id=number) for number, name in presets.items()]
    template = leaf("itemType", None, type="string", maxLen=10)
    return document(config(version, node("presetInfo", template, *rows, type="list", maxCount=360, count=len(rows))))


def record_types(version: str, *, v2: bool, nvr: bool) -> bytes:
    """Build GetRecordType."""
    words = ["manual", "schedule", "motion", "sensor", "intelligentDetection" if v2 else "intel detection"]
    if not nvr:
        words.append("networkBroken" if v2 else "nic broken")
    items = (leaf("item", word) for word in words)
    return document(config(version, node("recTypeCaps", *items, type="list", count=len(words))))


def pass_line_statistics(version: str, counts: dict[str, tuple[int, int, int]]) -> bytes:
    """Build GetPassLineCountStatistics: persons, cars, bikes under entranceCount and exitCount."""
    blocks = (
        node(tag, count("person", person), count("car", car), count("bike", bike))
        for tag, (person, car, bike) in counts.items()
    )
    return document(config(version, *blocks))
