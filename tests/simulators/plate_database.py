"""The number plates that a camera knows."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class SimPlate:
    """A plate in a list; `group` is the list's id, `begin` and `end` are the device's wall clock."""

    number: str
    group: str
    begin: datetime
    end: datetime
    owner: str = ""
    telephone: str = ""
    card: str = ""

    def valid(self, at: datetime) -> bool:
        """Tell whether the plate's dates include a time."""
        return self.begin <= at <= self.end


@dataclass(slots=True, kw_only=True)
class PlateDatabase:
    """All plates of a camera, at most one of each number in each list."""

    plates: list[SimPlate] = field(default_factory=list)
    """The plates in the order in which they were added."""
    groups: dict[str, str] = field(default_factory=lambda: {"1": "temporaryList", "2": "whiteList", "3": "blackList"})
    """The lists: id to name, by default those of firmware 5.3.1."""
    capacity: int = 10_000
    """How many plates all lists hold together."""
    chosen_begin: datetime = datetime(2000, 1, 1)  # noqa: DTZ001
    """The first day of plates that are added without dates."""
    chosen_end: datetime = datetime(2037, 12, 31, 23, 59, 59)  # noqa: DTZ001
    """The last day of plates that are added without dates."""
    fail_add: dict[str, int] = field(default_factory=dict)
    """The plates that cannot be added, and the code that tells so."""
    fail_batch: int | None = None
    """The request of AddLicensePlates, counted from 1, that fails as a whole with code 79."""
    batches: int = 0
    """How many requests of AddLicensePlates arrived."""

    def group_id(self, name: str) -> str | None:
        """Return the id of a list."""
        return next((number for number, known in self.groups.items() if known == name), None)

    def get(self, number: str, group: str) -> SimPlate | None:
        """Find a plate in a list by the list's id."""
        return next((plate for plate in self.plates if (plate.number, plate.group) == (number, group)), None)

    def find(self, number: str, group_name: str) -> SimPlate | None:
        """Find a plate in a list by the list's name."""
        group = self.group_id(group_name)
        return None if group is None else self.get(number, group)

    def listed(self, number: str, at: datetime) -> str | None:
        """Return the name of the first list in which a plate is valid at a time of the wall clock."""
        return next(
            (self.groups.get(plate.group) for plate in self.plates if plate.number == number and plate.valid(at)),
            None,
        )

    def add(self, plate: SimPlate) -> int:
        """Add a plate and return 0, or return the code why that is impossible."""
        if plate.number in self.fail_add:
            return self.fail_add[plate.number]
        if plate.group not in self.groups:
            return 207
        if not plate.number or plate.begin > plate.end:
            return 16
        if self.get(plate.number, plate.group):
            return 203
        if len(self.plates) >= self.capacity:
            return 202
        self.plates.append(plate)
        return 0
