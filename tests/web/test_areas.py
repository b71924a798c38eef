"""A camat reads of the own kecamatan and what lies in it, on every page there is for leaders."""

from datetime import timedelta

import pytest

from publisher import clock
from publisher.clock import Week
from publisher.db import db
from publisher.models.people import Role
from publisher.models.places import Office, OfficeKind
from publisher.web.access import ANY_ROLE
from publisher.workflow import closing, registering, reporting, scheduling
from publisher.workflow.delivering import stopping
from tests.conftest import saved
from tests.web.test_access import HEALTH, LEAVING
from tests.weeks import content, rule

FOREIGN = ("Dinas Kesehatan", "Dinkes", "Kerja bakti", "Desa Seberang", "Kecamatan Cepu")


@pytest.fixture
def area(blora, dinkes, dinkes_x, sari, budi, ratna):
    """The camat of Jepon, and the offices: two of Jepon, two that are not, and Dinkes."""
    rule(blora, 1)
    places = (
        ("Kecamatan Jepon", "kecamatan", "33.16.09"),
        ("Desa Geneng", "desa", "33.16.09.2001"),
        ("Kecamatan Cepu", "kecamatan", "33.16.0"),  # a beginning that is none
        ("Desa Seberang", "desa", "33.16.01.2001"),
    )
    offices = [
        saved(Office(region=blora, name=name, abbreviation=name, kind=OfficeKind(kind), code=code))
        for name, kind, code in places
    ]
    content(sari, budi, {dinkes_x: clock.now() - timedelta(days=7)})
    ratna.area = offices[0]
    return saved(ratna), offices


def test_a_camat_sees_the_own_area_on_every_page_for_leaders(client_of, area, dinkes, app):
    camat, (jepon, geneng, cepu, seberang) = area
    client = client_of(camat)
    week = Week.of(clock.now(), "Asia/Jakarta").previous()
    values = {"week": week, "form": "csv", "code": "33.16"}

    seen = {}
    for route in app.url_map.iter_rules():
        access = app.view_functions[route.endpoint].access
        if "GET" not in route.methods or route.endpoint in HEALTH | LEAVING:
            continue
        if Role.LEADER not in access or not route.arguments <= {"week", "form", "code"}:
            continue
        with app.test_request_context():
            path = route.build({name: values[name] for name in route.arguments})[1]
        answer = client.get(path)
        seen[route.endpoint] = answer.status_code
        assert access == ANY_ROLE or answer.status_code in (200, 302, 404), path
        if answer.mimetype == "text/html":
            assert [word for word in FOREIGN if word in answer.text] == [], path

    assert seen["leaders.index"] == seen["leaders.week"] == seen["leaders.the_year"] == 200
    assert seen["reports.index"] == seen["reports.week"] == 200
    assert seen["reports.week_file"] == seen["health.index"] == seen["leaders.counties"] == 404
    page = client.get(f"/laporan/{week}").text
    assert "Kecamatan Jepon, Kabupaten Blora" in page
    assert "Desa Geneng" in page
    assert "bagikan" not in page
    for office, status in (
        (jepon, 200), (geneng, 200), (cepu, 404), (seberang, 404), (dinkes, 404),
    ):  # fmt: skip
        for page in ("", f"/{week}", f"/{week}/di-luar-siar"):
            path = f"/laporan/perangkat-daerah/{office.id}{page}"
            assert client.get(path).status_code == status, path


def test_a_camat_sees_of_a_stop_what_it_holds_of_the_own_area(
    client_of, area, blora, budi, dinkes_x, make_post
):
    camat, (jepon, *_) = area
    soon = clock.now() + timedelta(hours=1)
    stopping.stop(blora, reason="Masa berkabung", actor=budi, at=clock.now())
    for office in (dinkes_x.office, jepon):
        dinkes_x.office = office
        post = make_post("submit", "approve", title=f"Kerja bakti {office.name}", planned_at=soon,
                         office=office)  # fmt: skip
        scheduling.schedule(post, actor=budi, at=clock.now())
    db.session.commit()

    page = client_of(camat).get("/penghentian").text

    assert "Masa berkabung" in page
    assert "Kerja bakti Kecamatan Jepon" in page
    assert "Kerja bakti Dinas" not in page


def test_a_camat_reads_the_closed_week_in_the_own_figures(client_of, area, blora, budi):
    camat, _ = area
    at = clock.now()
    week = Week.of(at, "Asia/Jakarta").previous()
    closing.close(
        blora, reporting.week_report(blora, week, at=at), by=budi, at=at, reason="Lebih awal"
    )
    db.session.commit()

    page = client_of(camat).get(f"/pimpinan/{week}").text

    assert "Kecamatan Jepon" in page
    assert "Dinas Kesehatan" not in page


def test_who_keeps_the_registry_says_of_which_kecamatan_somebody_is_camat(
    client_of, heru, blora, area, dinkes
):
    _, (jepon, geneng, *_) = area
    client = client_of(heru)
    fields = {"name": "Camat Jepon", "email": "camat@contoh.go.id", "role": "leader"}

    for office, status in ((geneng, 422), (dinkes, 422), (jepon, 200)):
        answer = client.post("/registri/pengguna/baru", data={**fields, "office": office.id})
        assert answer.status_code == status
    found = registering.find_users(blora, search="Camat Jepon").rows
    assert [(user.area_id, user.office_id) for user in found] == [(jepon.id, None)]
    edit = f"/registri/pengguna/{found[0].id}"
    assert "Kecamatan Jepon, sebagai camat" in client.get(edit).text


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        ("kecamatan", "33.16.02", 302), ("kecamatan", "33.16", 422), ("desa", "33.16.02", 422),
        ("kecamatan", "33.17.02", 422), ("dinas", "33.16.02", 422), ("dinas", "", 302),
        ("desa", "33.16.09.2001", 422), ("desa", "33.16.09.2002", 302),
    ],
)  # fmt: skip
def test_a_code_is_one_of_its_kind_in_its_region_and_used_once(
    client_of, heru, area, kind, code, status
):
    office = {"name": "Baru", "abbreviation": "Baru", "kind": kind, "code": code}
    assert (
        client_of(heru).post("/registri/perangkat-daerah/baru", data=office).status_code == status
    )
