"""Tolerant reading and strict checking, without a wire."""

from pathlib import Path
import re

import pytest

from custom_components.viewwall import thin_client
from custom_components.viewwall.thin_client import (
    Camera,
    Cell,
    FirmwareState,
    NewCamera,
    Panel,
    Rule,
    Settings,
    Stream,
    ThinClientProtocolError,
    ThinClientValidationError,
    check_settings,
)
from custom_components.viewwall.thin_client.answers import (
    parse_reply,
    read_jpeg,
    to_bool,
    to_float,
    to_id,
    to_int,
    to_text,
)
from custom_components.viewwall.thin_client.checks import camera_body, kept_cells, number_text, panel_body, preview_body
from custom_components.viewwall.thin_client.readings import read_panels, serial_as_mac

YARD = Camera(id="cam-1", name="Yard")


def test_package_stands_alone() -> None:
    """Import nothing of Home Assistant and nothing from outside the folder."""
    for path in Path(thin_client.__file__).parent.glob("*.py"):
        assert not re.search(r"homeassistant|from \.\.|custom_components", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "body",
    [
        b'{"Links":[{"href":"/Session","rel":"create","method":"post"},],"Data":{"a":",]",},"Version":"1.1"}',
        b'\xef\xbb\xbf{"Links":[{"href":"/Session","rel":"Create","method":"POST"}],"Data":{"a":",]"},"Version":1.1}',
    ],
)
def test_mended_replies(body: bytes) -> None:
    """Read trailing commas and a byte order mark, and leave texts alone."""
    reply = parse_reply(body)
    assert reply.data == {"a": ",]"}
    assert reply.version == "1.1"
    assert reply.links == (("/Session", "create", "POST"),)
    assert "," not in repr(reply).partition("links")[0].removeprefix("Reply(version='1.1', ")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{'Data': 1}", b"\xff\xfe", b"[" * 100_000, b'{"Data":1', b"1" * 9999, b"{}", b'{"a":1}']
)
def test_unreadable_replies(body: bytes) -> None:
    """Refuse what is no envelope, single quotes among it."""
    with pytest.raises(ThinClientProtocolError):
        parse_reply(body)


def test_scalars() -> None:
    """Read numbers and booleans however they are written."""
    assert [to_int(each) for each in (5, "5", " 5.0 ", 5.0, "-3", "x", None, True, "", "1" * 30)] == [
        *(5, 5, 5, 5, -3),
        *(None,) * 5,
    ]
    numbers: tuple[object, ...] = (5, "-5.5", "1e999", "nan", "x", None, [])
    assert [to_float(each) for each in numbers] == [5, -5.5, *(None,) * 5]
    assert [to_bool(each) for each in (True, "True", 1, "0", False, "no", "x", None)] == [
        *(True,) * 3,
        *(False,) * 3,
        *(None,) * 2,
    ]
    texts: tuple[object, ...] = (" a ", "", 1, 1.5, False, [], None)
    assert [to_text(each) for each in texts] == ["a", None, "1", "1.5", "false", None, None]
    ids = ("x", "Blank", "", "00000000-0000-0000-0000-000000000000")
    assert [to_id(each) for each in ids] == ["x", None, None, None]


def test_pictures() -> None:
    """Refuse what is no JPEG; nothing is None."""
    assert read_jpeg(None) is read_jpeg([]) is read_jpeg("") is None
    for data in (5, "AAAA", "A", "%", "äöü"):
        with pytest.raises(ThinClientProtocolError):
            read_jpeg(data)


def test_cells_by_place() -> None:
    """Place cells by coordinates in any order, else by their place in the list."""
    cells = [
        {"CoordX": 1, "CoordY": "1", "CameraId": "d", "CameraName": "D"},
        {"CoordX": 0, "CoordY": 0, "CameraId": "a", "PanelCellId": "7"},
        {"CoordX": 0, "CoordY": 0, "CameraId": "z"},
        {"CoordX": 2, "CoordY": 0, "CameraId": "outside"},
        {"CoordX": 1, "CoordY": 0, "CameraId": None, "CameraName": "ghost"},
    ]
    (panel,) = read_panels({"PanelGuid": "p", "PanelWidth": "2", "PanelHeight": 2, "Default": "true", "Cells": cells})
    assert panel.name == "p"
    assert panel.active
    assert [cell.camera_id for cell in panel.cells] == ["a", None, None, "d"]
    assert panel.cells[0].id == 7
    assert panel.cells[1].camera_name is None
    (panel,) = read_panels([{"PanelGuid": "p", "PanelWidth": 2, "Cells": [{"CameraId": "a"}, {"CameraId": "b"}]}])
    assert [cell.camera_id for cell in panel.cells] == ["a", "b"]
    assert not panel.active
    (panel,) = read_panels([{"PanelGuid": "p", "PanelWidth": 99, "PanelHeight": -1}])
    assert (panel.width, panel.height) == (16, 1)


