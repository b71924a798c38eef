"""The pages of the library: whose pictures one sees, and what may be done with them."""

import io
import re
from dataclasses import replace

import pytest
import sqlalchemy as sa
from PIL import Image

from publisher.db import db
from publisher.models.media import Consent, Media, MediaKind
from publisher.models.posts import Post
from publisher.workflow import drafting
from publisher.workflow.composing.keeping import Kept, keep
from publisher.workflow.library import Fields, add
from tests.conftest import NOW

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
FORM = {"kind": "foto", "consent": "belum_diperiksa"}


def picture(shade=90, mode="RGB", kind="JPEG"):
    out = io.BytesIO()
    Image.new(mode, (64, 48), (shade, 80, 40, 0)[: len(mode)]).save(out, kind)
    return out.getvalue()


@pytest.fixture
def file(app):
    """Return a function that puts a picture into somebody's library.

    `cleaned`: as an upload of it would be; else as it is, which takes no time.
    """
    store = app.extensions["media_store"]

    def file(person, title="Imunisasi di Cepu", shade=90, *, cleaned=False, **fields):
        content = picture(shade)
        kept = Kept(digest="", mime="image/jpeg", width=64, height=48, size_bytes=len(content))
        kept = keep(content, store) if cleaned else replace(kept, digest=store.put(content))
        fields = Fields(title=title, **fields)
        media, _ = add(person.office, kept, fields, file_name="a.jpg", actor=person, at=NOW)
        db.session.commit()
        return media

    return file


def uploaded(page, *files, **more):
    sent = [(io.BytesIO(content), name) for name, content in files]
    headers = more.pop("headers", {})
    return page.post("/pustaka/unggah", data={**FORM, "files": sent, **more}, headers=headers)


def pictures():
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Media).order_by(Media.id)))


# -- who may ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sees"),
    [("sari", True), ("wulan", True), ("budi", True), ("tono", False), ("yuni", False),
     ("agus", False)],
)  # fmt: skip
def test_an_office_and_its_reviewers_see_its_pictures(client_of, request, file, sari, name, sees):
    media = file(sari)
    page = client_of(request.getfixturevalue(name))

    assert ("Imunisasi di Cepu" in page.get("/pustaka").text) is sees
    assert page.get(f"/pustaka/{media.id}").status_code == (200 if sees else 404)


def test_leaders_and_operators_have_no_library(client_of, ratna, heru):
    for person in (ratna, heru):
        page = client_of(person)
        assert page.get("/pustaka").status_code == 403
        assert "Pustaka" not in page.get("/laporan").text


@pytest.mark.parametrize("name", ["wulan", "budi", "tono"])
def test_only_the_office_s_drafter_changes_anything(client_of, request, file, sari, name):
    media = file(sari)
    page = client_of(request.getfixturevalue(name))
    expected = 404 if name == "tono" else 403

    for step in ("", "/arsipkan", "/pulihkan", "/hapus"):
        assert page.post(f"/pustaka/{media.id}{step}", data=FORM).status_code == expected, step
    assert pictures()[0].title == "Imunisasi di Cepu"
    if name != "tono":
        assert uploaded(page, ("a.jpg", picture())).status_code == 403


def test_a_reviewer_looks_into_one_office_and_never_into_another_region(
    client_of, budi, file, sari, tono, agus
):
    file(sari), file(tono, "Uji KIR", 10), file(agus, "Lelang ikan", 20)
    page = client_of(budi)

    both = page.get("/pustaka").text
    one = page.get(f"/pustaka?perangkat_daerah={tono.office_id}").text

    assert ("Imunisasi" in both, "Uji KIR" in both, "Lelang" in both) == (True, True, False)
    assert ("Imunisasi di" in one, "Uji KIR" in one) == (False, True)
    assert page.get(f"/pustaka?perangkat_daerah={agus.office_id}").status_code == 404


def test_a_screenshot_of_a_proof_has_no_page(client_of, file, sari):
    media = file(sari)
    media.kind = MediaKind.PROOF
    db.session.commit()

    assert client_of(sari).get(f"/pustaka/{media.id}").status_code == 404


# -- uploading -------------------------------------------------------------------------------


def test_several_files_come_in_at_once_and_are_then_told_of(client_of, sari):
    page = client_of(sari)
    files = [(f"IMG_{n}.jpg", picture(n)) for n in (1, 90)]

    answer = uploaded(page, *files, taken_by="Dwi", place="Cepu", consent="kegiatan_publik")
    first, second = pictures()
    form = page.get(answer.location).text
    told = {
        "id": [first.id, second.id],
        **{f"g{one.id}-version": one.version for one in (first, second)},
        f"g{first.id}-title": "Posyandu",
        f"g{first.id}-description": "Balita ditimbang",
        f"g{second.id}-title": "Senam",
    }
    done = page.post("/pustaka/lengkapi", data=told)

    assert "IMG_1.jpg" in form
    assert done.status_code == 302
    first, second = pictures()
    assert (first.title, first.description, second.title) == (
        "Posyandu",
        "Balita ditimbang",
        "Senam",
    )
    assert (first.taken_by, first.place, first.consent) == ("Dwi", "Cepu", Consent.PUBLIC)


