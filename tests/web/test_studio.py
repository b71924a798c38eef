"""The poster studio: its page as plain forms, and what its script asks for."""

import base64
import io
import re
import zipfile

import pytest
from PIL import Image, ImageChops

from publisher.db import db
from publisher.models.media import Media, MediaKind
from publisher.models.posters import Poster
from publisher.models.posts import Post, PostKind, PostStatus
from publisher.posters.templates import FORMATS, templates
from publisher.web.studio.words import TEMPLATE_WORDS
from publisher.workflow import drafting
from tests.conftest import NOW


@pytest.fixture
def sari_page(client_of, sari):
    return client_of(sari)


@pytest.fixture
def draft(app, sari, dinkes_x):
    """A draft of Sari's with an activity and one photo."""
    post = drafting.new_post(actor=sari, at=NOW)
    fields = vars(drafting.Fields.of(post)) | {
        "title": "Imunisasi gratis di 26 puskesmas",
        "kind": PostKind.KEGIATAN,
        "what": "Imunisasi gratis untuk balita",
        "when": "Senin, 23 November 2026",
        "where": "Semua puskesmas di Kabupaten Blora",
        "benefit": "Balita terlindung dari campak.",
        "caption": "Imunisasi gratis.",
    }
    drafting.save(post, drafting.Fields(**fields), actor=sari, at=NOW)
    store = app.extensions["media_store"]
    drafting.attach_photo(post, jpeg(), store=store, actor=sari, at=NOW, alt_text="Foto")
    db.session.commit()
    return post


def jpeg(shade=90):
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (shade, 80, 40)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def poster(sari_page, draft):
    """A poster begun by a click on a template."""
    answer = sari_page.post(f"/konten/{draft.id}/poster", data={"template": "kegiatan"})
    assert answer.status_code == 302
    return the_poster()


def the_poster():
    db.session.expire_all()
    return db.session.scalars(db.select(Poster)).one()


def url(poster, step=""):
    return f"/konten/{poster.post_id}/poster/{poster.id}{step}"


def typed(poster, **changes):
    """Return what a browser sends of the page as it stands."""
    texts = {name: poster.content[name] for name in poster.content if name not in LISTS}
    photos = {
        f"foto_{slot}": one["digest"] for slot, one in enumerate(poster.content["photos"]) if one
    }
    points = {f"fokus_{axis}_{slot}": 50 - 10 * (axis == "y") for axis in "xy" for slot in (0, 1)}
    sent = {
        "version": poster.version,
        "halaman": "hal-1",
        "template": poster.template,
        "ukuran": "portrait",
        "ukuran_pakai": ["portrait"],
        "alt_text": poster.alt_text,
        "figures-0-value": "",
        "agenda-0-day": "",
        **texts,
        **photos,
        **points,
    }
    return sent | changes


LISTS = ("figures", "agenda", "photos")


def pictures(post):
    db.session.expire_all()
    post = db.session.get(Post, post.id)
    return [(one.media.width, one.media.height) for one in post.pictures]


# -- who may -----------------------------------------------------------------------------------


def test_only_the_office_of_a_post_gets_at_its_posters(client_of, tono, budi, sari, poster):
    for client, status in ((client_of(tono), 404), (client_of(budi), 403)):
        for step in ("", "/portrait.jpg", "/semua.zip"):
            assert client.get(url(poster, step)).status_code == status
        for step in ("", "/pratinjau", "/geser", "/hapus"):
            answer = client.post(url(poster, step), data=typed(poster, headline="Diubah"))
            assert answer.status_code == status
        assert client.post(f"/konten/{poster.post_id}/poster").status_code == status
    assert the_poster().content["headline"] == "Imunisasi gratis di 26 puskesmas"


def test_a_poster_is_only_found_below_its_own_post(sari_page, sari, poster):
    other = drafting.new_post(actor=sari, at=NOW)
    db.session.commit()
    assert sari_page.get(f"/konten/{other.id}/poster/{poster.id}").status_code == 404


def test_the_head_looks_and_takes_away_but_changes_nothing(client_of, wulan, poster):
    client = client_of(wulan)
    page = client.get(url(poster)).get_data(as_text=True)
    assert "hanya dapat dilihat" in page
    assert client.get(url(poster, "/portrait.jpg?unduh=1")).status_code == 200
    assert client.post(url(poster), data=typed(poster)).status_code == 403


