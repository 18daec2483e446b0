"""Travel times where no road data is loaded: t = a + d / v with the great-circle distance d.

The default, 90 s and 60 km/h, was chosen for four road graphs with the times that emergency vehicles have on them (`profile`; Auckland with the times of
its own ambulance model). Its median relative error on pairs of their junctions is 21 to 23 % in Jinan (by the sample of pairs), 18 to 21 % in Liechtenstein,
13 % on a second graph of Jinan without road classes and 15 % in Auckland; fitted to one network the same form has 13 to 18 %. No other network was tried:
elsewhere it may be worse. It cannot know rivers, ridges and closures: the unit nearest by a straight line is the truly nearest one in 42 to 69 % of the
calls only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.dispatch.solver.given import InputError, Trouble
from services.dispatch.solver.travel import profile
from services.dispatch.solver.travel.places import Places, crow_metres, movers

MEDIAN_ERROR = (0.13, 0.23)
"""Range of the median relative error of the default on the four road graphs, against times of emergency vehicles."""


@dataclass(frozen=True, slots=True)
class Affine:
    """The estimate. `start_s` seconds are spent before and after the fast part, which goes at `speed_mps`."""

    start_s: float = 90.0
    speed_mps: float = 60 / 3.6

    def __post_init__(self) -> None:
        if not (np.isfinite(self.start_s) and self.start_s >= 0):
            raise InputError(f"start_s: {self.start_s}")
        if not (np.isfinite(self.speed_mps) and self.speed_mps > 0):
            raise InputError(f"speed_mps: {self.speed_mps}")

    def seconds(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        """Seconds for a distance. Short ways are bounded by the speed of lanes and yards, so that a unit on the scene has arrived."""
        return np.minimum(self.start_s + metres / self.speed_mps, metres / (profile.ACCESS_KMH / 3.6))

    def times(self, origins: Places, targets: Places) -> NDArray[np.float64]:
        """Seconds, one row an origin; +inf where a place is unknown."""
        return self.seconds(crow_metres(origins, targets))

    def pin(self, origins: Places) -> "Standing":
        """Hold the places of units."""
        return Standing(self, origins)

    @classmethod
    def fitted(cls, metres: NDArray[np.float64], seconds: NDArray[np.float64]) -> "Affine":
        """The fit with the least squared relative error to known times; the default where fewer than 20 pairs are usable."""
        usable = np.isfinite(metres) & np.isfinite(seconds) & (metres > 500) & (seconds > 0)
        if usable.sum() < 20:
            return cls()
        rows = np.column_stack((1 / seconds[usable], metres[usable] / seconds[usable]))
        (start, pace), *_ = np.linalg.lstsq(rows, np.ones(len(rows)), rcond=None)
        return cls(float(np.clip(start, 0, 600)), 1 / float(np.clip(pace, 1 / 50, 1)))


class Standing:
    """Units at places, timed by the estimate."""

    def __init__(self, model: Affine, origins: Places) -> None:
        self._model = model
        self._origins = origins

    def move(self, index: ArrayLike, lon: ArrayLike, lat: ArrayLike) -> tuple[Trouble, ...]:
        """Some of them are elsewhere now. Who is none of them is given back."""
        fresh = Places.of(lon, lat)
        chosen, of, troubles = movers(index, len(self._origins), fresh)
        east, north = self._origins.lon.copy(), self._origins.lat.copy()
        east[chosen], north[chosen] = fresh.lon[of], fresh.lat[of]
        self._origins = Places.of(east, north)
        return troubles

    def times_to(self, lon: float, lat: float) -> NDArray[np.float64]:
        """Seconds of each to the place."""
        return self._model.times(self._origins, Places.of(lon, lat))[:, 0]
