"""What detections of every layout say: events, targets, plates, faces, counts, tracks and pictures."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest

from custom_components.viewwall.viewtron import (
    ByType,
    Counts,
    DetectionType,
    Direction,
    EventStatus,
    Face,
    Plate,
    PlateList,
    Post,
    PostKind,
    Target,
    TargetType,
    Vehicle,
    parse_post,
)
from tests.simulators import ipc_posts, nvr_posts, posts_base
from tests.simulators.ipc_parts import Dialect
from tests.simulators.posts_base import BOX, Identity, Picture

from . import posts_wire as wire

WHO = Identity()
WHEN = datetime(2026, 7, 25, 17, 20, 0, 123456, tzinfo=UTC)
SCENE, CROP, OTHER = wire.jpeg(4000, 1), wire.jpeg(1800, 2), wire.jpeg(90, 3)
PERSON = posts_base.Target(id=11, event_id=21, kind="person", crop=Picture(CROP, 288, 384))
CAR = posts_base.Target(id=12, event_id=22, kind="car", rect=(1, 2, 3, 10000), crop=Picture(OTHER, 336, 448))
BOTH = (Target(11, TargetType.PERSON, BOX), Target(12, TargetType.CAR, (1, 2, 3, 10000)))


def shown(post: Post) -> tuple[bytes | None, list[bytes | None]]:
    """Return the decoded overview and crops."""
    return post.overview.jpeg() if post.overview is not None else None, [crop.jpeg() for crop in post.crops]


def plate(post: Post) -> Plate:
    """Return the only plate."""
    (found,) = post.plates
    return found


EVENT_POSTS = [
    (ipc_posts.intrusion, DetectionType.INTRUSION, EventStatus.START),
    (ipc_posts.line_crossing, DetectionType.LINE_CROSSING, EventStatus.START),
    (ipc_posts.loitering, DetectionType.LOITERING, EventStatus.START),
    (ipc_posts.parking, DetectionType.ILLEGAL_PARKING, EventStatus.START),
    (ipc_posts.object_left, DetectionType.OBJECT_LEFT_OR_MISSING, EventStatus.START),
    (ipc_posts.traffic, DetectionType.AREA_COUNTING, EventStatus.START),
]


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize(("build", "detection", "status"), EVENT_POSTS)
def test_camera_detection(build: object, detection: DetectionType, status: EventStatus, dialect: Dialect) -> None:
    """Read events, join them with the list of targets, and find both kinds of picture."""
    body = build(WHO, WHEN, dialect=dialect, targets=(PERSON, CAR), overview=Picture(SCENE))  # type: ignore[operator]
    post = parse_post(body)
    assert (post.kind, post.detection, post.status, post.time) == (PostKind.DETECTION, detection, status, WHEN)
    assert post.event_ids == (21, 22)
    assert post.targets == BOTH
    assert shown(post) == (SCENE, [CROP, OTHER])
    assert (post.plates, post.faces, post.counts, post.alarms) == ((), (), None, {})


@pytest.mark.parametrize("build", [ipc_posts.region_entry, ipc_posts.region_exit])
@pytest.mark.parametrize(("aoi_info", "ids"), [(False, ()), (True, (21, 22))])
def test_region_posts(build: object, aoi_info: bool, ids: tuple[int, ...]) -> None:
    """Read a region's post with and without an event block."""
    body = build(WHO, WHEN, aoi_info=aoi_info, targets=(PERSON, CAR), overview=Picture(SCENE))  # type: ignore[operator]
    post = parse_post(body)
    assert (post.event_ids, post.targets, shown(post)) == (ids, BOTH, (SCENE, [CROP, OTHER]))