def test_a_post_that_waits_for_review_shows_its_poster_and_takes_no_edit(sari_page, poster):
    poster.post.status = PostStatus.IN_REVIEW
    db.session.commit()
    assert "hanya dapat dilihat" in sari_page.get(url(poster)).get_data(as_text=True)
    for step in ("", "/pratinjau", "/geser", "/hapus"):
        sari_page.post(url(poster, step), data=typed(poster, headline="Diubah", aksi="pakai"))
    assert the_poster().content["headline"] == "Imunisasi gratis di 26 puskesmas"
    assert len(pictures(poster.post)) == 1


# -- beginning ---------------------------------------------------------------------------------


def test_the_draft_is_saved_on_the_way_to_the_studio(sari_page, draft):
    data = {"version": draft.version, "title": "Judul baru", "kind": "layanan", "language": "id"}
    answer = sari_page.post(f"/konten/{draft.id}/ubah", data=data | {"aksi": "poster"})
    assert answer.location == f"/konten/{draft.id}/poster"
    page = sari_page.get(answer.location).get_data(as_text=True)
    assert page.count("template-card__name") == len(templates())
    assert page.index("Kapan, di mana, dan bagaimana") < page.index("Satu foto besar")  # suited


def test_a_new_poster_says_what_the_draft_says(poster, draft):
    said = poster.content
    assert said["headline"] == "Imunisasi gratis di 26 puskesmas"
    assert said["body"] == "Balita terlindung dari campak."
    assert said["where"] == "Semua puskesmas di Kabupaten Blora"
    assert said["label"] == "Kegiatan"
    assert [one["digest"] for one in said["photos"]] == [draft.pictures[0].media.digest]


def test_the_catalogues_know_every_template():
    said = {name: (str(title), str(use)) for name, (title, use) in TEMPLATE_WORDS.items()}
    assert said == {one.name: (one.title, one.use) for one in templates().values()}


def test_samples_are_drawn_in_the_look_of_the_office(sari_page, draft):
    answer = sari_page.get(f"/konten/{draft.id}/poster/contoh/kutipan.jpg")
    assert Image.open(io.BytesIO(answer.data)).size == (320, 400)
    assert sari_page.get(f"/konten/{draft.id}/poster/contoh/lain.jpg").status_code == 404


# -- saving ------------------------------------------------------------------------------------


def test_the_button_without_script_saves_and_shows_the_new_preview(sari_page, poster):
    data = typed(poster, headline="Judul kedua", aksi="perbarui", lihat="square")
    answer = sari_page.post(url(poster), data=data)
    assert "ukuran=square" in answer.location
    page = sari_page.get(answer.location).get_data(as_text=True)
    assert "Judul kedua" in page
    assert f"square.jpg?v={the_poster().version}-" in page


def test_what_is_too_long_stays_on_the_page_and_all_else_is_saved(sari_page, poster):
    data = typed(poster, headline="x" * 300, body="Isi baru", aksi="perbarui")
    answer = sari_page.post(url(poster), data=data)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "x" * 300 in page
    assert "paling banyak 200 karakter" in page
    said = the_poster().content
    assert (said["headline"], said["body"]) == ("Imunisasi gratis di 26 puskesmas", "Isi baru")


def test_whoever_comes_second_keeps_their_words_and_overwrites_nothing(sari_page, poster):
    stale = typed(poster, headline="Tulisan Sari", halaman="hal-2")
    sari_page.post(url(poster), data=typed(poster, headline="Tulisan lain", aksi="perbarui"))

    answer = sari_page.post(url(poster), data=stale)
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "Tulisan Sari" in page
    assert "Versi tersimpan" in page
    assert the_poster().content["headline"] == "Tulisan lain"

    again = stale | {"version": the_poster().version}
    assert sari_page.post(url(poster), data=again).status_code == 302
    assert the_poster().content["headline"] == "Tulisan Sari"


def test_undo_goes_back_step_by_step(sari_page, poster):
    first = poster.content["headline"]
    sari_page.post(url(poster), data=typed(poster, headline="Kedua", aksi="perbarui"))
    sari_page.post(url(poster), data=typed(the_poster(), template="kutipan", aksi="perbarui"))
    assert the_poster().template == "kutipan"

    sari_page.post(url(poster), data=typed(the_poster(), aksi="urungkan"))
    assert (the_poster().template, the_poster().content["headline"]) == ("kegiatan", "Kedua")
    sari_page.post(url(poster), data=typed(the_poster(), aksi="urungkan"))
    assert the_poster().content["headline"] == first


