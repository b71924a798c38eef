"""A kabupaten in which everything is in every state it can be in, for a look at every page."""

from datetime import time, timedelta
from io import BytesIO

import sqlalchemy as sa
from PIL import Image, ImageDraw

from publisher import clock
from publisher.db import db
from publisher.engine.repeating import days_off
from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.advancing import advance
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.found import FoundPost
from publisher.models.ideas import Idea
from publisher.models.letters import Channel, Letter, LetterKind, LetterStatus
from publisher.models.media import Consent, Media, MediaKind
from publisher.models.people import Role, User
from publisher.models.places import Office, OfficeKind, Region, RegionKind
from publisher.models.plans import PlanAim
from publisher.models.posters import Poster
from publisher.models.posts import Language, Post, PostKind, PostStatus, ReturnReason
from publisher.models.proofs import Proof
from publisher.models.quotas import Binding, Dispensation, QuotaRule
from publisher.models.series import PlanFile, Series
from publisher.models.themes import ThemeDay
from publisher.models.watch import Preflight, Slot
from publisher.models.weeks import ClosedWeek, Objection
from publisher.platforms.base import Handover, Published, Receipt
from publisher.platforms.errors import OutcomeUnknown, Refused
from publisher.posters.themes import Theme
from publisher.workflow import (
    adopting,
    batching,
    branding,
    checking,
    closing,
    composing,
    designing,
    library,
    marking,
    registering,
    repeating,
    reporting,
    reviewing,
    sharing,
    signing,
    watching,
)
from publisher.workflow.composing.keeping import keep
from publisher.workflow.delivering import looking, people, proving
from publisher.workflow.delivering.claiming import Claim
from publisher.workflow.informing import gathering, leaving, recipients, settings
from publisher.workflow.planning import subscribing
from publisher.workflow.registering import ThemeData
from publisher.workflow.watching.risks import BLOCKED, UNREADABLE
from tests.browser.cast import ZONE, photo_file
from tests.outcomes import record

HELD_FOR = timedelta(hours=2)
LONG = "Penyuluhan pencegahan demam berdarah dan gotong royong kebersihan lingkungan se-Kecamatan"


def build(cast):
    """Fill the cast's kabupaten; return the ids that the addresses of pages are made of."""
    _offices_and_targets(cast)
    _working_days(cast)
    _posts(cast)
    _posters(cast)
    _looks(cast)
    _ideas(cast)
    _deliveries(cast)
    _proofs(cast)
    _past_weeks(cast)
    _objections(cast)
    _claims(cast)
    _accounts(cast)
    _watch(cast)
    _library(cast)
    _health(cast)
    _province(cast)
    _signatures(cast)
    _letters(cast)
    _series(cast)
    _plan_files(cast)
    return _ids(cast)


def _offices_and_targets(cast):
    now = clock.now()
    this_week = clock.Week.of(now, ZONE)
    with cast.stage():
        region = db.session.get(User, cast.budi.id).region
        ended = Office(
            region=region,
            name="Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu",
            abbreviation="DPMPTSP",
            kind=OfficeKind.DINAS,
            valid_to=this_week.monday - timedelta(days=40),
        )
        db.session.add(ended)
        db.session.add(
            QuotaRule(
                region=region,
                office_id=cast.dishub_id,
                minimum=3,
                valid_from=this_week.monday - timedelta(weeks=4),
                set_by_id=cast.budi.id,
                set_at=now,
            )
        )
        db.session.get(User, cast.tono.id).ended_at = now