@pytest.mark.parametrize(
    ("build", "detection", "boxes"),
    [
        (nvr_posts.region_intrusion, DetectionType.INTRUSION, True),
        (nvr_posts.line_crossing, DetectionType.LINE_CROSSING, True),
        (nvr_posts.counting_by_line, DetectionType.LINE_COUNTING, False),
        (nvr_posts.counting_by_area, DetectionType.AREA_COUNTING, True),
        (nvr_posts.video_metadata, DetectionType.VIDEO_METADATA, True),
    ],
)
def test_recorder_detection(build: object, detection: DetectionType, boxes: bool) -> None:
    """Read a recorder's detections; a line count has boxes of zeros, which are none."""
    post = parse_post(build(WHO, WHEN, targets=(PERSON, CAR), overview=Picture(SCENE)))  # type: ignore[operator]
    expected = {True: BOTH, False: (Target(11, TargetType.PERSON), Target(12, TargetType.CAR))}[boxes]
    assert (post.kind, post.detection, post.status, post.time) == (PostKind.DETECTION, detection, None, WHEN)
    assert (post.event_ids, post.targets) == ((21, 22), expected)
    assert shown(post) == (SCENE, [CROP, OTHER])


@pytest.mark.parametrize("as_cdata", [False, True])
def test_recorder_pictures_plain_or_cdata(as_cdata: bool) -> None:
    """Read base64 in both of its forms."""
    body = nvr_posts.region_intrusion(WHO, WHEN, targets=[PERSON], overview=Picture(SCENE), as_cdata=as_cdata)
    assert shown(parse_post(body)) == (SCENE, [CROP])


@pytest.mark.parametrize(
    ("blocks", "detection", "ids"),
    [
        ([wire.perimeter(wire.event(1, 9))], DetectionType.INTRUSION, (1,)),
        ([wire.tripwire(wire.event(2, 9))], DetectionType.LINE_CROSSING, (2,)),
        ([wire.perimeter(), wire.tripwire(wire.event(2, 9))], DetectionType.LINE_CROSSING, (2,)),
        ([wire.tripwire(wire.event(2, 9)), wire.perimeter()], DetectionType.LINE_CROSSING, (2,)),
        ([wire.tripwire(), wire.perimeter(wire.event(1, 9))], DetectionType.INTRUSION, (1,)),
        ([wire.perimeter(wire.event(1, 9)), wire.tripwire()], DetectionType.INTRUSION, (1,)),
        ([wire.tripwire()], DetectionType.LINE_CROSSING, ()),
        ([], DetectionType.INTRUSION, ()),
    ],
)
def test_pea_is_told_by_its_block(blocks: list[str], detection: DetectionType, ids: tuple[int, ...]) -> None:
    """Tell an intrusion from a line crossing by the block that has an event in it."""
    post = parse_post(wire.camera("PEA", *blocks))
    assert (post.detection, post.event_ids) == (detection, ids)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("SMART_START", EventStatus.START),
        ("SMART_STOP", EventStatus.STOP),
        ("SMART_PROCEDURE", EventStatus.UPDATE),
        ("smart_start", EventStatus.START),
        ("SMART_NONE", None),
        ("SMART_NEW", None),
        ("", None),
    ],
)
def test_phase(word: str, expected: EventStatus | None) -> None:
    """Read the phase of the first event."""
    rows = wire.event(1, 2, status=word), wire.event(3, 4, status="SMART_STOP")
    post = parse_post(wire.camera("PEA", wire.perimeter(*rows)))
    assert (post.status, post.event_ids) == (expected, (1, 3))


