"""Check the simulated plate databases and counters."""

from datetime import datetime, timedelta
from xml.sax.saxutils import escape

import pytest

from .ipc import IpcV1Simulator, IpcV2Simulator
from .ipc_parts import Dialect
from .nvr import NvrV2Simulator
from .plate_database import SimPlate
from .raw_http import ask, code, names, posts, rows, tree
from .state import ErrorStyle, Shape

pytestmark = pytest.mark.usefixtures("socket_enabled")

LICENSE = {
    "GetLicensePlateGroups",
    "AddLicensePlates",
    "GetLicensePlates",
    "ModifyLicensePlate",
    "DeleteLicensePlate",
}
VEHICLE = {"AddVehiclePlate", "GetVehiclePlate"}
FIRST, LAST = datetime(2026, 1, 1), datetime(2026, 12, 31, 23, 59, 59)  # noqa: DTZ001


def batch(*plates: tuple[str, str]) -> str:
    """Return the body of AddLicensePlates."""
    items = "".join(
        f"<item><index>{index}</index><licensePlateNumber>{escape(number)}</licensePlateNumber>"
        f"<groupId>{group}</groupId></item>"
        for index, (number, group) in enumerate(plates, 1)
    )
    return f'<licensePlates type="list" maxCount="100" count="{len(plates)}">{items}</licensePlates>'


def page(most: object = 50, offset: object = 1, group: str = "2") -> str:
    """Return the body of GetLicensePlates."""
    return (
        f"<searchFilter><maxResult>{most}</maxResult><resultOffset>{offset}</resultOffset>"
        f"<groupId>{group}</groupId></searchFilter>"
    )


def change(number: str, group: str, fields: str) -> str:
    """Return the body of ModifyLicensePlate."""
    return (
        f"<licensePlate><licensePlateNumber>{escape(number)}</licensePlateNumber><groupId>{group}</groupId>"
        f"{fields}</licensePlate>"
    )


def removal(number: str, group: str) -> str:
    """Return the body of DeleteLicensePlate."""
    return (
        f"<deleteAction><licensePlateNumber>{escape(number)}</licensePlateNumber><groupId>{group}</groupId>"
        "</deleteAction>"
    )


def vehicle(number: str, listed: str = "whiteList", end: str = "2026/12/31 23:59:59") -> str:
    """Return the body of AddVehiclePlate."""
    return (
        f'<vehiclePlates type="list" count="1"><item><carPlateNumber><![CDATA[{number}]]></carPlateNumber>'
        f"<beginTime>2026/01/01 00:00:00</beginTime><endTime>{end}</endTime><carOwner>A. Nyone</carOwner>"
        f"<plateItemType>{listed}</plateItemType></item></vehiclePlates>"
    )


def vehicle_page(index: object = 0, size: object = 10, listed: str = "allList", number: str = "") -> str:
    """Return the body of GetVehiclePlate."""
    return (
        '<vehiclePlates type="list" maxCount="10000" count="0"><searchFilter><item>'
        f"<pageIndex>{index}</pageIndex><pageSize>{size}</pageSize><listType>{listed}</listType>"
        f"<carPlateNum>{number}</carPlateNum></item></searchFilter></vehiclePlates>"
    )


async def test_families() -> None:
    """Each device knows one family of plate commands, which may change while it runs."""
    async with IpcV2Simulator() as camera:
        assert await names(camera) & (VEHICLE | LICENSE) == VEHICLE
        assert code(await ask(camera, "GetLicensePlateGroups")) == (400, "1")
        camera.plate_family = "license"
        assert await names(camera) & (VEHICLE | LICENSE) == LICENSE
        camera.plate_family = "none"
        assert not await names(camera) & (VEHICLE | LICENSE)
    async with IpcV2Simulator(shape=Shape.FIELD) as camera:
        assert await names(camera) & (VEHICLE | LICENSE) == LICENSE
        assert (await ask(camera, "AddVehiclePlate", vehicle("TST101"))) == (400, b"")
        camera.error_style = ErrorStyle.BODY
        assert code(await ask(camera, "AddVehiclePlate", vehicle("TST101"))) == (400, "1")
    async with IpcV1Simulator() as camera:
        assert code(await ask(camera, "GetVehiclePlate", vehicle_page())) == (400, "1")
        camera.vehicle_query = True
        assert (await ask(camera, "GetVehiclePlate", vehicle_page()))[0] == 200
        assert code(await ask(camera, "AddVehiclePlate", vehicle("TST101"), "GET")) == (400, "1")
    async with NvrV2Simulator() as recorder:
        for command in VEHICLE | LICENSE:
            assert code(await ask(recorder, command)) == (400, "1")


