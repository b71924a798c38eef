"""The leader's page: the week on one screen, what is well made, and a province's regions."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from publisher.clock import Week
from publisher.db import db
from publisher.models.deliveries import Delivery
from publisher.models.media import Media, MediaKind
from publisher.models.people import Role
from publisher.models.places import Office, OfficeKind, Region, RegionKind
from publisher.models.posts import PostKind, PostPicture, PostStatus
from publisher.reports.snapshot import Totals
from publisher.workflow import closing, reporting
from publisher.workflow.reporting import rolling_up
from tests.conftest import person, saved
from tests.weeks import content, rule, utc

FRIDAY = utc(2026, 11, 20, 2, 5)
TUESDAY = utc(2026, 11, 17, 3, 0)


@pytest.fixture(autouse=True)
def on_friday():
    with time_machine.travel(FRIDAY, tick=False):
        yield


@pytest.fixture
def a_week(blora, dinkes, dishub, dinkes_x, sari, budi):
    """Dinas Kesehatan met its target of two; Dinas Perhubungan showed nothing."""
    rule(blora)
    for title in ("Imunisasi gratis", "Senam lansia"):
        content(sari, budi, {dinkes_x: TUESDAY}, title=title)
    content(sari, budi, {dinkes_x: TUESDAY}, kind=PostKind.UCAPAN)
    return blora


def text_of(answer):
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def made_well(post, **otherwise):
    """Give a post all that makes one well made, but for what is said otherwise."""
    for name in ("what", "who", "when", "where", "why", "how", "benefit"):
        setattr(post, name, otherwise.get(name, "Ada"))
    post.planned_at = otherwise.get("planned_at", TUESDAY)
    media = Media(
        office_id=post.office_id, digest=f"{post.id:064x}", mime="image/jpeg", width=10,
        height=10, size_bytes=1, uploaded_by_id=post.drafted_by_id, uploaded_at=TUESDAY,
        kind=otherwise.get("kind", MediaKind.PHOTO), version=1,
    )  # fmt: skip
    post.pictures = [
        PostPicture(media=media, position=1, alt_text=otherwise.get("alt_text", "Warga antre"))
    ]
    db.session.commit()
    return post


def test_a_leader_starts_with_the_week_on_one_screen(client_of, ratna, a_week):
    page = text_of(client_of(ratna).get("/", follow_redirects=True))

    assert "1 dari 2 perangkat daerah sudah memenuhi target" in page
    assert "1 lebih banyak dari minggu lalu" in page
    assert "Dinas Perhubungan Belum pernah tayang. 0 /2" in page
    assert "16–22 Nov 2026 · masih berjalan" in page


def test_why_an_office_is_behind_names_where_its_posts_wait(
    client_of, ratna, a_week, dishub, make_post
):
    for status, why in (
        (PostStatus.DRAFT, "1 konten masih draf."),
        (PostStatus.CHANGES_REQUESTED, "1 konten dikembalikan, belum diperbaiki."),
        (PostStatus.IN_REVIEW, "1 konten menunggu telaah kominfo."),
    ):
        make_post(office=dishub, status=status)
        assert f"Dinas Perhubungan {why}" in text_of(client_of(ratna).get("/pimpinan"))


def test_every_office_on_the_page_leads_to_its_weeks(client_of, ratna, a_week):
    client = client_of(ratna)
    page = client.get("/pimpinan").get_data(as_text=True)

    links = set(re.findall(r'href="([^"]*/perangkat-daerah/[^"#]*)', page))
    assert len(links) > 1
    assert {client.get(link).status_code for link in links} == {200}


def test_greetings_stand_apart_in_the_mix(client_of, ratna, a_week):
    page = text_of(client_of(ratna).get("/pimpinan"))

    assert "Kegiatan 2 67%" in page
    assert page.index("Kegiatan 2") < page.index("Ucapan 1 33%")


def best(client_of, ratna):
    page = client_of(ratna).get("/pimpinan").get_data(as_text=True)
    return re.findall(r'best__title">([^<]+)<', page)


@pytest.mark.parametrize(
    ("wanting", "shown"),
    [
        ({}, True),
        ({"why": ""}, True),
        ({"why": "", "benefit": " "}, False),
        ({"kind": MediaKind.POSTER, "alt_text": ""}, False),
        ({"planned_at": TUESDAY - timedelta(hours=2), "alt_text": " "}, False),
    ],
)
def test_a_post_is_held_up_if_at_most_one_thing_is_wanting(
    client_of, ratna, blora, dinkes_x, sari, budi, wanting, shown
):
    made_well(content(sari, budi, {dinkes_x: TUESDAY}, title="Imunisasi"), **wanting)

    assert best(client_of, ratna) == (["Imunisasi"] if shown else [])


def test_of_each_office_the_best_one_is_held_up_and_greetings_never(
    client_of, ratna, blora, dinkes_x, sari, budi, tono, dishub, make_account
):
    late = TUESDAY + timedelta(minutes=5)
    made_well(content(sari, budi, {dinkes_x: TUESDAY}, title="Satu kurang"), benefit="")
    made_well(content(sari, budi, {dinkes_x: late}, title="Lengkap"))
    made_well(content(sari, budi, {dinkes_x: late}, title="Selamat", kind=PostKind.UCAPAN))
    made_well(content(tono, budi, {make_account(dishub): late}, title="Jalan"), who="")

    assert best(client_of, ratna) == ["Lengkap", "Jalan"]


def test_the_year_shows_every_office_by_week_and_as_a_table(client_of, ratna, a_week):
    answer = client_of(ratna).get("/pimpinan/setahun")
    page = text_of(answer)

    assert "Dinas Kesehatan" in page
    assert answer.get_data(as_text=True).count('<td class="heat') == 2 * 52
    assert page.count("3/2") == 0
    assert "2/2" in page


@pytest.mark.parametrize("path", ["/pimpinan", "/pimpinan/2026-W46", "/pimpinan/setahun"])
def test_offices_have_no_leaders_page_and_strangers_sees_nothing_of_the_region(
    client_of, sari, yuni, a_week, path
):
    assert client_of(sari).get(path).status_code == 403
    assert "Dinas Kesehatan" not in text_of(client_of(yuni).get(path))


@pytest.mark.parametrize("path", ["/pimpinan/2026-W48", "/pimpinan/2026-w47", "/pimpinan/nanti"])
def test_a_week_that_has_not_begun_or_is_none_does_not_exist(client_of, ratna, a_week, path):
    assert client_of(ratna).get(path).status_code == 404


def test_a_region_without_offices_is_told_what_will_appear(client_of, ratna, app):
    assert "capaian muncul di sini, mulai minggu pertama" in text_of(
        client_of(ratna).get("/pimpinan")
    )


def queries(visit):
    asked = []

    def listener(*_):
        asked.append(1)

    sa.event.listen(db.engine, "before_cursor_execute", listener)
    assert visit().status_code == 200
    sa.event.remove(db.engine, "before_cursor_execute", listener)
    return len(asked)


def test_the_page_costs_the_same_however_many_offices_and_contents(
    client_of, ratna, a_week, dinkes_x, make_account, sari, budi
):
    client = client_of(ratna)
    made_well(content(sari, budi, {dinkes_x: TUESDAY}))
    few = queries(lambda: client.get("/pimpinan"))
    for number in range(4):
        office = saved(
            Office(
                region=a_week, name=f"D{number}", abbreviation=f"D{number}", kind=OfficeKind.DINAS
            )
        )
        made_well(content(sari, budi, {make_account(office, handle=f"d{number}"): TUESDAY}))
    assert queries(lambda: client.get("/pimpinan")) == few


# -- a province --------------------------------------------------------------------------


@pytest.fixture
def jateng(app):
    return saved(Region(code="33", name="Jawa Tengah", kind=RegionKind.PROVINSI))


@pytest.fixture
def ganjar(jateng):
    return person("Ganjar", Role.LEADER, region=jateng)


def test_a_province_reads_the_totals_of_its_regions_and_no_office_by_name(
    client_of, ganjar, a_week, rembang, dinlutkan
):
    saved(Region(code="34.02", name="Bantul", kind=RegionKind.KABUPATEN))
    page = text_of(client_of(ganjar).get("/pimpinan/wilayah"))

    assert "1 dari 2 perangkat daerah di 2 kabupaten dan kota memenuhi target" in page
    assert "Kabupaten Blora 1/2 50% +1 Dinas 1/2" in page
    assert "Kabupaten Rembang – belum ada target 0" in page
    assert "Bantul" not in page
    assert "Dinas Kesehatan" not in page

    county = text_of(client_of(ganjar).get("/pimpinan/wilayah/33.16"))
    assert "Minggu ke-47 (16–22 Nov 2026) 1/2 50%" in county
    assert "Dinas Kesehatan" not in county


@pytest.mark.parametrize("path", ["34.02", "33", "33.99", "33.1", "%25"])
def test_a_region_elsewhere_does_not_exist_for_a_province(client_of, ganjar, a_week, path):
    saved(Region(code="34.02", name="Bantul", kind=RegionKind.KABUPATEN))
    assert client_of(ganjar).get(f"/pimpinan/wilayah/{path}").status_code == 404


@pytest.mark.parametrize("path", ["/pimpinan/wilayah", "/pimpinan/wilayah/33.17"])
def test_a_kabupaten_sees_no_other(client_of, ratna, rembang, path):
    assert client_of(ratna).get(path).status_code == 404


def test_the_roll_up_says_what_each_region_says_of_itself(
    jateng, a_week, rembang, dinlutkan, make_account, sari, budi, agus, yuni
):
    """Rules, exemptions, closed offices and failures of platforms: whatever there is to decide."""
    rule(rembang, 1)
    content(agus, yuni, {make_account(dinlutkan): utc(2026, 11, 11)})
    failed = ("failed", utc(2026, 11, 12), "TryLater")
    kelautan, young, old = (
        saved(
            Office(region=region, name=name, abbreviation=name, kind=kind, valid_from=since,
                   valid_to=until)
        )
        for region, name, kind, since, until in (
            (rembang, "Satpol", OfficeKind.SATUAN, None, None),
            (a_week, "Baru", OfficeKind.KECAMATAN, date(2026, 11, 11), None),
            (a_week, "Lama", OfficeKind.KECAMATAN, None, date(2026, 11, 14)),
        )
    )  # fmt: skip
    rule(rembang, 3, office=kelautan)
    for place, office in enumerate((kelautan, young, old)):
        content(budi, yuni, {make_account(office, handle=f"a{place}"): failed})

    for week in (Week(2026, 46), Week(2026, 47)):
        found = {one.code: one for one in rolling_up.roll_up(jateng, week, at=FRIDAY)}
        for region in (a_week, rembang):
            matrix = reporting.region_matrix(region, week, at=FRIDAY)
            totals, before = (Totals.of(matrix.column(each)) for each in (week, week.previous()))
            one = found[region.code]
            assert (one.share.met, one.share.obliged) == (totals.met, totals.obliged)
            assert (one.previous.met, one.previous.obliged) == (before.met, before.obliged)


def test_a_province_sees_a_closed_week_as_it_was_closed(jateng, a_week):
    week, later = Week(2026, 47), utc(2026, 11, 24, 5)
    closing.close(a_week, reporting.week_report(a_week, week, at=later), by=None, at=later)
    db.session.execute(sa.update(Delivery).values(published_at=TUESDAY - timedelta(weeks=1)))
    db.session.commit()

    [one] = rolling_up.roll_up(jateng, week, at=later)
    assert (one.share.met, one.share.obliged, one.previous.met) == (1, 2, 1)


def test_the_roll_up_costs_the_same_however_many_regions(client_of, ganjar, a_week):
    client = client_of(ganjar)
    few = queries(lambda: client.get("/pimpinan/wilayah"))
    for number in range(50, 54):
        region = saved(Region(code=f"33.{number}", name="Kota", kind=RegionKind.KOTA))
        rule(region)
        saved(Office(region=region, name="D", abbreviation="D", kind=OfficeKind.DESA))
    assert queries(lambda: client.get("/pimpinan/wilayah")) == few
