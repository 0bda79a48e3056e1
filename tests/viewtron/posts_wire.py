"""Posts as text, written by hand from the papers: they differ from the simulators' in order, attributes and form."""

from base64 import b64encode
from random import Random

MAC = "58:5b:69:0a:22:02"
SERIAL = "N0A22020F1E2"
STAMP = 1785000000123456
"""2026-07-25 17:20:00.123456 UTC."""


def jpeg(size: int = 300, seed: int = 1) -> bytes:
    """Return bytes that begin and end as a JPEG does."""
    return b"\xff\xd8\xff\xe0" + Random(seed).randbytes(size) + b"\xff\xd9"


def coded(data: bytes) -> str:
    """Return base64 text."""
    return b64encode(data).decode()


def config(*parts: str, version: str = "1.7", declaration: str = '<?xml version="1.0" encoding="UTF-8"?>\n') -> bytes:
    """Build a message around its parts."""
    inner = "".join(parts)
    return f'{declaration}<config version="{version}" xmlns="http://www.ipc.com/ver10">{inner}</config>'.encode()


def camera(code: str, *parts: str, version: str = "1.7", stamp: object = STAMP) -> bytes:
    """Build a camera's detection with ids as direct children."""
    return config(
        f'<smartType type="openAlramObj">{code}</smartType>',
        f'<currentTime type="tint64">{stamp}</currentTime>',
        f'<mac type="string"><![CDATA[{MAC}]]></mac><sn type="string">{SERIAL}</sn>',
        *parts,
        version=version,
    )


def recorder(code: str, *parts: str, channel: int | None = 3, stamp: object = STAMP) -> bytes:
    """Build a recorder's detection."""
    where = f"<channelId>{channel}</channelId>" if channel is not None else ""
    return config(
        "<messageType>alarmData</messageType>",
        f"<deviceInfo><deviceName>Rack</deviceName><ip>192.0.2.60</ip><mac>{MAC.upper()}</mac>{where}</deviceInfo>",
        f"<smartType>{code}</smartType><currentTime>{stamp}</currentTime>",
        *parts,
        version="2.0.0",
    )


def source(data: bytes | str, *, plain: bool = True) -> str:
    """Build an overview."""
    text = data if isinstance(data, str) else coded(data)
    text = text if plain else f"<![CDATA[{text}]]>"
    return (
        "<sourceDataInfo><dataType>0</dataType><width>1920</width><height>1080</height>"
        f"<sourceBase64Length>{len(text)}</sourceBase64Length><sourceBase64Data>{text}</sourceBase64Data></sourceDataInfo>"
    )


def crop(data: bytes | str, kind: str = "", *, word: str = "target") -> str:
    """Build the picture of a target."""
    text = data if isinstance(data, str) else coded(data)
    return (
        f"<targetImageData><dataType>0</dataType><targetType>{kind}</targetType><Width>9</Width><Height>9</Height>"
        f"<{word}Base64Length></{word}Base64Length><{word}Base64Data>{text}</{word}Base64Data></targetImageData>"
    )


def rect(*box: object) -> str:
    """Build a box from x1, y1, x2, y2."""
    names = ("x1", "y1", "x2", "y2")
    return "<rect>" + "".join(f"<{n}>{v}</{n}>" for n, v in zip(names, box, strict=True)) + "</rect>"


def event(event_id: int, target_id: int, *more: str, status: str = "SMART_START") -> str:
    """Build a row of an event block, its elements not in the usual order."""
    return (
        f"<item>{''.join(more)}<status>{status}</status>"
        f"<targetId>{target_id}</targetId><eventId>{event_id}</eventId></item>"
    )


def perimeter(*rows: str) -> str:
    """Build the block of a zone; the template before the rows is to be skipped."""
    return f'<perimeter><perInfo type="list" count="9"><itemType/>{"".join(rows)}</perInfo></perimeter>'


def tripwire(*rows: str) -> str:
    """Build the block of a line."""
    return f'<tripwire><tripInfo type="list">{"".join(rows)}</tripInfo></tripwire>'


def plates(*items: str) -> str:
    """Build a camera's list of plates."""
    return f'<listInfo type="list" count="{len(items)}">{"".join(f"<item>{item}</item>" for item in items)}</listInfo>'


def point(tag: str, x: object, y: object) -> str:
    """Build a point."""
    return f"<{tag}><y>{y}</y><x>{x}</x></{tag}>"


def corners(x1: object, y1: object, x2: object, y2: object) -> str:
    """Build four corners, the last first."""
    return (
        point("rightBottom", x2, y2)
        + point("leftBottom", x1, y2)
        + point("rightTop", x2, y1)
        + point("leftTop", x1, y1)
    )