def test_the_same_file_again_leads_to_what_is_there(client_of, file, sari):
    file(sari, cleaned=True)
    page = client_of(sari)

    answer = uploaded(page, ("lain.jpg", picture()), title="Lain")

    assert len(pictures()) == 1
    told = page.get(answer.location).text
    assert "tidak disimpan dua kali" in told
    assert "Imunisasi di Cepu" in told


def test_a_script_sends_one_file_and_is_answered_in_short(client_of, file, sari):
    page, headers = client_of(sari), {"Accept": "application/json"}
    known = file(sari, cleaned=True).id

    new = uploaded(page, ("b.jpg", picture(7)), headers=headers)
    again = uploaded(page, ("c.jpg", picture()), headers=headers)
    bad = uploaded(page, ("d.jpg", SVG), headers=headers)

    assert (new.status_code, new.json["known"]) == (200, False)
    assert again.json == {"id": known, "known": True}
    assert bad.status_code == 422
    assert "SVG" in bad.json["message"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (SVG, "Berkas SVG tidak diterima"),
        (b"MZ\x90\x00" * 50, "bukan foto yang dapat dibaca"),
        (picture()[:-30], "rusak atau belum terunggah"),
    ],
)
def test_a_bad_file_is_refused_and_the_good_one_beside_it_kept(client_of, sari, content, sentence):
    page = client_of(sari)

    alone = uploaded(page, ("x.jpg", content), taken_by="Dwi Lestari")
    beside = uploaded(page, ("x.jpg", content), ("baik.jpg", picture()))

    assert alone.status_code == 422
    assert sentence in alone.text
    assert 'value="Dwi Lestari"' in alone.text
    assert sentence in page.get(beside.location).text
    assert [media.file_name for media in pictures()] == ["baik.jpg"]


def test_what_a_form_may_not_say_is_said_beside_its_field(client_of, sari):
    page = client_of(sari)

    empty = page.post("/pustaka/unggah", data=FORM)
    undocumented = uploaded(page, ("a.jpg", picture()), consent="persetujuan_wali")
    tomorrow = uploaded(page, ("a.jpg", picture()), taken_on="2099-01-01")
    proof = uploaded(page, ("a.jpg", picture()), kind="bukti")

    assert "Pilih sedikitnya satu berkas" in empty.text
    assert "di mana dokumen persetujuannya disimpan" in undocumented.text
    assert "Tanggal ini tidak mungkin" in tomorrow.text
    assert {one.status_code for one in (empty, undocumented, tomorrow, proof)} == {422}
    assert pictures() == []


def test_a_logo_is_served_as_the_png_it_is(client_of, sari):
    page = client_of(sari)
    logo = ("logo.png", picture(9, "RGBA", "PNG"))

    uploaded(page, logo, kind="logo")
    (media,) = pictures()
    for query in ("", "?ukuran=mini", "?ukuran=kecil"):
        answer = page.get(f"/foto/{media.digest}{query}")
        assert (answer.mimetype, answer.headers["X-Content-Type-Options"]) == (
            "image/png",
            "nosniff",
        )
        assert "private" in answer.headers["Cache-Control"]
        assert Image.open(io.BytesIO(answer.data)).mode == "RGBA"


def test_small_pictures_come_in_two_widths(app, client_of, sari):
    out = io.BytesIO()
    Image.new("RGB", (1600, 900), (10, 120, 90)).save(out, "JPEG")
    page = client_of(sari)
    uploaded(page, ("a.jpg", out.getvalue()))
    address = f"/foto/{pictures()[0].digest}"

    answers = [page.get(f"{address}?ukuran={size}") for size in ("mini", "kecil")]

    assert [Image.open(io.BytesIO(one.data)).width for one in answers] == [240, 480]
    assert answers[0].headers["ETag"] != answers[1].headers["ETag"]


# -- telling, putting away -------------------------------------------------------------------


def test_what_is_said_is_saved_once_and_not_over_a_colleague_s(client_of, file, sari):
    media = file(sari)
    address, page = f"/pustaka/{media.id}", client_of(sari)
    said = {**FORM, "version": media.version, "title": "Posyandu", "consent": "tanpa_orang"}

    assert page.post(address, data=said).status_code == 302
    late = page.post(address, data={**said, "title": "Basi <b>"})

    assert late.status_code == 409
    assert "telah diubah orang lain" in late.text
    assert 'value="Basi &lt;b&gt;"' in late.text
    assert (pictures()[0].title, pictures()[0].consent) == ("Posyandu", Consent.NOBODY)


