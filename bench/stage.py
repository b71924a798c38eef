"""A Siar of its own for a benchmark: an empty database, practice platforms, many offices."""

import base64
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from flask_migrate import upgrade

from publisher import create_app
from publisher.db import db
from publisher.models.accounts import Account, AccountStatus
from publisher.models.people import Role, User
from publisher.models.places import Office, OfficeKind, Region, RegionKind
from publisher.models.posts import Post
from publisher.platforms import http
from publisher.practice.controls import PracticeProcess
from publisher.workflow import scheduling


@dataclass(frozen=True)
class Stage:
    app: Flask
    practice: PracticeProcess
    folder: Path


@contextmanager
def stage(*, latency_ms: float = 0, threads: int = 64) -> Iterator[Stage]:
    """Set up a SQLite Siar whose platforms answer in `latency_ms`; gone afterwards."""
    logging.disable(logging.INFO)
    with TemporaryDirectory(prefix="siar-bench-") as name:
        folder = Path(name)
        options = ("--latency-ms", str(latency_ms))
        with PracticeProcess(folder / "practice", 0, *options) as practice:
            app = create_app(_settings(folder, threads))
            http.configure(practice.url)
            with app.app_context():
                upgrade()
                yield Stage(app=app, practice=practice, folder=folder)
                db.session.remove()
                db.engine.dispose()


def _settings(folder: Path, threads: int) -> dict[str, Any]:
    return {
        "SECRET_KEY": "bench" * 8,
        "VAULT_KEYS": "bench:" + base64.b64encode(b"b" * 32).decode(),
        "DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite'}",
        "MEDIA_URL": str(folder / "media"),
        "PUBLIC_URL": "http://localhost",
        "SENDER_THREADS": threads,
        "SESSION_DAYS": 7,
        "CATCH_UP_HOURS": 6,
        "RATELIMIT_ENABLED": False,
        "WTF_CSRF_ENABLED": False,
    }


def credentials(number: int) -> dict[str, str]:
    return {
        "consumer_key": "bench",
        "consumer_secret": "bench",
        "access_token": f"{number}-token",
        "access_token_secret": f"secret-{number}",
    }


def add_region(at: datetime) -> tuple[Region, User, User]:
    """Add a region with a drafter's office and a reviewer."""
    region = Region(code="33.16", name="Blora", kind=RegionKind.KABUPATEN)
    office = Office(region=region, name="Dinas Uji", abbreviation="Dinji", kind=OfficeKind.DINAS)
    common = {"region": region, "password_hash": "-", "created_at": at}
    drafter = User(name="Sari", email="sari@b.id", role=Role.DRAFTER, office=office, **common)
    reviewer = User(name="Budi", email="budi@b.id", role=Role.REVIEWER, **common)
    db.session.add_all([region, office, drafter, reviewer])
    db.session.flush()
    return region, drafter, reviewer


def add_accounts(stage: Stage, drafter: User, count: int) -> list[Account]:
    """Add connected X accounts, here and on the practice platform."""
    vault = stage.app.extensions["vault"]
    accounts = []
    for number in range(1, count + 1):
        account = Account(
            office=drafter.office, platform="x", handle=f"akun{number}", paused_reason="-",
            display_name=f"Akun {number}", remote_id=str(10_000 + number),
        )  # fmt: skip
        db.session.add(account)
        db.session.flush()
        secret = credentials(10_000 + number)
        account.credentials = vault.seal(secret, bound_to=account.vault_name)
        account.status, account.paused_reason = AccountStatus.ACTIVE, ""
        accounts.append(account)
        stage.practice.register(
            platform="x", remote_id=account.remote_id, handle=account.handle, credentials=secret
        )
    return accounts


def add_due(
    accounts: list[Account], drafter: User, reviewer: User, *, due: datetime, at: datetime
) -> None:
    """Add one approved post per account, due at `due`."""
    for number, account in enumerate(accounts):
        post = Post(
            office=drafter.office, title=f"Kegiatan {number}", caption=f"Kegiatan nomor {number}.",
            planned_at=due, drafted_by=drafter, edited_by=drafter, created_at=at, edited_at=at,
        )  # fmt: skip
        post.accounts = [account]
        db.session.add(post)
        db.session.flush()
        post.move("submit", actor=drafter, at=at)
        post.move("approve", actor=reviewer, at=at)
        scheduling.schedule(post, actor=reviewer, at=at)
    db.session.commit()
