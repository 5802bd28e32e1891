"""Trips by day."""

from collections.abc import Iterable
from datetime import date


def busiest(trips_by_day: Iterable[tuple[date, int]], limit: int = 3) -> list[tuple[date, int]]:
    """The days with the most trips, the busiest first; of equal ones the earliest."""
    return sorted(trips_by_day, key=lambda pair: (-pair[1], pair[0]))[:limit]
