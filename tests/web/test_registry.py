"""The registry's pages: who may, whose rows, what is shown, and what never is."""

import json
import re

import pytest
import sqlalchemy as sa
import time_machine

from publisher.db import db
from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.audit import AuditEntry
from publisher.models.people import Role, User
from publisher.models.places import Office
from publisher.models.quotas import QuotaRule
from publisher.platforms import http
from publisher.practice.server import PracticeServer
from publisher.workflow.registering import importing_common
from tests.conftest import NOW, PASSWORD, person

CREDENTIALS = {
    "x": {
        "consumer_key": "kunci-aplikasi",
        "consumer_secret": "rahasia-aplikasi",
        "access_token": "1001-token-akses",
        "access_token_secret": "rahasia-token",
    },
    "facebook": {"page_id": "2001", "page_token": "rahasia-halaman"},
    "telegram": {"bot_token": "700123456:AAE-rahasia-bot-telegram", "channel": "@dinkesblora"},
}
NUMBERS = {"x": "1001", "facebook": "2001", "telegram": "-1003001"}
LISTS = ("perangkat-daerah", "akun", "pengguna", "target", "hari-kerja", "dispensasi")


@pytest.fixture(autouse=True)
def _monday_at_nine():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def as_budi(client_of, budi):
    return client_of(budi)


@pytest.fixture
def practice(tmp_path):
    """The practice platforms, where Dinkes has an account on X and a Page."""
    with PracticeServer(tmp_path / "practice") as server:
        for platform, credentials in CREDENTIALS.items():
            server.register(
                platform=platform,
                remote_id=NUMBERS[platform],
                handle="dinkesblora",
                display_name="Dinkes Blora",
                credentials=credentials,
            )
        http.configure(server.url, connect_s=2, read_s=5)
        yield server
        http.configure()


@pytest.fixture
def registered(dinkes):
    """Return a function that registers an account of Dinkes, not connected."""

    def registered(platform="x", handle="dinkesblora", **more):
        account = Account(
            office=dinkes,
            platform=platform,
            handle=handle,
            display_name="Dinkes Blora",
            paused_reason="Belum disambungkan",
            **more,
        )
        db.session.add(account)
        db.session.commit()
        return account

    return registered


def page(client, path, status=200):
    answer = client.get(f"/registri/{path}")
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def seen_on(client, path):
    return re.search(r'name="seen"[^>]*value="(\w+)"', page(client, path))[1]


# -- who may -------------------------------------------------------------------------------


@pytest.mark.parametrize("where", LISTS)
def test_reviewer_and_operator_open_every_list(client_of, budi, heru, where):
    for user in (budi, heru):
        page(client_of(user), where)


@pytest.mark.parametrize("where", LISTS)
def test_drafter_head_and_leader_do_not_open_the_registry(client_of, sari, wulan, ratna, where):
    own_accounts = where == "akun"
    for user in (sari, wulan):
        page(client_of(user), where, 200 if own_accounts else 403)
    page(client_of(ratna), where, 403)


def test_a_drafter_reads_the_accounts_of_the_own_office_and_changes_none(
    client_of, sari, dinkes_x, dishub, make_account
):
    foreign = make_account(dishub, "x")
    client = client_of(sari)

    text = page(client, "akun")
    assert dinkes_x.handle in text
    assert foreign.handle not in text
    assert "Tambah" not in text
    assert "Nonaktifkan" not in page(client, f"akun/{dinkes_x.id}")
    page(client, f"akun/{foreign.id}", 404)
    assert client.post(f"/registri/akun/{dinkes_x.id}/nonaktifkan").status_code == 403


