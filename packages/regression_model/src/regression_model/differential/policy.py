"""How much a price may change: a decision of whoever answers for the prices."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """How much prices may change before somebody has to look.

    Parameters
    ----------
    tolerance : float
        Share of the old price by which a new one may differ.
    share : float
        Share of the prices that may differ by more.
    slice_mean : float
        By how much the prices of a slice, a neighbourhood for instance, may differ on average.

    Raises
    ------
    ValueError
        If one of them is below 0 or not a number, or every price may differ.
    """

    tolerance: float = 0.01
    share: float = 0.0
    slice_mean: float = math.inf

    def __post_init__(self) -> None:
        limits = {"tolerance": self.tolerance, "share": self.share, "slice mean": self.slice_mean}
        for name, limit in limits.items():
            if not limit >= 0:  # not a number is not, either
                raise ValueError(f"The {name} is {limit}: it is a share, 0 or more.")
        if self.share >= 1:
            raise ValueError(
                f"The share is {self.share}: every price may differ, nothing is asked."
            )
