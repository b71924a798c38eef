"""How a post may move, what is written down about it, and what its digest covers."""

import unicodedata
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from publisher.db import db
from publisher.errors import InvalidTransition
from publisher.models.posts import (
    ACTIVITY_FIELDS,
    STEPS,
    Kept,
    Post,
    PostStatus,
    PostText,
    Public,
    ReturnReason,
    normalised,
)
from tests.conftest import NOW

#: The rule, written out a second time and not derived from `STEPS`.
ALLOWED = {
    ("draft", "submit"): "in_review",
    ("draft", "withdraw"): "withdrawn",
    ("in_review", "approve"): "approved",
    ("in_review", "request_changes"): "changes_requested",
    ("in_review", "reject"): "rejected",
    ("in_review", "withdraw"): "withdrawn",
    ("changes_requested", "submit"): "in_review",
    ("changes_requested", "withdraw"): "withdrawn",
    ("approved", "reopen"): "draft",
    ("approved", "hold"): "in_review",
}
WAYS = {
    "draft": [],
    "in_review": ["submit"],
    "changes_requested": ["submit", "request_changes"],
    "approved": ["submit", "approve"],
    "rejected": ["submit", "reject"],
    "withdrawn": ["withdraw"],
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", PostStatus)
def test_a_step_leads_where_the_rule_says_or_nowhere(make_post, budi, status, step):
    post = make_post(*WAYS[status])
    events = len(post.events)
    assert post.status == status

    if (status, step) in ALLOWED:
        assert post.can(step)
        post.move(step, actor=budi, at=NOW)
        db.session.commit()
        assert post.status == ALLOWED[status, step]
        assert len(post.events) == events + 1
    else:
        assert not post.can(step)
        with pytest.raises(InvalidTransition):
            post.move(step, actor=budi, at=NOW)
        assert (post.status, len(post.events)) == (status, events)


def test_every_move_says_who_when_why_and_on_what(make_post, budi):
    post = make_post("submit")
    content = post.content()

    post.move(
        "request_changes",
        actor=budi,
        at=NOW + timedelta(minutes=3),
        note="Foto buram.",
        reasons=(ReturnReason.FOTO_BURAM,),
    )
    db.session.commit()
    db.session.expire_all()

    event = post.events[-1]
    assert (event.step, event.before, event.after) == (
        "request_changes",
        PostStatus.IN_REVIEW,
        PostStatus.CHANGES_REQUESTED,
    )
    assert (event.actor, event.at) == (budi, NOW + timedelta(minutes=3))
    assert (event.note, event.reasons, event.content) == ("Foto buram.", ["foto_buram"], content)


def test_approval_leaves_with_the_status(make_post, sari, budi):
    post = make_post("submit", "approve")
    assert (post.approved_by, post.approved_at, post.approved_digest) == (
        budi,
        NOW,
        post.digest(),
    )

    post.move("reopen", actor=sari, at=NOW)
    db.session.commit()

    assert (post.approved_by, post.approved_at, post.approved_digest) == (None, None, None)


def test_a_post_loaded_anew_can_be_approved(make_post, budi):
    post = make_post("submit")
    db.session.expire_all()  # its texts, pictures and accounts are loaded in the middle

    post.move("approve", actor=budi, at=NOW)
    db.session.commit()

    assert post.approved_digest == post.digest()


@pytest.mark.parametrize("column", ["approved_by_id", "approved_digest"])
def test_the_database_refuses_an_approval_without_its_evidence(make_post, column):
    post = make_post("submit", "approve")

    with pytest.raises(IntegrityError):
        db.session.execute(sa.update(Post).where(Post.id == post.id).values({column: None}))


def test_every_save_raises_the_version_and_an_old_one_cannot_be_saved(make_post, sari):
    post = make_post()
    first = post.version
    post.touch(actor=sari, at=NOW + timedelta(seconds=1))
    db.session.commit()
    assert post.version == first + 1

    stale = sa.update(Post).where(Post.id == post.id).values(version=first + 5)
    _ = post.title
    db.session.execute(stale.execution_options(synchronize_session=False))
    post.title = "Ditulis di atas versi lama"

    with pytest.raises(StaleDataError):
        db.session.flush()


# -- the digest --------------------------------------------------------------------------


def public(post, dinkes_x, picture):
    """Return, for each thing that will be public, a function that changes it."""
    return {
        "caption": lambda: setattr(post, "caption", post.caption + " Gratis."),
        "hashtags": lambda: setattr(post, "hashtags", "#Blora"),
        "own text": lambda: post.texts.append(PostText(platform="x", text="Khusus X.")),
        "accounts": lambda: setattr(post, "accounts", [dinkes_x]),
        "another picture": lambda: post.pictures.append(picture("Bidan.", seed=3)),
        "no picture": lambda: post.pictures.pop(),
        "order of pictures": lambda: post.pictures.reverse(),
        "alt text": lambda: setattr(post.pictures[0], "alt_text", "Lain sama sekali."),
    }


@pytest.mark.parametrize("part", list(public(None, None, None)))
def test_the_digest_changes_with_everything_that_will_be_public(make_post, dinkes_x, picture, part):
    post = make_post()
    post.pictures = [picture("Balita.", seed=1), picture("Antrean.", seed=2)]
    before = post.digest()

    public(post, dinkes_x, picture)[part]()

    assert post.digest() != before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "Judul lain"),
        ("kind", "ucapan"),
        ("language", "jv"),
        ("planned_at", NOW + timedelta(days=3)),
        *((field, "Lain") for field in ACTIVITY_FIELDS),
    ],
)
def test_the_digest_stays_when_nothing_public_changes(make_post, field, value):
    post = make_post()
    before = post.digest()

    setattr(post, field, value)

    assert post.digest() == before


