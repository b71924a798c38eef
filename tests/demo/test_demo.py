"""What holds of the demo after it has been loaded once, on a day in November."""

import re
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from publisher import create_app, demo
from publisher.clock import Week
from publisher.db import db
from publisher.demo import texts
from publisher.demo.accounts import credentials_for
from publisher.demo.registry import REGION
from publisher.models import audit
from publisher.models.accounts import Account, AccountStatus
from publisher.models.audit import AuditEntry
from publisher.models.deliveries import STEPS, Delivery, DeliveryStatus
from publisher.models.ideas import Idea
from publisher.models.people import Role, User
from publisher.models.places import Office, Region
from publisher.models.posts import Post, PostStatus
from publisher.models.proofs import Proof, ProofStatus
from publisher.models.quotas import QuotaRule
from publisher.platforms import driver_class, http, open_driver
from publisher.practice.server import PracticeServer
from publisher.reports.snapshot import WeekStatus
from publisher.workflow import branding, closing, registering, reporting, reviewing, sharing
from publisher.workflow.composing import content
from publisher.workflow.delivering import proving
from publisher.workflow.registering.attention import Need
from tests.conftest import settings

WEDNESDAY = datetime(2026, 11, 18, 3, 17, tzinfo=UTC)
LAST_WEEK = Week.parse("2026-W46")
#: Sixteen digits, telephone numbers, e-mail addresses, number plates.
PERSONAL = re.compile(r"\d{11,}|\b(?:\+62|0)8\d{7,}|\S+@\S+\.\S+|\b[A-Z]{1,2} \d{3,4} [A-Z]{2,3}\b")


@pytest.fixture(scope="module")
def loaded(sqlite_template, tmp_path_factory):
    """An application with the demo in it, and the practice platforms that hold its past."""
    folder = tmp_path_factory.mktemp("demo")
    path = shutil.copy(sqlite_template, folder / "demo.sqlite")
    with PracticeServer(folder / "practice") as practice:
        given = {"DEMO": True, "PLATFORM_GATEWAY": practice.url}
        app = create_app(settings(f"sqlite:///{path}", folder) | given)
        with app.app_context():
            demo.load(app, at=WEDNESDAY)
            db.engine.dispose()
        yield app, practice
        http.configure(None)


@pytest.fixture(scope="module", autouse=True)
def in_the_app(loaded):
    """One session for all tests: they only read."""
    with loaded[0].app_context():
        yield
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def posts(in_the_app):
    query = sa.select(Post).options(
        selectinload(Post.events), selectinload(Post.texts), selectinload(Post.accounts)
    )
    return list(db.session.scalars(query))


@pytest.fixture(scope="module")
def deliveries(posts):
    query = sa.select(Delivery).options(
        joinedload(Delivery.account), joinedload(Delivery.office), selectinload(Delivery.events)
    )
    return list(db.session.scalars(query))


def test_every_permalink_is_on_the_practice_platforms_exactly_once(loaded, deliveries):
    book = Counter(one["url"] for one in loaded[1].ledger())
    links = [
        one.permalink
        for one in deliveries
        if one.status is DeliveryStatus.PUBLISHED and not one.account.by_hand
    ]

    assert len(links) > 1000
    assert Counter(links) == book


def test_a_post_of_the_past_reads_there_as_it_was_approved(loaded, deliveries):
    book = {one["url"]: one for one in loaded[1].ledger()}
    store = loaded[0].extensions["media_store"]
    for delivery in some_of_each_platform(deliveries):
        shown = book[delivery.permalink]
        sent = content(delivery.post.public, delivery.account.platform).read(store)
        assert shown["text"] == sent.text
        assert [one["alt_text"] for one in shown["media"]] == [p.alt_text for p in sent.pictures]
        assert abs(datetime.fromisoformat(shown["at"]) - delivery.published_at) < timedelta(
            seconds=1
        )
        assert delivery.post.digest() == delivery.content_digest == delivery.post.approved_digest


def some_of_each_platform(deliveries):
    seen = Counter()
    for one in deliveries:
        if one.status is DeliveryStatus.PUBLISHED and not one.account.by_hand:
            seen[one.account.platform] += 1
            if seen[one.account.platform] <= 10:
                yield one
    assert set(seen) == {"x", "facebook", "instagram", "telegram", "tiktok"}


def test_nobody_decided_on_what_they_made(posts):
    for post in posts:
        makers = {post.drafted_by_id, post.edited_by_id}
        decided = {e.actor_id for e in post.events if e.step in reviewing.DECISIONS}
        assert not makers & decided
        assert post.approved_by_id not in makers


