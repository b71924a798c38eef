"""Posters of a post: begun from its activity, saved in steps, put on it in place."""

from dataclasses import replace
from datetime import timedelta

import pytest

from publisher.db import db
from publisher.errors import InvalidTransition
from publisher.models.posters import Poster
from publisher.models.posts import PostKind, PostStatus
from publisher.posters.themes import Channels, Theme
from publisher.workflow import designing, drafting
from publisher.workflow.composing.keeping import Kept
from publisher.workflow.designing import Chosen, Design
from tests.conftest import NOW

THEME = Theme(
    region="Pemerintah Kabupaten Blora",
    office="Dinas Kesehatan",
    channels=Channels(hashtag="#LaporBlora", whatsapp="0812-0000-1111"),
)


@pytest.fixture
def draft(sari):
    post = drafting.new_post(actor=sari, at=NOW)
    post.title, post.kind = "Imunisasi gratis", PostKind.LAYANAN
    post.when, post.where = "Senin", "Puskesmas Cepu"
    post.benefit = "Balita terlindung. " * 40
    post.planned_at = NOW
    db.session.commit()
    return post


@pytest.fixture
def poster(draft, sari):
    return begun(draft, sari)


def begun(draft, sari, template="kegiatan"):
    made = designing.start(draft, template, THEME, actor=sari, at=NOW)
    db.session.commit()
    return made


def saved(poster, sari, *, after_s=0, version=None, page="", **texts):
    """Save other texts, so many seconds after nine o'clock."""
    design = Design.of(poster)
    design = replace(design, texts={**design.texts, **texts})
    designing.save(
        poster,
        design,
        actor=sari,
        at=NOW + timedelta(seconds=after_s),
        version=version or poster.version,
        page=page,
    )
    db.session.commit()


def kept(letter):
    return Kept(digest=letter * 64, mime="image/jpeg", width=1080, height=1350, size_bytes=9)


def test_a_poster_begins_with_what_the_post_says(poster):
    said = poster.content
    assert (said["headline"], said["when"], said["where"]) == (
        "Imunisasi gratis",
        "Senin",
        "Puskesmas Cepu",
    )
    assert (said["label"], said["badge"]) == ("Layanan publik", "Pekan 48")
    assert (said["hashtag"], said["whatsapp"]) == ("#LaporBlora", "0812-0000-1111")
    assert len(said["body"]) <= 500
    assert said["body"].endswith("terlindung.")
    assert designing.suited(poster.post) == "layanan"


def test_the_proposed_alt_text_says_what_the_template_shows(poster):
    design = Design.of(poster)
    told = designing.alt_text(design, THEME)
    assert told.startswith("Poster Dinas Kesehatan. Imunisasi gratis. Balita terlindung.")
    assert told.endswith("Senin. Puskesmas Cepu.")
    figures = replace(design, template="capaian", rows={"figures": (("96%", "cakupan"),)})
    assert "96% cakupan" in designing.alt_text(figures, THEME)
    assert "Puskesmas Cepu" not in designing.alt_text(figures, THEME)


def test_words_typed_in_one_go_are_one_step_back(poster, sari):
    saved(poster, sari, headline="Imun", after_s=1)
    saved(poster, sari, headline="Imunisasi campak", after_s=4)
    saved(poster, sari, headline="Imunisasi campak gratis", after_s=60)
    saved(poster, sari, body="Singkat", after_s=61)

    seen = []
    while designing.undo(poster, actor=sari, at=NOW):
        seen.append((poster.content["headline"], poster.content["body"] == "Singkat"))
    assert seen == [
        ("Imunisasi campak gratis", False),
        ("Imunisasi campak", False),
        ("Imunisasi gratis", False),
    ]


def test_what_another_template_does_not_show_is_kept(poster, sari):
    designing.save(
        poster,
        replace(Design.of(poster), template="kutipan"),
        actor=sari,
        at=NOW,
        version=poster.version,
    )
    assert poster.content["headline"] == "Imunisasi gratis"