def test_another_regions_rows_do_not_exist(client_of, yuni, dinkes, dinkes_x, sari, budi):
    client = client_of(yuni)

    for path in (
        f"perangkat-daerah/{dinkes.id}",
        f"perangkat-daerah/{dinkes.id}/ubah",
        f"perangkat-daerah/{dinkes.id}/akhiri",
        f"akun/{dinkes_x.id}",
        f"akun/{dinkes_x.id}/ubah",
        f"akun/{dinkes_x.id}/sambungkan",
        f"pengguna/{sari.id}",
        f"pengguna/{sari.id}/ubah",
    ):
        page(client, path, 404)
    for path in (
        f"perangkat-daerah/{dinkes.id}/buka-lagi",
        f"akun/{dinkes_x.id}/nonaktifkan",
        f"akun/{dinkes_x.id}/putuskan",
        f"akun/{dinkes_x.id}/sambungkan/konfirmasi",
        f"pengguna/{sari.id}/akhiri",
        f"pengguna/{sari.id}/kata-sandi",
    ):
        assert client.post(f"/registri/{path}").status_code == 404
    assert client.post("/registri/target/akhiri", data={"untuk": dinkes.id}).status_code == 404
    assert client.get("/registri/target/ubah", query_string={"untuk": dinkes.id}).status_code == 404
    for where in LISTS:
        text = page(client, where)
        assert "Dinas Kesehatan" not in text
        assert sari.email not in text


def test_only_a_reviewer_sets_targets(client_of, heru, budi):
    page(client_of(heru), "target/ubah", 403)
    page(client_of(budi), "target/ubah")


# -- offices -------------------------------------------------------------------------------

DINSOS = {"name": "Dinas Sosial", "abbreviation": "Dinsos", "kind": "dinas"}


def test_an_office_is_registered_found_and_shown(as_budi):
    answer = as_budi.post("/registri/perangkat-daerah/baru", data=DINSOS, follow_redirects=True)

    assert "Dinas Sosial sudah didaftarkan." in answer.get_data(as_text=True)
    assert "Dinas Sosial" in page(as_budi, "perangkat-daerah?cari=dinsos&jenis=dinas")
    assert "Tidak ada yang cocok" in page(as_budi, "perangkat-daerah?cari=dinsos&jenis=badan")


def test_what_was_typed_stays_when_it_is_refused(as_budi, dinkes):
    answer = as_budi.post(
        "/registri/perangkat-daerah/baru", data={**DINSOS, "abbreviation": "dinkes"}
    )

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Singkatan Dinkes sudah dipakai oleh Dinas Kesehatan." in text
    assert 'value="Dinas Sosial"' in text
    assert db.session.scalars(sa.select(Office)).all() == [dinkes]


def test_an_old_page_does_not_overwrite_a_newer_change(as_budi, dinkes):
    seen = seen_on(as_budi, f"perangkat-daerah/{dinkes.id}/ubah")
    where = f"/registri/perangkat-daerah/{dinkes.id}/ubah"

    first = as_budi.post(where, data={**DINSOS, "seen": seen})
    second = as_budi.post(where, data={**DINSOS, "name": "Lain", "seen": seen})

    assert first.status_code == 302
    assert second.status_code == 409
    assert db.session.get(Office, dinkes.id).name == "Dinas Sosial"


def test_an_office_ends_with_a_successor_and_opens_again(as_budi, dinkes, dishub):
    where = f"/registri/perangkat-daerah/{dinkes.id}"
    as_budi.post(f"{where}/akhiri", data={"last_day": "2026-12-31", "successor": dishub.id})

    assert "Dinas Perhubungan" in page(as_budi, f"perangkat-daerah/{dinkes.id}")
    as_budi.post(f"{where}/buka-lagi")
    assert db.session.get(Office, dinkes.id).valid_to is None


def test_a_name_is_text_and_never_markup(as_budi):
    data = {**DINSOS, "name": "<script>alert(1)</script>"}
    as_budi.post("/registri/perangkat-daerah/baru", data=data)

    text = page(as_budi, "perangkat-daerah")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


# -- accounts ------------------------------------------------------------------------------


def test_an_account_of_an_unsupported_platform_is_only_listed(as_budi, dinkes):
    data = {
        "office": dinkes.id,
        "platform": "threads",
        "handle": "@dinkesblora",
        "display_name": "Dinkes",
        "standing": "utama",
    }
    as_budi.post("/registri/akun/baru", data=data)

    account = db.session.scalars(sa.select(Account)).one()
    assert account.handle == "dinkesblora"
    assert "hanya dicatat" in page(as_budi, f"akun/{account.id}")
    assert as_budi.get(f"/registri/akun/{account.id}/sambungkan").status_code == 302


