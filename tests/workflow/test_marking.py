"""Marks of a reviewer: noted one by one, sent with the return, ticked off by the office."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher.db import db
from publisher.errors import Invalid
from publisher.models.marks import ReturnMark
from publisher.models.people import Role
from publisher.models.posts import ReturnReason
from publisher.workflow import marking
from tests.conftest import NOW, person

CAPTION = "Imunisasi gratis hari ini. Bawa buku KIA.\nHubungi petugas."
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def post(make_post, picture):
    return make_post("submit", caption=CAPTION, pictures=[picture("Bidan menimbang balita.")])


def mark(post, reviewer, place="caption:1", reason=ReturnReason.SALAH_KETIK, comment=""):
    return marking.mark_sentence(
        post, place, reason=reason, comment=comment, reviewer=reviewer, at=NOW
    )


def spot(post, reviewer, at=(250, 750), digest=None):
    digest = digest or post.pictures[0].media.digest
    told = {"reason": ReturnReason.FOTO_BURAM, "comment": "Buram.", "reviewer": reviewer, "at": NOW}
    return marking.mark_spot(post, digest, at, **told)


def give_back(post, reviewer):
    """Return a post with what its reviewer marked."""
    marks = marking.pending(post, reviewer=reviewer)
    post.move("request_changes", actor=reviewer, at=NOW, reasons=(ReturnReason.LAINNYA,))
    marking.send(marks, post.events[-1])
    db.session.commit()


def states(post):
    return [one.state for one in marking.of_last_return(post)]


def test_a_mark_names_its_sentence_or_its_spot_and_is_its_reviewers_alone(post, budi, blora):
    rudi = person("Rudi", Role.REVIEWER, region=blora)
    mark(post, budi, comment=f"  {'x' * 900} ")
    spot(post, budi)
    db.session.commit()

    sentence, point = marking.pending(post, reviewer=budi)
    assert (sentence.number, sentence.mark.field, sentence.mark.quote) == (
        1, "caption", "Bawa buku KIA.",
    )  # fmt: skip
    assert len(sentence.mark.comment) == marking.COMMENT_CHARS
    assert (point.number, point.picture, point.mark.x, point.mark.y) == (2, 1, 250, 750)
    assert marking.reasons_of([sentence, point, sentence]) == [
        ReturnReason.SALAH_KETIK,
        ReturnReason.FOTO_BURAM,
    ]
    assert marking.pending(post, reviewer=rudi) == []
    assert marking.of_last_return(post) == []
    assert not marking.rub_out(post, sentence.mark.id, reviewer=rudi)
    assert marking.rub_out(post, sentence.mark.id, reviewer=budi)
    assert [one.mark for one in marking.pending(post, reviewer=budi)] == [point.mark]


@pytest.mark.parametrize(
    "place", ["caption:3", "caption:-1", "caption:", "caption", "", "none:0", "caption:²", "a:b:0"]
)
def test_only_what_stands_in_the_post_can_be_marked(post, budi, place):
    with pytest.raises(Invalid):
        mark(post, budi, place)


def test_a_spot_lies_in_a_picture_of_the_post_and_lainnya_is_explained(post, budi, monkeypatch):
    for at, digest in (((1001, 5), None), ((5, -1), None), ((5, 5), "0" * 64)):
        with pytest.raises(Invalid):
            spot(post, budi, at, digest)
    with pytest.raises(Invalid):
        mark(post, budi, reason=ReturnReason.LAINNYA, comment=" ")
    monkeypatch.setattr(marking, "MAX_MARKS", 1)
    mark(post, budi, reason=ReturnReason.LAINNYA, comment="Ganti.")
    with pytest.raises(Invalid):
        spot(post, budi)
    assert marking.other_reason(marking.pending(post, reviewer=budi)) == "Ganti."


@pytest.mark.parametrize(
    ("field", "spot_of_it"), [(1, (167, 167)), (5, (500, 500)), (6, (833, 500)), (7, (167, 833))]
)
def test_nine_fields_stand_for_a_spot_where_no_script_runs(field, spot_of_it):
    assert marking.third(field) == spot_of_it


def test_a_sent_mark_is_open_until_its_words_change_or_the_office_ticks_it(post, budi, sari):
    mark(post, budi, "caption:0")
    mark(post, budi, "caption:1")
    spot(post, budi)
    give_back(post, budi)
    assert marking.pending(post, reviewer=budi) == []
    assert states(post) == ["open", "open", "open"]

    post.caption = "Bawa  buku KIA.\nImunisasi gratis besok."  # moved, and written anew
    assert states(post) == ["changed", "open", "open"]
    second = marking.of_last_return(post)[1].mark
    assert marking.tick(post, second.id, actor=sari, at=LATER)
    assert (second.done_by, second.done_at) == (sari, LATER)
    post.pictures.clear()
    assert states(post) == ["changed", "done", "changed"]
    assert marking.tick(post, second.id, actor=sari, at=LATER)  # opened again
    assert states(post) == ["changed", "open", "changed"]
    assert not marking.tick(post, second.id + 99, actor=sari, at=LATER)
    assert not marking.rub_out(post, second.id, reviewer=budi)

    post.move("submit", actor=sari, at=LATER)
    with pytest.raises(Invalid):
        marking.tick(post, second.id, actor=sari, at=LATER)
    mark(post, budi, "caption:0")
    give_back(post, budi)
    assert states(post) == ["open"]  # only those of the last return


def test_the_database_itself_keeps_marks_whole(post, budi):
    for wrong in ({"quote": "a", "digest": "b"}, {"digest": "b"}, {"digest": "b", "x": 5}):
        values = {"quote": "", "digest": "", "field": "", "comment": "", **wrong}
        insert = sa.insert(ReturnMark).values(
            post_id=post.id, reason="lainnya", noted_by_id=budi.id, noted_at=NOW, **values
        )
        with pytest.raises(sa.exc.IntegrityError):
            db.session.execute(insert)
        db.session.rollback()
