"""The accounts page: what needs a person, what was last posted, who holds what, and goodbye."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy import event

from config import PRACTICE_APPS
from publisher.db import db
from publisher.models.accounts import Account, AccountStatus, Custody
from publisher.models.audit import AuditEntry
from publisher.platforms import http
from publisher.practice.grants import Grant
from publisher.practice.server import PracticeServer
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def _monday_at_nine():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def as_budi(client_of, budi):
    return client_of(budi)


@pytest.fixture
def practice(app, tmp_path):
    app.config.update(PRACTICE_APPS)
    with PracticeServer(tmp_path / "practice") as server:
        http.configure(server.url, connect_s=2, read_s=5)
        yield server
        http.configure()


def page(client, path):
    answer = client.get(f"/registri/akun{path}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def ending(account, heru, budi):
    account.token_ends_at = NOW + timedelta(days=3)


def reconnect(account, heru, budi):
    account.status, account.paused_reason = AccountStatus.RECONNECT, "Ditolak platform"
    account.connected_at = NOW


def paused(account, heru, budi):
    account.status, account.paused_reason = AccountStatus.PAUSED, "Dijeda"


def left(account, heru, budi):
    heru.ended_at = NOW
    account.connected_by = heru


def keeper_left(account, heru, budi):
    heru.ended_at = NOW
    account.keeper = heru


@pytest.mark.parametrize(
    ("trouble", "step"),
    [
        (ending, "Izinnya segera berakhir"),
        (reconnect, "Sambungkan ulang dengan kredensial"),
        (paused, "lalu lanjutkan bila sudah beres"),
        (left, "Orang yang menyambungkannya sudah tidak bertugas"),
        (keeper_left, "Penanggung jawabnya sudah tidak bertugas"),
    ],
)
def test_what_needs_a_person_is_listed_with_its_next_step(
    as_budi, budi, heru, make_account, dinkes, dishub, trouble, step
):
    account, fine = make_account(dinkes), make_account(dishub)
    trouble(account, heru, budi)
    db.session.commit()

    listed = page(as_budi, "?keadaan=perlu")
    assert account.label in listed
    assert fine.label not in listed
    assert step in listed
    assert step in page(as_budi, f"/{account.id}")


def test_what_renews_itself_or_is_far_away_needs_nobody(as_budi, make_account, dinkes, dishub):
    renewed, far = make_account(dinkes), make_account(dishub)
    renewed.token_ends_at, renewed.renew_at = NOW + timedelta(hours=1), NOW + timedelta(minutes=30)
    far.token_ends_at = NOW + timedelta(days=60)
    db.session.commit()

    listed = page(as_budi, "?keadaan=perlu")
    assert "Tidak ada yang cocok" in listed
    everything = page(as_budi, "")
    assert "diperbarui otomatis" in everything
    assert "sampai 22 Jan 2027" in everything


@pytest.mark.parametrize(
    ("ago", "words"), [(0, "hari ini"), (1, "1 hari lalu"), (12, "12 hari lalu")]
)
def test_the_last_post_and_the_days_of_silence_are_shown(as_budi, dinkes_x, ago, words):
    dinkes_x.last_post_at = NOW - timedelta(days=ago)
    db.session.commit()

    assert words in page(as_budi, "")
    assert words in page(as_budi, f"/{dinkes_x.id}")


def test_a_page_of_accounts_costs_the_same_however_many(as_budi, make_account, dinkes, budi):
    def queries():
        seen = []
        listener = lambda *_: seen.append(1)  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listener)
        page(as_budi, "")
        event.remove(db.engine, "before_cursor_execute", listener)
        return len(seen)

    def more(count):
        for number in range(count):
            account = make_account(
                dinkes, handle=f"akun{count}{number}", remote_id=f"{count}{number}"
            )
            account.connected_by = account.keeper = budi
        db.session.commit()

    more(1)
    few = queries()
    more(12)
    assert queries() == few


def test_a_handover_says_who_to_whom_when_and_what_to_do_there(
    as_budi, budi, sari, wulan, dinkes_facebook
):
    where = f"/{dinkes_facebook.id}"
    form = page(as_budi, f"{where}/serah-terima")
    assert "admin Halaman di Meta Business Suite" in form
    for taker, remark in ((sari, "BA 12/2026"), (wulan, "BA 13/2026")):
        data = {"taker": taker.id, "remark": remark}
        answer = as_budi.post(f"/registri/akun{where}/serah-terima", data=data)
        assert answer.status_code == 302

    shown = page(as_budi, where)
    assert re.search("Diserahkan kepada Wulan.*dari Sari, dicatat Budi", shown, re.DOTALL)
    assert "BA 12/2026" in shown
    db.session.expire_all()
    assert dinkes_facebook.keeper.name == "Wulan"
    entries = db.session.scalars(sa.select(AuditEntry).filter_by(action="account.handover")).all()
    assert [entry.details["taker"] for entry in entries] == [sari.id, wulan.id]


@pytest.mark.parametrize("who", ["tono", "yuni", "agus", "ended"])
def test_an_account_is_not_handed_to_who_is_not_of_its_office_or_region(
    request, as_budi, wulan, dinkes_x, who
):
    taker = wulan if who == "ended" else request.getfixturevalue(who)
    if who == "ended":
        taker.ended_at = NOW
        db.session.commit()

    answer = as_budi.post(f"/registri/akun/{dinkes_x.id}/serah-terima", data={"taker": taker.id})

    assert answer.status_code == 422
    assert db.session.scalars(sa.select(Custody)).all() == []


def connected_by_consent(app, practice, account):
    practice.register(
        platform="x", remote_id=account.remote_id, handle=account.handle,
        credentials={"access_token": "tidak-dipakai"},
    )  # fmt: skip
    grant = Grant(platform="x", accounts=(account.remote_id,), scope="tweet.write")
    tokens = practice.app.grants.issue(grant, lasts_s=7200)
    given = {"user_token": tokens.access, "refresh_token": tokens.refresh}
    account.credentials = app.extensions["vault"].seal(given, bound_to=account.vault_name)
    account.renew_at = account.token_ends_at = NOW + timedelta(hours=2)
    db.session.commit()
    return tokens


def test_disconnecting_forgets_and_takes_the_permission_back(app, as_budi, practice, dinkes_x):
    tokens = connected_by_consent(app, practice, dinkes_x)

    done = as_budi.post(f"/registri/akun/{dinkes_x.id}/putuskan", follow_redirects=True)

    assert "Sambungan diputus" in done.get_data(as_text=True)
    assert "Cabut sendiri" not in done.get_data(as_text=True)
    assert practice.app.grants.holder("x", tokens.access) is None
    assert practice.app.grants.renew(tokens.refresh, lasts_s=1, rotate=True) is None
    account = db.session.get(Account, dinkes_x.id)
    db.session.refresh(account)
    assert (account.credentials, account.renew_at, account.token_ends_at) == (None, None, None)


def test_a_permission_that_cannot_be_taken_back_is_said_and_nothing_is_kept(app, as_budi, dinkes_x):
    app.config.update(PRACTICE_APPS)
    given = {"user_token": "a", "refresh_token": "b"}
    dinkes_x.credentials = app.extensions["vault"].seal(given, bound_to=dinkes_x.vault_name)
    db.session.commit()
    http.configure("http://127.0.0.1:9", connect_s=1, read_s=1)
    try:
        done = as_budi.post(f"/registri/akun/{dinkes_x.id}/putuskan", follow_redirects=True)
    finally:
        http.configure()

    assert "Cabut sendiri di pengaturan akun" in done.get_data(as_text=True)
    assert db.session.get(Account, dinkes_x.id).credentials is None
