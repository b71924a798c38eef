"""How long the pages that must be quick take, server side, with a region's worth of rows."""

import gc
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from bench import rows
from publisher.clock import Week
from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.media import Media
from publisher.models.people import Role, User
from publisher.models.places import Office, OfficeKind
from publisher.models.posts import ACTIVITY_FIELDS, Post, PostPicture
from publisher.models.quotas import QuotaRule

OFFICES = 140
WEEKS = 13
WARM_UP, ROUNDS = 3, 40
PASSWORD = "sandi-uji-yang-panjang"


def seconds_of(path: str, app: Flask, *, who: str, rounds: int = ROUNDS) -> list[float]:
    """Return what a page takes, again and again, for somebody with our password."""
    return seconds_in_turn(path, [app], who=who, rounds=rounds)[0]


def seconds_in_turn(
    path: str, apps: Sequence[Flask], *, who: str, rounds: int = ROUNDS
) -> list[list[float]]:
    """The same of several apps, each asked in turn: what else the machine does, it does to all.

    In a thread of its own: here, requests would share the context of the benchmark.
    """

    def visit() -> list[list[float]]:
        clients = [signed_in(app, who) for app in apps]
        for client in clients:
            _once(client, path)
        gc.freeze()  # as the server does when it starts
        taken = [[_once(client, path) for client in clients] for _ in range(WARM_UP + rounds)]
        return [list(times) for times in zip(*taken[WARM_UP:], strict=True)]

    with ThreadPoolExecutor(1) as apart:
        return apart.submit(visit).result()


def signed_in(app: Flask, who: str) -> FlaskClient:
    """Return the browser of somebody with our password, who has signed in."""
    client = app.test_client()
    signed = client.post("/masuk", data={"email": who, "password": PASSWORD})
    assert signed.status_code == 302, signed.status_code
    return client


def _once(client: FlaskClient, path: str) -> float:
    started = time.perf_counter()
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 200, answer.status_code
    return time.perf_counter() - started


def quick_half(times: list[float]) -> float:
    """Return what a quarter stays below: the machine may be busy with others."""
    return statistics.quantiles(times, n=4, method="inclusive")[0]


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def hashed() -> str:
    """Return the hash of our password, made in no time."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def fill(at: datetime) -> None:
    """Add the largest kabupaten: 140 offices, 13 weeks, 3 contents a week, and its leader.

    Each content shows a photo of its office; of every third one nobody has said what it shows.
    """
    region, drafter, _ = rows.add_region(at)
    db.session.add(User(name="Ratna", email="ratna@b.id", role=Role.LEADER, region=region,
                        password_hash=hashed(), created_at=at))  # fmt: skip
    db.session.add(QuotaRule(region=region, minimum=2, valid_from=date(2020, 1, 6), set_at=at))
    offices = [
        Office(region=region, name=f"Dinas {n}", abbreviation=f"D{n}", kind=OfficeKind.DINAS)
        for n in range(OFFICES)
    ]
    accounts = [
        Account(office=office, platform="x", handle=f"d{n}", display_name=f"D{n}",
                paused_reason="-", remote_id=str(n))
        for n, office in enumerate(offices)
    ]  # fmt: skip
    db.session.add_all([*offices, *accounts])
    db.session.flush()
    for account in accounts:
        _publish(account, drafter, at)
    db.session.commit()


def _publish(account: Account, drafter: User, at: datetime) -> None:
    zone = drafter.region.zone
    days = [at - timedelta(weeks=week, days=day) for week in range(WEEKS) for day in (1, 2, 3)]
    told = dict.fromkeys(ACTIVITY_FIELDS, "Ada")
    posts = [
        Post(**told, office_id=account.office_id, title=f"Kegiatan {n}", planned_at=day,
             created_at=day, edited_at=day, drafted_by=drafter, edited_by=drafter)
        for n, day in enumerate(days)
    ]  # fmt: skip
    photo = Media(office=account.office, digest=f"{account.id:064}", mime="image/jpeg", width=1080,
                  height=1350, size_bytes=200_000, uploaded_by=drafter, uploaded_at=at)  # fmt: skip
    db.session.add_all([photo, *posts])
    db.session.flush()
    db.session.execute(sa.insert(PostPicture), [
        {"post_id": post.id, "media_id": photo.id, "position": 0,
         "alt_text": "Bidan menimbang balita" if number % 3 else ""}
        for number, post in enumerate(posts)
    ])  # fmt: skip
    rows = [
        {"post_id": post.id, "account_id": account.id, "office_id": account.office_id,
         "status": DeliveryStatus.PUBLISHED, "reason": "", "content_digest": "0" * 64,
         "due_at": day, "next_at": day, "publish_by": day, "published_at": day,
         "permalink": f"https://x.com/{account.handle}/status/{post.id}", "remote_id": str(post.id),
         "created_at": day, "week": Week.of(day, zone).ordinal, "fence": 1, "attempts": 1,
         "lookups": 0, "resumed": 0}
        for post, day in zip(posts, days, strict=True)
    ]  # fmt: skip
    db.session.execute(sa.insert(Delivery), rows)