def test_an_account_is_not_given_to_an_office_of_another_region(as_budi, dinlutkan):
    data = {"office": dinlutkan.id, "platform": "x", "handle": "a", "display_name": "A"}

    answer = as_budi.post("/registri/akun/baru", data={**data, "standing": "utama"})

    assert answer.status_code == 422
    assert db.session.scalars(sa.select(Account)).all() == []


def paste(client, account, credentials, **options):
    return client.post(f"/registri/akun/{account.id}/sambungkan", data=credentials, **options)


def held_in(answer):
    found = re.search(r'name="held"[^>]*value="([^"]+)"', answer.get_data(as_text=True))
    return found and found[1]


@pytest.mark.parametrize(
    ("platform", "handle"), [("x", "dinkesblora"), ("facebook", ""), ("telegram", "dinkesblora")]
)
def test_an_account_is_connected_after_a_person_agrees(
    app, as_budi, practice, registered, platform, handle
):
    account = registered(platform, handle)

    asked = paste(as_budi, account, CREDENTIALS[platform])
    assert "Dinkes Blora" in asked.get_data(as_text=True)
    assert db.session.get(Account, account.id).credentials is None
    as_budi.post(
        f"/registri/akun/{account.id}/sambungkan/konfirmasi", data={"held": held_in(asked)}
    )

    db.session.expire_all()
    assert account.status is AccountStatus.ACTIVE
    assert account.remote_id == NUMBERS[platform]
    opened = app.extensions["vault"].open(account.credentials, bound_to=account.vault_name)
    assert CREDENTIALS[platform].items() <= opened.items()


def test_no_secret_is_shown_logged_or_kept_in_the_open(
    as_budi, practice, registered, caplog, capsys
):
    account = registered()
    asked = paste(as_budi, account, CREDENTIALS["x"])
    where = f"/registri/akun/{account.id}/sambungkan/konfirmasi"
    done = as_budi.post(where, data={"held": held_in(asked)}, follow_redirects=True)
    wrong = paste(as_budi, account, {**CREDENTIALS["x"], "access_token": "1001-salah"})

    entries = [entry.details for entry in db.session.scalars(sa.select(AuditEntry))]
    told = [
        *(answer.get_data(as_text=True) for answer in (asked, done, wrong)),
        json.dumps(entries),
        caplog.text,
        *capsys.readouterr(),
        account.credentials,
    ]
    for secret in (*CREDENTIALS["x"].values(), "1001-salah"):
        assert not [text for text in told if secret in text]


def test_the_credentials_of_another_account_are_refused(as_budi, practice, registered):
    account = registered(handle="dinsosblora")

    answer = paste(as_budi, account, CREDENTIALS["x"])

    assert answer.status_code == 422
    assert "milik @dinkesblora, bukan @dinsosblora" in answer.get_data(as_text=True)
    assert held_in(answer) is None


@pytest.mark.parametrize(
    ("registered_as", "rights", "said"),
    [
        ("dinsosblora", "true", "milik @dinkesblora, bukan @dinsosblora"),
        ("dinkesblora", "false", "may not post in this channel"),
    ],
)
def test_a_bot_of_another_channel_or_without_the_right_to_post_is_refused(
    as_budi, practice, registered, registered_as, rights, said
):
    practice.register(
        platform="telegram", remote_id=NUMBERS["telegram"], handle="dinkesblora",
        credentials={**CREDENTIALS["telegram"], "can_post_messages": rights},
    )  # fmt: skip
    account = registered("telegram", registered_as)

    answer = paste(as_budi, account, CREDENTIALS["telegram"])

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in text
    assert CREDENTIALS["telegram"]["bot_token"] not in text
    assert held_in(answer) is None


def test_an_account_that_a_person_fills_asks_for_no_connection(as_budi, dinkes):
    data = {"office": dinkes.id, "platform": "website", "handle": "dinkes.blorakab.go.id"}
    as_budi.post("/registri/akun/baru", data={**data, "display_name": "Situs", "standing": "utama"})

    account = db.session.scalars(sa.select(Account)).one()
    text = page(as_budi, f"akun/{account.id}")
    assert "Ditayangkan sendiri" in text
    assert "@dinkes.blorakab" not in text
    assert as_budi.get(f"/registri/akun/{account.id}/sambungkan").status_code == 302


