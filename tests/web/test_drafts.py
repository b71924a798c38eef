"""The pages on which an office writes and hands over its posts."""

import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from babel.dates import format_date
from flask_babel import force_locale
from PIL import Image

from publisher import clock
from publisher.db import db
from publisher.models.posts import Post, PostStatus
from publisher.platforms import PLATFORM_NAMES
from publisher.web.filters import kalimat
from publisher.workflow import drafting, scheduling
from tests.conftest import NOW

COMPLETE = {
    "title": "Donor darah bersama PMI",
    "kind": "kegiatan",
    "language": "id",
    "what": "Donor darah bersama PMI",
    "who": "Dinas Kesehatan",
    "when": "Senin, 23 November 2026",
    "where": "Pendopo Blora",
    "benefit": "Persediaan darah warga aman",
    "caption": "Donor darah di Pendopo Blora, terbuka bagi semua warga.",
    "hashtags": "#DinkesBlora",
}


@pytest.fixture
def sari_page(client_of, sari):
    return client_of(sari)


@pytest.fixture
def typed(sari, dinkes_x, dinkes_facebook):
    """Return a function that fills the form of a post, as a browser would send it."""

    def typed(post, **changes):
        local = clock.in_zone(clock.now() + timedelta(days=2), "Asia/Jakarta")
        return {
            **COMPLETE,
            "version": post.version,
            "accounts": [str(dinkes_x.id), str(dinkes_facebook.id)],
            "planned_date": local.date().isoformat(),
            "planned_time": "09:00",
            "aksi": "simpan",
            **changes,
        }

    return typed


@pytest.fixture
def draft(sari, dinkes_x, dinkes_facebook):
    post = drafting.new_post(actor=sari, at=NOW)
    db.session.commit()
    return post


def fresh(post):
    db.session.expire_all()
    return db.session.get(Post, post.id)


def photo(name="foto.jpg", shade=90, content=None):
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 80, 40)).save(out, "JPEG")
    return io.BytesIO(out.getvalue() if content is None else content), name


def url(post, step="ubah"):
    return f"/konten/{post.id}/{step}"


# -- who may -------------------------------------------------------------------------------

PAGES = [
    ("GET", "/konten/{}"),
    ("GET", "/konten/{}/ubah"),
    ("POST", "/konten/{}/ubah"),
    ("POST", "/konten/{}/foto"),
    ("POST", "/konten/{}/autosimpan"),
    ("POST", "/konten/{}/cek"),
    ("POST", "/konten/{}/usulan"),
    ("POST", "/konten/{}/tarik"),
    ("POST", "/konten/{}/salin"),
    ("POST", "/konten/{}/buka-kembali"),
]


@pytest.mark.parametrize(("method", "path"), PAGES)
def test_tono_finds_nothing_of_saris(client_of, tono, draft, method, path):
    answer = client_of(tono).open(path.format(draft.id), method=method, data={"version": 1})

    assert answer.status_code == 404
    assert fresh(draft).version == 1


@pytest.mark.parametrize(("method", "path"), PAGES[1:])
def test_the_head_of_the_office_reads_and_does_not_write(client_of, wulan, draft, method, path):
    page = client_of(wulan)

    assert page.get(f"/konten/{draft.id}").status_code == 200
    assert page.open(path.format(draft.id), method=method).status_code == 403


def test_reviewers_do_not_come_in_by_this_door(client_of, budi, draft):
    page = client_of(budi)

    assert page.get("/konten").status_code == 403
    assert page.get(f"/konten/{draft.id}").status_code == 403


# -- the list ------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do(sari_page):
    page = sari_page.get("/konten").text

    assert "Belum ada konten" in page
    assert "Tekan “Buat konten”" in page


def test_what_came_back_stands_first_with_its_reason(sari_page, make_post, budi):
    post = make_post("submit")
    post.move("request_changes", actor=budi, at=NOW, note="Fotonya buram.")
    db.session.commit()

    page = sari_page.get("/konten").text

    assert page.index("Perlu Anda perbaiki") < page.index("Saring")
    assert page.count("Fotonya buram.") == 1


def test_the_list_is_filtered_searched_and_survives_nonsense(sari_page, make_post):
    make_post(title="Posyandu lansia")
    make_post("submit", title="Donor darah")

    drafts = sari_page.get("/konten?status=draf").text
    assert "Posyandu lansia" in drafts
    assert "Donor darah" not in drafts
    assert "Donor darah" in sari_page.get("/konten?cari=donor").text
    assert "Tidak ada konten yang cocok" in sari_page.get("/konten?cari=%25%00x").text
    assert sari_page.get("/konten?status=bohong&page=99999999999").status_code == 200


