"""From an activity to a post that waits for review."""

import io
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from publisher.db import db
from publisher.errors import Incomplete, Invalid, InvalidTransition, Outdated
from publisher.models.accounts import Account, Standing
from publisher.models.deliveries import DeliveryStatus
from publisher.models.media import MediaKind
from publisher.models.places import Office, Region
from publisher.models.posts import Post, PostKind, PostStatus
from publisher.platforms import driver_class
from publisher.platforms.base import Outgoing
from publisher.workflow import drafting, scheduling
from publisher.workflow.drafting import Fields, Group, Kept, Outcome
from tests.conftest import NOW

D = DeliveryStatus
COMPLETE = {
    "title": "Imunisasi gratis",
    "kind": PostKind.LAYANAN,
    "what": "imunisasi gratis untuk balita",
    "who": "Dinas Kesehatan",
    "when": "Senin, 23 November 2026",
    "where": "Semua puskesmas di Kabupaten Blora",
    "benefit": "Balita terlindung dari campak",
    "caption": "Imunisasi gratis untuk balita hari ini.",
    "hashtags": "#DinkesBlora",
}


@pytest.fixture
def store(app):
    return app.extensions["media_store"]


@pytest.fixture
def draft(sari, dinkes_x, dinkes_facebook):
    """A complete draft of Sari's, planned for both accounts in an hour."""
    post = drafting.new_post(actor=sari, at=NOW)
    fields = Fields(
        **COMPLETE,
        planned_at=NOW + timedelta(hours=1),
        account_ids=frozenset({dinkes_x.id, dinkes_facebook.id}),
    )
    drafting.save(post, fields, actor=sari, at=NOW)
    db.session.commit()
    return post


def changed(post, **changes):
    return Fields(**(vars(Fields.of(post)) | changes))


def photo(shade=120):
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 90, 40)).save(out, "JPEG")
    return out.getvalue()


def kept(number=0):
    digest = f"{number:064x}"
    return Kept(digest=digest, mime="image/jpeg", width=64, height=48, size_bytes=9)


def another_account(office, handle, standing=Standing.UTAMA, retired_at=None):
    account = Account(
        office=office,
        platform="x",
        handle=handle,
        display_name=handle,
        remote_id=handle,
        standing=standing,
        paused_reason="Belum disambungkan",
        retired_at=retired_at,
    )
    db.session.add(account)
    db.session.flush()
    return account


# -- starting and saving ---------------------------------------------------------------------


def test_a_new_draft_knows_its_office_and_its_main_accounts(sari, dinkes_x, dinkes):
    another_account(dinkes, "dinkes_lama", Standing.LAMA)

    post = drafting.new_post(actor=sari, at=NOW)

    assert post.status is PostStatus.DRAFT
    assert post.office is sari.office
    assert post.who == "Dinas Kesehatan"
    assert post.accounts == [dinkes_x]


def test_starting_twice_leaves_one_empty_draft(sari, dinkes_x):
    first = drafting.start(actor=sari, at=NOW)
    db.session.commit()

    assert drafting.start(actor=sari, at=NOW) is first

    drafting.save(first, changed(first, title="Donor darah"), actor=sari, at=NOW)
    assert drafting.start(actor=sari, at=NOW) is not first


def test_saving_writes_everything_and_raises_the_version(draft, sari):
    version = draft.version

    assert drafting.save(
        draft,
        changed(draft, title="Donor darah", texts={"x": "Pendek."}),
        actor=sari,
        at=NOW + timedelta(minutes=1),
        version=version,
    )
    db.session.commit()

    assert (draft.title, draft.text_for("x")) == ("Donor darah", "Pendek.")
    assert draft.text_for("facebook").startswith("Imunisasi gratis")
    assert draft.version == version + 1


def test_saving_the_same_again_changes_nothing(draft, wulan):
    version, editor = draft.version, draft.edited_by

    assert not drafting.save(draft, Fields.of(draft), actor=wulan, at=NOW, version=version)

    assert (draft.version, draft.edited_by) == (version, editor)


def test_a_save_on_an_older_version_overwrites_nothing(draft, sari):
    old = draft.version
    drafting.save(draft, changed(draft, title="Lebih baru"), actor=sari, at=NOW, version=old)
    db.session.commit()

    with pytest.raises(Outdated):
        drafting.save(draft, changed(draft, title="Terlambat"), actor=sari, at=NOW, version=old)

    assert draft.title == "Lebih baru"


