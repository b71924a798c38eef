"""The cast of a browser test: a kabupaten of its own, so that no test sees another one's posts.

People are known by what they type at the door; rows stay in the sessions that made them.
"""

import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from PIL import Image, ImageDraw

from publisher import clock
from publisher.db import db
from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.people import Role, User
from publisher.models.places import Office, OfficeKind, Region, RegionKind
from publisher.models.posts import Post, PostKind, ReturnReason
from publisher.models.quotas import QuotaRule
from publisher.workflow import drafting, reviewing, scheduling
from tests.conftest import PASSWORD_HASH, credentials_for

#: From due to public, as the issue promises.
PUBLISHED_WITHIN_S = 15
ZONE = "Asia/Jakarta"
CAPTION = "Imunisasi gratis untuk balita di semua puskesmas, Senin pagi ini."
ALT_TEXT = "Bidan menimbang balita di Puskesmas Cepu"


@dataclass(frozen=True, kw_only=True)
class Person:
    id: int
    name: str
    email: str


@dataclass(frozen=True, kw_only=True)
class Channel:
    """An account, here and on its practice platform."""

    id: int
    platform: str
    handle: str
    remote_id: str


def photo_file(seed=1):
    """Return a JPEG as a phone might send it, sky above ground, with a rotation in its EXIF."""
    picture = Image.new("RGB", (1200, 900), (126, 190, 226))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 600, 1200, 900), fill=(86, 140 + seed % 60, 74))
    draw.ellipse((450, 250, 750, 550), fill=(244, 206, 120))
    exif = Image.Exif()
    exif[0x0112] = 1
    content = BytesIO()
    picture.save(content, "JPEG", quality=80, exif=exif)
    return content.getvalue()


