"""Offices share posters that worked; others of the region adapt them, naming whose idea it was."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from publisher.db import db
from publisher.models.ideas import Idea, IdeaUse
from publisher.models.media import Consent, Media
from publisher.models.posts import PostKind
from publisher.posters.samples import samples
from publisher.posters.templates import templates
from publisher.posters.themes import Channels, Theme
from publisher.typed import Unacceptable
from publisher.workflow import designing, drafting, sharing
from publisher.workflow.checking import personal_data
from publisher.workflow.designing import ROWS, Design
from publisher.workflow.sharing.giving import OWN
from tests.conftest import NOW

WORKED = "Pendaftaran naik dua kali lipat dalam sepekan."
THEME = Theme(
    region="Pemerintah Kabupaten Blora",
    office="Dinas Kesehatan",
    channels=Channels(hashtag="#DinkesBlora", whatsapp="0812-3456-7890"),
)


@pytest.fixture
def make_poster(make_post, sari, picture):
    """Return a function that gives a poster of Sari's office on an approved post."""

    def make_poster(*, approved=True, template="layanan", consent=Consent.NOBODY, **texts):
        post = make_post()
        post.pictures.append(picture("Anak diimunisasi"))
        post.pictures[0].media.consent = consent
        db.session.flush()
        poster = designing.start(post, template, THEME, actor=sari, at=NOW)
        design = Design.of(poster)
        design = replace(design, texts={**design.texts, **texts})
        designing.save(poster, design, actor=sari, at=NOW, version=poster.version)
        if approved:
            post.move("submit", actor=sari, at=NOW)
            post.move("approve", actor=post.drafted_by, at=NOW)  # who does is others' business
        db.session.commit()
        return poster

    return make_poster


def share(poster, actor, *, worked=WORKED, with_photos=False):
    idea = sharing.share(
        poster, worked=worked, kind=PostKind.LAYANAN, with_photos=with_photos, actor=actor, at=NOW
    )
    db.session.commit()
    return idea


def take(idea, actor):
    post = drafting.start(actor=actor, at=NOW)
    poster = designing.start(post, idea.template, THEME, actor=actor, at=NOW)
    sharing.take_photos(idea, actor=actor, at=NOW)
    content = sharing.adapted(idea, poster.content)
    designing.save(
        poster, Design.read(idea.template, content), actor=actor, at=NOW, version=poster.version
    )
    sharing.credit(idea, poster, actor=actor, at=NOW)
    db.session.commit()
    return poster


# -- sharing -----------------------------------------------------------------------------


def test_an_idea_leaves_names_channels_and_photos_behind(make_poster, sari):
    poster = make_poster(person="Siti Rahayu", role="Pedagang", headline="Imunisasi gratis")

    idea = share(poster, sari)

    assert (idea.title, idea.kind, idea.worked) == ("Imunisasi gratis", PostKind.LAYANAN, WORKED)
    assert poster.content["photos"] != []
    assert idea.content["photos"] == []
    assert {idea.content[name] for name in ("person", "role", "hashtag", "whatsapp")} == {""}


def test_only_what_was_approved_may_be_shared_and_only_once(make_poster, sari):
    with pytest.raises(sharing.CannotShare):
        share(make_poster(approved=False), sari)
    poster = make_poster()
    share(poster, sari)

    with pytest.raises(sharing.CannotShare):
        share(poster, sari)


def test_nobody_shares_the_poster_of_another_office(make_poster, tono, budi):
    poster = make_poster()

    for stranger in (tono, budi):
        with pytest.raises(sharing.CannotShare):
            share(poster, stranger)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NIK 3316010101900001", True),
        ("3316 0101 0190 0001", True),
        ("hubungi 0812-3456-7890", True),
        ("hubungi +62 812 3456 789", True),
        ("surel budi@gmail.com", True),
        ("mobil K 1234 AB", True),
        ("surel dinkes@blora.go.id", False),
        ("telepon (0296) 531234", False),
        ("Rp 1.250.000.000 untuk 1.842 balita", False),
        ("RT 05 RW 02, Senin 23-11-2026 pukul 08.00", False),
    ],
)
def test_personal_data_is_known_by_its_form(text, found):
    assert (personal_data(text) is not None) is found


@pytest.mark.parametrize("field", ["worked", "content"])
def test_personal_data_is_not_shared(make_poster, sari, field):
    poster = make_poster(body="Hubungi Bu Siti, 0812-3456-7890" if field == "content" else "")

    with pytest.raises(Unacceptable) as refused:
        share(poster, sari, worked="Telepon 0812-3456-7890" if field == "worked" else WORKED)

    assert set(refused.value.faults) == {field}
    assert db.session.query(Idea).count() == 0


def test_photos_are_shared_only_when_it_is_known_why_they_may_be_shown(make_poster, sari):
    with pytest.raises(Unacceptable) as refused:
        share(make_poster(consent=Consent.UNCHECKED), sari, with_photos=True)

    assert set(refused.value.faults) == {"with_photos"}


