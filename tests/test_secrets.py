"""Credentials of every kind, in every trouble: none is ever found in the clear.

Secrets are planted in all drivers' credentials and used, refused, echoed by the platforms,
renewed and thrown away; then everything that Siar wrote or showed is searched for them.
"""

import json
import logging
from datetime import timedelta

import pytest
import sqlalchemy as sa

from config import PRACTICE_APPS
from publisher import clock
from publisher.db import db
from publisher.engine import Engine
from publisher.engine.checking import Checker
from publisher.engine.reading import Reader
from publisher.engine.renewing import Renewer
from publisher.models.accounts import Account
from publisher.models.deliveries import Attempt
from publisher.models.notices import Notice
from publisher.platforms import DRIVERS, driver_class, http
from publisher.practice.server import PracticeServer
from publisher.workflow import scheduling
from tests.conftest import PASSWORD

#: As what they are planted, by the name of the credential; no two alike.
SHAPES = {
    "access_token": "{number}-RahasiaTokenAkses",
    "page_token": "EAARahasiaHalaman{number}",
    "bot_token": "{number}:RahasiaBotTelegramYangPanjangSekali00",
    "settings": '{{"authorization_data": {{"sessionid": "{number}%3ARahasiaSesi"}}}}',
}
#: By consent, beside what is pasted.
GRANTED = {
    "x": {"user_token": "RahasiaIzinX{number}", "refresh_token": "RahasiaPerbaruiX{number}"},
    "tiktok": {
        "open_id": "{number}",
        "access_token": "RahasiaIzinTikTok{number}",
        "refresh_token": "RahasiaPerbaruiTikTok{number}",
    },
}
NUMBER = "77001234"
WITHOUT_CREDENTIALS = {name for name in DRIVERS if not driver_class(name).credential_fields}


def planted(driver, way):
    """Return credentials of a driver, and which of them are secret."""
    if way == "granted":
        given = {name: text.format(number=NUMBER) for name, text in GRANTED[driver].items()}
        return given, {text for name, text in given.items() if name.endswith("token")}
    given, secret = {}, set()
    for field in driver_class(driver).credential_fields:
        shape = SHAPES.get(field.name, "Rahasia" + field.name.replace("_", "") + "{number}")
        given[field.name] = shape.format(number=NUMBER) if field.secret else NUMBER
        secret |= {given[field.name]} if field.secret else set()
    if driver == "telegram":
        given["channel"] = "@dinkesblora"
    return given, secret


CASES = [
    *((driver, "pasted") for driver in DRIVERS if driver not in WITHOUT_CREDENTIALS),
    *((driver, "granted") for driver in GRANTED),
]


@pytest.fixture
def practice(app, tmp_path):
    app.config.update(PRACTICE_APPS)
    with PracticeServer(tmp_path / "practice") as server:
        http.configure(server.url, connect_s=1, read_s=5)
        yield server
        http.configure(None)


@pytest.fixture
def engine(app, practice):
    engine = Engine(app, owner="test", threads=2)
    yield engine
    engine.stop(timeout_s=30)


@pytest.fixture
def work(app, engine, make_post):
    """Return a function that does with an account all that a worker does."""

    def send():
        engine.send(engine.steps.claim(10))
        assert engine.finish(timeout_s=30)

    def work(account):
        now = clock.now()
        post = make_post("submit", "approve", planned_at=now, at=now, accounts=[account])
        scheduling.schedule(post, actor=post.approved_by, at=now)
        checker = Checker(app, engine.steps)
        steps = (Reader(app, engine.steps).read, Renewer(app, engine.steps).renew)
        for step in (*steps, send, checker.check, checker.watch):
            db.session.commit()
            step()
        checker.stop()
        db.session.expire_all()

    return work


@pytest.fixture
def troubled(app, make_account, dinkes, budi):
    """Return a function that gives Dinkes an account with planted credentials that its platform
    does not know, and will echo."""

    def troubled(driver, way):
        given, secret = planted(driver, way)
        platform = driver.partition("_")[0]
        account = make_account(dinkes, platform, handle="dinkes_rahasia", remote_id=NUMBER)
        account.driver = driver
        account.credentials = app.extensions["vault"].seal(given, bound_to=account.vault_name)
        account.connected_by, account.connected_at = budi, clock.now()
        if way == "granted":
            account.renew_at = clock.now()
            account.token_ends_at = clock.now() + timedelta(hours=1)
        db.session.commit()
        return account, secret

    return troubled


def everything_stored(app, tmp_path):
    """Return the bytes of the database and of a backup of it, and every row as text."""
    result = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "backup")])
    assert result.exit_code == 0, result.output
    backup = [path for path in (tmp_path / "backup").rglob("*") if path.is_file()]
    files = [*backup, *tmp_path.glob("test.sqlite*")]
    assert len(files) > len(backup) > 1
    yield from (path.read_bytes() for path in files)
    for table in db.metadata.sorted_tables:
        rows = db.session.execute(sa.select(table)).all()
        yield json.dumps([list(row) for row in rows], default=str).encode()


def everything_shown(app, budi, account_id):
    client = app.test_client()
    client.post("/masuk", data={"email": budi.email, "password": PASSWORD})
    paths = ["", f"/{account_id}", f"/{account_id}/sambungkan", f"/{account_id}/serah-terima"]
    for path in [
        *(f"/registri/akun{path}" for path in paths),
        "/penayangan",
        "/pemberitahuan",
        "/",
    ]:
        yield client.get(path).get_data()
    yield client.post(f"/registri/akun/{account_id}/putuskan", follow_redirects=True).get_data()


@pytest.mark.parametrize(("driver", "way"), CASES)
def test_no_planted_secret_is_ever_found_in_the_clear(
    app, troubled, work, budi, driver, way, caplog, capsys, tmp_path
):
    caplog.set_level(logging.DEBUG)
    account, secrets = troubled(driver, way)
    assert secrets

    work(account)

    account_id = account.id
    found = [*everything_stored(app, tmp_path)]
    found += everything_shown(app, budi, account_id)
    found += [caplog.text.encode(), *(text.encode() for text in capsys.readouterr())]
    leaks = [
        (secret, text[max(0, place - 80) : place + 20])
        for secret in secrets
        for text in found
        if (place := text.find(secret.encode())) >= 0
    ]
    assert leaks == []
    db.session.expire_all()
    assert db.session.get(Account, account_id).credentials is None
    told = [*db.session.scalars(sa.select(Attempt)), *db.session.scalars(sa.select(Notice))]
    assert told, "something was refused, and somebody was told"