def test_only_the_page_that_saved_last_may_save_on_an_older_version(poster, sari):
    known = poster.version
    saved(poster, sari, headline="Dari halaman satu", page="satu")
    with pytest.raises(designing.PosterOutdated):
        saved(poster, sari, headline="Dari halaman dua", version=known, page="dua")
    db.session.rollback()
    saved(poster, sari, headline="Lanjut", version=known, page="satu")
    assert poster.content["headline"] == "Lanjut"


def test_a_post_under_review_keeps_its_posters_as_they_are(poster, sari):
    poster.post.status = PostStatus.IN_REVIEW
    db.session.commit()
    steps = (
        lambda: saved(poster, sari, headline="Diubah"),
        lambda: designing.undo(poster, actor=sari, at=NOW),
        lambda: designing.shift(poster, 1, actor=sari, at=NOW),
        lambda: designing.discard(poster),
        lambda: begun(poster.post, sari),
        lambda: drafting.put_poster(
            poster.post, [kept("a")], alt_text="", replacing=(), actor=sari, at=NOW
        ),
    )
    for step in steps:
        with pytest.raises(InvalidTransition):
            step()


def test_a_photo_must_be_of_the_office(poster, sari):
    design = replace(Design.of(poster), photos=(Chosen(digest="f" * 64),))
    with pytest.raises(designing.NotOurPhoto):
        designing.save(poster, design, actor=sari, at=NOW, version=poster.version)


def test_posters_keep_their_order(draft, sari):
    first, second, third = (begun(draft, sari) for _ in range(3))
    assert designing.shift(third, -5, actor=sari, at=NOW) == [third, first, second]
    designing.discard(first)
    db.session.commit()
    rows = db.session.execute(db.select(Poster.id, Poster.position).order_by(Poster.position))
    assert [tuple(row) for row in rows] == [(third.id, 0), (second.id, 1)]


def test_there_is_a_last_poster(draft, sari):
    for _ in range(designing.MAX_POSTERS):
        begun(draft, sari)
    with pytest.raises(designing.TooManyPosters):
        begun(draft, sari)


def test_what_a_poster_was_made_of_has_a_key(poster):
    design = Design.of(poster)
    key = designing.key(design, THEME)
    unseen = replace(design, texts={**design.texts, "quote": "Tidak tampil"})
    assert designing.key(unseen, THEME) == key
    seen = replace(design, texts={**design.texts, "headline": "Lain"})
    assert designing.key(seen, THEME) != key
    assert designing.key(design, replace(THEME, brand="#123456")) != key


# -- on the post -----------------------------------------------------------------------------


def digests(post):
    return [one.media.digest[0] for one in post.pictures]


def put(post, sari, letters, replacing=(), alt_text="Poster"):
    drafting.put_poster(
        post,
        [kept(letter) for letter in letters],
        alt_text=alt_text,
        replacing=[letter * 64 for letter in replacing],
        actor=sari,
        at=NOW,
    )


def test_a_poster_made_anew_takes_the_place_of_its_former_picture(draft, sari):
    put(draft, sari, "a")
    put(draft, sari, "bc")
    put(draft, sari, "d")
    version = draft.version
    put(draft, sari, "be", replacing="bc", alt_text="Baru")
    assert digests(draft) == ["a", "b", "e", "d"]
    assert [one.alt_text for one in draft.pictures] == ["Poster", "Baru", "Baru", "Poster"]
    assert draft.version > version

    drafting.arrange_posters(draft, ["d" * 64, "a" * 64], actor=sari, at=NOW)
    assert digests(draft) == ["d", "b", "e", "a"]
    drafting.take_poster_off(draft, ["b" * 64, "e" * 64], actor=sari, at=NOW)
    assert digests(draft) == ["d", "a"]


def test_a_poster_needs_room_on_its_post(draft, sari):
    put(draft, sari, "0123456789")
    with pytest.raises(drafting.TooManyPhotos):
        put(draft, sari, "a")
    put(draft, sari, "a", replacing="9")
    with pytest.raises(drafting.SamePhoto):
        put(draft, sari, "0", replacing="a")