def test_the_platforms_number_decides_once_it_is_known(as_budi, practice, registered):
    renamed = registered(handle="dinkes_lama", remote_id="1001")
    answer = paste(as_budi, renamed, CREDENTIALS["x"])
    assert "telah berubah dari @dinkes_lama" in answer.get_data(as_text=True)

    renamed.remote_id = "1002"
    renamed.handle = "dinkesblora"
    db.session.commit()
    assert "nomor 1002" in paste(as_budi, renamed, CREDENTIALS["x"]).get_data(as_text=True)


def test_an_account_connected_elsewhere_is_refused(as_budi, practice, registered, dinkes_x):
    dinkes_x.remote_id = "2001"
    dinkes_x.platform = "facebook"
    db.session.commit()

    answer = paste(as_budi, registered("facebook", ""), CREDENTIALS["facebook"])

    assert "sudah terdaftar pada Dinas Kesehatan" in answer.get_data(as_text=True)


@pytest.mark.parametrize("field", ["consumer_secret", "access_token_secret"])
def test_wrong_credentials_are_said_to_be_refused(as_budi, practice, registered, field):
    answer = paste(as_budi, registered(), {**CREDENTIALS["x"], field: "salah"})

    assert answer.status_code == 422
    assert "Platform menolak kredensial ini" in answer.get_data(as_text=True)


def test_a_platform_that_is_away_is_not_called_a_refusal(as_budi, registered):
    http.configure("http://127.0.0.1:9", connect_s=1, read_s=1)
    try:
        answer = paste(as_budi, registered(), CREDENTIALS["x"])
    finally:
        http.configure()

    assert answer.status_code == 422
    assert "tidak dapat dihubungi" in answer.get_data(as_text=True)


def test_no_transaction_is_open_while_the_platform_answers(
    app, as_budi, practice, registered, monkeypatch
):
    account, waiting = registered(), []
    session_class = type(http.session())
    really = session_class.send

    def send(self, *args, **options):
        waiting.append(db.session.registry().in_transaction())
        return really(self, *args, **options)

    monkeypatch.setattr(session_class, "send", send)
    account_id = account.id
    db.session.rollback()
    paste(as_budi, db.session.get(Account, account_id), CREDENTIALS["x"])

    assert waiting
    assert not any(waiting)


@pytest.mark.parametrize("change", ["other account", "other person", "later", "forged"])
def test_a_confirmation_is_for_one_account_one_person_and_ten_minutes(
    client_of, as_budi, heru, practice, registered, change
):
    account = registered()
    other = registered(handle="dinkesdua")
    held = held_in(paste(as_budi, account, CREDENTIALS["x"]))
    client = client_of(heru) if change == "other person" else as_budi
    target = other if change == "other account" else account
    held = held[:-6] + "AAAAAA" if change == "forged" else held

    with time_machine.travel(NOW.replace(minute=11 if change == "later" else 5), tick=False):
        answer = client.post(
            f"/registri/akun/{target.id}/sambungkan/konfirmasi", data={"held": held}
        )

    assert answer.status_code in {302, 409}
    db.session.expire_all()
    assert db.session.get(Account, target.id).credentials is None


def test_disconnecting_forgets_the_credentials_and_says_so(as_budi, dinkes_x):
    as_budi.post(f"/registri/akun/{dinkes_x.id}/putuskan")

    db.session.expire_all()
    assert dinkes_x.credentials is None
    assert dinkes_x.status is AccountStatus.RECONNECT
    assert "Sambungan diputus" in page(as_budi, f"akun/{dinkes_x.id}")


def test_a_paused_account_says_why_and_is_resumed(as_budi, dinkes_x):
    dinkes_x.status, dinkes_x.paused_reason = AccountStatus.PAUSED, "Batas harian tercapai"
    db.session.commit()

    assert "Batas harian tercapai" in page(as_budi, f"akun/{dinkes_x.id}")
    as_budi.post(f"/registri/akun/{dinkes_x.id}/lanjutkan")

    db.session.expire_all()
    assert dinkes_x.status is AccountStatus.ACTIVE