def _working_days(cast):
    """What decrees change: days of the region, days of an office, a kind's target, an exemption."""
    now = clock.now()
    week = clock.Week.of(now, ZONE)
    with cast.stage():
        budi = db.session.get(User, cast.budi.id)
        region, dishub = budi.region, db.session.get(Office, cast.dishub_id)
        by = {"actor": budi, "at": now}
        for day, works in ((week.monday, False), (week.sunday, True)):
            row = registering.add_day(
                region, day, works=works, name=LONG, source="Keputusan Bupati 003/77/2026", **by
            )
        registering.end_day(row, **by)
        for theme in (
            ThemeData(name="Kamis Jawa", advice="pakai bahasa Jawa", weekday=4),
            ThemeData(name="Hari Jadi", month=week.sunday.month, day=week.sunday.day),
        ):
            registering.add_theme(region, theme, **by)
        registering.set_pattern(
            dishub, weekdays="123456", rests_on_holidays=False, source="SK 1", week=week, **by
        )
        registering.set_quota(
            region,
            minimum=2,
            week=week.shifted(2),
            whose=registering.For(kind=OfficeKind.KECAMATAN),
            asks=registering.Asks(binding=Binding.IMBAUAN, channels=("instagram", "facebook")),
            **by,
        )
        for first in (week.shifted(3), week.shifted(5)):
            row = registering.grant(
                dishub,
                registering.Grant(
                    first=first,
                    last=first.next(),
                    reason=LONG,
                    document="Nota dinas Sekda 400/12",
                    link="https://contoh.id/surat",
                ),
                **by,
            )
        registering.revoke_dispensation(row, because="Keliru minggu", **by)
        db.session.commit()


def _posts(cast):
    cast.post(title="", what="", caption="", account_ids=frozenset(), planned_at=None)
    cast.post(title=LONG, texts={"x": "Teks khusus untuk X. " * 20})
    cast.post("submit", title=LONG)
    cast.let_the_planned_time_come(
        cast.post("submit", title="Posyandu lansia", kind=PostKind.UCAPAN)
    )
    _mark(cast, cast.post("submit", "request_changes", title="Senam bersama"), sent=True)
    _mark(cast, cast.post("submit", title="Kegaitan", caption="Kegaitan. Hubungi 0812-3456-7890."))
    again = cast.post("submit", title="Cek kesehatan gratis")
    with cast.stage():
        post, budi = db.session.get(Post, again), db.session.get(User, cast.budi.id)
        reviewing.note_seen(post, reviewer=budi, at=clock.now())
    cast.take("request_changes", again)
    cast.edit(again, benefit="Warga tahu keadaan jantungnya", caption="Cek jantung gratis, Jumat.")
    cast.take("submit", again)
    cast.post("submit", "reject", title="Lomba masak")
    cast.post("withdraw", title="Rapat internal")
    cast.post("submit", "approve", title="Donor darah")
    cast.post("submit", "approve", "reopen", title="Operasi katarak gratis")


def _mark(cast, post_id, *, sent=False):
    """Let Budi mark a sentence and a spot of a post."""
    with cast.stage():
        post, budi = db.session.get(Post, post_id), db.session.get(User, cast.budi.id)
        told = {"comment": "Sebutkan umurnya.", "reviewer": budi, "at": clock.now()}
        reason = ReturnReason.BELUM_5W1H
        marking.mark_sentence(post, "caption:0", reason=reason, **told)
        digest = post.pictures[0].media.digest
        marking.mark_spot(post, digest, (700, 300), reason=ReturnReason.FOTO_BURAM, **told)
        if sent:
            marking.send(marking.pending(post, reviewer=budi), post.events[-1])
        else:
            checking.add_words(budi.region, "ngapak wedangan", actor=budi, at=clock.now())
            checking.add_hotline(
                budi.region, "0811-2222-333", "Aduan warga", office=None, actor=budi, at=clock.now()
            )


def _posters(cast):
    """A draft with two posters, one of them unfinished, and one that waits for its reviewer."""
    draft, waiting = cast.post(title="Poster posyandu"), cast.post(title="Poster pasar murah")
    theme = Theme(region="Pemerintah Kabupaten Blora", office="Dinas Kesehatan")
    with cast.stage():
        sari = db.session.get(User, cast.sari.id)
        for post_id, template in ((draft, "kegiatan"), (draft, "agenda"), (waiting, "layanan")):
            post = db.session.get(Post, post_id)
            designing.start(post, template, theme, actor=sari, at=clock.now())
    cast.take("submit", waiting)