@pytest.mark.parametrize(
    ("text", "percentage"),
    [
        ("Step 1 Of 10: verifying integrity of firmware.", 10),
        ("Schritt 10 von 10", 100),
        ("10 / 3", None),
        ("0 of 0", None),
        ("45 %", None),
        ("Downloading 1.1.2.345, part 2 of 4", 50),
        ("at 12:30 step 1 of 3", 33),
        ("1 of 2 of 3", None),
        ("1 of 99999999999", None),
        ("", None),
        (None, None),
    ],
)
def test_progress(text: str | None, percentage: int | None) -> None:
    """Read the percentage from two whole numbers in any language."""
    assert FirmwareState.from_text(text).percentage == percentage


def test_serial_as_mac() -> None:
    """Read a MAC only from what has the form of one."""
    assert serial_as_mac("585B69001122") == "58:5b:69:00:11:22"
    assert serial_as_mac("000000000000") is serial_as_mac("AIM-A10D-1") is None


@pytest.mark.parametrize(
    ("name", "value", "wire"),
    [
        ("DeviceName", "x" * 60, "x" * 60),
        ("NetworkMode", "DHCP", "dhcp"),
        ("NetworkIP", " 192.0.2.1", "192.0.2.1"),
        ("NetworkGW", "", ""),
        ("NetworkDNS", "192.0.2.1", "192.0.2.1"),
        ("SymphonyPort", 8433, "8433"),
        ("SymphonyPort", " 08433 ", "8433"),
        ("SymphonyHTTPS", False, "false"),
        ("VideoSource", "directconnect", "directconnect"),
        ("NTPServer", "a,b", "a,b"),
    ],
)
def test_settings_allowed(name: str, value: object, wire: str) -> None:
    """Put allowed values into the wire's form."""
    assert check_settings({name: value}) == {name: wire}


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("DeviceName", "x" * 61, Rule.TOO_LONG),
        ("AdminPassword", "secret" * 11, Rule.TOO_LONG),
        ("NetworkMode", "auto", Rule.ONE_OF),
        ("NetworkIP", "", Rule.NOT_IPV4),
        ("NetworkMask", "255.255.255", Rule.NOT_IPV4),
        ("NetworkGW", 5, Rule.NOT_A_TEXT),
        ("SymphonyPort", 0, Rule.NOT_A_PORT),
        ("SymphonyPort", True, Rule.NOT_A_PORT),
        ("SymphonyPort", "65536", Rule.NOT_A_PORT),
        ("SymphonyPort", "8x", Rule.NOT_A_PORT),
        ("SymphonyHTTPS", 1, Rule.ONE_OF),
        ("TimeZone", None, Rule.NOT_A_TEXT),
        ("Date", "01:01:2099", Rule.CLOCK),
        ("Time", "23:59:59", Rule.CLOCK),
        ("DeviceSerial", "1", Rule.READ_ONLY),
        ("FirmwareVersion", "1", Rule.READ_ONLY),
        ("Wallpaper", "1", Rule.UNKNOWN_SETTING),
    ],
)
def test_settings_forbidden(name: str, value: object, rule: Rule) -> None:
    """Refuse what the document's table forbids, without repeating the value."""
    with pytest.raises(ThinClientValidationError) as failed:
        check_settings({name: value})
    assert (failed.value.field, failed.value.rule) == (name, rule)
    assert failed.value.reason in str(failed.value)
    assert "secret" not in str(failed.value)


def test_rules_tell_their_limits() -> None:
    """Hand out a rule's numbers and words, for translations; every rule has its words in English."""
    with pytest.raises(ThinClientValidationError, match="DeviceName must have at most 60 characters") as failed:
        check_settings({"DeviceName": "x" * 61})
    assert failed.value.limits == {"most": "60"}
    with pytest.raises(ThinClientValidationError, match="must be one of dhcp, static") as failed:
        check_settings({"NetworkMode": "auto"})
    assert failed.value.limits == {"words": "dhcp, static"}
    limits = {"last": 3, "count": 4, "most": 4, "words": "a, b", "length": 9}
    for rule in Rule:
        error = ThinClientValidationError("x", rule, **limits)
        assert error.reason
        assert "{" not in error.reason
        assert f"`{rule}`" in (Rule.__doc__ or "")


