"""The pictures of an office: found again, told of, and never lost while something shows them."""

import io
from contextlib import contextmanager
from datetime import date

import pytest
import sqlalchemy as sa
from PIL import Image

from publisher.db import db
from publisher.errors import Outdated
from publisher.models.ideas import Idea
from publisher.models.media import Consent, Media, MediaKind
from publisher.models.posters import Poster
from publisher.models.quotas import Dispensation, DispensationFile
from publisher.workflow import composing, drafting, library
from publisher.workflow.composing.keeping import Kept, keep
from publisher.workflow.library import Fields, InUse, Wanted
from publisher.workflow.library.filing import NotOfTheLibrary, TooLong, WhereIsItKept
from tests.conftest import NOW

IMUNISASI = Fields(
    title="Imunisasi di Puskesmas Cepu",
    description="Bidan menyuntik balita yang dipangku ibunya.",
    taken_by="Dwi Lestari",
    taken_on=date(2026, 11, 20),
    place="Puskesmas Cepu",
    tags="imunisasi, balita",
    consent=Consent.WRITTEN,
    consent_kept_at="Map persetujuan 2026, lemari humas",
)


@pytest.fixture
def file(app):
    """Return a function that puts a picture into somebody's library."""

    def file(person, number=1, fields=IMUNISASI, file_name="IMG_0001.jpg"):
        kept = Kept(digest=f"{number:064x}", mime="image/jpeg", width=640, height=480, size_bytes=9)
        media, is_new = library.add(
            person.office, kept, fields, file_name=file_name, actor=person, at=NOW
        )
        assert is_new
        return media

    return file


@contextmanager
def statements():
    """Yield a list that grows with every statement sent to the database."""
    sent = []

    def listener(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", listener)
    yield sent
    sa.event.remove(db.engine, "before_cursor_execute", listener)


def found(place, **wanted):
    return [row.media for row in library.search(place, Wanted(**wanted)).rows]


def changed(media, **changes):
    return Fields(**(vars(Fields.of(media)) | changes))


# -- finding ---------------------------------------------------------------------------------


def test_a_picture_is_found_by_all_that_is_said_of_it(file, sari):
    wanted = file(sari)
    file(sari, 2, Fields(title="Rapat evaluasi", place="Aula 100% penuh"), "rapat_02.png")

    for words in ("CEPU", "dwi", "balita imunisasi", "dipangku", "img_0001", "lestari cepu"):
        assert found(sari.office, words=words) == [wanted], words
    for words in ("donor", "cepu rapat", "img%0001", "\x00donor"):
        assert found(sari.office, words=words) == [], words
    assert len(found(sari.office, words="100% penuh")) == 1


def test_an_office_finds_its_own_and_a_region_that_of_its_offices(file, sari, tono, agus):
    hers, his = file(sari, 1), file(tono, 1)
    file(agus, 1)

    assert found(sari.office) == [hers]
    assert found(sari.region) == [his, hers]


def test_pictures_are_filtered_by_kind_consent_and_use(file, sari, make_post):
    used, logo, group = (
        file(sari),
        file(sari, 2, Fields(kind=MediaKind.LOGO)),
        file(sari, 3, Fields(consent=Consent.PUBLIC)),
    )
    drafting.choose(make_post(), used.id, actor=sari, at=NOW)

    assert found(sari.office, kinds=[MediaKind.LOGO]) == [logo]
    assert found(sari.office, consent=Consent.PUBLIC) == [group]
    assert found(sari.office, unused=True) == [group, logo]
    assert [row.posts for row in library.search(sari.office).rows] == [0, 0, 1]


def test_screenshots_of_proofs_are_no_part_of_the_library(sari):
    kept = Kept(digest="a" * 64, mime="image/jpeg", width=9, height=9, size_bytes=9)
    composing.keeping.media_of(
        sari.office_id, kept, actor=sari, at=NOW, kind=MediaKind.PROOF, file_name="bukti.png"
    )

    assert found(sari.office) == []
    assert found(sari.office, kinds=list(MediaKind)) == []


def test_a_page_costs_the_same_however_many_pictures_there_are(file, sari, make_post):
    post = make_post()
    for number in range(1, 4):
        drafting.choose(post, file(sari, number).id, actor=sari, at=NOW)
    with statements() as few:
        library.search(sari.office)
    for number in range(4, 30):
        file(sari, number)
    db.session.expire_all()
    place = sari.office
    with statements() as many:
        page = library.search(place, page=2)
        assert [row.media.uploaded_by.name for row in page.rows] == ["Sari"] * 5

    assert (page.total, page.page, page.pages) == (29, 2, 2)
    assert len(many) <= len(few) + 2  # the person and the office are loaded anew


# -- telling ---------------------------------------------------------------------------------


def test_the_same_bytes_lead_to_the_entry_that_is_there(file, sari):
    known = file(sari)
    known.archived_at = NOW
    kept = Kept(digest=known.digest, mime="image/jpeg", width=640, height=480, size_bytes=9)

    again, is_new = library.add(
        sari.office, kept, Fields(title="Lain"), file_name="lain.jpg", actor=sari, at=NOW
    )

    assert (again, is_new) == (known, False)
    assert (again.title, again.archived_at) == (IMUNISASI.title, None)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Media)) == 1