class Cast:
    """Sari and Wulan of Dinas Kesehatan, Tono of Dinas Perhubungan; Budi, Ratna and Heru.

    :param number: makes what must be unique differ from every other cast
    """

    def __init__(self, app, practice, number, *, is_example=False):
        self.app, self.practice, self.number = app, practice, number
        self._kept = None
        with self.stage():
            region = Region(
                code=f"33.{number:02}",
                name="Blora",
                kind=RegionKind.KABUPATEN,
                is_example=is_example,
            )
            db.session.add(region)
            dinkes = self._office(region, "Dinas Kesehatan", "Dinkes")
            dishub = self._office(region, "Dinas Perhubungan", "Dishub")
            self.budi = self.person("Budi", Role.REVIEWER, region)
            self.ratna = self.person("Ratna", Role.LEADER, region)
            self.heru = self.person("Heru", Role.OPERATOR, region)
            self.sari = self.person("Sari", Role.DRAFTER, region, dinkes)
            self.wulan = self.person("Wulan", Role.HEAD, region, dinkes)
            self.tono = self.person("Tono", Role.DRAFTER, region, dishub)
            self.region_id, self.dinkes_id, self.dishub_id = region.id, dinkes.id, dishub.id
            monday = clock.Week.of(clock.now(), ZONE).monday
            db.session.add(
                QuotaRule(
                    region=region,
                    minimum=1,
                    valid_from=monday - timedelta(weeks=13),
                    set_at=clock.now(),
                )
            )
        self.x = self.channel(self.dinkes_id, "x")
        self.facebook = self.channel(self.dinkes_id, "facebook")

    @contextmanager
    def stage(self):
        """Give a session; what was done in it is there for everybody at the end."""
        with self.app.app_context():
            yield
            db.session.commit()
            db.session.remove()

    def _office(self, region, name, abbreviation):
        office = Office(region=region, name=name, abbreviation=abbreviation, kind=OfficeKind.DINAS)
        db.session.add(office)
        db.session.flush()
        return office

    def person(self, name, role, region, office=None):
        user = User(
            name=name,
            email=f"{name.lower()}{self.number}@contoh.go.id",
            role=role,
            region=region,
            office=office,
            password_hash=PASSWORD_HASH,
            created_at=clock.now(),
        )
        db.session.add(user)
        db.session.flush()
        return Person(id=user.id, name=name, email=user.email)

    def channel(self, office_id, platform, *, connected=True, name="", **fields):
        """Register an account of an office, and, if it is connected, on its platform too."""
        with self.stage():
            office = db.session.get(Office, office_id)
            handle = name or f"{office.abbreviation.lower()}blora{self.number}"
            account = Account(
                office=office,
                platform=platform,
                handle=handle,
                display_name=f"{office.name} {office.region.name}",
                paused_reason="Belum disambungkan",
                standing=fields.pop("standing", Standing.UTAMA),
            )
            db.session.add(account)
            db.session.flush()
            account.remote_id = f"7{self.number:03}{account.id:05}"
            if connected:
                self._connect(account)
            for field, value in fields.items():
                setattr(account, field, value)
            return Channel(
                id=account.id, platform=platform, handle=handle, remote_id=account.remote_id
            )

    def _connect(self, account):
        credentials = credentials_for(account.platform, account.remote_id)
        account.credentials = self.app.extensions["vault"].seal(
            credentials, bound_to=account.vault_name
        )
        account.status, account.paused_reason = AccountStatus.ACTIVE, ""
        self.practice.register(
            platform=account.platform,
            remote_id=account.remote_id,
            handle=account.handle,
            display_name=account.display_name,
            credentials=credentials,
        )

    # -- posts, walked as far as asked by the verbs the pages use ---------------------------

    def post(self, *steps, title="Imunisasi gratis di puskesmas", channels=None, at=None, **fields):
        """Make a post of Sari's and take it through "submit", "approve", "request_changes",
        "reject", "withdraw"; return its id. Planned for the next day, unless told otherwise."""
        at = at or clock.now()
        with self.stage():
            sari = db.session.get(User, self.sari.id)
            post = drafting.new_post(actor=sari, at=at)
            chosen = channels or [self.x, self.facebook]
            given = {
                "title": title,
                "kind": PostKind.LAYANAN,
                "what": "Imunisasi gratis untuk balita",
                "who": "Dinas Kesehatan dan 26 puskesmas",
                "when": "Senin pagi",
                "where": "Semua puskesmas di Kabupaten Blora",
                "benefit": "Balita terlindung dari campak",
                "caption": f"{title}. {CAPTION}",
                "hashtags": "#BloraSehat",
                "planned_at": at + timedelta(days=1),
                "account_ids": frozenset(channel.id for channel in chosen),
            }
            drafting.save(post, drafting.Fields(**(given | fields)), actor=sari, at=at)
            drafting.attach(post, self._photo(), actor=sari, at=at, alt_text=ALT_TEXT)
            db.session.flush()
            for step in steps:
                self._take(step, post, at)
            return post.id

    def take(self, step, post_id):
        """Take one more step with a post, now."""
        with self.stage():
            self._take(step, db.session.get(Post, post_id), clock.now())

    def edit(self, post_id, **fields):
        """Save a draft as its page does."""
        with self.stage():
            post = db.session.get(Post, post_id)
            sari = db.session.get(User, self.sari.id)
            fields = vars(drafting.Fields.of(post)) | fields
            drafting.save(post, drafting.Fields(**fields), actor=sari, at=clock.now())

    def _photo(self):
        self._kept = self._kept or drafting.keep(photo_file(), self._store)
        return self._kept

    @property
    def _store(self):
        return self.app.extensions["media_store"]

    def _take(self, step, post, at):
        sari = db.session.get(User, self.sari.id)
        budi = db.session.get(User, self.budi.id)
        if step == "submit":
            drafting.submit(post, actor=sari, at=at, store=self._store, version=post.version)
        elif step == "approve":
            reviewing.approve(post, reviewer=budi, at=at, store=self._store, at_once=True)
            scheduling.schedule(post, actor=budi, at=at)
        elif step == "request_changes":
            reasons = [ReturnReason.SALAH_KETIK, ReturnReason.BELUM_ADA_MANFAAT]
            note = "Tulis manfaatnya bagi warga."
            reviewing.request_changes(post, reviewer=budi, at=at, reasons=reasons, note=note)
        elif step == "reject":
            reviewing.reject(post, reviewer=budi, at=at, note="Sudah pernah tayang.")
        else:
            getattr(drafting, step)(post, actor=sari, at=at)
        db.session.flush()

    # -- time -------------------------------------------------------------------------------

    def let_the_planned_time_come(self, post_id):
        """Move the time of a post that is not approved yet to a minute ago."""
        with self.stage():
            db.session.get(Post, post_id).planned_at = clock.now() - timedelta(minutes=1)

    def let_the_deliveries_come_due(self, post_id):
        """Move the time of planned deliveries to now, as if the night had passed."""
        now = clock.now()
        with self.stage():
            db.session.execute(
                db.update(Delivery)
                .where(Delivery.post_id == post_id, Delivery.status == DeliveryStatus.PENDING)
                .values(due_at=now, next_at=now, publish_by=now + timedelta(hours=1))
            )

    def wait_until_out(self, post_id):
        """Wait until every delivery of a post is published, no longer than we promise."""
        open_ones = db.select(Delivery.id).where(
            Delivery.post_id == post_id, Delivery.status != DeliveryStatus.PUBLISHED
        )
        give_up = time.monotonic() + PUBLISHED_WITHIN_S
        while self._count(open_ones):
            assert time.monotonic() < give_up, f"post {post_id} is not out"
            time.sleep(0.1)

    def _count(self, query):
        with self.stage():
            return len(db.session.scalars(query).all())

    def ids(self, model, *conditions):
        """Return the ids of rows, in order."""
        with self.stage():
            return list(db.session.scalars(db.select(model.id).where(*conditions)))
