from datetime import date

from lake_orders_jobs.trips import busiest

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)


def test_the_busiest_day_comes_first() -> None:
    assert busiest([(MONDAY, 5), (TUESDAY, 9)]) == [(TUESDAY, 9), (MONDAY, 5)]


def test_of_equal_days_the_earliest_comes_first() -> None:
    assert busiest([(WEDNESDAY, 5), (MONDAY, 5), (TUESDAY, 5)], limit=2) == [(MONDAY, 5), (TUESDAY, 5)]


def test_no_day_is_no_error() -> None:
    assert busiest([]) == []
