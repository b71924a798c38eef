"""The reviewer's pages: who gets in, what they see, and what a decision on them does."""

import gc
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from PIL import Image

from publisher.db import db
from publisher.models.advancing import advance
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.people import Role
from publisher.models.posts import PostSeen, PostStatus
from publisher.posters import fitting
from publisher.workflow import composing
from tests.conftest import NOW, person


@pytest.fixture(autouse=True)
def _monday_at_nine():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def as_budi(client_of, budi):
    return client_of(budi)


@pytest.fixture
def decide(as_budi):
    """Return a function that sends a decision of Budi's from the page as he sees it now."""

    def decide(post, path, *, version=None, follow=False, **data):
        return as_budi.post(
            f"/telaah/{post.id}/{path}",
            data={"version": version or post.version, **data},
            follow_redirects=follow,
        )

    return decide


def words(answer):
    """Return what a person reads on a page."""
    body = re.sub(r"<(script|style|head).*?</\1>", " ", answer.get_data(as_text=True), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


# -- who gets in -------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["sari", "wulan", "ratna", "heru"])
@pytest.mark.parametrize("path", ["/telaah", "/telaah/diputuskan", "/telaah/{id}"])
def test_only_reviewers_get_in(request, client_of, make_post, who, path):
    post = make_post("submit")
    client = client_of(request.getfixturevalue(who))

    assert client.get(path.format(id=post.id)).status_code == 403


@pytest.mark.parametrize("path", ["", "/setujui", "/kembalikan", "/tolak", "/batalkan-persetujuan"])
def test_a_post_of_another_region_does_not_exist(client_of, yuni, make_post, path):
    post = make_post("submit")
    send = client_of(yuni).post if path else client_of(yuni).get

    answer = send(f"/telaah/{post.id}{path}", data={"version": post.version})

    assert answer.status_code == 404
    assert db.session.get(type(post), post.id).status is PostStatus.IN_REVIEW


def test_what_was_never_submitted_does_not_exist(as_budi, make_post):
    assert as_budi.get(f"/telaah/{make_post().id}").status_code == 404


# -- the queue ---------------------------------------------------------------------------


def test_the_queue_names_the_nearest_days_and_what_is_late(as_budi, make_post):
    make_post("submit", title="Yang terlambat", planned_at=NOW - timedelta(hours=1))
    make_post("submit", title="Yang nanti", planned_at=NOW + timedelta(hours=3))
    make_post("submit", title="Yang besok", planned_at=NOW + timedelta(days=1))
    make_post("submit", title="Yang lama lagi", planned_at=NOW + timedelta(days=9))

    text = words(as_budi.get("/telaah"))

    assert "hari ini pukul 08.00 WIB Terlambat" in text
    assert "hari ini pukul 12.00 WIB" in text
    assert "besok pukul 09.00 WIB" in text
    assert "2 Des 2026 pukul 09.00 WIB" in text
    titles = ["Yang terlambat", "Yang nanti", "Yang besok", "Yang lama lagi"]
    assert sorted(titles, key=text.index) == titles


def test_the_queue_flags_what_a_platform_would_refuse_and_ones_own(as_budi, make_post, budi):
    make_post("submit", caption="Imunisasi " * 60)
    make_post("submit", edited_by=budi)

    text = words(as_budi.get("/telaah"))

    assert text.count("Akan ditolak kanal") == 1
    assert text.count("Susunan Anda") == 1


def test_an_empty_queue_says_so(as_budi):
    assert "Semua sudah diputuskan" in words(as_budi.get("/telaah"))
    assert "Belum ada keputusan" in words(as_budi.get("/telaah/diputuskan"))


@pytest.mark.parametrize("query", ["jenis=x", "perangkat_daerah=x", "page=-1", "page=x", "page=9"])
def test_nonsense_in_the_address_shows_the_queue(as_budi, make_post, query):
    make_post("submit")

    assert "Imunisasi gratis di puskesmas" in words(as_budi.get(f"/telaah?{query}"))


def test_a_filter_that_fits_nothing_offers_the_way_back(as_budi, make_post):
    make_post("submit")

    assert "Tampilkan semua" in words(as_budi.get("/telaah?jenis=ucapan"))


def test_pages_cost_the_same_queries_however_many_posts_wait(as_budi, make_post, picture):
    def cost(path):
        db.session.expire_all()
        gc.collect()  # a row that nothing holds any more would be read once more, or not
        statements = []
        listener = lambda *args: statements.append(args[2])  # noqa: E731
        sa.event.listen(db.engine, "before_cursor_execute", listener)
        assert as_budi.get(path).status_code == 200
        sa.event.remove(db.engine, "before_cursor_execute", listener)
        return len([s for s in statements if s.startswith("SELECT")])

    def add():
        post = make_post("submit")
        post.pictures = [picture("Balita.", seed=1), picture("Antrean.", seed=2)]
        db.session.commit()
        return post.id

    first = add()
    make_post("submit", "reject")
    paths = ["/telaah", "/telaah/diputuskan", f"/telaah/{first}"]
    for path in paths:
        as_budi.get(path)  # notes what was seen, once
    with_one = [cost(path) for path in paths]
    for _ in range(12):
        add()
        make_post("submit", "reject")

    assert [cost(path) for path in paths] == with_one


# -- one post ----------------------------------------------------------------------------


def test_the_page_shows_what_each_platform_will_show(as_budi, make_post, picture):
    post = make_post()
    post.pictures = [picture("Bidan menimbang balita.")]
    post.move("submit", actor=post.drafted_by, at=NOW)
    db.session.commit()

    text = words(as_budi.get(f"/telaah/{post.id}"))

    said = "Imunisasi gratis untuk balita di semua puskesmas hari ini."
    assert text.count(said) == 4  # on two channels, as a text, and in the list of sentences
    assert "#BloraSehat" in text
    assert "@dinkes_blora" in text
    assert "Bidan menimbang balita." in text
    assert "Dinas Kesehatan dan 26 puskesmas" in text


def test_opening_a_page_is_remembered_and_the_next_look_shows_the_difference(
    as_budi, make_post, sari, budi
):
    post = make_post("submit")
    as_budi.get(f"/telaah/{post.id}")
    as_budi.get(f"/telaah/{post.id}")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PostSeen)) == 1

    post.move("request_changes", actor=budi, at=NOW)
    post.caption = "Imunisasi gratis untuk bayi di semua puskesmas hari ini."
    post.move("submit", actor=sari, at=NOW)
    db.session.commit()
    page = as_budi.get(f"/telaah/{post.id}").get_data(as_text=True)

    assert "versi yang terakhir Anda lihat" in page
    assert re.search(r"<del>.*?balita.*?</del>", page)
    assert re.search(r"<ins>.*?bayi.*?</ins>", page)