def test_two_saves_at_once_let_only_the_first_through(app, draft, sari):
    """Both have read the same version; the second meets a row that has changed under it."""
    db.session.refresh(draft)
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite lets one transaction write at a time, from its first statement")
    post_id, version = draft.id, draft.version
    with db.engine.begin() as other:
        other.exec_driver_sql(
            f"UPDATE post SET title = 'Lebih baru', version = version + 1 WHERE id = {post_id}"
        )

    with pytest.raises(Outdated):
        drafting.save(draft, changed(draft, title="Terlambat"), actor=sari, at=NOW, version=version)

    db.session.rollback()
    assert db.session.get(Post, post_id).title == "Lebih baru"


SAVES = st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(["open", "save"])), max_size=12)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=SAVES)
def test_however_two_tabs_save_the_newer_version_is_never_lost(draft, sari, steps):
    post_id = draft.id
    seen = dict.fromkeys("AB", draft.version)
    stored = draft.title
    for number, (tab, step) in enumerate(steps):
        post = db.session.get(Post, post_id)
        if step == "open":
            seen[tab] = post.version
            continue
        fresh, words = seen[tab] == post.version, f"{tab}{number}-{post.version}"
        try:
            drafting.save(post, changed(post, title=words), actor=sari, at=NOW, version=seen[tab])
        except Outdated:
            assert not fresh
        else:
            assert fresh
            stored, seen[tab] = words, post.version
        db.session.commit()
        assert db.session.get(Post, post_id).title == stored


@pytest.mark.parametrize("step", ["submit", "approve", "reject", "withdraw"])
def test_only_drafts_and_returned_posts_can_be_edited(make_post, sari, step):
    post = make_post(*(["submit", step] if step in ("approve", "reject") else [step]))

    with pytest.raises(InvalidTransition):
        drafting.save(post, changed(post, title="Lain"), actor=sari, at=NOW)
    with pytest.raises(InvalidTransition):
        drafting.attach(post, kept(), actor=sari, at=NOW)


def test_a_returned_post_can_be_edited(make_post, sari):
    post = make_post("submit", "request_changes")

    assert drafting.save(post, changed(post, title="Diperbaiki"), actor=sari, at=NOW)


def test_accounts_of_others_old_ones_and_retired_ones_are_refused(draft, sari, dishub, dinkes):
    for account in (
        another_account(dishub, "dishub_blora"),
        another_account(dinkes, "dinkes_tiruan", Standing.TIRUAN),
        another_account(dinkes, "dinkes_bekas", retired_at=NOW),
    ):
        with pytest.raises(drafting.NotOurs):
            drafting.save(
                draft, changed(draft, account_ids=frozenset({account.id})), actor=sari, at=NOW
            )


def test_unknown_platforms_and_pictures_are_refused(draft, sari):
    for hostile in ({"texts": {"friendster": "Halo"}}, {"alt_texts": {999: "Bukan milik kita"}}):
        with pytest.raises(drafting.NotOurs):
            drafting.save(draft, changed(draft, **hostile), actor=sari, at=NOW)


def test_what_nobody_sees_is_not_kept_and_what_is_too_long_is_refused(draft, sari):
    drafting.save(draft, changed(draft, title="Do\x00nor\u202e darah"), actor=sari, at=NOW)
    assert draft.title == "Donor darah"

    with pytest.raises(drafting.TooLong):
        drafting.save(draft, changed(draft, title="x" * 151), actor=sari, at=NOW)


# -- photos ----------------------------------------------------------------------------------


def test_photos_keep_their_order_their_words_and_their_place(draft, sari, store):
    first, _, third = (
        drafting.attach_photo(
            draft, photo(shade), store=store, actor=sari, at=NOW, alt_text=str(shade)
        )
        for shade in (10, 120, 230)
    )
    drafting.shift(draft, third.id, -1, actor=sari, at=NOW)
    db.session.commit()
    db.session.refresh(draft)
    assert [picture.alt_text for picture in draft.pictures] == ["10", "230", "120"]

    removed = drafting.remove(draft, first.id, actor=sari, at=NOW)
    media_id, words = removed.media_id, removed.alt_text
    db.session.commit()
    assert [picture.position for picture in draft.pictures] == [0, 1]

    drafting.restore(draft, media_id, position=0, alt_text=words, actor=sari, at=NOW)
    db.session.commit()
    db.session.refresh(draft)
    assert [picture.alt_text for picture in draft.pictures] == ["10", "230", "120"]
    assert store.exists(draft.pictures[0].media.digest)


