"""Settings are complete, or the start stops and says which one is wrong."""

import base64
import json
import re
import stat
from datetime import timedelta

import pytest

import config
from publisher import create_app

ENOUGH = {
    "SECRET_KEY": "s" * 32,
    "VAULT_KEYS": "k1:" + base64.b64encode(bytes(32)).decode(),
}


def load(root, **environ):
    return config.load(environ, root=root)


def test_the_example_names_exactly_what_is_read():
    text = (config.ROOT / ".env.example").read_text()
    named = re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE)

    assert sorted(named) == sorted(config.SETTINGS)


def test_the_example_shows_the_defaults_that_hold():
    text = (config.ROOT / ".env.example").read_text()
    for name, shown in re.findall(r"^#([A-Z_]+)=(.+)", text, re.MULTILINE):
        default = config.SETTINGS[name].default
        assert default in {shown, None}, name


def test_defaults_are_one_machine_with_a_folder(tmp_path):
    settings = load(tmp_path, **ENOUGH)

    assert settings["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path}/instance/siar.sqlite"
    assert (tmp_path / "instance").is_dir()
    assert (settings["HOST"], settings["PORT"]) == ("127.0.0.1", 8000)
    assert settings["PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert settings["PLATFORM_GATEWAY"] is None
    assert settings["SENDER_THREADS"] == 64
    assert settings["DEMO"] is False
    assert settings["PERMANENT_SESSION_LIFETIME"] == timedelta(days=7)


@pytest.mark.parametrize("name", ["SECRET_KEY", "VAULT_KEYS"])
@pytest.mark.parametrize("empty", [True, False])
def test_a_missing_secret_stops_the_start_with_its_name(tmp_path, name, empty):
    environ = ENOUGH | {name: ""} if empty else {k: v for k, v in ENOUGH.items() if k != name}

    with pytest.raises(config.MissingSetting, match=f"{name} is not set") as caught:
        load(tmp_path, **environ)

    assert isinstance(caught.value, SystemExit)
    assert caught.value.name == name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "too-short-to-sign"),
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("PORT", "-1"),
        ("SENDER_THREADS", "0"),
        ("DEMO", "maybe"),
        ("LOG_LEVEL", "loud"),
        ("DATABASE_URL", "mysql://localhost/siar"),
        ("ENGINE_URL", "http://broker.example.go.id"),
        ("ENGINE_URL", "redis://:sandi#rahasia@broker.example.go.id/0"),
        ("ENGINE_URL", "amqp://siar:sandi/rahasia@broker.example.go.id"),
        ("ENGINE_URL", "amqp://"),
        ("ENGINE_URL", "redis://broker.example.go.id/siar"),
        ("RATELIMIT_STORAGE_URI", "redis://:sandi#rahasia@broker.example.go.id/0"),
        ("RATELIMIT_STORAGE_URI", "postgresql://localhost/siar"),
        ("MEDIA_URL", "gs://siar/foto"),
        ("MEDIA_URL", "s3://KUNCI:RAHASIA@siar/foto"),
        ("PUBLIC_URL", "kominfo.blora"),
        ("PLATFORM_GATEWAY", "http://gateway.example.com:8001"),
        ("PLATFORM_GATEWAY", "http://127.0.0.1@evil.example.com"),
    ],
)
def test_a_value_that_cannot_be_meant_stops_the_start_without_being_shown(tmp_path, name, value):
    enough = ENOUGH | {"DATABASE_URL": "postgresql://localhost/siar"}  # goes with every broker

    with pytest.raises(config.SettingError) as caught:
        load(tmp_path, **enough | {name: value})

    assert str(caught.value).startswith(name)
    assert value not in str(caught.value)
    assert "sandi#" not in str(caught.value)


BUCKET = "s3://siar/foto?endpoint=https://s3.example.go.id"


@pytest.mark.parametrize("missing", ["MEDIA_KEY_ID", "MEDIA_SECRET_KEY"])
def test_a_bucket_needs_its_keys(tmp_path, missing):
    keys = {"MEDIA_KEY_ID": "kunci", "MEDIA_SECRET_KEY": "rahasia"}
    assert load(tmp_path, **ENOUGH, MEDIA_URL=BUCKET, **keys)["MEDIA_URL"] == BUCKET

    with pytest.raises(config.MissingSetting, match=f"{missing} is not set.*bucket"):
        load(tmp_path, **ENOUGH, MEDIA_URL=BUCKET, **keys | {missing: ""})


def test_the_app_gets_the_keys_of_its_bucket_from_files(tmp_path):
    file = tmp_path / "secret-key"
    file.write_text("rahasia\n")
    given = {"MEDIA_URL": BUCKET, "MEDIA_KEY_ID": "kunci", "MEDIA_SECRET_KEY_FILE": str(file)}

    store = create_app(load(tmp_path, **ENOUGH, **given)).extensions["media_store"]

    assert repr(store) == "BucketStore('s3://siar/foto')"
    assert store._keys["access_key_id"] == "kunci"
    assert store._keys["secret_access_key"] == "rahasia"


