"""The plate database behind the commands of a camera: the old family and the one of interface 2.1."""

from typing import Literal, Unpack
from xml.etree import ElementTree as ET

from . import answers_plates
from .device import Handler, Simulator
from .plate_database import PlateDatabase, SimPlate
from .request_body import SLASHES, CommandError, MissingElementError, child, moment, parse_body, text, whole
from .state import Answer, Request, Settings

type PlateFamily = Literal["license", "vehicle", "none"]

_BATCH = 100
_TEXTS = {"carOwner": "owner", "telephone": "telephone", "cardNumber": "card"}
_DATES = {"beginTime": "begin", "endTime": "end"}
_KEYS = {"licensePlateNumber", "groupId"}


class PlateCommands(Simulator):
    """A camera with a plate database."""

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up an empty database and the family of commands that the generation has."""
        super().__init__(**settings)
        self.database = PlateDatabase()
        """The plates and the lists."""
        self.vehicle_answer_inside = False
        """Whether the items of GetVehiclePlate stand directly under the root."""
        self.most_per_page = 50
        """How many plates GetLicensePlates tells at most, whatever is asked for."""
        self.plate_family: PlateFamily = "license" if self.v2 and self.field else "vehicle"
        """Which commands reach the database: license (interface 2.1), vehicle (older) or none."""
        self.vehicle_query = self.v2
        """Whether the vehicle family has GetVehiclePlate."""
        vehicle: dict[str, Handler] = {
            "AddVehiclePlate": self.add_vehicle_plate,
            "GetVehiclePlate": self.get_vehicle_plate,
        }
        license_: dict[str, Handler] = {
            "GetLicensePlateGroups": self.get_license_plate_groups,
            "AddLicensePlates": self.add_license_plates,
            "GetLicensePlates": self.get_license_plates,
            "ModifyLicensePlate": self.modify_license_plate,
            "DeleteLicensePlate": self.delete_license_plate,
        }
        self.commands |= vehicle | license_
        self.conditions |= dict.fromkeys(vehicle, lambda: self.plate_family == "vehicle")
        self.conditions |= dict.fromkeys(license_, lambda: self.plate_family == "license")
        self.conditions["GetVehiclePlate"] = lambda: self.plate_family == "vehicle" and self.vehicle_query
        self.post_only |= {"GetVehiclePlate", "GetLicensePlates"}

    def add_vehicle_plate(self, request: Request) -> Answer:
        """Answer AddVehiclePlate; the first plate that cannot be added ends the command, those before it stay."""
        items = _items(parse_body(request.body), "vehiclePlates")
        for plate in [self._vehicle_plate(item) for item in items]:
            if code := self.database.add(plate):
                return self.fail(code)
        return self.succeed()

    def get_vehicle_plate(self, request: Request) -> Answer:
        """Answer GetVehiclePlate with a page of one list or of all; a plate number must fit exactly."""
        wanted = child(parse_body(request.body), "vehiclePlates", "searchFilter", "item")
        page, size = whole(wanted, "pageIndex"), whole(wanted, "pageSize", least=1)
        name, number = text(wanted, "listType"), (wanted.findtext("carPlateNum") or "").strip()
        group = None if name == "allList" else self._group_named(name)
        found = [
            plate
            for plate in self.database.plates
            if (group is None or plate.group == group) and number in ("", plate.number)
        ]
        body = answers_plates.vehicle_plates(
            self.config_version,
            found[page * size : (page + 1) * size],
            self.database.groups,
            total=len(found),
            inside=self.vehicle_answer_inside,
        )
        return Answer(body=body)

    def get_license_plate_groups(self, request: Request) -> Answer:
        """Answer GetLicensePlateGroups."""
        return Answer(body=answers_plates.groups(self.config_version, self.database.groups))

    def add_license_plates(self, request: Request) -> Answer:
        """Answer AddLicensePlates with a code for each plate; the device itself chooses the dates."""
        self.database.batches += 1
        items = _items(parse_body(request.body), "licensePlates")
        if len(items) > _BATCH:
            raise CommandError(19)
        if self.database.batches == self.database.fail_batch:
            raise CommandError(79)
        begin, end = self.database.chosen_begin, self.database.chosen_end
        plates = [
            (text(item, "index"), SimPlate(number=number, group=group, begin=begin, end=end))
            for item in items
            for number, group in [_key(item)]
        ]
        codes = [(index, self.database.add(plate)) for index, plate in plates]
        return Answer(body=answers_plates.replies(self.config_version, codes))

    def get_license_plates(self, request: Request) -> Answer:
        """Answer GetLicensePlates with a page of one list."""
        wanted = child(parse_body(request.body), "searchFilter")
        most, offset = whole(wanted, "maxResult", least=1), whole(wanted, "resultOffset", least=1)
        group = text(wanted, "groupId")
        if group not in self.database.groups:
            raise CommandError(207)
        found = [plate for plate in self.database.plates if plate.group == group]
        page = found[offset - 1 :][: min(most, self.most_per_page)]
        if not page:
            raise CommandError(20)
        return Answer(body=answers_plates.license_plates(self.config_version, page, total=len(found)))

    def modify_license_plate(self, request: Request) -> Answer:
        """Answer ModifyLicensePlate, which wants the type of every field that it is to change."""
        block = child(parse_body(request.body), "licensePlate")
        plate = self._known(*_key(block))
        changed = [element for element in block if element.tag not in _KEYS]
        if not changed:
            raise MissingElementError("carOwner")
        if any(element.tag not in _TEXTS | _DATES for element in changed):
            raise CommandError(3)
        if any(element.get("type") != "string" for element in changed):
            raise CommandError(16)
        dates = {_DATES[row.tag]: moment(block, row.tag) for row in changed if row.tag in _DATES}
        if dates.get("begin", plate.begin) > dates.get("end", plate.end):
            raise CommandError(16)
        texts = {_TEXTS[row.tag]: text(block, row.tag) for row in changed if row.tag in _TEXTS}
        for field, value in (dates | texts).items():
            setattr(plate, field, value)
        return self.succeed()

    def delete_license_plate(self, request: Request) -> Answer:
        """Answer DeleteLicensePlate."""
        self.database.plates.remove(self._known(*_key(child(parse_body(request.body), "deleteAction"))))
        return self.succeed()

    def _known(self, number: str, group: str) -> SimPlate:
        """Find a plate; raises CommandError 207 or 204."""
        if group not in self.database.groups:
            raise CommandError(207)
        if plate := self.database.get(number, group):
            return plate
        raise CommandError(204)

    def _group_named(self, name: str) -> str:
        """Return the id of a list; raises CommandError 16."""
        group = self.database.group_id(name)
        if group is None:
            raise CommandError(16)
        return group

    def _vehicle_plate(self, item: ET.Element) -> SimPlate:
        """Read an item of AddVehiclePlate."""
        return SimPlate(
            number=text(item, "carPlateNumber"),
            group=self._group_named(text(item, "plateItemType")),
            begin=moment(item, "beginTime", form=SLASHES),
            end=moment(item, "endTime", form=SLASHES),
            owner=(item.findtext("carOwner") or "").strip(),
        )


def _items(root: ET.Element, tag: str) -> list[ET.Element]:
    """Return the items of a list, at least one; raises MissingElementError."""
    items = child(root, tag).findall("item")
    if not items:
        raise MissingElementError("item")
    return items


def _key(element: ET.Element) -> tuple[str, str]:
    """Return the number and the list's id that name a plate; raises MissingElementError."""
    return text(element, "licensePlateNumber"), text(element, "groupId")