def test_shifting_beyond_the_end_changes_nothing(draft, sari):
    picture = drafting.attach(draft, kept(), actor=sari, at=NOW)
    version = draft.version

    drafting.shift(draft, picture.id, -1, actor=sari, at=NOW)
    drafting.shift(draft, picture.id, +5, actor=sari, at=NOW)

    assert draft.version == version


def test_ten_photos_fit_and_the_same_one_fits_once(draft, sari):
    for number in range(drafting.MAX_PICTURES):
        drafting.attach(draft, kept(number), actor=sari, at=NOW)

    with pytest.raises(drafting.TooManyPhotos):
        drafting.attach(draft, kept(99), actor=sari, at=NOW)
    drafting.remove(draft, draft.pictures[0].id, actor=sari, at=NOW)
    with pytest.raises(drafting.SamePhoto):
        drafting.attach(draft, kept(5), actor=sari, at=NOW)


def test_photos_of_another_office_cannot_be_put_in(draft, sari, tono):
    theirs = drafting.new_post(actor=tono, at=NOW)
    foreign = drafting.attach(theirs, kept(7), actor=tono, at=NOW)

    with pytest.raises(drafting.NoSuchPhoto):
        drafting.restore(draft, foreign.media_id, position=0, alt_text="", actor=sari, at=NOW)
    with pytest.raises(drafting.NoSuchPhoto):
        drafting.remove(draft, foreign.id, actor=sari, at=NOW)


def test_only_what_a_post_may_show_is_put_back_and_it_returns_to_the_library(draft, sari):
    picture = drafting.attach(draft, kept(7), actor=sari, at=NOW)
    media = picture.media
    drafting.remove(draft, picture.id, actor=sari, at=NOW)
    media.kind, media.archived_at = MediaKind.PROOF, NOW
    with pytest.raises(drafting.NoSuchPhoto):
        drafting.restore(draft, media.id, position=0, alt_text="", actor=sari, at=NOW)

    media.kind = MediaKind.PHOTO
    drafting.restore(draft, media.id, position=0, alt_text="", actor=sari, at=NOW)
    assert media.archived_at is None


# -- submitting ------------------------------------------------------------------------------


def test_a_complete_draft_goes_to_review(draft, sari, store):
    assert drafting.gaps(draft, store=store, at=NOW) == []

    drafting.submit(draft, actor=sari, at=NOW, store=store, version=draft.version)

    assert draft.status is PostStatus.IN_REVIEW
    assert draft.submitted_at == NOW


@pytest.mark.parametrize("name", drafting.NEEDED)
def test_every_needed_field_is_asked_for(draft, sari, store, name):
    drafting.save(draft, changed(draft, **{name: "  "}), actor=sari, at=NOW)

    assert [gap.place for gap in drafting.gaps(draft, store=store, at=NOW)] == [name]
    with pytest.raises(Incomplete):
        drafting.submit(draft, actor=sari, at=NOW, store=store, version=draft.version)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"account_ids": frozenset()}, "accounts"),
        ({"planned_at": None}, "planned_at"),
        ({"planned_at": NOW}, "planned_at"),
        ({"caption": "x" * 400}, "caption"),
        ({"texts": {"x": "x" * 400}}, "text:x"),
    ],
)
def test_accounts_time_and_what_a_platform_refuses_are_named(draft, sari, store, changes, place):
    drafting.save(draft, changed(draft, **changes), actor=sari, at=NOW)

    assert [gap.place for gap in drafting.gaps(draft, store=store, at=NOW)] == [place]


def test_every_photo_needs_its_alternative_text(draft, sari, store):
    picture = drafting.attach_photo(draft, photo(), store=store, actor=sari, at=NOW)

    places = [gap.place for gap in drafting.gaps(draft, store=store, at=NOW)]

    assert places == [f"alt_text:{picture.id}"]


