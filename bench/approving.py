"""How long a reviewer waits who approves 200 posts with one button: the whole request."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import BytesIO

import sqlalchemy as sa
from flask import Flask
from PIL import Image

from bench import rows
from bench.measure import Figure
from bench.pages import hashed, signed_in
from bench.stage import POSTGRESQL, SQLITE, Stage, stage, tidy
from publisher import clock
from publisher.clock import Week
from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.media import Media
from publisher.models.people import User
from publisher.models.posts import Post, PostPicture, PostStatus

POSTS, OFFICES, PICTURES = 200, 50, 20
ZONE = "Asia/Jakarta"


def approve_200_s() -> Iterator[Figure]:
    """200 posts with a picture each, on an account each of X; of three times the middle one."""
    for database in (SQLITE, POSTGRESQL):
        with stage(database) as on:
            on.app.config["SPACING_S"] = 60  # as it is unless somebody says otherwise
            taken = sorted(_approve(on.app, week) for week in _fill(on))
        yield Figure(
            name="approve_200_s", value=taken[1], unit="s", target=2, better="lower",
            database=database,
        )  # fmt: skip


def _fill(on: Stage) -> list[Week]:
    """Add what waits for three weeks; return the weeks."""
    at = clock.now()
    region, drafter, reviewer = rows.add_region(at)
    reviewer.password_hash = hashed()
    rows.add_accounts(on, drafter.office, range(1, OFFICES + 1))
    pictures = _pictures(on, drafter, at)
    weeks = [Week.of(at, region.zone).shifted(ahead) for ahead in (1, 2, 3)]
    for week in weeks:
        for number in range(POSTS):
            _add_waiting(number, week, drafter, pictures[number % PICTURES], at)
    tidy()
    return weeks


def _add_waiting(number: int, week: Week, drafter: User, media: Media, at: datetime) -> None:
    hour = week.starts(ZONE) + timedelta(hours=9 + number // OFFICES, minutes=number % 60)
    caption = f"Pelayanan keliling nomor {number} pada {week} untuk warga desa. " * 3
    post = Post(
        office=drafter.office, title=f"Pelayanan {number} {week}", caption=caption[:270],
        planned_at=hour, drafted_by=drafter, edited_by=drafter, created_at=at, edited_at=at,
        accounts=[db.session.get(Account, 1 + number % OFFICES)],
        pictures=[PostPicture(media=media, position=1, alt_text="Warga dilayani.")],
    )  # fmt: skip
    db.session.add(post)
    db.session.flush()
    post.move("submit", actor=drafter, at=at)


def _pictures(on: Stage, drafter: User, at: datetime) -> list[Media]:
    made = []
    for seed in range(PICTURES):
        content = BytesIO()
        noise = Image.effect_noise((1080, 1350), 8 + seed).convert("RGB")
        noise.save(content, "JPEG", quality=60)
        kept = on.app.extensions["media_store"].put(content.getvalue())
        made.append(
            Media(
                office=drafter.office, digest=kept, mime="image/jpeg", width=1080, height=1350,
                size_bytes=len(content.getvalue()), uploaded_by=drafter, uploaded_at=at,
            )
        )  # fmt: skip
    db.session.add_all(made)
    db.session.flush()
    return made


def _approve(app: Flask, week: Week) -> float:
    """Press the button of the page of a week; return the seconds until the answer is there."""
    start, end = week.starts(ZONE), week.ends(ZONE)
    waiting = sa.select(Post.id, Post.version).where(
        Post.planned_at.between(start, end), Post.status == PostStatus.IN_REVIEW
    )
    ticked = [f"{id_}:{version}" for id_, version in db.session.execute(waiting)]
    db.session.rollback()

    def press() -> float:
        client = signed_in(app, "budi@b.id")
        assert client.get(f"/rencana/{week}/setujui").status_code == 200  # what they look at
        started = time.perf_counter()
        answer = client.post(f"/rencana/{week}/setujui", data={"pilih": ticked})
        taken = time.perf_counter() - started
        assert answer.status_code == 200, answer.status_code
        return taken

    with ThreadPoolExecutor(1) as apart:
        taken = apart.submit(press).result()
    pending = sa.select(sa.func.count()).where(
        Delivery.due_at.between(start, end), Delivery.status == DeliveryStatus.PENDING
    )
    assert db.session.scalar(pending) == len(ticked) == POSTS
    db.session.rollback()
    return taken