def test_order_of_elements_is_no_promise() -> None:
    """Read a post whose elements stand backwards."""
    body = wire.config(
        f"<listInfo><item>{wire.crop(CROP, '4')}<targetId>7</targetId></item></listInfo>",
        wire.source(SCENE),
        wire.tripwire(wire.event(31, 7, wire.rect(10, 20, 30, 40))),
        "<deviceName>Yard</deviceName><currentTime>1785000000123456</currentTime><smartType type='x'>PEA</smartType>",
        "<types><targetType>1,2,4</targetType><smartType>VFD</smartType></types>",
    )
    post = parse_post(body)
    assert (post.detection, post.code, post.time, post.device.name) == (
        DetectionType.LINE_CROSSING,
        "PEA",
        WHEN,
        "Yard",
    )
    assert (post.event_ids, post.targets) == ((31,), (Target(7, TargetType.TWO_WHEELER, (10, 20, 30, 40)),))
    assert shown(post) == (SCENE, [CROP])


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        *((word, TargetType.PERSON) for word in ("1", "person", "Person", " PERSON ")),
        *((word, TargetType.CAR) for word in ("2", "car", "vehicle", "CAR")),
        *((word, TargetType.TWO_WHEELER) for word in ("4", "motor", "bike", "motorcycle", "EA", "Motor")),
        *((word, None) for word in ("", "0", "3", "dog")),
    ],
)
def test_target_type(word: str, expected: TargetType | None) -> None:
    """Normalise the kind of a target, from the list and from the picture."""
    listed = f"<targetListInfo><item><targetId>7</targetId><targetType>{word}</targetType></item></targetListInfo>"
    assert parse_post(wire.recorder("regionIntrusion", listed)).targets == (Target(7, expected),)
    pictured = wire.plates(f"<targetId type='tuint32'>7</targetId>{wire.crop(CROP, word)}")
    assert parse_post(wire.camera("AOIENTRY", pictured)).targets == (Target(7, expected),)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((0, 0, 10000, 10000), (0, 0, 10000, 10000)),
        ((0, 0, 1, 1), (0, 0, 1, 1)),
        ((0, 0, 0, 0), None),
        ((5, 5, 20, 10001), None),
        ((12000, 5, 20, 30), None),
        ((-5, 5, 20, 30), None),
        (("", 5, 20, 30), None),
        (("a", "b", "c", "d"), None),
        ((1.5, 2, 3, 4), None),
        (("4294967295", 0, 5, 5), None),
        (("9" * 30, 0, 5, 5), None),
    ],
)
@pytest.mark.parametrize("form", ["event", "traject"])
def test_box(box: tuple[object, ...], expected: tuple[int, int, int, int] | None, form: str) -> None:
    """Read boxes in 0 to 10000; zeros, what is out of range and what is no number are no box."""
    row = wire.event(1, 7, wire.rect(*box))
    body = {"event": wire.camera("PEA", wire.perimeter(row)), "traject": wire.config(f"<traject>{row}</traject>")}[form]
    assert parse_post(body).targets == (Target(7, None, expected),)


def test_incomplete_box() -> None:
    """Take a box of three numbers, and an absent one, for none."""
    rows = wire.event(1, 7, "<rect><x1>1</x1><y1>2</y1><x2>3</x2></rect>"), wire.event(2, 8)
    assert parse_post(wire.camera("PEA", wire.perimeter(*rows))).targets == (Target(7), Target(8))


def test_join_of_targets() -> None:
    """Merge what the blocks say of one target, keep the others, and name an event once."""
    rows = wire.event(1, 7, wire.rect(1, 2, 3, 4)), wire.event(1, 7), wire.event(2, 9)
    listed = wire.plates(
        f"<targetId>9</targetId>{wire.crop(CROP, '2')}",
        f"<targetId>7</targetId>{wire.crop(OTHER, '1')}",
        "<targetId>8</targetId>",
    )
    post = parse_post(wire.camera("PEA", wire.perimeter(*rows), listed))
    assert post.event_ids == (1, 2)
    assert set(post.targets) == {Target(7, TargetType.PERSON, (1, 2, 3, 4)), Target(9, TargetType.CAR), Target(8)}
    assert len(post.targets) == 3


# --- plates -------------------------------------------------------------------------------------------------------

READ = posts_base.Plate(number="QX47ZLM", crop=Picture(CROP, 176, 100))


@pytest.mark.parametrize("dialect", [Dialect.A, Dialect.B])
@pytest.mark.parametrize("source", [False, True])
@pytest.mark.parametrize("smart_type", ["VEHICE", "VEHICLE", "vehice"])
def test_plate_of_the_documents(dialect: Dialect, source: bool, smart_type: str) -> None:
    """Read a plate as documented, the overview being the first item, sourceDataInfo or both."""
    overview = Picture(SCENE)
    post = parse_post(
        ipc_posts.plates(WHO, WHEN, [READ], dialect=dialect, overview=overview, source=source, smart_type=smart_type)
    )
    assert (post.detection, post.code, post.status) == (DetectionType.LICENSE_PLATE, smart_type, None)
    assert (plate(post).number, plate(post).listed, plate(post).vehicle) == ("QX47ZLM", None, Vehicle())
    assert (plate(post).direction, plate(post).confidence, plate(post).box) == (None, None, None)
    assert shown(post) == (SCENE, [CROP])
    assert plate(post).crop == post.crops[0]