def _looks(cast):
    """The region's look, with an emblem, and one of Sari's office that differs."""
    with cast.stage():
        sari, budi = (db.session.get(User, one.id) for one in (cast.sari, cast.budi))
        region, now = budi.region, clock.now()
        picture, out = Image.new("RGBA", (300, 300)), BytesIO()
        ImageDraw.Draw(picture).ellipse((20, 20, 280, 280), fill="#c8102e")
        picture.save(out, "PNG")
        kept = branding.keep_logo(out.getvalue(), cast.app.extensions["media_store"])
        logo = branding.add_logo(region, None, kept, actor=budi, at=now)
        chosen = branding.Choice(
            brand="#1769aa", accent="#ffb03a", logo_id=logo.id, hashtag="#LaporContoh",
            holds_for_all=True,
        )  # fmt: skip
        branding.set_look(region, None, chosen, seen=0, actor=budi, at=now)
        own = branding.Choice(brand="#0f6b4f", accent="#ffcc4d", motif="mega")
        branding.set_look(region, sari.office, own, seen=0, actor=sari, at=now)


def _ideas(cast):
    """One idea that kominfo features, and one that it removed."""
    for title in ("Ide unggulan", "Ide yang dikeluarkan"):
        post_id = cast.post("submit", "approve", title=title)
        with cast.stage():
            post, now = db.session.get(Post, post_id), clock.now()
            sari, budi = (db.session.get(User, one.id) for one in (cast.sari, cast.budi))
            content = designing.Design(template="kegiatan", texts={"headline": title}).cleaned()
            poster = Poster(
                office_id=post.office_id, post=post, position=0, template="kegiatan",
                shapes=["portrait"], content=content.content, made_by=sari, made_at=now,
                edited_by=sari, edited_at=now,
            )  # fmt: skip
            db.session.add(poster)
            db.session.flush()
            idea = sharing.share(
                poster, worked="Warga datang.", kind=PostKind.KEGIATAN, with_photos=False,
                actor=sari, at=now,
            )  # fmt: skip
            if title == "Ide unggulan":
                sharing.feature(idea, on=True, actor=budi, at=now)
            else:
                sharing.remove(idea, reason="Logo sudah diganti.", actor=budi, at=now)


def _deliveries(cast):
    """One delivery in each state, far enough from now for the worker to leave them alone."""
    for status in DeliveryStatus:
        name = f"{status.value}{cast.number}"
        channel = cast.channel(cast.dinkes_id, "x", name=name)
        title, at = f"Kabar {status.value}", clock.now() - HELD_FOR
        post_id = cast.post("submit", "approve", title=title, channels=[channel], at=at)
        with cast.stage():
            delivery = db.session.scalars(db.select(Delivery).filter_by(post_id=post_id)).one()
            _bring(delivery, status, db.session.get(User, cast.budi.id))


def _proofs(cast):
    """What Sari posted herself: one proof that waits, and one that was sent back."""
    channel = cast.channel(
        cast.dinkes_id, "website", name=f"dinkes{cast.number}.blorakab.go.id", connected=False,
        by_hand=True, status=AccountStatus.ACTIVE, paused_reason="",
    )  # fmt: skip
    at = clock.now() - timedelta(minutes=5)
    for title in ("Kabar dengan bukti", "Kabar dengan bukti yang dikembalikan"):
        post_id = cast.post("submit", "approve", title=title, channels=[channel], at=at)
        with cast.stage():
            now = clock.now()
            delivery = db.session.scalars(db.select(Delivery).filter_by(post_id=post_id)).one()
            advance(delivery.id, "hand_over", at=now, reason="Giliran kantor", handed_over_at=now)
            db.session.refresh(delivery)
            proof = proving.file(
                delivery, link=f"https://{channel.handle}/berita/{post_id}", screenshot=None,
                posted_at=now, actor=db.session.get(User, cast.sari.id), at=now,
            )  # fmt: skip
            if title.endswith("dikembalikan"):
                budi = db.session.get(User, cast.budi.id)
                proving.send_back(proof, reason="Tautan ke berita lain", reviewer=budi, at=now)