def test_what_people_typed_is_never_markup(as_budi, make_post, sari, budi):
    post = make_post("submit")
    as_budi.get(f"/telaah/{post.id}")
    post.move("request_changes", actor=budi, at=NOW, note="<script>alert(1)</script>")
    post.caption = post.title = "<script>alert(2)</script>"
    post.move("submit", actor=sari, at=NOW)
    db.session.commit()

    for path in (f"/telaah/{post.id}", "/telaah", "/telaah/diputuskan"):
        assert "<script>alert" not in as_budi.get(path).get_data(as_text=True)


def test_who_made_it_gets_no_buttons_but_the_reason(as_budi, decide, make_post, budi):
    post = make_post("submit", edited_by=budi)

    page = as_budi.get(f"/telaah/{post.id}")
    assert "Mintalah penelaah lain" in words(page)
    assert "/setujui" not in page.get_data(as_text=True)

    answer = decide(post, "setujui")
    assert answer.status_code == 403
    assert "susun, sunting, atau ajukan sendiri" in words(answer)
    assert post.status is PostStatus.IN_REVIEW


# -- deciding ----------------------------------------------------------------------------


def test_approval_plans_the_post_says_so_and_goes_on_to_the_next(as_budi, decide, make_post):
    post = make_post("submit")
    following = make_post("submit", title="Berikutnya", planned_at=NOW + timedelta(hours=2))

    answer = decide(post, "setujui", follow=True)

    assert answer.request.path == f"/telaah/{following.id}"
    assert "Disetujui. Terjadwal di 2 akun, Senin, 23 November 2026 pukul 10.00 WIB." in words(
        answer
    )
    assert post.status is PostStatus.APPROVED
    planned = db.session.scalars(sa.select(Delivery)).all()
    assert [d.status for d in planned] == [DeliveryStatus.PENDING] * 2
    assert {d.publish_by - d.due_at for d in planned} == {timedelta(hours=6)}