def test_plate_of_firmware_5_3_1() -> None:
    """Read all that firmware 5.3.1 says of a plate."""
    post = parse_post(ipc_posts.plates(WHO, WHEN, [READ], overview=Picture(SCENE)))
    found = plate(post)
    assert (found.number, found.direction, found.confidence) == ("QX47ZLM", Direction.APPROACH, 99.0)
    assert found.vehicle == Vehicle(type="saloon car", color="grey", brand="Examplar", model="Examplar_One")
    assert (found.box, found.listed, found.group, found.owner) == (READ.box, None, None, None)
    assert found.crop is not None
    assert found.crop.jpeg() == CROP
    assert shown(post) == (SCENE, [CROP])
    assert post.channel == 1


@pytest.mark.parametrize("dialect", list(Dialect))
def test_several_plates_in_one_post(dialect: Dialect) -> None:
    """Read every plate of a post in order, each with its own picture."""
    second = posts_base.Plate(number="HK08BBR", listed="blackList", crop=Picture(OTHER, 1, 1), box=(1, 2, 3, 4))
    third = posts_base.Plate(number="QX47ZLM", listed="whiteList", crop=None)
    post = parse_post(ipc_posts.plates(WHO, WHEN, [READ, second, third], dialect=dialect, overview=Picture(SCENE)))
    assert [(found.number, found.listed) for found in post.plates] == [
        ("QX47ZLM", None),
        ("HK08BBR", PlateList.BLOCK),
        ("QX47ZLM", PlateList.ALLOW),
    ]
    assert [found.crop and found.crop.jpeg() for found in post.plates] == [CROP, OTHER, None]
    assert shown(post) == (SCENE, [CROP, OTHER])


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("whiteList", PlateList.ALLOW),
        ("WHITELIST", PlateList.ALLOW),
        ("white_list", PlateList.ALLOW),
        ("blackList", PlateList.BLOCK),
        ("temporaryList", PlateList.TEMPORARY),
        ("strangerList", PlateList.STRANGER),
        ("newList", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("text", ["{}", "<![CDATA[{}]]>", " \n{}"])
def test_list_word(word: str, expected: PlateList | None, text: str) -> None:
    """Know the camera's lists; an unknown word is never taken for one of them."""
    items = wire.plates(
        f"<vehicleListType type='string'>{text.format(word)}</vehicleListType><plateNumber>QX47ZLM</plateNumber>"
    )
    assert plate(parse_post(wire.camera("VEHICE", items))).listed is expected


@pytest.mark.parametrize("group", ["whiteList", "allow", "Family & <friends>", "Gäste", "blackList"])
def test_group_of_a_recorder_is_no_list(group: str) -> None:
    """Keep a recorder's group as its owner's word, whatever it is called."""
    read = posts_base.Plate(number="QX47ZLM", listed=group, owner="A. N. Other", crop=Picture(CROP))
    post = parse_post(nvr_posts.vehicle(WHO, WHEN, [read], overview=Picture(SCENE)))
    found = plate(post)
    assert (found.listed, found.group, found.owner, found.color) == (None, group, "A. N. Other", "white")
    assert (found.direction, found.confidence, found.box) == (None, None, None)
    assert found.vehicle == Vehicle(type="saloon car", color="grey", brand="Examplar", model="Examplar_One")
    assert shown(post) == (SCENE, [CROP])


@pytest.mark.parametrize(("plain", "source"), [(True, {}), (False, {"empty_source": True})])
@pytest.mark.parametrize("channel", [None, 2])
def test_plates_of_a_recorder(plain: bool, source: dict[str, bool], channel: int | None) -> None:
    """Read a recorder's plates with and without an overview and a channel."""
    second = posts_base.Plate(number="HK08BBR", id=8, colour=None, body=None, brand=None, model=None)
    who = Identity(channel=channel)
    post = parse_post(nvr_posts.vehicle(who, WHEN, [READ, second], overview=Picture(SCENE), **source))
    assert [(found.number, found.group, found.owner) for found in post.plates] == [
        ("QX47ZLM", None, None),
        ("HK08BBR", None, None),
    ]
    assert post.plates[1].vehicle == Vehicle()
    assert (post.overview is not None) is plain
    assert (post.channel, post.event_ids) == (channel, ())
    assert {target.box for target in post.targets} <= {None}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("approach", Direction.APPROACH),
        ("APPROACH", Direction.APPROACH),
        ("away", Direction.AWAY),
        ("leave", Direction.AWAY),
        ("sideways", None),
        ("", None),
    ],
)
def test_direction(word: str, expected: Direction | None) -> None:
    """Read both words for a vehicle that goes away."""
    items = wire.plates(
        f"<plateNumber>QX47ZLM</plateNumber><vehicleDirect type='vehicleDirectType'>{word}</vehicleDirect>"
    )
    assert plate(parse_post(wire.camera("VEHICE", items))).direction is expected


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ("<PlateConfidence type='uint32' count='9900'/>", 99.0),
        ("<PlateConfidence count='8765'></PlateConfidence>", 87.65),
        ("<plateConfidence count='10000'/>", 100.0),
        ("<PlateConfidence count='70000'/>", None),
        ("<PlateConfidence count='-1'/>", None),
        ("<PlateConfidence count='high'/>", None),
        ("<PlateConfidence/>", None),
        ("", None),
    ],
)
def test_confidence(element: str, expected: float | None) -> None:
    """Read percent from hundredths in an attribute."""
    items = wire.plates(f"{element}<plateNumber>QX47ZLM</plateNumber>")
    assert plate(parse_post(wire.camera("VEHICE", items))).confidence == expected


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize(
    "mark",
    [
        "<image>0</image><plateNumber/>",
        "<image type='uint32'>0</image>",
        "<plateNumber><![CDATA[]]></plateNumber>",
        "",
        "<image>1</image><plateNumber> </plateNumber>",
    ],
)
def test_overview_is_told_by_number_not_by_place(mark: str, last: bool) -> None:
    """Tell the overview by image 0 or by its empty number, first or last."""
    items = [mark + wire.crop(SCENE), f"<image>1</image><plateNumber>QX47ZLM</plateNumber>{wire.crop(CROP)}"]
    post = parse_post(wire.camera("VEHICE", wire.plates(*items[:: {False: 1, True: -1}[last]])))
    assert plate(post).number == "QX47ZLM"
    assert shown(post) == (SCENE, [CROP])