# -- writing -------------------------------------------------------------------------------


def test_a_new_draft_exists_from_the_button_on(sari_page, sari, dinkes_x):
    answer = sari_page.post("/konten")

    post = db.session.scalars(db.select(Post)).one()
    assert answer.location == f"/konten/{post.id}/ubah"
    assert sari_page.get(answer.location).status_code == 200


def test_saving_keeps_every_field(sari_page, draft, typed):
    answer = sari_page.post(url(draft), data=typed(draft, own_x="y", text_x="Donor darah!"))

    post = fresh(draft)
    assert answer.status_code == 302
    assert post.title == "Donor darah bersama PMI"
    assert post.text_for("x") == "Donor darah!"
    assert len(post.accounts) == 2
    assert clock.in_zone(post.planned_at, "Asia/Jakarta").hour == 9


def test_a_wrong_field_is_named_and_the_others_are_saved(sari_page, draft, typed):
    answer = sari_page.post(
        url(draft), data=typed(draft, title="x" * 200, planned_date="0001-01-01")
    )

    post = fresh(draft)
    assert answer.status_code == 422
    assert 'href="#title"' in answer.text
    assert "x" * 200 in answer.text
    assert (post.title, post.caption) == ("", COMPLETE["caption"])


@pytest.mark.parametrize(
    "hostile",
    [
        {"accounts": ["999999"]},
        {"accounts": ["'; DROP TABLE post; --"]},
        {"kind": "rahasia"},
        {"language": "xx"},
    ],
)
def test_choices_that_were_not_offered_are_refused(sari_page, draft, typed, hostile):
    answer = sari_page.post(url(draft), data=typed(draft, **hostile))

    assert answer.status_code == 422
    assert fresh(draft).title == COMPLETE["title"]


def test_another_offices_account_is_refused(sari_page, draft, typed, make_account, dishub):
    theirs = make_account(dishub, "x")

    answer = sari_page.post(url(draft), data=typed(draft, accounts=[str(theirs.id)]))

    assert answer.status_code == 422
    assert theirs not in fresh(draft).accounts


@pytest.mark.parametrize(
    "step", ["hapus-999999", "naik-1", "waktu-9999-99-99T99:99", "waktu-9999-12-31T23:59"]
)
def test_steps_about_what_is_not_there_change_nothing(sari_page, draft, typed, step):
    answer = sari_page.post(url(draft), data=typed(draft, aksi=step), headers={"HX-Request": "1"})

    assert answer.status_code == 422
    assert fresh(draft).pictures == []


def test_a_script_in_a_text_stays_text(sari_page, draft, typed):
    sari_page.post(url(draft), data=typed(draft, title="<script>alert(1)</script>"))

    for page in ("/konten", f"/konten/{draft.id}", url(draft)):
        assert "<script>alert" not in sari_page.get(page).text


def test_an_approved_post_shows_no_form(sari_page, make_post):
    post = make_post("submit", "approve")

    assert sari_page.get(url(post)).location == f"/konten/{post.id}"
    answer = sari_page.post(url(post), data={"version": post.version}, headers={"HX-Request": "1"})
    assert answer.status_code == 409


# -- saving by itself ------------------------------------------------------------------------


def test_autosave_answers_with_the_new_version_and_the_time(sari_page, draft, typed):
    answer = sari_page.post(url(draft, "autosimpan"), data=typed(draft))

    assert answer.status_code == 200
    assert answer.json["version"] == fresh(draft).version == 2
    assert re.fullmatch(r"Tersimpan pukul \d\d\.\d\d WIB", answer.json["message"])


def test_autosave_on_an_old_version_overwrites_nothing_and_tells_what_is_there(
    sari_page, draft, typed
):
    old = typed(draft, title="Tulisan lama")
    sari_page.post(url(draft, "autosimpan"), data=typed(draft, title="Tulisan baru"))

    answer = sari_page.post(url(draft, "autosimpan"), data=old)

    assert answer.status_code == 409
    assert answer.json["values"]["title"] == "Tulisan baru"
    assert fresh(draft).title == "Tulisan baru"


def test_autosave_tells_what_it_could_not_save(sari_page, draft, typed):
    answer = sari_page.post(url(draft, "autosimpan"), data=typed(draft, title="x" * 200))

    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["title"]
    assert fresh(draft).caption == COMPLETE["caption"]