def test_a_stale_page_cannot_submit(draft, sari, store):
    old = draft.version
    drafting.save(draft, changed(draft, title="Lebih baru"), actor=sari, at=NOW)

    with pytest.raises(Outdated):
        drafting.submit(draft, actor=sari, at=NOW, store=store, version=old)


def test_a_post_under_review_can_be_taken_back_but_an_approved_one_cannot(make_post, sari):
    post = make_post("submit")
    drafting.withdraw(post, actor=sari, at=NOW)
    assert post.status is PostStatus.WITHDRAWN

    with pytest.raises(InvalidTransition):
        drafting.withdraw(make_post("submit", "approve"), actor=sari, at=NOW)


def test_reopening_cancels_what_is_open_and_leaves_what_is_out(make_post, sari, budi):
    post = make_post("submit", "approve")
    out, waiting = scheduling.schedule(post, actor=budi, at=NOW)
    out.status, out.permalink, out.published_at = D.PUBLISHED, "https://x.com/i/status/1", NOW
    db.session.commit()

    assert drafting.reopen(post, actor=sari, at=NOW) == 1
    db.session.commit()

    db.session.refresh(waiting)
    assert (out.status, waiting.status) == (D.PUBLISHED, D.CANCELLED)
    assert (post.status, post.approved_digest) == (PostStatus.DRAFT, None)


def test_a_copy_is_a_new_draft_without_a_time(draft, sari, store):
    drafting.attach_photo(draft, photo(), store=store, actor=sari, at=NOW, alt_text="Balita")
    drafting.save(draft, changed(draft, texts={"x": "Pendek."}), actor=sari, at=NOW)

    new = drafting.copy(draft, actor=sari, at=NOW + timedelta(days=7))
    db.session.commit()

    assert new.id != draft.id
    assert (new.status, new.planned_at, new.copied_from_id) == (PostStatus.DRAFT, None, draft.id)
    assert (new.caption, new.text_for("x")) == (draft.caption, "Pendek.")
    assert [(p.media_id, p.alt_text) for p in new.pictures] == [
        (p.media_id, p.alt_text) for p in draft.pictures
    ]
    assert new.accounts == draft.accounts


# -- the caption -----------------------------------------------------------------------------

BLORA = Region(name="Blora", code="33.16", zone="Asia/Jakarta")
DINKES = Office(name="Dinas Kesehatan", abbreviation="Dinkes", region=BLORA)


def test_a_proposed_caption_reads_like_a_press_release():
    fields = Fields(**COMPLETE | {"why": "menekan angka campak", "how": "dengan jemput bola."})

    assert drafting.propose(fields, DINKES).caption == (
        "Imunisasi gratis untuk balita. Layanan ini diselenggarakan oleh Dinas Kesehatan pada "
        "Senin, 23 November 2026 di semua puskesmas di Kabupaten Blora. Pelaksanaannya dengan "
        "jemput bola. Tujuannya: menekan angka campak.\n\n"
        "Manfaat bagi warga: Balita terlindung dari campak."
    )


def test_no_preposition_is_said_twice():
    fields = Fields(what="Posyandu", when="Setiap Rabu", where="Di balai desa Jepon")

    assert drafting.propose(fields, DINKES).caption == (
        "Posyandu. Kegiatan ini dilaksanakan oleh Dinas Kesehatan setiap Rabu di balai desa Jepon."
    )


def test_hashtags_name_office_and_region_once():
    fields = Fields(what="Posyandu", kind=PostKind.LAYANAN)
    assert drafting.propose(fields, DINKES).hashtags == "#DinkesBlora #Blora #LayananPublik"

    rsud = Office(name="RSUD Blora", abbreviation="RSUD Blora", region=BLORA)
    assert drafting.propose(Fields(what="Posyandu"), rsud).hashtags == "#RSUDBlora #Blora"


TYPED = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf")), max_size=120)


