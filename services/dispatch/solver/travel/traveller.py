"""What the rest of the solver asks of travel, whoever answers."""

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.dispatch.solver.given import Trouble
from services.dispatch.solver.travel.places import Places


class Goers(Protocol):
    """Units whose places are held, so that times to one place come at once."""

    def move(self, index: ArrayLike, lon: ArrayLike, lat: ArrayLike) -> tuple[Trouble, ...]:
        """Some of them are elsewhere now. Who is none of them is given back."""

    def times_to(self, lon: float, lat: float) -> NDArray[np.float64]:
        """Seconds of each of them to the place; +inf where there is no way or no known place."""


class Travel(Protocol):
    """Times between places: `Engine` on roads, `Affine` without."""

    def times(self, origins: Places, targets: Places) -> NDArray[np.float64]:
        """Seconds, one row an origin, one column a target; +inf where there is no way or no known place."""

    def pin(self, origins: Places) -> Goers:
        """Hold the places of units."""