def test_plates_without_an_overview() -> None:
    """Read a post that has only plates: no picture of theirs becomes the overview."""
    items = [f"<image>{n}</image><plateNumber>QX47ZL{n}</plateNumber>{wire.crop(CROP)}" for n in (1, 2)]
    post = parse_post(wire.camera("VEHICE", "<plateCount>2</plateCount>", wire.plates(*items)))
    assert [found.number for found in post.plates] == ["QX47ZL1", "QX47ZL2"]
    assert shown(post) == (None, [CROP, CROP])


@pytest.mark.parametrize("number", ["ab 12-cd", "京A12345", "ÄÖ-1 X", "O0I1", "<&>"])
def test_number_is_as_sent(number: str) -> None:
    """Change nothing about a plate's number."""
    post = parse_post(ipc_posts.plates(WHO, WHEN, [posts_base.Plate(number=number)]))
    assert plate(post).number == number


@pytest.mark.parametrize(
    ("corners", "expected"),
    [((10, 20, 30, 40), (10, 20, 30, 40)), ((0, 0, 0, 0), None), ((10, 20, 12345, 40), None), ((10, "", 30, 40), None)],
)
def test_corners(corners: tuple[object, ...], expected: tuple[int, ...] | None) -> None:
    """Read a plate's box from its corners, in whatever order."""
    items = wire.plates(f"<plateNumber>QX47ZLM</plateNumber>{wire.corners(*corners)}")
    assert plate(parse_post(wire.camera("VEHICE", items))).box == expected


def test_camera_plate_in_the_new_envelope() -> None:
    """Read the camera layout inside an envelope 2.1.0, which some firmware posts."""
    items = wire.plates(
        f"<plateNumber>QX47ZLM</plateNumber><vehicleListType>whiteList</vehicleListType>{wire.crop(CROP)}"
    )
    found = plate(parse_post(wire.camera("VEHICE", items, version="2.1.0")))
    assert (found.number, found.listed) == ("QX47ZLM", PlateList.ALLOW)