async def test_vehicle_family() -> None:
    """Plates are added one list at a time and read page by page, counted from 0."""
    async with IpcV2Simulator() as camera:
        for number in ("A<&>1", "B ]]> 2"):
            body = vehicle(number.replace("]]>", "]]]]><![CDATA[>"))
            assert code(await ask(camera, "AddVehiclePlate", body)) == (200, "0")
        assert (await ask(camera, "AddVehiclePlate", vehicle("C3", "blackList")))[0] == 200
        found = camera.database.find("C3", "blackList")
        assert found == SimPlate(number="C3", group="3", begin=FIRST, end=LAST, owner="A. Nyone")
        bodies = {
            vehicle("C3", "blackList"): "203",
            vehicle("D4", "strangerList"): "16",
            vehicle("D4", end="2026-12-31 23:59:59"): "16",
            vehicle("D4").replace("carPlateNumber", "plate"): "15",
            "<vehiclePlates/>": "15",
            "<vehiclePlates>": "2",
        }
        for body, expected in bodies.items():
            assert code(await ask(camera, "AddVehiclePlate", body)) == (400, expected), body
        camera.database.capacity = 3
        assert code(await ask(camera, "AddVehiclePlate", vehicle("D4"))) == (400, "202")

        _, answer = await ask(camera, "GetVehiclePlate", vehicle_page(size=2))
        listing = tree(answer).find("vehiclePlates")
        assert listing is not None
        assert (listing.get("total"), listing.get("count")) == ("3", "2")
        assert [row["carPlateNumber"] for row in rows(answer, "vehiclePlates")] == ["A<&>1", "B ]]> 2"]
        _, answer = await ask(camera, "GetVehiclePlate", vehicle_page(1, 2))
        assert rows(answer, "vehiclePlates") == [
            {
                "carPlateNumber": "C3",
                "beginTime": "2026/01/01 00:00:00",
                "endTime": "2026/12/31 23:59:59",
                "carOwner": "A. Nyone",
                "plateItemType": "blackList",
            }
        ]
        camera.vehicle_answer_inside = True
        _, answer = await ask(camera, "GetVehiclePlate", vehicle_page(listed="whiteList", number="A&lt;&amp;&gt;1"))
        assert [row["carPlateNumber"] for row in rows(answer, ".")] == ["A<&>1"]
        assert code(await ask(camera, "GetVehiclePlate", vehicle_page(listed="grey"))) == (400, "16")
    async with IpcV1Simulator() as camera:
        assert tree((await ask(camera, "AddVehiclePlate", vehicle("TST101")))[1]).attrib == {"status": "success"}
        assert code(await ask(camera, "AddVehiclePlate", "<vehiclePlates/>")) == (400, "3")


