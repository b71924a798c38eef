"""Every setting of Siar, read once at the start, from the environment and from `.env`.

Nothing else reads `os.environ`. What is missing or malformed stops the start with the name of
the variable, because a wrong setting found in the middle of a night's publishing costs more.
`.env.example` explains each name; a test holds the two together.
"""

import base64
import json
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values

from publisher import mail
from publisher.storage import Bucket, place

ROOT = Path(__file__).resolve().parent
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
PHOTO_BYTES = 15 * 1024 * 1024
PHOTOS_PER_POST = 10
FORM_BYTES = 2 * 1024 * 1024  # the text around the photos
SHORTEST_SECRET = 32
_BOT = re.compile(r"\d+:[\w-]{20,}", re.ASCII)


class SettingError(SystemExit):
    """A setting cannot be used; uncaught, it ends the process with its message alone."""


class MissingSetting(SettingError):
    """A setting without which nobody is safe is not there."""

    def __init__(self, name: str, hint: str) -> None:
        self.name = name
        super().__init__(f"{name} is not set. {hint} (Or name a file that holds it: {name}_FILE.)")


def _text(value: str) -> str:
    return value


def _number(lowest: int, highest: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        number = int(value) if value.isascii() and value.isdigit() else -1
        if not lowest <= number <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}")
        return number

    return read


