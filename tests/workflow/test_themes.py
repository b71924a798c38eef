"""Themes of a region that come back: when, said by whom, and on which days they stand."""

from datetime import date, timedelta

import pytest

from publisher.db import db
from publisher.models.audit import first_broken_link
from publisher.typed import Unacceptable
from publisher.workflow import planning, registering
from publisher.workflow.registering import ThemeData
from publisher.workflow.registering.common import Changed, NotYours
from tests.conftest import NOW

KAMIS = ThemeData(name="Kamis Jawa", advice="pakai bahasa Jawa", weekday=4)
HARI_JADI = ThemeData(name="Hari Jadi", month=12, day=11)
KABISAT = ThemeData(name="Kabisat", month=2, day=29)


def add(budi, *data):
    return [registering.add_theme(budi.region, one, actor=budi, at=NOW) for one in data]


def days_of(region, first, last):
    found = planning.themes(region, first, last)
    return {day: [theme.name for theme in themes] for day, themes in found.items()}


def test_themes_stand_on_their_weekday_or_date_until_they_end(budi, yuni):
    _, kamis, _ = add(budi, HARI_JADI, KAMIS, KABISAT)
    blora, december = budi.region, (date(2026, 12, 7), date(2026, 12, 21))
    assert days_of(blora, *december) == {
        date(2026, 12, 10): ["Kamis Jawa"],
        date(2026, 12, 11): ["Hari Jadi"],
        date(2026, 12, 17): ["Kamis Jawa"],
    }
    assert days_of(yuni.region, *december) == {}
    assert days_of(blora, date(2027, 2, 26), date(2027, 3, 2)) == {}
    assert days_of(blora, date(2028, 2, 29), date(2028, 3, 1)) == {date(2028, 2, 29): ["Kabisat"]}
    names = [theme.name for theme in registering.themes(blora)]
    assert names == ["Kamis Jawa", "Kabisat", "Hari Jadi"]

    registering.end_theme(kamis, actor=budi, at=NOW)
    assert date(2026, 12, 10) not in days_of(blora, *december)
    with pytest.raises(Unacceptable, match="sudah dihapus"):
        registering.end_theme(kamis, actor=budi, at=NOW)
    assert first_broken_link() is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "KAMIS jawa"}, "name"),
        ({"name": "Lain", "advice": "x" * 201}, "advice"),
        ({"weekday": 0}, "weekday"),
        ({"weekday": None}, "weekday"),
        ({"weekday": None, "month": 2, "day": 30}, "day"),
        ({"weekday": None, "month": 10**9, "day": 1}, "day"),
        ({"weekday": None, "month": 4, "day": 10**30}, "day"),
    ],
)
def test_what_makes_no_sense_is_refused(budi, given, field):
    add(budi, KAMIS)
    with pytest.raises(Unacceptable) as refused:
        add(budi, ThemeData(**{**KAMIS.__dict__, **given}))
    assert set(refused.value.faults) == {field}


def test_a_theme_is_changed_once_by_its_own_region(budi, yuni):
    (kamis,) = add(budi, KAMIS)
    seen, new = registering.stamp(kamis), ThemeData(name="Jumat Sehat", weekday=5)
    registering.edit_theme(kamis, new, seen=seen, actor=budi, at=NOW + timedelta(hours=1))
    db.session.commit()
    assert (kamis.name, kamis.advice, kamis.weekday) == ("Jumat Sehat", "", 5)
    with pytest.raises(Changed):
        registering.edit_theme(kamis, KAMIS, seen=seen, actor=budi, at=NOW)
    with pytest.raises(NotYours):
        registering.get_theme(yuni.region, kamis.id)
    with pytest.raises(NotYours):
        registering.end_theme(kamis, actor=yuni, at=NOW)


def test_a_region_has_no_end_of_themes(budi):
    add(budi, *(ThemeData(name=f"Tema {n}", weekday=1) for n in range(40)))
    with pytest.raises(Unacceptable, match="Sudah ada 40 tema"):
        add(budi, KAMIS)