def test_what_would_crowd_an_account_is_said_and_may_be_moved_or_approved(
    app, as_budi, decide, make_post
):
    app.config["SPACING_S"] = 600
    make_post("submit", "approve", title="Donor darah", planned_at=NOW + timedelta(hours=1))
    near = {"planned_at": NOW + timedelta(minutes=65), "caption": "Posyandu."}
    post, other = (make_post("submit", **near | {"caption": f"Ke-{n}."}) for n in range(2))
    advice = (
        "sudah memiliki “Donor darah” pada 23 November 2026 pukul 10.00 WIB, kurang dari 10 menit "
        "dari konten ini; yang belakangan akan menunggu gilirannya."
    )
    page = as_budi.get(f"/telaah/{post.id}")
    assert advice in words(page)
    assert f'href="/kalender/{post.id}/pindahkan"' in page.text
    assert 'id="setujui"' in page.text  # advice, no more

    assert advice in words(decide(post, "setujui", follow=True))
    assert db.session.scalars(sa.select(Delivery.post_id)).all() == [post.id] * 2

    here = f"/telaah/{other.id}"
    form = as_budi.get(
        f"/kalender/{other.id}/pindahkan", headers={"Referer": f"http://localhost{here}"}
    )
    assert f'name="kembali" value="{here}"' in form.text
    data = {"version": other.version, "tanggal": "2026-11-24", "jam": "09:00", "kembali": here}
    moved = as_budi.post(f"/kalender/{other.id}/pindahkan", data=data, follow_redirects=True)
    assert moved.request.path == here
    assert "menunggu gilirannya" not in words(moved)


def test_after_the_last_one_the_queue_is_shown(decide, make_post):
    assert decide(make_post("submit"), "setujui").location == "/telaah"


def test_a_second_click_hears_that_it_is_decided_and_changes_nothing(decide, make_post):
    post = make_post("submit")
    opened = post.version
    decide(post, "setujui")

    answer = decide(post, "setujui", version=opened)

    assert answer.status_code == 409
    assert "sudah disetujui oleh Budi pada 23 November 2026 pukul 09.00 WIB" in words(answer)
    assert len(db.session.scalars(sa.select(Delivery)).all()) == 2


@pytest.mark.parametrize("version", [None, "", "bukan angka", "0", "-1"])
def test_a_form_without_the_version_it_was_made_for_decides_nothing(as_budi, make_post, version):
    post = make_post("submit")
    data = {} if version is None else {"version": version}

    assert as_budi.post(f"/telaah/{post.id}/setujui", data=data).status_code == 409
    assert post.status is PostStatus.IN_REVIEW


def test_an_outdated_page_shows_the_latest_version_and_keeps_what_was_typed(
    as_budi, decide, make_post, sari, budi
):
    post = make_post("submit")
    as_budi.get(f"/telaah/{post.id}")
    opened = post.version
    post.move("request_changes", actor=budi, at=NOW)
    post.caption = "Imunisasi gratis untuk bayi di semua puskesmas hari ini."
    post.move("submit", actor=sari, at=NOW)
    db.session.commit()

    answer = decide(
        post,
        "kembalikan",
        version=opened,
        **{"kembalikan-alasan": "foto_buram", "kembalikan-catatan": "Foto kedua buram."},
    )
    page = answer.get_data(as_text=True)

    assert answer.status_code == 409
    assert "telah diubah setelah halaman Anda dibuka" in page
    assert "Foto kedua buram." in page
    assert re.search(r"<ins>.*?bayi.*?</ins>", page)
    assert f'name="version" value="{post.version}"' in page
    assert post.status is PostStatus.IN_REVIEW


def test_a_post_is_returned_with_reasons(decide, make_post):
    post = make_post("submit")

    decide(
        post,
        "kembalikan",
        **{
            "kembalikan-alasan": ["foto_buram", "belum_5w1h"],
            "kembalikan-catatan": "Foto kedua buram.",
        },
    )

    assert post.status is PostStatus.CHANGES_REQUESTED
    assert post.events[-1].reasons == ["foto_buram", "belum_5w1h"]


@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        ("kembalikan", {}, "Pilih sedikitnya satu alasan."),
        ("kembalikan", {"kembalikan-alasan": "lainnya"}, "Jelaskan alasan lainnya."),
        ("kembalikan", {"kembalikan-alasan": "ngawur"}, "Not a valid choice|bukan pilihan"),
        ("tolak", {"tolak-yakin": "y"}, "Tuliskan alasannya."),
        ("tolak", {"tolak-yakin": "y", "tolak-catatan": "  "}, "Tuliskan alasannya."),
        ("tolak", {"tolak-catatan": "Bukan kegiatan."}, "Tandai bahwa Anda mengerti akibatnya."),
        ("tolak", {"tolak-catatan": "a" * 2001, "tolak-yakin": "y"}, "Paling banyak"),
    ],
)
def test_an_incomplete_decision_is_asked_for_again(decide, make_post, path, data, said):
    post = make_post("submit")

    answer = decide(post, path, **data)

    assert answer.status_code == 422
    if "|" not in said:
        assert said in words(answer)
    assert "Kesalahan: " in answer.get_data(as_text=True)
    assert post.status is PostStatus.IN_REVIEW


