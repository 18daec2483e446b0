"""Travel times where no road data is loaded: t = a + d / v with the great-circle distance d.

On five road graphs (Jinan with and without shape nodes, Auckland, Edmonton, Manhattan) a fit of this form has a median error of 11 to 15 %, with a from 128 to
173 s and v from 44 to 57 km/h; a scale without the constant has 13 to 16 %, on a grid of blocks up to 29 %. It cannot know rivers, ridges and closures:
the unit nearest by this estimate is the truly nearest one in 42 to 69 % of the calls only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.dispatch.solver.given import InputError, Trouble
from services.dispatch.solver.travel import profile
from services.dispatch.solver.travel.places import Places, crow_metres, movers

MEDIAN_ERROR = (0.11, 0.15)
"""Range of the median relative error of this model on real road graphs."""


@dataclass(frozen=True, slots=True)
class Affine:
    """The estimate. `start_s` seconds are spent before and after the fast part, which goes at `speed_mps`."""

    start_s: float = 150.0
    speed_mps: float = 50 / 3.6

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