# -- taking up ---------------------------------------------------------------------------


def test_who_takes_an_idea_up_fills_in_date_place_figures_and_channels(make_poster, sari, tono):
    poster = make_poster(
        headline="Layanan dekat rumah", when="Senin", where="Puskesmas", how="Bawa buku KIA"
    )
    idea = share(poster, sari)

    new = take(idea, tono)

    assert (new.office_id, new.template) == (tono.office_id, "layanan")
    assert new.content["headline"] == "Layanan dekat rumah"
    assert new.content["how"] == "Bawa buku KIA"
    assert (new.content["when"], new.content["where"]) == ("", "")
    faults = designing.problems(Design.of(new), THEME, ("portrait",))
    assert {fault.field for fault in faults} == {"when", "where"}


def test_figures_and_dates_of_a_neighbour_are_not_taken_over(make_poster, sari, tono):
    poster = make_poster(template="capaian")
    agenda = [["Sen", "23", "Apel", "Alun-alun"]]
    poster.content = {**poster.content, "figures": [["96%", "balita"]], "agenda": agenda}
    db.session.commit()

    new = take(share(poster, sari), tono)

    assert new.content["figures"] == [["", "balita"]]
    assert new.content["agenda"] == [["", "", "Apel", ""]]


def test_the_credit_is_known_to_both(make_poster, sari, tono):
    idea = share(make_poster(), sari)

    new = take(idea, tono)

    assert sharing.credit_of(new) is idea
    assert [use.office for use in sharing.uses_of(idea)] == [tono.office]
    assert sharing.own(sari.office_id)[0].uses == 1


def test_shared_photos_come_with_their_consent_and_whose_they_were(make_poster, sari, tono):
    idea = share(make_poster(consent=Consent.PUBLIC), sari, with_photos=True)

    new = take(idea, tono)

    digest = new.content["photos"][0]["digest"]
    media = db.session.query(Media).filter_by(office_id=tono.office_id, digest=digest).one()
    assert (media.consent, media.taken_by) == (Consent.PUBLIC, "Dinas Kesehatan")


def test_a_poster_that_is_deleted_leaves_idea_and_credit_behind(make_poster, sari, tono):
    idea = share(make_poster(), sari)
    new = take(idea, tono)

    designing.discard(new)
    db.session.commit()

    assert db.session.query(IdeaUse).one().poster_id is None


def test_nobody_takes_up_their_own_idea_or_one_that_has_ended(make_poster, sari, tono):
    idea = share(make_poster(), sari)
    with pytest.raises(sharing.OwnIdea):
        sharing.check_takeable(idea, sari)
    sharing.take_back(idea, actor=sari, at=NOW)

    with pytest.raises(sharing.Ended):
        sharing.check_takeable(idea, tono)


# -- keeping the bank --------------------------------------------------------------------


def test_kominfo_removes_an_idea_and_says_why(make_poster, sari, tono, budi, yuni):
    idea = share(make_poster(), sari)
    for stranger in (tono, yuni):
        with pytest.raises(sharing.NotYourIdea):
            sharing.remove(idea, reason="Logo lama", actor=stranger, at=NOW)
    with pytest.raises(Unacceptable):
        sharing.remove(idea, reason=" ", actor=budi, at=NOW)

    sharing.remove(idea, reason="Logo lama", actor=budi, at=NOW)
    db.session.commit()

    assert sharing.own(sari.office_id)[0].idea.ended_reason == "Logo lama"
    assert not sharing.visible(idea, tono)
    assert sharing.visible(idea, sari)
    assert not sharing.visible(idea, yuni)


def test_what_kominfo_features_comes_first(make_poster, sari, budi, blora):
    first, second = (share(make_poster(headline=name), sari) for name in ("Lama", "Baru"))
    sharing.feature(first, on=True, actor=budi, at=NOW)
    db.session.commit()

    found = sharing.search(blora.id, kind=None, page=1)

    assert [entry.idea for entry in found.entries] == [first, second]
    named = sharing.search(blora.id, words="baru", kind=None, page=1)
    assert [entry.idea for entry in named.entries] == [second]
    assert sharing.search(blora.id, kind=PostKind.UCAPAN, page=1).total == 0


def test_an_idea_taken_back_may_be_shared_again(make_poster, sari):
    poster = make_poster()
    sharing.take_back(share(poster, sari), actor=sari, at=NOW)

    assert share(poster, sari).ended_at is None


# -- pictures ----------------------------------------------------------------------------


@pytest.mark.parametrize("template", templates())
def test_an_idea_has_a_picture_though_nobodys_photo_is_in_it(template):
    content = samples()[template].content
    told = {name: value for name, value in vars(content).items() if isinstance(value, str)}
    rows = {name: [list(vars(row).values()) for row in getattr(content, name)] for name in ROWS}
    idea = Idea(template=template, content={**told, **dict.fromkeys(OWN, ""), **rows})

    drawn = sharing.picture(idea, THEME, None, 240)

    assert Image.open(io.BytesIO(drawn)).size == (240, 300)