def _bring(delivery, status, budi):
    now = clock.now()
    held = {"at": now, "lease_until": now + HELD_FOR}
    claim = Claim(delivery_id=delivery.id, fence=delivery.fence)

    def outcome(result):
        advance(delivery.id, "claim", **held)
        advance(delivery.id, "begin", sending_at=now, **held)
        record(claim, result, phase="publish", started_at=now, at=now)

    match status:
        case DeliveryStatus.CLAIMED:
            advance(delivery.id, "claim", **held)
        case DeliveryStatus.PENDING:
            delivery.due_at = delivery.next_at = now + timedelta(hours=20)
            delivery.publish_by = now + timedelta(hours=26)
            db.session.add(_found_risky(delivery, now))
        case DeliveryStatus.SENDING:  # for half an hour already
            delivery.due_at = now - timedelta(minutes=30)
            advance(delivery.id, "claim", **held)
            advance(delivery.id, "begin", sending_at=now, **held)
        case DeliveryStatus.HANDED_OVER:
            outcome(Handover(remote_id="p_pub_url~v2.1"))
        case DeliveryStatus.PUBLISHED:
            outcome(Receipt(remote_id="1", url="https://x.com/dinkesblora/status/1"))
        case DeliveryStatus.UNKNOWN:
            outcome(OutcomeUnknown("connection reset"))
            db.session.execute(
                db.update(Delivery)
                .where(Delivery.id == delivery.id)
                .values(next_at=looking.NEVER, reason=looking.CANNOT_LOOK)
            )
        case DeliveryStatus.FAILED:
            outcome(Refused("Your Tweet text is too long. For more information, visit x.com."))
        case DeliveryStatus.MISSED:
            advance(delivery.id, "miss", at=now, reason="Batas waktu tayang terlewati.")
        case DeliveryStatus.CANCELLED:
            people.cancel(delivery, actor=budi, at=now, reason="Acara ditunda")


def _found_risky(delivery, at):
    risks = [
        {"kind": "account", "message": BLOCKED, "values": {"detail": "X 401: Unauthorized"}},
        {"kind": "content", "message": UNREADABLE, "values": {}},
    ]
    return Preflight(
        delivery_id=delivery.id, slot=Slot.EVENING, checked_at=at, risks=risks, risk_count=2
    )


def _watch(cast):
    """Everybody has been told of everything."""
    with cast.stage():
        watching.look_around(at=clock.now(), late_after=timedelta(minutes=15))


def _past_weeks(cast):
    """What Sari's office published in earlier weeks, so that the map has colours."""
    for weeks in (1, 2, 4, 5, 9):
        at = clock.now() - timedelta(weeks=weeks)
        post_id = cast.post("submit", "approve", title=f"Kabar {weeks} minggu lalu", at=at)
        receipt = Receipt(remote_id=f"5{post_id}", url=f"https://x.com/a/status/5{post_id}")
        with cast.stage():
            for delivery in db.session.scalars(db.select(Delivery).filter_by(post_id=post_id)):
                advance(delivery.id, "claim", at=at, lease_until=at)
                advance(delivery.id, "begin", at=at, lease_until=at, sending_at=at)
                claim = Claim(delivery_id=delivery.id, fence=delivery.fence)
                record(claim, receipt, phase="publish", started_at=at, at=at)


def _objections(cast):
    """One that waits, and one that was answered; and a week that was closed."""
    with cast.stage():
        now = clock.now()
        week = clock.Week.of(now, ZONE)
        sari, budi = (db.session.get(User, one.id) for one in (cast.sari, cast.budi))
        first = closing.file(sari.office, week, text=LONG, actor=sari, at=now)
        closing.decline(first, answer=LONG, actor=budi, at=now)
        closing.file(sari.office, week, text=LONG, link="https://contoh.id", actor=sari, at=now)
        past = week.previous()
        report = reporting.week_report(budi.region, past, at=now)
        closing.close(budi.region, report, by=budi, at=now, reason="Diminta Bupati")
        db.session.commit()