def test_a_stale_form_shows_both_versions_and_lets_choose(sari_page, draft, typed):
    day = (clock.now() + timedelta(days=30)).date()
    old = typed(draft, title="Tulisan saya", planned_date=day.isoformat())
    sari_page.post(url(draft), data=typed(draft, title="Tulisan rekan"))

    answer = sari_page.post(url(draft), data=old)

    assert answer.status_code == 409
    assert "Tulisan saya" in answer.text
    assert "Tulisan rekan" in answer.text
    assert format_date(day, "d MMM y", locale="id") in answer.text
    assert fresh(draft).title == "Tulisan rekan"

    mine = typed(fresh(draft), title="Tulisan saya")
    assert sari_page.post(url(draft), data=mine).status_code == 302
    assert fresh(draft).title == "Tulisan saya"


def test_checking_counts_what_is_typed_and_saves_nothing(sari_page, draft, typed):
    answer = sari_page.post(url(draft, "cek"), data=typed(draft, caption="a" * 300))

    assert answer.status_code == 200
    assert "paling banyak 280" in answer.text
    assert (fresh(draft).caption, fresh(draft).version) == ("", 1)


# -- the caption -----------------------------------------------------------------------------


def test_an_empty_caption_is_filled_in_and_can_be_taken_back(sari_page, draft, typed):
    answer = sari_page.post(url(draft), data=typed(draft, caption="", aksi="susun"))
    assert answer.status_code == 200
    assert fresh(draft).caption.startswith("Donor darah bersama PMI.")

    again = typed(fresh(draft), aksi="urungkan", takarir_lama="", tagar_lama="")
    sari_page.post(url(draft), data=again)
    assert fresh(draft).caption == ""


def test_a_written_caption_is_replaced_only_when_asked(sari_page, draft, typed):
    answer = sari_page.post(url(draft), data=typed(draft, aksi="susun"))
    assert fresh(draft).caption == COMPLETE["caption"]
    assert "Ganti takarir saya" in answer.text

    sari_page.post(url(draft), data=typed(fresh(draft), aksi="pakai"))
    assert fresh(draft).caption.startswith("Donor darah bersama PMI.")


def test_a_proposal_for_the_page_saves_nothing(sari_page, draft, typed):
    answer = sari_page.post(url(draft, "usulan"), data=typed(draft))

    assert answer.json["caption"].startswith("Donor darah bersama PMI.")
    assert fresh(draft).version == 1


# -- photos ----------------------------------------------------------------------------------


def test_a_bad_file_among_good_ones_loses_neither_them_nor_the_texts(sari_page, draft, typed):
    files = [
        photo("pertama.jpg", 10),
        photo("rusak.jpg", content=photo()[0].getvalue()[:400]),
        photo("gambar.svg", content=b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        photo("kedua.jpg", 200),
    ]

    answer = sari_page.post(url(draft), data=typed(draft, photos=files, aksi="unggah"))

    post = fresh(draft)
    assert answer.status_code == 422
    assert "rusak.jpg: " in answer.text
    assert "gambar.svg: Berkas SVG tidak diterima" in answer.text
    assert len(post.pictures) == 2
    assert post.caption == COMPLETE["caption"]


def test_photos_are_described_moved_removed_and_put_back(sari_page, draft, typed):
    files = [photo("a.jpg", 10), photo("b.jpg", 200)]
    part = sari_page.post(url(draft, "foto"), data=typed(draft, photos=files, aksi="unggah"))
    first, second = fresh(draft).pictures
    assert part.headers["X-Siar-Version"] == str(fresh(draft).version)

    words = {f"alt_{first.id}": "Antrean donor", f"alt_{second.id}": "Petugas PMI"}
    sari_page.post(url(draft), data=typed(fresh(draft), **words, aksi=f"naik-{second.id}"))
    assert [one.alt_text for one in fresh(draft).pictures] == ["Petugas PMI", "Antrean donor"]

    page = sari_page.post(url(draft, "foto"), data=typed(fresh(draft), aksi=f"hapus-{first.id}"))
    undo = dict(re.findall(r'name="(pulih_\w+)" value="([^"]*)"', page.text))
    assert len(fresh(draft).pictures) == 1

    sari_page.post(url(draft, "foto"), data=typed(fresh(draft), aksi="pulihkan", **undo))
    assert [one.alt_text for one in fresh(draft).pictures] == ["Petugas PMI", "Antrean donor"]


def test_a_photo_for_an_old_version_is_refused(sari_page, draft, typed):
    old = typed(draft, photos=[photo()], aksi="unggah")
    sari_page.post(url(draft), data=typed(draft))

    answer = sari_page.post(url(draft, "foto"), data=old, headers={"HX-Request": "true"})

    assert answer.status_code == 409
    assert fresh(draft).pictures == []


# -- handing over ----------------------------------------------------------------------------


def test_a_complete_draft_is_submitted(sari_page, draft, typed):
    answer = sari_page.post(url(draft), data=typed(draft, aksi="ajukan"))

    assert answer.location == f"/konten/{draft.id}"
    assert fresh(draft).status is PostStatus.IN_REVIEW
    assert "Menunggu telaah" in sari_page.get(answer.location).text


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        ({"title": ""}, "#title"),
        ({"benefit": " "}, "#benefit"),
        ({"caption": "x" * 500}, "#caption"),
        ({"own_x": "y", "text_x": "x" * 500}, "#text_x"),
        ({"accounts": []}, "#accounts-0"),
        ({"planned_time": ""}, "#planned_date"),
        ({"planned_date": "2024-01-01"}, "#planned_date"),
    ],
)
def test_what_is_missing_is_named_with_a_link_and_nothing_is_lost(
    sari_page, draft, typed, changes, target
):
    answer = sari_page.post(url(draft), data=typed(draft, aksi="ajukan", **changes))

    assert answer.status_code == 422
    assert re.findall(r'<li><a href="(#[\w-]+)"', answer.text) == [target]
    assert f'id="{target[1:]}"' in answer.text
    assert "<title>Kesalahan: " in answer.text
    assert fresh(draft).status is PostStatus.DRAFT
    assert fresh(draft).what == COMPLETE["what"]