def test_every_role_can_sign_in_with_the_password(loaded):
    people = list(db.session.scalars(sa.select(User)))

    assert {user.role for user in people} == set(Role)
    for role in Role:
        user = next(one for one in people if one.role is role)
        answer = (
            loaded[0]
            .test_client()
            .post("/masuk", data={"email": user.email, "password": "siar-demo-2026"})
        )
        assert answer.status_code == 302, role


def test_the_lines_at_the_start_name_one_person_of_each_role(loaded):
    with loaded[0].app_context():
        lines = demo.sign_in_lines()

    assert "siar-demo-2026" in lines[0]
    assert len(lines) == 1 + len(Role)
    assert any("sari@dinkes.blora.contoh" in line for line in lines)


def test_naming_them_leaves_the_database_to_the_worker(loaded):
    with loaded[0].app_context():
        demo.sign_in_lines()

        assert not db.session().in_transaction()


def test_there_are_two_reviewers_and_a_neighbour():
    reviewers = list(db.session.scalars(sa.select(User).where(User.role == Role.REVIEWER)))

    regions = Counter(user.region.code for user in reviewers)
    assert regions[REGION] >= 2
    assert regions["33.17"] == 1


def test_last_week_some_offices_met_their_target_and_some_did_not():
    region = db.session.scalars(sa.select(Region).where(Region.code == REGION)).one()

    matrix = reporting.region_matrix(region, LAST_WEEK, at=WEDNESDAY)

    statuses = Counter(row.cells[-1].status for row in matrix.rows if row.cells[-1])
    assert statuses[WeekStatus.MET] > statuses[WeekStatus.NOT_MET] > 3


def test_some_offices_have_been_silent_for_five_weeks_and_one_is_new(deliveries):
    last = {}
    for one in deliveries:
        if one.published_at:
            name = one.office.abbreviation
            last[name] = max(one.published_at, last.get(name, one.published_at))

    silent = [name for name, at in last.items() if WEDNESDAY - at > timedelta(weeks=5)]
    new = list(db.session.scalars(sa.select(Office).where(Office.valid_from.is_not(None))))
    assert len(silent) in (3, 4)
    assert [office.abbreviation for office in new] == ["Dinpusip"]


def test_targets_hold_from_before_the_first_post():
    first = db.session.scalar(sa.select(sa.func.min(Post.created_at)))
    rules = list(db.session.scalars(sa.select(QuotaRule)))

    assert sorted(rule.minimum for rule in rules) == [2, 3]
    assert all(rule.valid_from < first.date() for rule in rules)