def _claims(cast):
    """What Sari posted without Siar: to claim, waiting, refused, and counted."""
    with cast.stage():
        now = clock.now()
        sari, budi = (db.session.get(User, one.id) for one in (cast.sari, cast.budi))
        account = db.session.get(Account, cast.x.id)
        posts = [
            Published(
                remote_id=f"{account.id}81{number}", url=f"https://x.com/a/status/81{number}",
                text=text, published_at=now - timedelta(minutes=number), picture_count=1,
            )
            for number, text in enumerate([LONG, "Posyandu melati.", "Donor darah.", ""], start=1)
        ]  # fmt: skip
        composing.collect(account, posts, at=now)
        found = db.session.scalars(
            db.select(FoundPost).filter_by(account_id=account.id).order_by(FoundPost.id)
        ).all()
        naming = adopting.Naming(title=LONG, kind=PostKind.LAYANAN, gist=LONG)
        claims = [adopting.file(post, naming, actor=sari, at=now) for post in found[:2]]
        adopting.decline(claims[1], reason=LONG, reviewer=budi, at=now)
        db.session.commit()


def _accounts(cast):
    now = clock.now()
    number = cast.number
    add = lambda platform, name, **fields: cast.channel(  # noqa: E731 - a short name for a table
        cast.dishub_id, platform, name=f"{name}{number}", **fields
    )
    add("x", "tertahan", status=AccountStatus.PAUSED, paused_reason="Terlalu sering",
        paused_until=now + timedelta(hours=3))  # fmt: skip
    add("facebook", "putus", status=AccountStatus.RECONNECT, paused_reason="Sesi berakhir")
    add("instagram", "belum", connected=False)
    add("x", "ganda", standing=Standing.GANDA)
    add("facebook", "lama", standing=Standing.LAMA, retired_at=now)
    add("tiktok", "tiruan", standing=Standing.TIRUAN, connected=False)


def _health(cast):
    """Plans for accounts that are not well: a late one, one that is done; and an open page."""
    now = clock.now()
    with cast.stage():
        budi = db.session.get(User, cast.budi.id)
        by = {"actor": budi, "at": now}
        for name, aim in (("ganda", PlanAim.MERGE), ("putus", PlanAim.REVIVE)):
            account = db.session.scalars(
                sa.select(Account).where(Account.handle.startswith(name))
                .where(Account.office_id == cast.dishub_id)
            ).first()  # fmt: skip
            data = registering.PlanData(
                aim=aim, responsible=budi, due_on=registering.today(budi.region, now), note=LONG
            )
            plan = registering.make_plan(account, data, **by)
            if aim is PlanAim.REVIVE:
                registering.end_plan(plan, done=True, remark=LONG, **by)
            plan.due_on -= timedelta(days=3)
        registering.open_page(budi.region, **by)
        db.session.commit()


def _library(cast):
    """A photo that a post shows and nobody has checked, a logo, and one that was put away."""
    store, now = cast.app.extensions["media_store"], clock.now()
    with cast.stage():
        sari = db.session.get(User, cast.sari.id)
        for seed, kind, consent in (
            (71, MediaKind.PHOTO, Consent.UNCHECKED),
            (72, MediaKind.LOGO, Consent.NOBODY),
            (73, MediaKind.PHOTO, Consent.PUBLIC),
        ):
            fields = library.Fields(kind=kind, title=f"Gambar {seed}", consent=consent)
            kept = keep(photo_file(seed), store, kind=kind)
            media, _ = library.add(sari.office, kept, fields, file_name="a.jpg", actor=sari, at=now)
        library.archive(media, at=now)


def _with_proofs(cast, of_region):
    with cast.stage():
        query = db.select(Proof.delivery_id).join(Delivery).where(of_region)
        return list(db.session.scalars(query))


def _province(cast):
    """Whose leader sees the kabupaten, and beside it a kota where nothing is asked yet."""
    with cast.stage():
        province = Region(code="33", name="Jawa Tengah", kind=RegionKind.PROVINSI)
        kota = Region(code="33.99", name="Semarang", kind=RegionKind.KOTA)
        db.session.add_all([province, kota])
        cast.ganjar = cast.person("Ganjar", Role.LEADER, province)