async def test_license_family() -> None:
    """Plates are keyed by number and list; each one of a batch has a code of its own."""
    async with IpcV2Simulator(shape=Shape.FIELD) as camera:
        camera.database.groups = {"1": "temporaryList", "5": "Familie & Gäste", "7": "blackList"}
        _, answer = await ask(camera, "GetLicensePlateGroups")
        assert rows(answer, "licensePlateGroups")[1] == {"groupId": "5", "groupName": "Familie & Gäste"}
        assert code(await ask(camera, "GetLicensePlates", page(group="5"))) == (400, "20")
        camera.database.fail_add["TST9"] = 201
        status, answer = await ask(
            camera,
            "AddLicensePlates",
            batch(("A<&>1", "5"), ("A<&>1", "5"), ("A<&>1", "7"), ("TST9", "5"), ("TST2", "2")),
        )
        assert status == 200
        assert rows(answer, "licensePlatesReply") == [
            {"index": str(index), "errorCode": result}
            for index, result in enumerate(("0", "203", "0", "201", "207"), 1)
        ]
        camera.database.capacity = 2
        assert b">202<" in (await ask(camera, "AddLicensePlates", batch(("TST3", "5"))))[1]

        fields = (
            '<carOwner type="string"><![CDATA[M & M <a> ]]]]><![CDATA[>]]></carOwner>'
            '<telephone type="string">0123</telephone><cardNumber type="string">77</cardNumber>'
            '<beginTime type="string">2026-01-01 00:00:00</beginTime>'
            '<endTime type="string">2026-12-31 23:59:59</endTime>'
        )
        assert code(await ask(camera, "ModifyLicensePlate", change("A<&>1", "5", fields))) == (200, "0")
        found = camera.database.find("A<&>1", "Familie & Gäste")
        assert found == SimPlate(
            number="A<&>1", group="5", begin=FIRST, end=LAST, owner="M & M <a> ]]>", telephone="0123", card="77"
        )
        _, answer = await ask(camera, "GetLicensePlates", page(group="5"))
        assert rows(answer, "licensePlates") == [
            {
                "licensePlateNumber": "A<&>1",
                "groupId": "5",
                "beginTime": "2026-01-01 00:00:00",
                "endTime": "2026-12-31 23:59:59",
                "licensePlateType": "",
                "carOwner": "M & M <a> ]]>",
                "cardNumber": "77",
                "telephone": "0123",
            }
        ]
        typed = '<carOwner type="string">X</carOwner>'
        for number, group, fields, expected in (
            ("A<&>1", "5", "<carOwner>X</carOwner>", "16"),
            ("A<&>1", "5", '<endTime type="string">2026/12/31 00:00:00</endTime>', "16"),
            ("A<&>1", "5", '<endTime type="string">2025-12-31 00:00:00</endTime>', "16"),
            ("A<&>1", "5", '<colour type="string">red</colour>', "3"),
            ("A<&>1", "5", "", "15"),
            ("A<&>1", "1", typed, "204"),
            ("A<&>1", "9", typed, "207"),
        ):
            assert code(await ask(camera, "ModifyLicensePlate", change(number, group, fields))) == (400, expected)
        assert found.owner == "M & M <a> ]]>"

        assert code(await ask(camera, "DeleteLicensePlate", removal("A<&>1", "5"))) == (200, "0")
        assert code(await ask(camera, "DeleteLicensePlate", removal("A<&>1", "5"))) == (400, "204")
        assert [plate.group for plate in camera.database.plates] == ["7"]


async def test_license_pages_and_batches() -> None:
    """Pages count from 1 and are cut silently; a batch may be too long or fail as a whole."""
    async with IpcV2Simulator(shape=Shape.FIELD) as camera:
        plates = [(f"TST{number}", "2") for number in range(101)]
        assert code(await ask(camera, "AddLicensePlates", batch(*plates))) == (400, "19")
        camera.database.fail_batch = 3
        assert (await ask(camera, "AddLicensePlates", batch(*plates[:100])))[0] == 200
        assert code(await ask(camera, "AddLicensePlates", batch(*plates[100:]))) == (400, "79")
        assert len(camera.database.plates) == 100
        for content, expected in (
            (page(offset=0), "16"),
            (page(most=0), "16"),
            (page(most="x"), "16"),
            (page(offset=101), "20"),
            (page(group="3"), "20"),
            (page(group="8"), "207"),
            ("<searchFilter/>", "15"),
            (b"", "2"),
            (b'<!DOCTYPE x [<!ENTITY a "b">]><config/>', "2"),
            (b"<other/>", "3"),
        ):
            assert code(await ask(camera, "GetLicensePlates", content)) == (400, expected), content
        for most, offset, expected_count in ((100, 1, 50), (20, 91, 10)):
            _, answer = await ask(camera, "GetLicensePlates", page(most, offset))
            listing = tree(answer).find("licensePlates")
            assert listing is not None
            assert (listing.get("total"), listing.get("count")) == ("100", str(expected_count))
            assert len(listing) == expected_count
        assert rows(answer, "licensePlates")[0]["licensePlateNumber"] == "TST90"
        assert code(await ask(camera, "AddLicensePlates", "<licensePlates/>")) == (400, "15")
        for command in LICENSE - {"GetLicensePlateGroups"}:
            assert await ask(camera, command, method="GET") == (400, b"")


async def test_visits() -> None:
    """A visitor's list is that of the database, unless the plate's dates are over."""
    async with posts() as (url, seen), IpcV2Simulator(shape=Shape.FIELD) as camera:
        camera.push_url, camera.pictures = url, False
        now = camera.clock.local().replace(tzinfo=None)
        day = timedelta(days=1)
        camera.database.plates += [
            SimPlate(number="TST1", group="2", begin=now - day, end=now + day),
            SimPlate(number="TST2", group="2", begin=now - 2 * day, end=now - day),
        ]
        assert camera.database.listed("TST1", now) == "whiteList"
        assert camera.database.listed("TST1", now + 2 * day) is None
        for number in ("TST1", "TST2", "TST3"):
            assert (await camera.send_visit(number)).status == 200
    assert [post.findtext("listInfo/item[2]/vehicleListType") for post in seen] == ["whiteList", None, None]
    assert seen[0].findtext("listInfo/item[2]/plateNumber") == "TST1"