def test_what_a_post_shows_cannot_go_and_the_page_says_where_it_is(
    client_of, file, sari, make_post
):
    media, post = file(sari), make_post(title="Imunisasi gratis")
    drafting.choose(post, media.id, actor=sari, at=NOW)
    db.session.commit()
    page = client_of(sari)

    shown = page.get(f"/pustaka/{media.id}").text
    refused = page.post(f"/pustaka/{media.id}/arsipkan", follow_redirects=True)

    assert f'href="/konten/{post.id}"' in shown
    assert "dipakai pada konten" in shown
    assert "/arsipkan" not in shown
    assert "dipakai pada konten" in refused.text
    assert pictures()[0].archived_at is None


def test_what_was_put_away_can_be_undone_or_deleted_for_good(app, client_of, file, sari):
    media = file(sari)
    address, page, digest = f"/pustaka/{media.id}", client_of(sari), media.digest

    offered = page.post(f"{address}/arsipkan", follow_redirects=True).text
    assert f'action="{address}/pulihkan"' in offered
    assert "Imunisasi di Cepu" not in page.get("/pustaka").text
    assert "Imunisasi di Cepu" in page.get("/pustaka?arsip").text
    page.post(f"{address}/pulihkan")
    assert page.post(f"{address}/hapus").status_code == 409  # it lies in the library again
    page.post(f"{address}/arsipkan")
    page.post(f"{address}/hapus")

    assert pictures() == []
    assert not app.extensions["media_store"].exists(digest)


def test_the_grid_asks_the_same_questions_however_full_it_is(client_of, file, sari):
    page = client_of(sari)
    counts = []
    for shades in (range(1), range(1, 6)):
        for shade in shades:
            file(sari, f"Foto {shade}", shade * 40)
        sent = []
        listener = lambda *given, sent=sent: sent.append(given[2])  # noqa: E731
        sa.event.listen(db.engine, "before_cursor_execute", listener)
        page.get("/pustaka")
        sa.event.remove(db.engine, "before_cursor_execute", listener)
        counts.append(len(sent))

    assert counts[0] == counts[1]
    assert counts[0] <= 12


# -- choosing for a draft --------------------------------------------------------------------


@pytest.fixture
def draft(sari, dinkes_x):
    post = drafting.new_post(actor=sari, at=NOW)
    db.session.commit()
    return post


def pressed(page, post, step, aksi, **more):
    post = db.session.get(Post, post.id, populate_existing=True)
    data = {"version": post.version, "aksi": aksi, "title": "Posyandu", "kind": "kegiatan",
            "language": "id", **more}  # fmt: skip
    return page.post(f"/konten/{post.id}/{step}", data=data)


@pytest.mark.parametrize("step", ["ubah", "foto"])
def test_a_draft_takes_photos_from_the_library(client_of, file, sari, tono, draft, step):
    media = file(sari, description="Balita ditimbang bidan")
    file(sari, "Rapat", 7), file(tono, "Uji KIR", 8)
    page = client_of(sari)

    offered = pressed(page, draft, step, "pustaka", pustaka_cari="cepu").text
    chosen = pressed(page, draft, step, f"pilih-{media.id}").text
    again = pressed(page, draft, step, f"pilih-{media.id}")

    assert f'value="pilih-{media.id}"' in offered
    assert "Rapat" not in offered
    assert "Uji KIR" not in offered
    assert "Rapat" in chosen
    assert re.search(rf'value="pilih-{media.id}"[^>]* disabled', chosen)
    assert "sudah ada pada konten ini" in again.text
    (kept,) = db.session.get(Post, draft.id, populate_existing=True).pictures
    assert (kept.media_id, kept.alt_text) == (media.id, "Balita ditimbang bidan")


def test_a_draft_takes_nothing_of_another_office(client_of, file, sari, tono, draft):
    foreign = file(tono)

    answer = pressed(client_of(sari), draft, "ubah", f"pilih-{foreign.id}")

    assert "sudah tidak ada" in answer.text
    assert db.session.get(Post, draft.id, populate_existing=True).pictures == []


def test_a_photo_nobody_has_checked_is_noted_while_writing_and_in_review(
    client_of, file, sari, budi, make_post
):
    post = make_post(title="Imunisasi gratis")
    drafting.choose(post, file(sari).id, actor=sari, at=NOW)
    db.session.commit()

    assert (
        "Foto 1 belum diperiksa persetujuannya"
        in client_of(sari).get(f"/konten/{post.id}/ubah").text
    )
    post.move("submit", actor=sari, at=NOW)
    db.session.commit()
    assert "Foto 1 belum diperiksa persetujuannya" in client_of(budi).get(f"/telaah/{post.id}").text