def test_rows_are_added_and_removed_by_buttons(sari_page, poster):
    rows = {"figures-0-value": "96,2%", "figures-0-meaning": "cakupan", "figures-1-value": "24"}
    data = typed(poster, template="capaian", **rows)
    answer = sari_page.post(url(poster), data=data | {"aksi": "tambah-figures"})
    page = sari_page.get(answer.location).get_data(as_text=True)
    third = page[page.index('id="figures-2-value"') - 400 :]
    assert "hidden" not in third[: third.index("figures-2-value")].rpartition("<li")[2]

    data = typed(the_poster(), template="capaian", **rows) | {"aksi": "hapus-figures-0"}
    sari_page.post(url(poster), data=data)
    assert the_poster().content["figures"] == [["24", ""]]


# -- photos ------------------------------------------------------------------------------------


def test_a_photo_uploaded_in_the_studio_is_on_the_poster_and_in_the_library(sari_page, poster):
    file = (io.BytesIO(jpeg(30)), "baru.jpg")
    data = typed(poster, unggah_0=file, aksi="perbarui")
    sari_page.post(url(poster), data=data, content_type="multipart/form-data")
    (photo,) = the_poster().content["photos"][:1]
    assert sari_page.get(f"/foto/{photo['digest']}").status_code == 200
    assert [one.digest for one in the_poster().photos] == [photo["digest"]]