@settings(max_examples=120, deadline=None)
@given(
    typed=st.fixed_dictionaries(
        dict.fromkeys(("what", "who", "when", "where", "why", "how", "benefit"), TYPED)
    ),
    kind=st.sampled_from(PostKind),
)
def test_a_proposal_is_never_empty_keeps_what_was_typed_and_fits_everywhere(typed, kind):
    fields = Fields(**typed, kind=kind).cleaned()

    proposal = drafting.propose(fields, DINKES, ["facebook", "x"])

    assert proposal.caption.strip()
    said = proposal.caption.casefold()
    for name in ("what", "benefit", "why", "how", "who", "when", "where"):
        words = getattr(fields, name).strip().removesuffix(".").strip()
        assert words[1:].casefold() in said
    for platform in ("facebook", "x"):
        text = proposal.texts.get(platform, f"{proposal.caption}\n\n{proposal.hashtags}")
        problems = driver_class(platform).problems(Outgoing(text=text.strip()))
        assert not [problem for problem in problems if problem.blocks]


# -- checking and listing --------------------------------------------------------------------


def test_checking_a_sketch_counts_as_each_platform_does_and_saves_nothing(draft, store):
    sketch = drafting.sketch(
        draft, changed(draft, caption="Lihat https://blorakab.go.id/" + "a" * 90)
    )
    facebook, x = drafting.check(sketch, store, at=NOW)

    assert (x.platform, x.used, x.limit) == ("x", len("Lihat ") + 23 + len("\n\n#DinkesBlora"), 280)
    assert facebook.used == len(sketch.text_for("facebook"))
    assert sketch not in db.session
    assert draft.caption == COMPLETE["caption"]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], None),
        ([D.PENDING, D.PENDING], Outcome.SCHEDULED),
        ([D.PENDING, D.SENDING], Outcome.SENDING),
        ([D.PUBLISHED, D.PUBLISHED], Outcome.PUBLISHED),
        ([D.PUBLISHED, D.CANCELLED], Outcome.PUBLISHED),
        ([D.PUBLISHED, D.FAILED], Outcome.PARTLY_PUBLISHED),
        ([D.PUBLISHED, D.UNKNOWN], Outcome.UNKNOWN),
        ([D.FAILED, D.MISSED], Outcome.FAILED),
        ([D.MISSED, D.MISSED], Outcome.MISSED),
        ([D.CANCELLED, D.CANCELLED], Outcome.CANCELLED),
    ],
)
def test_the_outcome_of_a_post_follows_from_its_deliveries(statuses, expected):
    assert drafting.outcome(statuses) is expected


def test_the_list_counts_groups_and_shows_only_the_office(make_post, dinkes, tono, budi):
    make_post()
    make_post("submit", title="Donor darah 100% aman")
    approved = make_post("submit", "approve")
    scheduling.schedule(approved, actor=budi, at=NOW)
    make_post("submit", "request_changes")
    drafting.new_post(actor=tono, at=NOW)
    db.session.commit()

    listing = drafting.page(dinkes.id)

    assert listing.counts == {
        Group.ALL: 4,
        Group.CHANGES: 1,
        Group.DRAFT: 1,
        Group.IN_REVIEW: 1,
        Group.SCHEDULED: 1,
        Group.PUBLISHED: 0,
        Group.TROUBLE: 0,
        Group.ENDED: 0,
    }
    assert [row.post for row in drafting.page(dinkes.id, group=Group.SCHEDULED).rows] == [approved]
    assert [row.post.title for row in drafting.page(dinkes.id, search="DARAH 100%").rows] == [
        "Donor darah 100% aman"
    ]
    assert len(drafting.returned(dinkes.id)) == 1


def test_a_long_list_takes_as_many_queries_as_a_short_one(app, make_post, dinkes):
    import sqlalchemy as sa

    def queries():
        seen = []
        db.session.expire_all()
        sa.event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        for row in drafting.page(dinkes.id).rows:
            _ = row.post.platforms, row.post.pictures, row.post.edited_by.name, row.outcome
        return len([one for one in seen if one.startswith("SELECT")])

    make_post("submit", "request_changes")
    few = queries()
    for _ in range(drafting.page(dinkes.id).pages * 12):
        make_post("submit", "request_changes")

    assert queries() == few <= 9


def test_pages_end_where_the_posts_end(make_post, dinkes):
    for _ in range(22):
        make_post()

    last = drafting.page(dinkes.id, number=99)

    assert (last.page, last.pages, len(last.rows)) == (2, 2, 2)


def test_every_refusal_can_be_told_to_a_person():
    for error in (drafting.TooManyPhotos(limit=10), drafting.TooLong(limit=5), drafting.NotOurs()):
        assert isinstance(error, Invalid)
        assert str(error)