def test_what_is_said_can_be_changed_but_not_over_what_another_has_said(file, sari):
    media = file(sari)
    version = media.version

    assert library.edit(media, changed(media, title="  Imunisasi\x07 "), version=version)
    assert media.title == "Imunisasi"
    with pytest.raises(Outdated):
        library.edit(media, changed(media, title="Lain"), version=version)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        (Fields(title="a" * 151), TooLong),
        (Fields(consent=Consent.GUARDIAN, consent_kept_at=" "), WhereIsItKept),
        (Fields(kind=MediaKind.PROOF), NotOfTheLibrary),
    ],
)
def test_what_cannot_be_is_refused(fields, error):
    with pytest.raises(error):
        fields.cleaned()


def test_the_database_too_wants_to_know_where_a_consent_lies(file, sari):
    media = file(sari)
    media.consent_kept_at = ""

    with pytest.raises(sa.exc.IntegrityError, match="kept_if_documented"):
        db.session.flush()


# -- using -----------------------------------------------------------------------------------


def test_a_chosen_photo_brings_its_description_to_the_post(file, sari, tono, make_post):
    post = make_post()

    picture = drafting.choose(post, file(sari).id, actor=sari, at=NOW)

    assert picture.alt_text == IMUNISASI.description
    for media in (file(tono, 7), file(sari, 8)):
        media.archived_at = NOW if media.office_id == sari.office_id else None
        with pytest.raises(drafting.NoSuchPhoto):
            drafting.choose(post, media.id, actor=sari, at=NOW)
    with pytest.raises(drafting.SamePhoto):
        drafting.choose(post, picture.media_id, actor=sari, at=NOW)


def test_a_photo_nobody_has_checked_is_pointed_out_and_never_refused(file, sari, make_post):
    post = make_post()
    for number, fields in enumerate((IMUNISASI, Fields(), Fields(kind=MediaKind.POSTER)), 1):
        drafting.choose(post, file(sari, number, fields).id, actor=sari, at=NOW)

    (advice,) = composing.advice(post)

    assert (advice.values["numbers"], advice.blocks) == ("2", False)
    post.pictures[1].media.consent = Consent.NOBODY
    assert composing.advice(post) == []


