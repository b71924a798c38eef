"""What is to be delivered in a run: one region, many accounts in pairs, posts that fall due."""

import io
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from PIL import Image

from publisher.db import db
from publisher.models.accounts import Account, AccountStatus
from publisher.models.media import Media
from publisher.models.people import Role, User
from publisher.models.places import Office, OfficeKind, Region, RegionKind
from publisher.models.posts import Post, PostPicture
from publisher.workflow import scheduling
from tests.conftest import credentials_for

PLATFORMS = ("x", "facebook")


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Who and what a run is about. `accounts` are tuples: one office's X and Facebook."""

    drafter: User
    reviewer: User
    accounts: list[tuple[Account, ...]]


def gather(app, practice, *, pairs: int, at: datetime) -> Cast:
    """Add a region with `pairs` offices, each on X and on Facebook, here and at the platforms."""
    region = Region(code="33.16", name="Blora", kind=RegionKind.KABUPATEN)
    offices = [
        Office(region=region, name=f"Dinas {n}", abbreviation=f"Din{n}", kind=OfficeKind.DINAS)
        for n in range(pairs)
    ]
    known = {"region": region, "password_hash": "-", "created_at": at}
    sari = User(name="Sari", email="sari@b.id", role=Role.DRAFTER, office=offices[0], **known)
    budi = User(name="Budi", email="budi@b.id", role=Role.REVIEWER, **known)
    db.session.add_all([region, *offices, sari, budi])
    db.session.flush()
    vault = app.extensions["vault"]
    accounts = [
        tuple(_account(office, platform, vault) for platform in PLATFORMS) for office in offices
    ]
    db.session.commit()
    practice.register_all([
        {"platform": one.platform, "remote_id": one.remote_id, "handle": one.handle,
         "credentials": credentials_for(one.platform, one.remote_id)}
        for pair in accounts for one in pair
    ])  # fmt: skip
    return Cast(drafter=sari, reviewer=budi, accounts=accounts)


def _account(office: Office, platform: str, vault) -> Account:
    account = Account(
        office=office, platform=platform, handle=f"din{office.id}", paused_reason="-",
        display_name=office.name, remote_id=f"7{office.id:05}",
    )  # fmt: skip
    db.session.add(account)
    db.session.flush()
    secret = credentials_for(platform, account.remote_id)
    account.credentials = vault.seal(secret, bound_to=account.vault_name)
    account.status, account.paused_reason = AccountStatus.ACTIVE, ""
    return account


def plan(
    app, cast: Cast, rng: random.Random, *, posts: int, at: datetime, within: timedelta
) -> None:
    """Approve `posts` posts, each for one pair of accounts, due between `at` and `within` later.

    One in five carries a picture. One in twenty must be out within ten minutes of its time, so
    that some of them cannot be.
    """
    media = _picture(app, cast.drafter, at)
    approved = at - timedelta(minutes=1)
    for number in range(posts):
        post = Post(
            office=cast.accounts[number % len(cast.accounts)][0].office,
            title=f"Kegiatan {number}", caption=f"Kegiatan nomor {number} dari {posts}.",
            planned_at=at + within * rng.random(), drafted_by=cast.drafter,
            edited_by=cast.drafter, created_at=approved, edited_at=approved,
        )  # fmt: skip
        post.accounts = list(cast.accounts[number % len(cast.accounts)])
        if rng.random() < 0.2:
            post.pictures = [PostPicture(media=media, position=1, alt_text=f"Foto {number}")]
        db.session.add(post)
        db.session.flush()
        post.move("submit", actor=cast.drafter, at=approved)
        post.move("approve", actor=cast.reviewer, at=approved)
        window = timedelta(minutes=10) if rng.random() < 0.05 else scheduling.CATCH_UP
        scheduling.schedule(post, actor=cast.reviewer, at=approved, catch_up=window)
    db.session.commit()


def _picture(app, drafter: User, at: datetime) -> Media:
    content = io.BytesIO()
    Image.effect_noise((64, 48), 20).convert("RGB").save(content, "JPEG")
    media = Media(
        office_id=drafter.office_id, digest=app.extensions["media_store"].put(content.getvalue()),
        mime="image/jpeg", width=64, height=48, size_bytes=len(content.getvalue()),
        uploaded_by=drafter, uploaded_at=at,
    )  # fmt: skip
    db.session.add(media)
    return media