def test_a_rejection_with_its_reason_is_final(decide, make_post):
    post = make_post("submit")

    decide(post, "tolak", **{"tolak-catatan": "Bukan kegiatan dinas.", "tolak-yakin": "y"})

    assert post.status is PostStatus.REJECTED
    assert post.events[-1].note == "Bukan kegiatan dinas."


def test_what_is_late_goes_out_only_when_the_reviewer_says_so(as_budi, decide, make_post):
    post = make_post("submit", planned_at=NOW - timedelta(hours=1))
    assert "Setujui dan tayangkan segera" in words(as_budi.get(f"/telaah/{post.id}"))

    answer = decide(post, "setujui")
    assert answer.status_code == 422
    assert "Waktu tayang konten ini sudah lewat" in words(answer)
    assert post.status is PostStatus.IN_REVIEW

    answer = decide(post, "setujui", follow=True, **{"setujui-sekarang": "y"})
    assert "Disetujui. Segera tayang di 2 akun." in words(answer)


def test_what_a_platform_would_refuse_is_not_approved(as_budi, decide, make_post):
    post = make_post("submit", caption="Imunisasi " * 60)
    assert "belum dapat disetujui" in words(as_budi.get(f"/telaah/{post.id}"))

    answer = decide(post, "setujui")

    assert answer.status_code == 422
    assert "pasti ditolak" in words(answer)
    assert post.status is PostStatus.IN_REVIEW


def test_an_approval_is_taken_back_and_its_deliveries_with_it(as_budi, decide, make_post):
    post = make_post("submit")
    decide(post, "setujui")
    assert "Batalkan persetujuan" in words(as_budi.get(f"/telaah/{post.id}"))

    answer = decide(post, "batalkan-persetujuan", follow=True, **{"batal-catatan": "Salah hari."})

    assert "Persetujuan dibatalkan; 2 penayangan dihentikan." in words(answer)
    assert post.status is PostStatus.DRAFT
    assert {d.status for d in db.session.scalars(sa.select(Delivery))} == {DeliveryStatus.CANCELLED}


def test_nothing_is_offered_to_take_back_once_all_is_out(as_budi, decide, make_post):
    post = make_post("submit")
    decide(post, "setujui")
    for delivery in db.session.scalars(sa.select(Delivery)).all():
        lease = {"lease_until": NOW + timedelta(minutes=1)}
        advance(delivery.id, "claim", at=NOW, **lease)
        advance(delivery.id, "begin", at=NOW, **lease)
        advance(delivery.id, "publish", at=NOW, permalink="https://x.com/i/1", published_at=NOW)
    db.session.commit()

    text = words(as_budi.get(f"/telaah/{post.id}"))

    assert "Buka bukti tayang" in text
    assert "Batalkan persetujuan" not in text


def test_a_decision_of_a_colleague_in_between_is_told(decide, make_post, client_of, blora):
    rudi = client_of(person("Rudi", Role.REVIEWER, region=blora))
    post = make_post("submit")
    opened = post.version
    rudi.post(
        f"/telaah/{post.id}/tolak",
        data={"version": opened, "tolak-catatan": "Bukan kegiatan.", "tolak-yakin": "y"},
    )

    answer = decide(post, "setujui", version=opened)

    assert answer.status_code == 409
    assert "sudah ditolak oleh Rudi" in words(answer)
    assert db.session.scalars(sa.select(Delivery)).all() == []


def test_an_approval_leaves_every_picture_ready_to_be_sent(
    app, decide, make_post, make_account, dinkes, picture, monkeypatch
):
    account = make_account(dinkes, "instagram")
    post = make_post("submit", accounts=[account], pictures=[picture("Antrean.")])

    decide(post, "setujui")

    (content,) = composing.contents(db.session.get(type(post), post.id))
    monkeypatch.setattr(fitting, "fit", None)
    (ready,) = content.read(app.extensions["media_store"]).pictures
    assert Image.open(io.BytesIO(ready.content)).size == (320, 240)