def test_every_text_fits_its_platform_but_the_one_that_shows_what_happens(loaded, posts):
    # The real count takes X's library 20 ms a text, so it sees a part; plain letters count 1.
    long = [one for one in posts for name in one.platforms if too_long(one.text_for(name), name)]
    assert [post.status for post in long] == [PostStatus.DRAFT]

    store = loaded[0].extensions["media_store"]
    blocked = [
        problem
        for post in posts[:: len(posts) // 40]
        if post not in long and post.caption
        for name in post.platforms
        for problem in driver_class(name).problems(content(post.public, name).read(store))
        if problem.blocks
    ]
    assert blocked == []


def too_long(text, platform):
    assert all(ord(letter) <= 4351 for letter in text if letter not in "–“”…")
    return len(text) > driver_class(platform).limits.text_chars


def test_no_text_is_published_twice_by_one_account(deliveries):
    told = Counter((d.account_id, d.post.text_for(d.account.platform)) for d in deliveries)

    assert max(told.values()) == 1


def test_no_text_holds_personal_data_or_an_unfilled_place(posts):
    for post in posts:
        whole = " ".join(str(value) for value in post.content().values() if value != post.title)
        readable = f"{post.caption} {post.hashtags} {post.title} {post.who} {post.where}"
        assert not PERSONAL.search(readable), readable
        assert "{" not in readable + post.benefit + post.how
        assert whole


def test_what_is_published_was_filled_in_completely(posts):
    for post in posts:
        if post.status is PostStatus.APPROVED:
            assert all((post.title, post.what, post.who, post.when, post.where, post.benefit))
            assert all(picture.alt_text for picture in post.pictures)
            assert post.accounts


def test_there_are_many_different_texts(posts):
    kinds = {
        template.title
        for name in ("dinas", "kecamatan", "umum")
        for template in texts._templates(name)
    }
    assert len(kinds) >= 60
    assert len({post.kind for post in posts}) >= 6
    assert {post.language.value for post in posts} >= {"id", "jv"}


def test_steps_follow_each_other_in_time_and_by_the_tables(posts, deliveries):
    for post in posts:
        times = [post.created_at, *(event.at for event in post.events)]
        assert times == sorted(times)
        assert times[-1] <= WEDNESDAY
        assert not post.events or post.events[-1].after == post.status
    for delivery in deliveries:
        times = [event.at for event in delivery.events]
        assert times == sorted(times)
        assert times[-1] <= WEDNESDAY
        assert delivery.events[-1].after == delivery.status
        for before, after in zip(delivery.events, delivery.events[1:], strict=False):
            assert after.before == before.after
            assert DeliveryStatus(after.before) in STEPS[after.step][0]


def test_a_few_things_went_wrong_and_wait_for_a_person(deliveries):
    counts = Counter(delivery.status for delivery in deliveries)

    assert counts[DeliveryStatus.FAILED] == counts[DeliveryStatus.MISSED] == 1
    doubtful = [one for one in deliveries if one.status is DeliveryStatus.UNKNOWN]
    assert sorted(one.account.platform for one in doubtful) == ["facebook", "telegram"]
    proved = [
        one for one in deliveries if one.proved_by_id is not None and one.handed_over_at is None
    ]
    assert len(proved) == 1


def test_people_proved_what_they_posted_and_somebody_else_looked_at_it(deliveries):
    out = [one for one in deliveries if one.status is DeliveryStatus.PUBLISHED]
    proofs = {one.delivery_id: one for one in db.session.scalars(sa.select(Proof))}

    by_hand = [one for one in out if one.account.by_hand or one.account.platform == "tiktok"]
    assert {one.account.platform for one in by_hand} == {"website", "whatsapp", "youtube", "tiktok"}
    for delivery in by_hand:
        proof, driver = proofs[delivery.id], driver_class(delivery.account.platform)
        assert proof.status is ProofStatus.VERIFIED
        assert proof.link == delivery.permalink
        assert driver.is_permalink(proof.link, delivery.account.handle)
        assert delivery.due_at < delivery.published_at == proof.posted_at < proof.filed_at
        assert proof.filed_at < proof.decided_at <= WEDNESDAY
        assert proof.filed_by_id == delivery.post.drafted_by_id
        assert proof.decided_by_id == delivery.proved_by_id != proof.filed_by_id
    links = [proof.link for proof in proofs.values()]
    assert len(set(links)) == len(links) == len(by_hand) + 1


def test_what_waits_for_a_person_can_be_done(loaded, deliveries):
    waiting = {
        one.account.platform: one for one in deliveries if one.status is DeliveryStatus.HANDED_OVER
    }

    assert set(waiting) == {"website", "tiktok", "whatsapp"}
    assert (
        waiting["website"].office.abbreviation == waiting["tiktok"].office.abbreviation == "Dinkes"
    )
    assert [proving.may_file(waiting[name]) for name in ("website", "tiktok")] == [True, True]
    assert not proving.may_file(waiting["whatsapp"])
    budi = db.session.scalars(sa.select(User).where(User.name.startswith("Budi"))).one()
    assert proving.count_waiting(budi) == 1
    drafts = loaded[1].app.ledger.drafts("tiktok", waiting["tiktok"].account.remote_id)
    assert [one.id for one in drafts] == [waiting["tiktok"].remote_id]


def test_accounts_show_every_state_that_a_person_meets():
    accounts = list(db.session.scalars(sa.select(Account)))
    needs = Counter(registering.need_of(one, at=WEDNESDAY) for one in accounts)

    assert needs[Need.ENDING] == needs[Need.RECONNECT] == 1
    dinkes = {one.platform for one in accounts if one.office.abbreviation == "Dinkes"}
    assert dinkes == {
        "facebook", "x", "instagram", "tiktok", "telegram", "website", "whatsapp"
    }  # fmt: skip
    never = [one for one in accounts if one.platform == "instagram" and one.credentials is None]
    assert {one.driver for one in never} == {"instagram", "instagram_private"}
    assert {registering.need_of(one, at=WEDNESDAY) for one in never} == {Need.CONNECT}


def test_a_post_on_many_platforms_counts_once(posts, deliveries):
    region = db.session.scalars(sa.select(Region).where(Region.code == REGION)).one()
    row = next(
        one
        for one in reporting.region_matrix(region, LAST_WEEK, at=WEDNESDAY).rows
        if one.office.abbreviation == "Dinkes"
    )
    out = {
        one.post_id
        for one in deliveries
        if one.office.abbreviation == "Dinkes"
        and one.published_at
        and Week.of(one.published_at, "Asia/Jakarta") == LAST_WEEK
    }
    assert len(out) <= 5
    assert 1 <= row.cells[-1].counted <= len(out)


def test_there_is_something_to_do_for_everybody(posts):
    counts = Counter(post.status for post in posts)
    waiting = [post for post in posts if post.status is PostStatus.IN_REVIEW]

    assert counts[PostStatus.DRAFT] == 2
    assert counts[PostStatus.CHANGES_REQUESTED] >= 1
    assert counts[PostStatus.REJECTED] == counts[PostStatus.WITHDRAWN] == 1
    assert len(waiting) >= 6
    assert any(reviewing.deciding.late(post, WEDNESDAY) for post in waiting)
    assert any("M.Si" in post.caption for post in waiting)


def test_posts_go_out_within_the_next_minutes(deliveries):
    pending = [d.next_at - WEDNESDAY for d in deliveries if d.status is DeliveryStatus.PENDING]

    assert all(wait > timedelta(0) for wait in pending)
    soon = {wait.total_seconds() / 60 for wait in pending if wait <= timedelta(minutes=10)}
    assert soon == {2, 5, 10}
    assert any(timedelta(hours=12) < wait < timedelta(hours=40) for wait in pending)


def test_the_accounts_can_be_used_with_what_is_sealed_for_them(loaded):
    vault = loaded[0].extensions["vault"]
    active = sa.select(Account).where(
        Account.status == AccountStatus.ACTIVE, Account.by_hand.is_(False)
    )
    accounts = list(db.session.scalars(active))

    assert len(accounts) > 50
    later = [one for one in accounts if one.platform not in ("x", "facebook")]
    assert {one.platform for one in later} == {"instagram", "tiktok", "telegram"}
    for account in accounts[::9] + later:
        credentials = vault.open(account.credentials, bound_to=account.vault_name)
        assert credentials == credentials_for(account)
        health = open_driver(account.platform, credentials).check()
        assert (health.remote_id, health.handle) == (account.remote_id, account.handle)


def test_the_audit_chain_is_whole_and_holds_every_decision(posts):
    decisions = sum(e.step in reviewing.DECISIONS for post in posts for e in post.events)
    named = [f"post.{step}" for step in reviewing.DECISIONS]
    entries = sa.select(sa.func.count()).where(AuditEntry.action.in_(named))
    proofs = sa.select(sa.func.count()).where(AuditEntry.action == "proof.verified")
    verified = sa.select(sa.func.count()).where(Proof.status == ProofStatus.VERIFIED)

    assert audit.first_broken_link() is None
    assert db.session.scalar(entries) == decisions
    assert db.session.scalar(proofs) == db.session.scalar(verified) > 50


def test_the_database_accepts_all_of_it():
    assert db.session.execute(sa.text("PRAGMA integrity_check")).scalar() == "ok"
    assert db.session.execute(sa.text("PRAGMA foreign_key_check")).all() == []


def test_it_loads_once_only(loaded):
    assert not demo.is_needed()
    with pytest.raises(demo.AlreadyThere):
        demo.load(loaded[0], at=WEDNESDAY)


def test_it_stays_out_of_a_real_installation(loaded, monkeypatch):
    monkeypatch.setitem(loaded[0].config, "DEMO", False)

    with pytest.raises(demo.NotADemo):
        demo.load(loaded[0], at=WEDNESDAY)


def test_it_needs_practice_platforms(loaded, monkeypatch):
    monkeypatch.setitem(loaded[0].config, "PLATFORM_GATEWAY", None)

    with pytest.raises(demo.NoPracticePlatforms):
        demo.load(loaded[0], at=WEDNESDAY, force=True)


def test_a_demo_knows_itself_so_that_no_other_data_is_taken_for_one(in_the_app):
    assert demo.is_there()
    assert not demo.is_needed()


def test_offices_look_different_and_share_what_worked(loaded):
    store = loaded[0].extensions["media_store"]
    ours = sa.select(Office).join(Region).where(Region.code == REGION)
    offices = {one.abbreviation: one for one in db.session.scalars(ours)}
    themes = [branding.theme_of(offices[name], store) for name in ("Dinkes", "BPBD", "Disdik")]

    assert len({theme.brand for theme in themes}) == 3
    assert all(theme.logo and theme.channels.link for theme in themes)
    ideas = list(db.session.scalars(sa.select(Idea)))
    assert len({idea.office_id for idea in ideas}) == 3
    assert sum(len(sharing.uses_of(idea)) for idea in ideas) >= 2
    assert all(sharing.picture(idea, themes[0], store, 200) for idea in ideas)


def test_the_last_weeks_are_closed_and_agree_with_a_count_of_today():
    region = db.session.scalars(sa.select(Region).filter_by(code=REGION)).one()
    for week in (LAST_WEEK, LAST_WEEK.previous()):
        closed = closing.latest(region, week)
        frozen = closing.read(closed, newest=1)
        anew = reporting.week_report(region, week, at=WEDNESDAY)
        assert [row.contents for row in frozen.rows] == [row.contents for row in anew.rows]
        assert (frozen.totals, frozen.previous) == (anew.totals, anew.previous)
    assert closing.next_week(region) == LAST_WEEK.next()