def test_a_text_for_a_platform_it_does_not_go_to_changes_nothing(make_post, dinkes_x):
    post = make_post(accounts=[dinkes_x])
    before = post.digest()

    post.texts.append(PostText(platform="facebook", text="Khusus Facebook."))

    assert post.digest() == before


#: NFC leaves these alone, so that two that differ are different texts.
PLAIN = st.text(st.characters(codec="ascii", exclude_characters="\r"), max_size=40)


def as_public(caption="", hashtags="", alt_texts=(), accounts=(1,)):
    return Public(
        caption=caption,
        hashtags=hashtags,
        own_texts={},
        pictures=tuple(Kept(digest="a" * 64, mime="image/jpeg", alt_text=alt) for alt in alt_texts),
        accounts=dict.fromkeys(accounts, "x"),
    )


@given(first=st.tuples(PLAIN, PLAIN), second=st.tuples(PLAIN, PLAIN))
def test_two_texts_share_a_digest_only_if_they_read_the_same(first, second):
    one, other = as_public(*first), as_public(*second)

    same = one.text_for("x") == other.text_for("x")

    assert (one.digest() == other.digest()) is same


@given(first=st.lists(PLAIN, max_size=4), second=st.lists(PLAIN, max_size=4))
def test_two_rows_of_alt_texts_share_a_digest_only_if_they_read_the_same(first, second):
    same = [alt.strip() for alt in first] == [alt.strip() for alt in second]

    digests = {as_public(alt_texts=alt_texts).digest() for alt_texts in (first, second)}

    assert (len(digests) == 1) is same


@given(ids=st.lists(st.integers(1, 99), min_size=1, unique=True), data=st.data())
def test_the_order_of_accounts_does_not_matter(ids, data):
    shuffled = data.draw(st.permutations(ids))

    assert as_public(accounts=ids).digest() == as_public(accounts=shuffled).digest()


@given(text=st.text(max_size=60))
def test_how_a_browser_writes_lines_and_accents_changes_nothing(text):
    text = text.replace("\r", "")
    typed = unicodedata.normalize("NFD", text).replace("\n", "\r\n") + " \r\n"

    assert normalised(typed) == normalised(text)
    assert normalised(normalised(text)) == normalised(text)


def test_a_platform_without_its_own_text_gets_caption_and_hashtags(make_post):
    post = make_post(caption=" Halo.\r\n", hashtags="#Blora ")
    post.texts.append(PostText(platform="x", text=" Halo X. "))

    assert post.text_for("facebook") == "Halo.\n\n#Blora"
    assert post.text_for("x") == "Halo X."