def test_a_file_that_is_no_photo_costs_no_word(sari_page, poster):
    file = (io.BytesIO(b"bukan foto"), "surat.doc")
    data = typed(poster, headline="Tetap ada", unggah_0=file, aksi="perbarui")
    answer = sari_page.post(url(poster), data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "surat.doc" in answer.get_data(as_text=True)
    assert the_poster().content["headline"] == "Tetap ada"


def test_a_photo_of_another_office_cannot_be_taken(sari_page, poster, tono, app):
    theirs = drafting.new_post(actor=tono, at=NOW)
    store = app.extensions["media_store"]
    photo = drafting.attach_photo(theirs, jpeg(200), store=store, actor=tono, at=NOW)
    db.session.commit()
    sari_page.post(url(poster), data=typed(poster, foto_0=photo.media.digest))
    assert photo.media.digest not in str(the_poster().content)


def test_a_stale_page_shows_no_photo_of_another_office(sari_page, poster, tono, app):
    theirs = drafting.new_post(actor=tono, at=NOW)
    store = app.extensions["media_store"]
    photo = drafting.attach_photo(theirs, jpeg(250), store=store, actor=tono, at=NOW)
    stale = typed(poster, foto_0=photo.media.digest, halaman="hal-2", template="kegiatan")
    db.session.commit()
    sari_page.post(url(poster), data=typed(poster, headline="Lain", aksi="perbarui"))

    answer = sari_page.post(url(poster), data=stale)

    assert answer.status_code == 409
    assert photo.media.digest not in answer.text
    for encoded in re.findall(r"data:image/jpeg;base64,([\w+/=]+)", answer.text):
        red, green, _ = Image.open(io.BytesIO(base64.b64decode(encoded))).split()
        assert ImageChops.subtract(red, green).getextrema()[1] < 150


def test_whoever_may_not_edit_a_poster_leaves_no_file_behind(app, client_of, tono, poster):
    before = sum(1 for _ in app.extensions["media_store"].folder.rglob("*"))
    data = typed(poster, unggah_0=(io.BytesIO(jpeg(17)), "a.jpg"))
    answer = client_of(tono).post(url(poster), data=data, content_type="multipart/form-data")
    assert answer.status_code == 404
    assert sum(1 for _ in app.extensions["media_store"].folder.rglob("*")) == before


def test_undo_does_not_bring_back_a_photo_that_was_deleted(sari_page, poster, draft):
    digest = poster.content["photos"][0]["digest"]
    sari_page.post(url(poster), data=typed(poster, foto_0="", aksi="perbarui"))
    media = db.session.scalars(db.select(Media).where(Media.digest == digest)).one()
    media.kind = MediaKind.PROOF  # as good as gone: no poster may show it
    db.session.commit()

    sari_page.post(url(poster), data=typed(the_poster(), aksi="urungkan"))

    assert not any(the_poster().content["photos"])


def test_the_point_of_a_photo_is_held_without_script(sari_page, poster):
    sari_page.post(url(poster), data=typed(poster, aksi="fokus-0-15-85"))
    assert the_poster().content["photos"][0]["focus"] == [0.15, 0.85]


# -- the script's question ---------------------------------------------------------------------


def ask(client, poster, **changes):
    headers = {"Accept": "application/json"}
    return client.post(url(poster, "/pratinjau"), data=typed(poster, **changes), headers=headers)


def test_the_preview_saves_and_shows_one_size(sari_page, poster):
    told = ask(sari_page, poster, headline="Sambil mengetik", ukuran="wide").get_json()
    picture = base64.b64decode(told["image"].partition(",")[2])
    assert Image.open(io.BytesIO(picture)).size == (540, 304)
    assert the_poster().content["headline"] == "Sambil mengetik"
    assert told["version"] == the_poster().version
    assert "Sambil mengetik" in told["proposed"]


def test_what_is_missing_is_named_with_its_field(sari_page, poster):
    told = ask(sari_page, poster, template="kutipan", quote="", person="").get_json()
    assert told["image"] == ""
    assert {(one["field"], one["empty"]) for one in told["problems"]} == {
        ("quote", True),
        ("person", True),
    }
    assert the_poster().template == "kutipan"


def test_a_page_whose_answer_was_lost_may_go_on(sari_page, poster):
    known = poster.version
    ask(sari_page, poster, version=known, headline="Jawaban hilang")
    assert ask(sari_page, poster, version=known, headline="Lanjut").status_code == 200
    assert the_poster().content["headline"] == "Lanjut"
    stranger = ask(sari_page, poster, version=known, headline="Lain", halaman="hal-9")
    assert stranger.status_code == 409
    assert the_poster().content["headline"] == "Lanjut"


# -- onto the post -----------------------------------------------------------------------------


def test_a_poster_becomes_a_picture_of_its_post_and_is_replaced_in_place(sari_page, poster, draft):
    before = draft.version
    answer = sari_page.post(url(poster), data=typed(poster, aksi="pakai"))
    assert answer.location == f"/konten/{draft.id}/ubah#foto"
    assert pictures(draft) == [(640, 480), (1080, 1350)]
    post = db.session.get(Post, draft.id)
    assert post.version > before
    assert post.pictures[1].alt_text.startswith("Poster Dinas Kesehatan. Imunisasi gratis")

    data = typed(the_poster(), ukuran_pakai=["square", "wide"], alt_text="Kata Sari", aksi="pakai")
    sari_page.post(url(poster), data=data)
    assert pictures(draft) == [(640, 480), (1080, 1080), (1200, 675)]
    assert db.session.get(Post, draft.id).pictures[2].alt_text == "Kata Sari"


def test_a_poster_that_cannot_be_made_is_not_used(sari_page, poster, draft):
    answer = sari_page.post(url(poster), data=typed(poster, headline="", aksi="pakai"))
    assert answer.status_code == 422
    assert "Isian ini diperlukan" in answer.get_data(as_text=True)
    assert pictures(draft) == [(640, 480)]


def test_posters_stand_on_the_post_in_their_own_order(sari_page, poster, draft):
    sari_page.post(f"/konten/{draft.id}/poster", data={"template": "pengumuman"})
    first, second = db.session.scalars(db.select(Poster).order_by(Poster.id)).all()
    for one in (second, first):
        sari_page.post(url(one), data=typed(one, aksi="pakai"))
        db.session.refresh(one)
    assert digests(draft)[1:] == [*first.rendered.values(), *second.rendered.values()]

    sari_page.post(url(second, "/geser"), data={"ke": "depan"})
    assert digests(draft)[1:] == [*second.rendered.values(), *first.rendered.values()]

    sari_page.post(url(first, "/hapus"))
    assert digests(draft)[1:] == [*second.rendered.values()]


def digests(post):
    db.session.expire_all()
    return [one.media.digest for one in db.session.get(Post, post.id).pictures]


def test_all_sizes_can_be_taken_away(sari_page, poster):
    answer = sari_page.get(url(poster, "/semua.zip"))
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    sizes = {Image.open(archive.open(name)).size for name in archive.namelist()}
    assert sizes == {(form.width, form.height) for form in FORMATS.values()}
    one = sari_page.get(url(poster, "/story.jpg?unduh=1"))
    assert "attachment" in one.headers["Content-Disposition"]
    assert Image.open(io.BytesIO(one.data)).size == (1080, 1920)


def test_a_poster_that_cannot_be_drawn_yet_shows_what_its_template_looks_like(sari_page, poster):
    poster.content = {**poster.content, "headline": ""}
    db.session.commit()

    answer = sari_page.get(url(poster, "/portrait.jpg?lebar=mini"), follow_redirects=True)

    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.request.path.endswith("/contoh/kegiatan.jpg")