def test_a_photo_without_words_holds_the_post_back(sari_page, draft, typed):
    answer = sari_page.post(url(draft), data=typed(draft, photos=[photo()], aksi="ajukan"))

    assert answer.status_code == 422
    assert f'href="#alt_{fresh(draft).pictures[0].id}"' in answer.text


def test_a_post_is_withdrawn_on_the_version_that_was_seen(sari_page, make_post):
    post = make_post("submit")
    old = post.version - 1

    sari_page.post(url(post, "tarik"), data={"version": old})
    assert fresh(post).status is PostStatus.IN_REVIEW

    sari_page.post(url(post, "tarik"), data={"version": fresh(post).version})
    assert fresh(post).status is PostStatus.WITHDRAWN


def test_a_copy_opens_for_editing(sari_page, make_post):
    answer = sari_page.post(url(make_post("submit", "approve"), "salin"))

    assert re.fullmatch(r"/konten/\d+/ubah", answer.location)
    page = sari_page.get(answer.location).text
    assert "Imunisasi gratis di puskesmas" in page


def test_an_approved_post_is_reopened_and_its_open_deliveries_end(sari_page, make_post, budi):
    post = make_post("submit", "approve")
    scheduling.schedule(post, actor=budi, at=NOW)
    db.session.commit()
    assert "Ubah konten yang disetujui" in sari_page.get(f"/konten/{post.id}").text

    sari_page.post(url(post, "buka-kembali"), data={"version": post.version})

    assert fresh(post).status is PostStatus.DRAFT
    assert {delivery.status for delivery in drafting.deliveries(fresh(post))} == {"cancelled"}


def test_the_page_of_a_post_shows_permalink_and_history(sari_page, make_post, budi):
    post = make_post("submit", "approve")
    out, other = scheduling.schedule(post, actor=budi, at=NOW)
    out.status, out.permalink, out.published_at = "published", "https://x.com/i/status/77", NOW
    other.status, other.reason = "failed", "Halaman menolak gambar."
    db.session.commit()

    page = sari_page.get(f"/konten/{post.id}").text

    assert 'href="https://x.com/i/status/77"' in page
    assert "Halaman menolak gambar." in page
    assert "Tayang sebagian" in page
    assert page.index("Disetujui") < page.index("Diajukan untuk ditelaah")


def test_what_is_said_of_a_channel_names_it_in_the_readers_language(app):
    wants = "%(platform)s memerlukan sedikitnya satu gambar."
    values = {"platform": PLATFORM_NAMES["website"]}
    with app.test_request_context("/"):
        with force_locale("en"):
            assert kalimat(wants, values) == "Website needs at least one picture."
        with force_locale("id"):
            assert kalimat(wants, values).startswith("Situs web ")


@pytest.mark.parametrize("ticked", ["²:1", "1:²", "satu:1", "1"])
def test_what_is_no_number_is_handed_in_by_nobody(sari_page, make_post, dinkes, ticked):
    make_post()
    page = f"/rencana/perangkat-daerah/{dinkes.id}/2026-W48/ajukan"

    assert sari_page.post(page, data={"konten": ticked}).status_code == 200
    assert db.session.scalars(sa.select(Post.status)).all() == [PostStatus.DRAFT]