async def test_counters() -> None:
    """Crossings add up, are posted with or without sums, and can be reset where that is known."""
    reset = "<passlinecount><forceReset>true</forceReset></passlinecount>"
    async with posts() as (url, seen), IpcV2Simulator(shape=Shape.FIELD) as camera:
        camera.push_url, camera.dialect = url, Dialect.A
        camera.crossings = {"entranceCount": (5, 0, 0), "exitCount": (2, 0, 0)}
        assert await camera.cross() is not None
        assert await camera.cross("bike", "out", totals=False) is not None
        assert await camera.cross("car", post=False) is None
        assert camera.crossings == {"entranceCount": (6, 1, 0), "exitCount": (2, 0, 1)}
        _, answer = await ask(camera, "GetPassLineCountStatistics")
        assert tree(answer).findtext("entranceCount/car") == "1"
        assert tree((await ask(camera, "GetPassLineCountConfig"))[1]).findtext("passLineCount/switch") == "true"

        camera.reset_ignored = True
        assert code(await ask(camera, "SetPassLineCountConfig", reset)) == (200, "0")
        assert camera.crossings["entranceCount"] == (6, 1, 0)
        camera.reset_ignored = False
        other = "<passLineCount><switch>false</switch><forceReset>true</forceReset></passLineCount>"
        assert code(await ask(camera, "SetPassLineCountConfig", other)) == (200, "0")
        assert camera.crossings["entranceCount"] == (6, 1, 0)
        assert code(await ask(camera, "SetPassLineCountConfig", reset)) == (200, "0")
        assert camera.crossings == {"entranceCount": (0, 0, 0), "exitCount": (0, 0, 0)}
        assert len(camera.line_config_writes) == 1
        assert code(await ask(camera, "SetPassLineCountConfig", reset.replace("true", "1"))) == (400, "16")
        assert code(await ask(camera, "SetPassLineCountConfig", "")) == (400, "15")
        assert "SetPassLineCountConfig" in await names(camera)
        camera.has_statistics = camera.reset_works = False
        assert not {"GetPassLineCountStatistics", "SetPassLineCountConfig"} & await names(camera)
    block = seen[0].find("passLineCount")
    assert block is not None
    assert [block.findtext(f"{word}PersonCount") for word in ("enter", "leave", "exist")] == ["6", "2", "4"]
    assert len(block) == 10
    assert [row.tag for post in seen[1:] for row in post.iterfind("passLineCount/*")] == ["passLineCountInfo"]
    for tag in ("eventId", "targetId"):
        assert len({post.findtext(f"passLineCount/passLineCountInfo/item/{tag}") for post in seen}) == 2
    assert seen[1].findtext("sourceDataInfo/sourceBase64Length") == "0"
    assert [post.findtext("listInfo/item/targetImageData/targetType") for post in seen] == ["1", "4"]
    async with IpcV1Simulator() as camera:
        assert code(await ask(camera, "SetPassLineCountConfig", reset)) == (400, "1")
        assert code(await ask(camera, "GetPassLineCountStatistics")) == (400, "1")
        assert (await ask(camera, "GetPassLineCountConfig"))[0] == 200


async def test_counters_of_a_recorder() -> None:
    """A recorder posts each crossing with new ids unless told otherwise."""
    async with posts() as (url, seen), NvrV2Simulator() as recorder:
        recorder.push_url, recorder.pictures = url, False
        await recorder.cross(2)
        await recorder.cross(2, "bike", by="area")
        await recorder.cross(number=7)
        await recorder.cross(number=7)
    assert [post.findtext("smartType") for post in seen[:2]] == ["targetCountingByLine", "targetCountingByArea"]
    assert seen[1].findtext("targetListInfo/item/targetType") == "motor"
    assert seen[1].findtext("deviceInfo/channelId") == "2"
    for tag in ("eventId", "targetId"):
        ids = [post.findtext(f"eventInfo/item/{tag}") for post in seen]
        assert len(set(ids)) == 3
        assert ids[2] == ids[3]