def test_empty_vehicle_and_partial_match() -> None:
    """Read a recorder's plate whose blocks are empty or partly filled."""
    item = (
        "<item><carAttribute/><licensePlateMatchInfo><carOwner>A. Driver</carOwner><cardNo>5</cardNo>"
        "</licensePlateMatchInfo>"
        "<licensePlateAttribute><color/><licensePlateNumber><![CDATA[QX47ZLM]]></licensePlateNumber>"
        "</licensePlateAttribute></item>"
    )
    found = plate(parse_post(wire.recorder("VEHICLE", f"<licensePlateListInfo>{item}<item/></licensePlateListInfo>")))
    assert found == Plate(number="QX47ZLM", owner="A. Driver")


# --- faces --------------------------------------------------------------------------------------------------------


def test_face_of_the_documents() -> None:
    """Read a face without attributes."""
    post = parse_post(ipc_posts.face(WHO, WHEN, targets=[PERSON], overview=Picture(SCENE)))
    assert (post.detection, post.faces) == (DetectionType.FACE, (Face(crop=post.crops[0]),))
    assert post.targets == (Target(11, TargetType.PERSON, BOX),)
    assert shown(post) == (SCENE, [CROP])


def test_face_of_a_real_camera() -> None:
    """Read a capture's layout: corners in pixels, the crop under the other name, an overview without content."""
    post = parse_post(ipc_posts.face_captured(WHO, WHEN, crop=Picture(CROP, 60, 60)))
    (face,) = post.faces
    assert (face.sex, face.age, face.glasses, face.mask) == ("male", None, None, None)
    assert post.targets == (Target(1229, TargetType.PERSON),)
    assert shown(post) == (None, [CROP])


def test_face_of_a_recorder() -> None:
    """Read a recorder's face: words as sent, its box in pixels being none."""
    post = parse_post(
        nvr_posts.face(WHO, WHEN, age="youth", glasses="yes", crop=Picture(CROP), overview=Picture(SCENE))
    )
    (face,) = post.faces
    assert (face.age, face.sex, face.glasses, face.mask) == ("youth", "male", "yes", "no")
    assert face.crop is not None
    assert face.crop.jpeg() == CROP
    assert post.targets == (Target(50),)
    assert shown(post) == (SCENE, [CROP])


def test_several_faces() -> None:
    """Read every face of a post."""
    items = "".join(
        f"<item><sex>{sex}</sex>{wire.crop(data)}</item>" for sex, data in (("male", CROP), ("unknown", OTHER))
    )
    post = parse_post(wire.recorder("videoFaceDetect", f"<faceListInfo>{items}</faceListInfo>"))
    assert [(face.sex, face.crop and face.crop.jpeg()) for face in post.faces] == [("male", CROP), ("unknown", OTHER)]


def test_face_match() -> None:
    """Read a matched face as a face, whatever its undocumented fields."""
    items = wire.plates(
        f"<targetId>3</targetId><matchInfo><name>Nobody</name></matchInfo><age>old</age>{wire.crop(CROP, '1')}"
    )
    post = parse_post(wire.camera("VFD_MATCH", items))
    assert post.detection is DetectionType.FACE_MATCH
    assert [face.age for face in post.faces] == ["old"]


# --- counts, tracks, metadata -------------------------------------------------------------------------------------


def test_counts_of_a_line() -> None:
    """Read the totals of a counting line, whose pictures have no length."""
    post = parse_post(ipc_posts.line_count(WHO, WHEN, entered=(12, 7, 1), left=(11, 0, 5)))
    assert post.detection is DetectionType.LINE_COUNTING
    assert post.counts == Counts(entered=ByType(12, 7, 1), exited=ByType(11, 0, 5), inside=ByType(1, 7, 0))
    assert (post.event_ids, shown(post)) == ((1201,), (None, []))


@pytest.mark.parametrize("block", ["passLineCount", "traffic"])
def test_some_counts(block: str) -> None:
    """Read the totals that are there; zero is a number, nonsense none."""
    body = wire.camera(
        "PASSLINECOUNT",
        f"<{block}><enterCarCount>0</enterCarCount><leaveBikeCount>x</leaveBikeCount><existPersonCount>4</existPersonCount></{block}>",
    )
    assert parse_post(body).counts == Counts(entered=ByType(car=0), inside=ByType(person=4))


