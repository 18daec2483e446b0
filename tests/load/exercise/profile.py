"""What the load is: districts, units, seats, gateways, the curve of calls. Times are real seconds."""

from dataclasses import asdict, dataclass
from typing import Any

DISTRICTS: dict[str, tuple[float, float]] = {
    "640202": (106.36, 39.02), "640205": (106.65, 39.20), "640221": (106.54, 38.87), "640122": (106.30, 38.62), "640104": (106.45, 38.47),
}  # fmt: skip
"""County code: the point that its calls and units are spread around. Two of them lie far enough inside that 5 km stay there."""
SPREAD_DEG = 0.03


@dataclass(frozen=True, slots=True)
class Profile:
    """One run. Rates are calls a second, all districts together."""

    name: str
    units: int
    seats: int
    think_s: float
    gateways: int
    positions_every_s: float
    calm: tuple[float, float]
    """Calls a second, and for how long; so the next ones."""
    surge: tuple[float, float]
    steady: tuple[float, float]
    decay_s: float
    overload_s: float
    overload_factor: float
    recover_s: float
    resubmitted: float
    duplicates: float
    accept_s: float
    drive_s: float
    work_s: float
    seed: int = 5000

    @property
    def curve(self) -> list[tuple[float, float]]:
        """(second, calls a second) of the main part."""
        one = self.calm[1]
        two = one + self.surge[1]
        three = two + self.steady[1]
        return [
            (0.0, self.calm[0]), (one, self.calm[0]), (one + 0.01, self.surge[0]), (two, self.surge[0]), (two + 0.01, self.steady[0]),
            (three, self.steady[0]), (three + self.decay_s, self.calm[0]),
        ]  # fmt: skip

    @property
    def main_s(self) -> float:
        """Seconds of the main part."""
        return self.curve[-1][0]

    @property
    def whole_s(self) -> float:
        """Seconds of everything."""
        return self.main_s + self.overload_s + self.recover_s

    def phase(self, second: float) -> str:
        """Name of the part that a second lies in."""
        ends = [
            ("calm", self.calm[1]), ("surge", self.surge[1]), ("steady", self.steady[1]), ("decay", self.decay_s), ("overload", self.overload_s),
            ("recover", float("inf")),
        ]  # fmt: skip
        for name, lasts in ends:
            if second < lasts:
                return name
            second -= lasts
        return "recover"

    def as_json(self) -> dict[str, Any]:
        """For the generator's process."""
        return asdict(self)


EX_5000 = Profile(
    name="EX-5000", units=1000, seats=120, think_s=8.0, gateways=200, positions_every_s=15.0, calm=(0.56, 120.0), surge=(13.9, 60.0), steady=(5.6, 480.0),
    decay_s=240.0, overload_s=180.0, overload_factor=3.0, recover_s=60.0, resubmitted=0.03, duplicates=0.35, accept_s=10.0, drive_s=60.0, work_s=60.0,
)  # fmt: skip
"""The whole profile: 15 minutes, then three minutes of three times the surge, then a minute to recover."""
SHORT = Profile(
    name="EX-5000 short", units=60, seats=16, think_s=2.0, gateways=12, positions_every_s=3.0, calm=(0.56, 8.0), surge=(6.0, 8.0), steady=(3.0, 20.0),
    decay_s=8.0, overload_s=8.0, overload_factor=3.0, recover_s=10.0, resubmitted=0.10, duplicates=0.35, accept_s=1.0, drive_s=3.0, work_s=4.0,
)  # fmt: skip
"""The same shape in about a minute, for a test of correctness."""


def shortened(profile: Profile, share: float) -> Profile:
    """The same rates and numbers with every part only so long; for machines without twenty minutes."""
    return Profile(**{
        **asdict(profile), "name": f"{profile.name} × {share:g}", "calm": (profile.calm[0], profile.calm[1] * share),
        "surge": (profile.surge[0], profile.surge[1] * share), "steady": (profile.steady[0], profile.steady[1] * share),
        "decay_s": profile.decay_s * share, "overload_s": profile.overload_s * share,
    })  # fmt: skip


def districts_of(count: int) -> list[str]:
    """The district of each of so many things, evenly."""
    codes = list(DISTRICTS)
    return [codes[number % len(codes)] for number in range(count)]
