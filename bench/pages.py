"""How long the pages that must be quick take, server side, with a region's worth of rows."""

import statistics
import time
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher

from bench import stage as stages
from bench.measure import Figure
from publisher import clock
from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.people import Role, User
from publisher.models.places import Office, OfficeKind
from publisher.models.posts import Post
from publisher.models.quotas import QuotaRule

OFFICES = 140
WEEKS = 13
ROUNDS = 20
PASSWORD = "sandi-uji-yang-panjang"


def leader_page() -> list[Figure]:
    """The leader's page of the largest kabupaten: 140 offices, 13 weeks, 3 contents a week."""
    with stages.stage() as stage:
        _fill(clock.now())
        client = stage.app.test_client()
        signed = client.post("/masuk", data={"email": "ratna@b.id", "password": PASSWORD})
        assert signed.status_code == 302
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            assert client.get("/laporan", follow_redirects=True).status_code == 200
            times.append(time.perf_counter() - started)
    p95 = statistics.quantiles(times, n=20)[-1] * 1000
    return [
        Figure(name="leader_page_ms", value=round(p95), unit="ms", target=100, better="lower",
               database="sqlite"),
    ]  # fmt: skip


def _fill(at: datetime) -> None:
    region, drafter, _ = stages.add_region(at)
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    db.session.add(User(name="Ratna", email="ratna@b.id", role=Role.LEADER, region=region,
                        password_hash=hasher.hash(PASSWORD), created_at=at))  # fmt: skip
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
    days = [at - timedelta(weeks=week, days=day) for week in range(WEEKS) for day in (1, 2, 3)]
    posts = [
        Post(office_id=account.office_id, title=f"Kegiatan {n}", planned_at=day, created_at=day,
             edited_at=day, drafted_by=drafter, edited_by=drafter)
        for n, day in enumerate(days)
    ]  # fmt: skip
    db.session.add_all(posts)
    db.session.flush()
    rows = [
        {"post_id": post.id, "account_id": account.id, "office_id": account.office_id,
         "status": DeliveryStatus.PUBLISHED, "reason": "", "content_digest": "0" * 64,
         "due_at": day, "next_at": day, "publish_by": day, "published_at": day,
         "permalink": f"https://x.com/{account.handle}/status/{post.id}", "remote_id": str(post.id),
         "created_at": day, "fence": 1, "attempts": 1, "lookups": 0, "resumed": 0}
        for post, day in zip(posts, days, strict=True)
    ]  # fmt: skip
    db.session.execute(sa.insert(Delivery), rows)