def test_senders_elsewhere_need_postgresql(tmp_path):
    with pytest.raises(config.SettingError, match="ENGINE_URL needs PostgreSQL"):
        load(tmp_path, **ENOUGH, ENGINE_URL="redis://localhost/0")


@pytest.mark.parametrize(
    "engine",
    [
        "redis+socket:///run/redis.sock",
        "rediss://:sandi%23rahasia@broker.example.go.id:6380/1",
        "amqps://siar:sandi%2Frahasia@broker.example.go.id/siar",
        "amqp://siar@satu.example.go.id:5672//;amqp://siar@dua.example.go.id:5672//",
    ],
)
def test_a_broker_may_be_named_in_every_way_that_can_be_read(tmp_path, engine):
    settings = load(
        tmp_path, **ENOUGH, DATABASE_URL="postgresql://localhost/siar", ENGINE_URL=engine
    )

    assert settings["ENGINE_URL"] == engine


@pytest.mark.parametrize(
    ("engine", "counters"),
    [("redis://localhost/0", "redis://localhost/0"), ("amqp://localhost", "memory://")],
)
def test_web_processes_share_their_counters_where_there_is_a_redis(tmp_path, engine, counters):
    settings = load(
        tmp_path, **ENOUGH, DATABASE_URL="postgresql://localhost/siar", ENGINE_URL=engine
    )

    assert settings["RATELIMIT_STORAGE_URI"] == counters


def test_a_secret_may_lie_in_a_file(tmp_path):
    file = tmp_path / "key"
    file.write_text("f" * 40 + "\n")

    settings = load(tmp_path, VAULT_KEYS=ENOUGH["VAULT_KEYS"], SECRET_KEY_FILE=str(file))

    assert settings["SECRET_KEY"] == "f" * 40


def test_a_value_given_twice_is_an_error(tmp_path):
    file = tmp_path / "key"
    file.write_text("f" * 40)

    with pytest.raises(config.SettingError, match="SECRET_KEY and SECRET_KEY_FILE"):
        load(tmp_path, **ENOUGH, SECRET_KEY_FILE=str(file))


def test_a_file_that_is_not_there_stops_the_start(tmp_path):
    with pytest.raises(config.SettingError, match="VAULT_KEYS_FILE"):
        load(tmp_path, SECRET_KEY=ENOUGH["SECRET_KEY"], VAULT_KEYS_FILE=str(tmp_path / "none"))


def test_the_environment_wins_over_the_env_file(tmp_path):
    (tmp_path / ".env").write_text('PORT=9001\nLOG_LEVEL="debug"\n# HOST=0.0.0.0\n')

    settings = load(tmp_path, **ENOUGH, PORT="9002")

    assert (settings["PORT"], settings["LOG_LEVEL"]) == (9002, "DEBUG")
    assert settings["HOST"] == "127.0.0.1"


def test_a_demo_makes_its_secrets_once_and_keeps_them_private(tmp_path):
    first, second = load(tmp_path, DEMO="1"), load(tmp_path, DEMO="1")

    kept = tmp_path / "instance" / "demo-secrets.json"
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert first["VAULT_KEYS"] == second["VAULT_KEYS"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["demo-secrets.json"]
    assert json.loads(kept.read_text())["SECRET_KEY"] == first["SECRET_KEY"]


def test_the_secrets_of_a_demo_do_not_serve_outside_it(tmp_path):
    load(tmp_path, DEMO="1")

    with pytest.raises(config.MissingSetting):
        load(tmp_path)


def test_a_demo_never_talks_to_real_platforms(tmp_path):
    settings = load(tmp_path, DEMO="1", PRACTICE_PORT="8123")

    assert settings["PLATFORM_GATEWAY"] == "http://127.0.0.1:8123"


def test_a_demo_never_opens_the_database_of_a_real_installation(tmp_path):
    real, demo = load(tmp_path, **ENOUGH), load(tmp_path, DEMO="1")

    assert demo["DATABASE_URL"] != real["DATABASE_URL"]
    assert demo["MEDIA_URL"] != real["MEDIA_URL"]


@pytest.mark.parametrize(
    ("address", "secure", "name"),
    [
        ("https://siar.example.go.id", True, "__Host-siar"),
        ("http://127.0.0.1:8000", False, "siar"),
    ],
)
def test_cookies_are_as_safe_as_the_address_allows(tmp_path, address, secure, name):
    settings = load(tmp_path, **ENOUGH, PUBLIC_URL=address)

    assert settings["SESSION_COOKIE_NAME"] == name
    for cookie in ("SESSION", "REMEMBER"):
        assert settings[f"{cookie}_COOKIE_SECURE"] is secure
        assert settings[f"{cookie}_COOKIE_HTTPONLY"] is True
        assert settings[f"{cookie}_COOKIE_SAMESITE"] == "Lax"


def test_ten_photos_of_the_largest_size_fit_into_one_form(tmp_path):
    assert load(tmp_path, **ENOUGH)["MAX_CONTENT_LENGTH"] > 10 * 15 * 1024 * 1024


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_reached_with_the_driver_we_ship(tmp_path, scheme):
    settings = load(tmp_path, **ENOUGH, DATABASE_URL=f"{scheme}://siar@db/siar")

    assert settings["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://siar@db/siar"