def poster(post, *digests):
    content = {"photos": [{"digest": digest, "focus": [0.5, 0.5]} for digest in digests]}
    made = Poster(
        office_id=post.office_id, post=post, position=0, template="kegiatan", shapes=["4:5"],
        content=content, made_by=post.drafted_by, made_at=NOW, edited_by=post.drafted_by,
        edited_at=NOW,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def test_what_a_post_or_a_poster_shows_stays(file, sari, tono, make_post):
    on_post, on_poster, neither = (file(sari, number) for number in (1, 2, 3))
    foreign = file(tono, 3)
    post = make_post()
    picture = drafting.choose(post, on_post.id, actor=sari, at=NOW)
    made = poster(post, on_poster.digest, neither.digest)
    made.content = {"photos": [{"digest": on_poster.digest}]}
    db.session.flush()

    assert (library.uses(on_post).posts, library.uses(on_poster).posters) == ([post], [post])
    assert library.uses(neither).none
    assert found(sari.office, unused=True) == [neither]
    for media, reason in ((on_post, InUse.on_posts), (on_poster, InUse.on_posters)):
        with pytest.raises(InUse) as kept:
            library.archive(media, at=NOW)
        assert kept.value.message == reason
    library.archive(neither, at=NOW)
    assert found(sari.office, archived=True) == [neither]
    assert found(tono.office) == [foreign]

    drafting.remove(post, picture.id, actor=sari, at=NOW)
    db.session.delete(made)
    db.session.flush()
    assert not any(library.obstacle(library.uses(media)) for media in (on_post, on_poster))


def test_what_a_shared_idea_shows_stays_until_it_ends(file, sari, make_post):
    media, post = file(sari), make_post()
    idea = Idea(
        office_id=post.office_id, post=post, kind=post.kind, title="Imunisasi", worked="Ramai",
        template="kegiatan", content={"photos": [{"digest": media.digest}]}, shared_by=sari,
        shared_at=NOW,
    )  # fmt: skip
    db.session.add(idea)
    db.session.flush()

    assert library.obstacle(library.uses(media)) == InUse.shared
    idea.ended_at, idea.ended_by = NOW, sari
    assert library.uses(media).none


def test_what_was_put_away_comes_back_or_goes_for_good(file, sari, tono, make_post):
    shared, told, alone = (file(sari, number) for number in (1, 2, 3))
    file(tono, 1)
    post = make_post()
    drawn, letter = file(sari, 4), file(sari, 5)
    granted = Dispensation(
        office=sari.office, valid_from=date(2026, 11, 16), valid_to=date(2026, 11, 22),
        reason="Banjir", granted_by=sari, granted_at=NOW,
    )  # fmt: skip
    db.session.add(
        DispensationFile(
            dispensation=granted,
            digest=letter.digest,
            mime=letter.mime,
            name="surat.jpg",
            size_bytes=1,
            added_by=sari,
            added_at=NOW,
        )
    )
    poster(post).rendered = {"4:5": drawn.digest}
    picture = drafting.choose(post, told.id, actor=sari, at=NOW)
    post.move("submit", actor=sari, at=NOW)
    post.move("request_changes", actor=sari, at=NOW)
    drafting.remove(post, picture.id, actor=sari, at=NOW)
    db.session.flush()

    with pytest.raises(InUse, match="Arsipkan dulu"):
        library.forget(alone)
    for media in (shared, told, alone, drawn, letter):
        library.archive(media, at=NOW)
    with pytest.raises(InUse, match="Riwayat"):
        library.forget(told)
    assert library.forget(shared) is None  # another office still has these bytes
    assert library.forget(drawn) is None  # the poster may be put on a post again
    assert library.forget(letter) is None  # somebody filed it as the letter of a dispensation
    assert library.forget(alone) == f"{3:064x}"
    library.restore(told)
    assert found(sari.office) == [told]


def test_a_logo_is_kept_as_it_is_and_stays_one(app, sari):
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(out, "PNG")
    kept = keep(out.getvalue(), app.extensions["media_store"], kind=MediaKind.LOGO)
    media, _ = library.add(
        sari.office, kept, Fields(kind=MediaKind.LOGO), file_name="logo.png", actor=sari, at=NOW
    )

    library.edit(media, changed(media, kind=MediaKind.PHOTO), version=media.version)

    assert (kept.mime, media.kind) == ("image/png", MediaKind.LOGO)


def test_only_pictures_of_the_own_library_are_there_to_be_told_of(file, sari, tono):
    first, second, foreign = file(sari, 1), file(sari, 2), file(tono, 3)

    found = library.pending(sari.office, [second.id, foreign.id, first.id, second.id, 999])

    assert found == [second, first]