def _signatures(cast):
    """Sari's office needs signatures: one post has none yet and has a link, the others have
    theirs. And an election is near."""
    now = clock.now()
    day = clock.in_zone(now, ZONE).date()
    with cast.stage():
        sari, budi, wulan = (
            db.session.get(User, one.id) for one in (cast.sari, cast.budi, cast.wulan)
        )
        wulan.position = "Plt. Kepala Dinas Kesehatan"
        signing.set_exception(sari.office, asked=True, deputy_id=None, actor=budi, at=now)
        first, *others = signing.waiting_for(wulan, at=now)
        for post in others:
            signing.sign(post, person=wulan, at=now)
        key, base = cast.app.config["SECRET_KEY"], "http://127.0.0.1"
        link = signing.sign_off_link(
            first, wulan, made_by=sari, at=now, secret_key=key, base_url=base
        )
        cast.tokens = [link.rpartition("/")[2]]
        time = signing.TimeData(
            first=day + timedelta(days=9), last=day + timedelta(days=20),
            words=("petahana", "calon bupati"), checklist=("Tidak memihak",),
        )  # fmt: skip
        signing.set_time(budi.region, time, seen="", actor=budi, at=now)


def _letters(cast):
    """An address of a person that does not exist, two outside, and letters in every state."""
    now = clock.now()
    with cast.stage():
        sari, budi, ratna = (
            db.session.get(User, one.id) for one in (cast.sari, cast.budi, cast.ratna)
        )
        setting = settings.own(sari)
        setting.refused_address, setting.refused_at = sari.email, now
        outside = [
            recipients.add(budi.region, f"{name}@luar.contoh.id", actor=budi, at=now)
            for name in ("ajudan.bupati", "bagian.umum.sekretariat.daerah", "pers")
        ]
        outside[0].left_at = outside[1].refused_at = now
        closed = db.session.scalars(
            db.select(ClosedWeek.id).where(ClosedWeek.region_id == budi.region_id)
        ).first()
        rows = [
            gathering.row("scene-1", LetterKind.NOW, Channel.MAIL, now, user_id=sari.id),
            gathering.row("scene-2", LetterKind.WEEK, Channel.MAIL, now, user_id=ratna.id),
            gathering.row(
                "scene-3", LetterKind.WEEK, Channel.MAIL, now, recipient_id=outside[1].id
            ),
            gathering.row("scene-4", LetterKind.DIGEST, Channel.MAIL, now, user_id=budi.id),
        ]
        ends = (LetterStatus.UNSURE, LetterStatus.SENT, LetterStatus.REFUSED, None)
        letters = []
        for row, end in zip(rows, ends, strict=True):
            of_week = row["kind"] is LetterKind.WEEK
            letter = Letter(**row, closed_week_id=closed if of_week else None)
            letter.ended_at, letter.status = now if end else None, end or LetterStatus.WAITING
            letter.attempts, letter.error = 3, "answered 451"
            letters.append(letter)
        db.session.add_all(letters)
        db.session.flush()
        key = cast.app.config["SECRET_KEY"]
        cast.tokens += [leaving.token(one, secret_key=key) for one in letters[:3]]
        leaving.leave(leaving.read(cast.tokens[-2], secret_key=key), at=now)


def _series(cast):
    """One that runs, with drafts, dates that were left out and a holiday; one paused, one ended."""
    now = clock.now()
    with cast.stage():
        sari, budi = (db.session.get(User, one.id) for one in (cast.sari, cast.budi))
        begun = now - timedelta(weeks=4)
        for title, month_day in (
            (f"Posyandu, {{tanggal}}. {LONG}", None),
            ("Laporan", 31),
            ("A", 1),
        ):
            weekly = {} if month_day else {"every_weeks": 1, "weekday": 3}
            data = repeating.SeriesData(
                texts={"title": title, "caption": "{tanggal}"},
                kind=PostKind.LAYANAN,
                language=Language.ID,
                rhythm=repeating.Rhythm(starts_on=begun.date(), month_day=month_day, **weekly),
                local_time=time(9),
            )
            series = repeating.start(data, actor=sari, at=begun)
            if month_day is None:
                for at in (begun, now):
                    repeating.make(series.id, days_off=days_off, at=at)
                coming = repeating.ahead(series, days_off=days_off, at=now)
                repeating.skip(series, coming[1].day, actor=sari, at=now)
            elif month_day == 1:
                repeating.finish(series, actor=sari, at=now, version=series.version)
            else:
                repeating.pause(series, actor=sari, at=now, version=series.version)
        for keeper in (sari, budi):
            subscribing.open_feed(actor=keeper, at=now)
        db.session.commit()