def _yes_or_no(value: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    if value.lower() not in words:
        raise ValueError("must be 1 or 0")
    return words[value.lower()]


def _secret(value: str) -> str:
    if len(value) < SHORTEST_SECRET:
        raise ValueError(f"must have at least {SHORTEST_SECRET} characters")
    return value


def _database(value: str) -> str:
    """Name the driver we ship where an address leaves it open."""
    scheme, separator, rest = value.partition("://")
    if scheme in {"postgres", "postgresql"}:
        scheme = "postgresql+psycopg"
    if not separator or scheme not in {"sqlite", "postgresql+psycopg"}:
        raise ValueError("must begin with sqlite:// or postgresql://")
    return f"{scheme}://{rest}"


def _broker(value: str) -> str:
    if urlsplit(value).scheme not in {"redis", "rediss", "redis+socket", "amqp", "amqps"}:
        raise ValueError("must begin with redis://, rediss://, amqp:// or amqps://")
    return _reachable(value)


def _reachable(value: str) -> str:
    """Refuse now what a library would refuse in the middle of sending, parts of the password in
    its message."""
    for address in value.split(";"):  # several stand for one another
        parts = urlsplit(address)
        try:
            named = parts.hostname and parts.port != 0
        except ValueError:
            named = False
        if parts.scheme != "redis+socket" and not named:
            raise ValueError(
                "must name a host, and a port by its number; write special characters of the "
                "password as %XX"
            )
        if parts.scheme in {"redis", "rediss"} and not re.fullmatch(r"/?\d*", parts.path):
            raise ValueError("must end with the number of a Redis database, such as /0")
    return value


def _counters(value: str) -> str:
    if value != "memory://" and urlsplit(value).scheme not in {"redis", "rediss"}:
        raise ValueError("must be memory://, or begin with redis:// or rediss://")
    return value if value == "memory://" else _reachable(value)


def _media(value: str) -> str:
    place(value)
    return value


def _file(value: str) -> str:
    if not Path(value).is_file():
        raise ValueError("must be the path of a file that is there")
    return value


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address such as https://siar.example.go.id")
    return value.rstrip("/")


def _gateway(value: str) -> str:
    """Accept this machine only: every credential of every office passes through it."""
    if urlsplit(_address(value)).hostname not in LOOPBACK:
        raise ValueError("must be on this machine, such as http://127.0.0.1:8001")
    return value.rstrip("/")


def _mail(value: str) -> str:
    mail.server(value)
    return value


def _sender(value: str) -> str:
    name, separator, domain = value.partition("@")
    if not (name and separator and "." in domain) or any(c.isspace() for c in value):
        raise ValueError("must be an address such as siar@example.go.id")
    return value


def _bot(value: str) -> str:
    if not _BOT.fullmatch(value):
        raise ValueError("must be the token of a bot, as @BotFather gives it")
    return value


def _log_level(value: str) -> str:
    if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
        raise ValueError("must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
    return value.upper()


@dataclass(frozen=True)
class Setting:
    """How one variable is read, and what it is when nobody gives it."""

    read: Callable[[str], Any] = _text
    default: str | None = None


PORTS = _number(1, 65535)
SETTINGS: dict[str, Setting] = {
    "SECRET_KEY": Setting(_secret),
    "VAULT_KEYS": Setting(),
    "DATABASE_URL": Setting(_database),
    "ENGINE_URL": Setting(_broker),
    "RATELIMIT_STORAGE_URI": Setting(_counters),
    "MEDIA_URL": Setting(_media),
    "MEDIA_KEY_ID": Setting(),
    "MEDIA_SECRET_KEY": Setting(),
    "AKSARA_FONT": Setting(_file),
    "PLATFORM_GATEWAY": Setting(_gateway),
    "PLATFORM_GATEWAY_CA": Setting(),
    "X_CLIENT_ID": Setting(),
    "X_CLIENT_SECRET": Setting(),
    "FACEBOOK_APP_ID": Setting(),
    "FACEBOOK_APP_SECRET": Setting(),
    "INSTAGRAM_APP_ID": Setting(),
    "INSTAGRAM_APP_SECRET": Setting(),
    "TIKTOK_CLIENT_KEY": Setting(),
    "TIKTOK_CLIENT_SECRET": Setting(),
    "MAIL_URL": Setting(_mail),
    "MAIL_FROM": Setting(_sender),
    "TELEGRAM_NOTICE_BOT": Setting(_bot),
    "PUBLIC_URL": Setting(_address),
    "SOURCE_URL": Setting(_address),
    "TRUSTED_PROXIES": Setting(_number(0, 10), "0"),
    "HOST": Setting(default="127.0.0.1"),
    "PORT": Setting(PORTS, "8000"),
    "DEMO": Setting(_yes_or_no, "0"),
    "PRACTICE_PORT": Setting(PORTS, "8001"),
    "PRACTICE_DATA": Setting(default="instance/practice"),
    "SENDER_THREADS": Setting(_number(1, 512), "64"),
    "SPACING_S": Setting(_number(0, 3600), "60"),
    "EMBEDDED_WORKER": Setting(_yes_or_no, "1"),
    "LOG_LEVEL": Setting(_log_level, "INFO"),
    "SESSION_DAYS": Setting(_number(1, 90), "7"),
    "CATCH_UP_HOURS": Setting(_number(1, 168), "6"),
    "LATE_AFTER_MINUTES": Setting(_number(1, 1440), "15"),
}
REQUIRED = {
    "SECRET_KEY": "It signs the sign-in cookies; make one with: openssl rand -hex 32.",
    "VAULT_KEYS": "It encrypts the accounts' credentials; make one with: "
    'echo "k1:$(openssl rand -base64 32)".',
}


def load(environ: Mapping[str, str] = os.environ, *, root: Path = ROOT) -> dict[str, Any]:
    """Return the Flask configuration that `environ`, then `root`/.env, ask for.

    In demo mode missing secrets are made once and kept, and platforms are never real: without
    a gateway of its own the demo publishes to the practice platforms.

    :raises MissingSetting: if a secret is missing outside demo mode
    :raises SettingError: if a value cannot be read, is given twice, or does not go with another
    """
    instance = root / "instance"
    instance.mkdir(exist_ok=True)
    given = _given({**dotenv_values(root / ".env", interpolate=False), **environ})
    values = {name: _value(name, given.get(name, SETTINGS[name].default)) for name in SETTINGS}
    if values["DEMO"]:
        _fill_in_for_a_demo(values, instance / "demo-secrets.json")
    for name, hint in REQUIRED.items():
        if not values[name]:
            raise MissingSetting(name, hint)
    values["PUBLIC_URL"] = values["PUBLIC_URL"] or f"http://{values['HOST']}:{values['PORT']}"
    values["DATABASE_URL"] = values["DATABASE_URL"] or f"sqlite:///{instance / 'siar.sqlite'}"
    values["MEDIA_URL"] = values["MEDIA_URL"] or "media"
    values["RATELIMIT_STORAGE_URI"] = values["RATELIMIT_STORAGE_URI"] or _shared(values)
    _check_together(values)
    return values | _for_flask(values)


def _check_together(values: Mapping[str, Any]) -> None:
    if values["ENGINE_URL"] and values["DATABASE_URL"].startswith("sqlite"):
        raise SettingError(
            "ENGINE_URL needs PostgreSQL: senders on other machines share its rows and its clock. "
            "Set DATABASE_URL to postgresql://…, or leave ENGINE_URL unset."
        )
    if values["MAIL_URL"] and not values["MAIL_FROM"]:
        raise MissingSetting("MAIL_FROM", "It is the address that letters sent by MAIL_URL name.")
    if isinstance(place(values["MEDIA_URL"]), Bucket):
        for name in ("MEDIA_KEY_ID", "MEDIA_SECRET_KEY"):
            if not values[name]:
                raise MissingSetting(name, "The bucket that MEDIA_URL names cannot do without it.")


def _shared(values: Mapping[str, Any]) -> str:
    """Return where counters are kept when nobody says so: in the Redis that is there anyway."""
    engine = values["ENGINE_URL"] or ""
    return engine if urlsplit(engine).scheme in {"redis", "rediss"} else "memory://"


def _given(environ: Mapping[str, str | None]) -> dict[str, str]:
    """Return what is set, names as in SETTINGS; an empty value counts as not set."""
    given: dict[str, str] = {}
    for name in SETTINGS:
        value, file = environ.get(name), environ.get(f"{name}_FILE")
        if value and file:
            raise SettingError(f"{name} and {name}_FILE are both set; keep one of them.")
        if file:
            value = _content(f"{name}_FILE", file)
        if value:
            given[name] = value
    return given


def _content(name: str, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{name} names a file that cannot be read: {file}") from error


def _value(name: str, text: str | None) -> Any:
    if text is None:
        return None
    try:
        return SETTINGS[name].read(text)
    except ValueError as error:  # never quote the value: it may be a secret
        raise SettingError(f"{name} {error}.") from error


#: What the practice platforms know Siar as. They are no secret: nothing real accepts them.
PRACTICE_APPS = {
    "X_CLIENT_ID": "siar-latihan-x",
    "X_CLIENT_SECRET": "rahasia-latihan-x",
    "FACEBOOK_APP_ID": "1000000000000001",
    "FACEBOOK_APP_SECRET": "rahasia-latihan-facebook",
    "INSTAGRAM_APP_ID": "2000000000000002",
    "INSTAGRAM_APP_SECRET": "rahasia-latihan-instagram",
    "TIKTOK_CLIENT_KEY": "siarlatihantiktok",
    "TIKTOK_CLIENT_SECRET": "rahasia-latihan-tiktok",
}


def _fill_in_for_a_demo(values: dict[str, Any], kept_in: Path) -> None:
    for name, secret in (_demo_secrets(kept_in) | PRACTICE_APPS).items():
        values[name] = values[name] or secret
    values["PLATFORM_GATEWAY"] = (
        values["PLATFORM_GATEWAY"] or f"http://127.0.0.1:{values['PRACTICE_PORT']}"
    )
    # Never the database of a real installation in the same folder.
    instance = kept_in.parent
    values["DATABASE_URL"] = values["DATABASE_URL"] or f"sqlite:///{instance / 'demo.sqlite'}"
    values["MEDIA_URL"] = values["MEDIA_URL"] or str(instance / "demo-media")


def _demo_secrets(kept_in: Path) -> dict[str, str]:
    """Return the demo's own secrets; two processes that start at once agree on them."""
    if not kept_in.exists():
        made = {
            "SECRET_KEY": secrets.token_hex(32),
            "VAULT_KEYS": "demo:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        draft = kept_in.with_suffix(f".{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(made, file)
        try:
            os.link(draft, kept_in)  # unlike a rename, it lets the first one win
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    kept: dict[str, str] = json.loads(kept_in.read_text(encoding="utf-8"))
    return kept


def _for_flask(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Flask and its extensions want to know, under their own names."""
    https = values["PUBLIC_URL"].startswith("https://")
    lasting = timedelta(days=values["SESSION_DAYS"])
    cookies = {"HTTPONLY": True, "SECURE": https, "SAMESITE": "Lax", "PATH": "/"}
    # Browsers refuse a cookie called __Host-… unless it is Secure and of this host alone.
    prefix = "__Host-" if https else ""
    return {
        **{f"SESSION_COOKIE_{name}": value for name, value in cookies.items()},
        **{f"REMEMBER_COOKIE_{name}": value for name, value in cookies.items()},
        "SESSION_COOKIE_NAME": f"{prefix}siar",
        "REMEMBER_COOKIE_NAME": f"{prefix}siar_ingat",
        "REMEMBER_COOKIE_DURATION": lasting,
        "PERMANENT_SESSION_LIFETIME": lasting,
        "PREFERRED_URL_SCHEME": "https" if https else "http",
        "SQLALCHEMY_DATABASE_URI": values["DATABASE_URL"],
        "MAX_CONTENT_LENGTH": PHOTOS_PER_POST * PHOTO_BYTES + FORM_BYTES,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a long draft must not be lost
    }