def test_settings_properties() -> None:
    """Read what the settings say about the video source."""
    settings = Settings({"VideoSource": "MobileBridge", "SymphonyServer": "192.0.2.40"})
    assert settings.video_source == "mobilebridge"
    assert settings.mobile_bridge_server == "192.0.2.40"
    assert settings.serial is settings.name is settings.firmware is None


@pytest.mark.parametrize(
    ("name", "width", "height", "cells", "field", "rule"),
    [
        (" ", 1, 1, 0, "name", Rule.NOT_EMPTY),
        ("x", 0, 1, 0, "width", Rule.GRID_SIDE),
        ("x", 5, 1, 0, "width", Rule.GRID_SIDE),
        ("x", True, 1, 0, "width", Rule.GRID_SIDE),
        ("x", 2, 0, 0, "height", Rule.GRID_SIDE),
        ("x", 1, 2, 0, "height", Rule.HEIGHT_ABOVE_WIDTH),
        ("x", 2, 2, 5, "cells", Rule.TOO_MANY_CELLS),
    ],
)
def test_panels_forbidden(name: str, width: int, height: int, cells: int, field: str, rule: Rule) -> None:
    """Refuse grids that the device cannot have."""
    with pytest.raises(ThinClientValidationError) as failed:
        panel_body(name, width, height, [YARD] * cells)
    assert (failed.value.field, failed.value.rule) == (field, rule)


def test_cells_kept() -> None:
    """Keep cells at their place when a grid changes, and refuse to lose a camera."""
    cells = tuple([Cell(index=index, camera_id="d" if index == 3 else None, id=index) for index in range(4)])
    panel = Panel(id="p", name="x", width=2, height=2, active=True, cells=cells)
    assert [cell and cell.camera_id for cell in kept_cells(panel, 3, 2)] == [None, None, None, None, "d", None]
    with pytest.raises(ThinClientValidationError):
        kept_cells(panel, 2, 1)
    body = panel_body("x", 3, 3, [YARD] * 9, panel)
    assert [cell.get("PanelCellId") for cell in body["Cells"]] == [0, 1, None, 2, 3, *(None,) * 4]


@pytest.mark.parametrize("value", [float("inf"), True])
def test_numbers_forbidden(value: float) -> None:
    """Refuse what is no number."""
    with pytest.raises(ThinClientValidationError):
        number_text("pan", value)


def test_numbers() -> None:
    """Print numbers without exponent and without idle digits."""
    assert [number_text("pan", each) for each in (50, -5.50, 0.00001, 1e20, 100)] == [
        *("50", "-5.5", "0.00001", "100000000000000000000", "100")
    ]


STREAM = Stream(media_uri="rtsp://192.0.2.7/profile1")


@pytest.mark.parametrize(
    "camera",
    [
        NewCamera(name="", address="a", streams=(STREAM,)),
        NewCamera(name="x", address=" ", streams=(STREAM,)),
        NewCamera(name="x", address="a", streams=()),
        NewCamera(name="x", address="a", streams=(STREAM,), channel=-1),
        NewCamera(name="x", address="a", streams=(STREAM,), id=" "),
        NewCamera(name="x", address="a", streams=(Stream(media_uri="file:///etc/passwd"),)),
        NewCamera(name="x", address="a", streams=(Stream(media_uri="rtsp://[toor"),)),
        NewCamera(name="x", address="a", streams=(Stream(media_uri="rtsp://a/b", snapshot_uri="c"),)),
    ],
)
def test_cameras_forbidden(camera: NewCamera) -> None:
    """Refuse cameras that cannot be shown."""
    with pytest.raises(ThinClientValidationError) as failed:
        camera_body(camera)
    assert "toor" not in str(failed.value)


def test_preview_needs_a_snapshot() -> None:
    """Refuse a preview without a picture's address, and leave an empty one out of a camera."""
    camera = NewCamera(name="x", address="a", streams=(STREAM,))
    with pytest.raises(ThinClientValidationError):
        preview_body(camera)
    assert camera_body(camera)["Streams"][0]["SnapshotUri"] == ""