def _plan_files(cast):
    """A plan that became drafts, and one that waits, with rows that are wrong."""
    now = clock.now()
    day = clock.in_zone(now, ZONE).date() + timedelta(days=9)
    head = "tanggal,jam,judul,perangkat_daerah\n"
    for uploader in (cast.sari, cast.budi):
        with cast.stage():
            person = db.session.get(User, uploader.id)
            office = db.session.get(Office, cast.dinkes_id)
            good = f"{day:%d/%m/%Y},09.00,Senam {person.name},{office.abbreviation}\n"
            plan = batching.read((head + good).encode())
            checked, file = batching.look(plan, "a.csv", actor=person, at=now)
            batching.use(file, plan, whole=True, seen=checked.sign, actor=person, at=now)
            more = f"{day:%d/%m/%Y},10.00,{LONG},{office.abbreviation}\nbesok,9,,\n"
            longer = batching.read((head + good + more).encode())
            batching.look(longer, f"{LONG}.csv", actor=person, at=now)
            db.session.commit()


def _ids(cast):
    offices = cast.ids(Office, Office.region_id == cast.region_id)
    of_region = Delivery.office_id.in_(offices)
    statuses = [cast.ids(Delivery, of_region, Delivery.status == one) for one in DeliveryStatus]
    ours = Post.office_id == cast.dinkes_id
    own = Post.title.not_like("Kabar %") | (Post.title == "Kabar published")
    editable = (PostStatus.DRAFT, PostStatus.CHANGES_REQUESTED)
    this_week = clock.Week.of(clock.now(), ZONE)
    return {
        "token": cast.tokens,
        "office_id": offices,  # Sari's comes first
        "living_office_id": [cast.dinkes_id, cast.dishub_id],
        "user_id": [cast.sari.id, cast.tono.id],
        "account_id": [cast.x.id, *cast.ids(Account, Account.office_id == cast.dishub_id)],
        "delivery_id": [each for ids in statuses for each in ids[:1]]
        + _with_proofs(cast, of_region),
        "objection_id": cast.ids(Objection, Objection.office_id == cast.dinkes_id),
        "found_post_id": cast.ids(FoundPost, FoundPost.account_id == cast.x.id)[2:],
        "dispensation_id": cast.ids(Dispensation, Dispensation.office_id.in_(offices)),
        "media_id": cast.ids(Media, Media.office_id == cast.dinkes_id, Media.kind != "bukti"),
        "code": [f"33.{cast.number:02}", "33.99"],
        "week": [str(this_week), str(this_week.previous())],
        "form": ["xlsx"],
        "post_id": cast.ids(Post, ours, own),
        "submitted": cast.ids(Post, ours, own, Post.submitted_at.is_not(None)),
        "designed": [
            post_id
            for post_id in cast.ids(Post, ours)
            if cast.ids(Poster, Poster.post_id == post_id)
        ],
        "idea_id": cast.ids(Idea, Idea.office_id == cast.dinkes_id),
        "theme_id": cast.ids(ThemeDay, ThemeDay.region_id == cast.region_id),
        "poster_id": cast.ids(Poster, Poster.office_id == cast.dinkes_id),
        "editable": cast.ids(Post, ours, Post.status.in_(editable)),
        "series_id": cast.ids(Series, Series.office_id == cast.dinkes_id),
        "plan_file_id": cast.ids(
            PlanFile, PlanFile.uploaded_by_id.in_([cast.sari.id, cast.budi.id])
        ),
    }