def test_a_button_that_came_too_late_says_why(as_budi, dinkes_x):
    answer = as_budi.post(f"/registri/akun/{dinkes_x.id}/lanjutkan")

    assert answer.status_code == 422
    assert "tidak sedang dijeda" in answer.get_data(as_text=True)


def test_an_account_stops_being_the_main_one(as_budi, dinkes_x):
    where = f"akun/{dinkes_x.id}/ubah"
    data = {"handle": dinkes_x.handle, "display_name": "Dinkes", "standing": "lama"}

    as_budi.post(f"/registri/{where}", data={**data, "seen": seen_on(as_budi, where)})

    db.session.expire_all()
    assert dinkes_x.standing is Standing.LAMA


# -- people --------------------------------------------------------------------------------

RINA = {"name": "Rina", "email": "rina@contoh.go.id", "role": "leader", "office": ""}


def shown_password(answer):
    return re.search(r'id="kata-sandi">([^<]+)<', answer.get_data(as_text=True))[1]


def sign_in(app, email, password):
    return app.test_client().post("/masuk", data={"email": email, "password": password})


def test_a_person_signs_in_with_the_password_shown_once(app, as_budi):
    answer = as_budi.post("/registri/pengguna/baru", data=RINA)
    password = shown_password(answer)
    user = db.session.scalars(sa.select(User).where(User.name == "Rina")).one()

    assert answer.headers["Cache-Control"] == "no-store"
    assert password not in page(as_budi, f"pengguna/{user.id}")
    assert sign_in(app, "rina@contoh.go.id", password).status_code == 302


def test_reloading_the_page_with_the_password_lets_nobody_else_in(as_budi):
    as_budi.post("/registri/pengguna/baru", data=RINA)

    assert as_budi.post("/registri/pengguna/baru", data=RINA).status_code == 422


def test_a_new_person_is_of_the_region_of_who_adds_them(as_budi, blora, dinlutkan):
    as_budi.post("/registri/pengguna/baru", data={**RINA, "region": dinlutkan.region_id})
    drafter = {**RINA, "email": "b@contoh.go.id", "role": "drafter", "office": dinlutkan.id}
    answer = as_budi.post("/registri/pengguna/baru", data=drafter)

    assert answer.status_code == 422
    rina = db.session.scalars(sa.select(User).where(User.name == "Rina")).one()
    assert rina.region == blora


def test_who_loses_access_is_out_at_once(client_of, as_budi, sari):
    client = client_of(sari)
    assert client.get("/registri/akun").status_code == 200

    as_budi.post(f"/registri/pengguna/{sari.id}/akhiri")

    assert client.get("/registri/akun").status_code == 302
    assert "Sari" in page(as_budi, "pengguna?keadaan=berakhir")


def test_access_and_password_come_back_new(app, as_budi, sari):
    as_budi.post(f"/registri/pengguna/{sari.id}/akhiri")
    password = shown_password(as_budi.post(f"/registri/pengguna/{sari.id}/pulihkan"))

    assert sign_in(app, sari.email, PASSWORD).status_code == 422
    assert sign_in(app, sari.email, password).status_code == 302


def test_a_forgotten_password_is_replaced(app, as_budi, sari):
    password = shown_password(as_budi.post(f"/registri/pengguna/{sari.id}/kata-sandi"))

    assert sign_in(app, sari.email, PASSWORD).status_code == 422
    assert sign_in(app, sari.email, password).status_code == 302


def test_nobody_ends_their_own_access_nor_the_last_reviewers(client_of, as_budi, budi, heru):
    for client in (as_budi, client_of(heru)):
        answer = client.post(f"/registri/pengguna/{budi.id}/akhiri")
        assert answer.status_code == 422
    assert db.session.get(User, budi.id).ended_at is None


def test_a_person_gets_another_role(as_budi, blora, sari):
    where = f"pengguna/{sari.id}/ubah"
    data = {"name": "Sari", "email": sari.email, "role": "leader", "office": ""}

    as_budi.post(f"/registri/{where}", data={**data, "seen": seen_on(as_budi, where)})

    db.session.expire_all()
    assert (sari.role, sari.office) == (Role.LEADER, None)


