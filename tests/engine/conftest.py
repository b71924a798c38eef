"""A running set of practice platforms, and an engine that sends to it over real HTTP."""

import pytest

from publisher import clock
from publisher.db import db
from publisher.engine import Engine
from publisher.models.deliveries import Delivery
from publisher.platforms import http
from publisher.practice.server import PracticeServer
from publisher.workflow import scheduling
from publisher.workflow.delivering import claiming
from tests.conftest import credentials_for
from tests.letters import PostOffice

#: Long enough for a busy machine, short enough for a test that waits for it to pass.
READ_TIMEOUT_S = 1.5


@pytest.fixture(scope="session")
def practice_server(tmp_path_factory):
    with PracticeServer(tmp_path_factory.mktemp("practice")) as server:
        yield server


@pytest.fixture
def practice(practice_server, app):
    http.configure(practice_server.url, connect_s=1, read_s=READ_TIMEOUT_S)
    yield practice_server
    practice_server.clear()
    http.configure(None)


@pytest.fixture
def post_office(app):
    """The server that takes the letters of this installation."""
    with PostOffice() as office:
        app.config |= {"MAIL_URL": office.url, "MAIL_FROM": "siar@contoh.go.id"}
        yield office


@pytest.fixture
def connected(practice, make_account):
    """Return a function that makes an account exist here and on the practice platform."""
    made = []

    def connected(office, platform="x", **fields):
        # One book for all tests: a remote id is never used again.
        number = len(practice.accounts()) + 1
        account = make_account(office, platform, remote_id=f"9{number:06}", **fields)
        practice.register(
            platform=platform,
            remote_id=account.remote_id,
            handle=account.handle,
            display_name=account.display_name,
            credentials=credentials_for(platform, account.remote_id),
        )
        made.append(account)
        return account

    return connected


@pytest.fixture
def dinkes_x(connected, dinkes):
    return connected(dinkes, "x")


@pytest.fixture
def dinkes_facebook(connected, dinkes):
    return connected(dinkes, "facebook")


@pytest.fixture
def engine(app, practice):
    engine = Engine(app, owner="test", threads=4)
    yield engine
    engine.stop(timeout_s=10)


@pytest.fixture
def due_post(make_post):
    """Return a function that makes an approved post whose deliveries are due now."""

    def due_post(**fields):
        now = clock.now()
        post = make_post("submit", "approve", planned_at=now, at=now, **fields)
        scheduling.schedule(post, actor=post.approved_by, at=now)
        db.session.commit()
        return post

    return due_post


@pytest.fixture
def send_due(engine):
    """Return a function that sends what is due and waits until it is done."""

    def send_due():
        db.session.commit()  # a test that still reads would keep SQLite's only writer waiting
        engine.send(engine.steps.claim(10))
        assert engine.finish(timeout_s=30)
        db.session.expire_all()

    return send_due


@pytest.fixture
def look(engine):
    """Return a function that reads accounts back, `after` the outcome became unknown."""

    def look(after):
        db.session.commit()
        at = clock.now() + after
        engine.look(engine.steps.transact(lambda: claiming.claim_lookups(at=at, limit=10)))
        assert engine.finish(timeout_s=30)
        db.session.expire_all()

    return look


@pytest.fixture
def delivery_of(app):
    """Return a function that gives the newest delivery of a post on an account."""

    def delivery_of(post, account):
        query = db.select(Delivery).filter_by(post_id=post.id, account_id=account.id)
        return db.session.scalars(query.order_by(Delivery.id.desc())).first()

    return delivery_of