def test_no_counts() -> None:
    """Tell no totals where there are none."""
    assert parse_post(ipc_posts.traffic(WHO, WHEN)).counts is None
    assert parse_post(nvr_posts.counting_by_line(WHO, WHEN)).counts is None


def test_track() -> None:
    """Read the targets of track data."""
    post = parse_post(ipc_posts.traject(WHO, WHEN, targets=[PERSON, CAR, posts_base.Target(id=13, kind="motor")]))
    assert (post.kind, post.detection, post.time) == (PostKind.TRAJECT, None, WHEN)
    assert post.targets == (*BOTH, Target(13, TargetType.TWO_WHEELER, BOX))
    assert post.event_ids == ()


@pytest.mark.parametrize(
    "parts", [("<traject type='list' count='0'/>",), ("<messageType>trajectory</messageType>", "<traject/>")]
)
def test_empty_track(parts: tuple[str, ...]) -> None:
    """Read track data without targets."""
    post = parse_post(wire.config(*parts))
    assert (post.kind, post.targets) == (PostKind.TRAJECT, ())


@pytest.mark.parametrize("vsd_info", [False, True])
def test_video_metadata(vsd_info: bool) -> None:
    """Read the target of video metadata in both layouts."""
    post = parse_post(ipc_posts.video_metadata(WHO, WHEN, target=CAR, vsd_info=vsd_info, overview=Picture(SCENE)))
    assert post.detection is DetectionType.VIDEO_METADATA
    assert [target.type for target in post.targets] == [TargetType.CAR]
    assert shown(post) == (SCENE, [OTHER])


@pytest.mark.parametrize("build", [ipc_posts.motion, ipc_posts.sensor])
def test_detection_without_events(build: object) -> None:
    """Read what carries nothing but its type; a motion's grid is no event."""
    post = parse_post(build(WHO, WHEN))  # type: ignore[operator]
    assert (post.kind, post.event_ids, post.targets, post.overview, post.status) == (
        PostKind.DETECTION,
        (),
        (),
        None,
        None,
    )


# --- pictures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " \n ", "<![CDATA[]]>", "<![CDATA[ ]]>"])
def test_empty_picture(text: str) -> None:
    """Take an empty picture element for no picture."""
    post = parse_post(wire.camera("PEA", wire.source(text), wire.plates(wire.crop(text))))
    assert (post.kind, post.overview, post.crops) == (PostKind.DETECTION, None, ())


@pytest.mark.parametrize(
    "text",
    [
        "BASE64_JPEG_OVERVIEW_IMAGE",
        "AAAA",
        "/",
        "/9j",
        "/9j/A",
        "/9j/===",
        "####",
        "é",
        "iVBORw0KGgo=",
        "/9j/" + "@" * 3000,
        "R0lGODlh" * 900,
    ],
)
def test_junk_is_no_jpeg(text: str) -> None:
    """Decode a picture only if it is a JPEG, and never raise."""
    post = parse_post(wire.camera("AOIENTRY", wire.source(text), wire.plates(wire.crop(text))))
    for picture in (post.overview, *post.crops):
        assert picture is not None
        assert (picture.jpeg() or b"\xff\xd8\xff").startswith(b"\xff\xd8\xff")


def test_png_is_no_jpeg() -> None:
    """Refuse a picture of another kind."""
    picture = parse_post(wire.camera("PEA", wire.source(b"\x89PNG\r\n\x1a\n" + bytes(3000)))).overview
    assert picture is not None
    assert picture.jpeg() is None


@pytest.mark.parametrize("size", [1, 2, 3, 400, 1500, 5000, 60000])
def test_padding_missing(size: int) -> None:
    """Decode nothing wrong where the padding was cut off."""
    data = wire.jpeg(size)
    picture = parse_post(wire.camera("PEA", wire.source(wire.coded(data).rstrip("=")))).overview
    assert picture is not None
    assert picture.jpeg() in (None, data)


def test_post_is_frozen() -> None:
    """Keep a parsed message as it is."""
    post = parse_post(wire.camera("MOTION"))
    with pytest.raises(FrozenInstanceError):
        post.code = "PEA"  # type: ignore[misc]