# -- targets, imports ----------------------------------------------------------------------


def test_a_target_is_set_from_a_monday_on(as_budi, dinkes):
    for data in (
        {"office": "", "minimum": "2", "week": "2026-W48"},
        {"office": dinkes.id, "minimum": "4", "week": "2026-W49"},
    ):
        assert as_budi.post("/registri/target/ubah", data=data).status_code == 302

    text = page(as_budi, "target")
    assert "Perubahan yang akan datang" in text
    rules = db.session.scalars(sa.select(QuotaRule).order_by(QuotaRule.id)).all()
    assert [(rule.minimum, str(rule.valid_from)) for rule in rules] == [
        (2, "2026-11-23"),
        (4, "2026-11-30"),
    ]


@pytest.mark.parametrize(
    "data", [{"minimum": "x"}, {"minimum": "-1"}, {"week": "2026-W47"}, {"office": "999"}]
)
def test_a_target_that_cannot_be_is_refused(as_budi, data):
    good = {"office": "", "minimum": "2", "week": "2026-W48"}

    assert as_budi.post("/registri/target/ubah", data={**good, **data}).status_code == 422
    assert db.session.scalars(sa.select(QuotaRule)).all() == []


def upload(client, content, step="impor"):
    data = {"file": (content, "offices.csv"), "langkah": step}
    return client.post(
        "/registri/perangkat-daerah/impor", data=data, content_type="multipart/form-data"
    )


def file_of(*rows):
    from io import BytesIO

    return BytesIO("\n".join(("region_code,name,abbreviation,kind", *rows)).encode())


def test_a_file_is_checked_without_importing_and_then_imported(as_budi):
    row = "33.16,Dinas Sosial,Dinsos,dinas"

    checked = upload(as_budi, file_of(row), "periksa")
    assert "Berkas ini baik" in checked.get_data(as_text=True)
    assert db.session.scalars(sa.select(Office)).all() == []

    assert upload(as_budi, file_of(row)).status_code == 302
    assert db.session.scalars(sa.select(Office.name)).one() == "Dinas Sosial"


@pytest.mark.parametrize("what", ["perangkat-daerah", "akun"])
def test_nobody_waits_while_the_file_of_a_stranger_is_read(as_budi, monkeypatch, what):
    open_, read_table = [], importing_common.read_table

    def reading(*given, **named):
        open_.append(db.session.registry().in_transaction())
        return read_table(*given, **named)

    monkeypatch.setattr(importing_common, "read_table", reading)

    data = {"file": (file_of("33.16,Dinas Sosial,Dinsos,dinas"), "a.csv"), "langkah": "periksa"}
    address = f"/registri/{what}/impor"
    assert as_budi.post(address, data=data, content_type="multipart/form-data").status_code < 500
    assert open_ == [False]


def test_an_uploaded_file_is_imported_for_the_own_region_alone(as_budi, rembang):
    answer = upload(as_budi, file_of("33.17,Dinas Sosial,Dinsos,dinas"))

    assert answer.status_code == 422
    assert "33.17 bukan daerah Anda" in answer.get_data(as_text=True)
    assert db.session.scalars(sa.select(Office)).all() == []


def test_every_change_leaves_its_author_in_the_audit_trail(as_budi, budi, dinkes):
    as_budi.post("/registri/perangkat-daerah/baru", data=DINSOS)
    as_budi.post("/registri/pengguna/baru", data=RINA)
    as_budi.post("/registri/target/ubah", data={"minimum": "2", "week": "2026-W48"})
    upload(as_budi, file_of("33.16,Badan Satu,Basatu,badan"))

    entries = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.actor_id).order_by(AuditEntry.id)
    ).all()
    ours = [entry for entry in entries if not entry.action.startswith("user.signed")]
    assert ours == [
        (action, budi.id) for action in ("office.add", "user.add", "quota.set", "office.import")
    ]


def test_a_second_reviewer_may_be_ended(as_budi, blora):
    citra = person("Citra", Role.REVIEWER, region=blora)

    assert as_budi.post(f"/registri/pengguna/{citra.id}/akhiri").status_code == 302
