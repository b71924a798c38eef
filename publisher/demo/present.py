"""What is going on right now: posts being written, reviewed, mended, and about to go out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from publisher import clock
from publisher.db import db
from publisher.demo import proofs, texts
from publisher.demo.book import Book
from publisher.demo.calendar import Plan, hour_from, hour_until
from publisher.demo.past import HANDED, IN_INBOX, SMOOTH, TROUBLES, approve, deliver
from publisher.demo.posts import Desk
from publisher.models.posts import Post, PostKind, ReturnReason
from publisher.workflow import scheduling, signing
from publisher.workflow.delivering import proving

#: The office whose head signs before kominfo looks.
SIGNS_FIRST = "Dinkes"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
#: Office, minutes until it goes out; the demo shows deliveries happening.
DUE_SOON = (("Dinkes", 2), ("Dindukcapil", 5), ("BPBD", 10))
#: Office, hours since it was submitted, hours until its time (negative: it is late already).
WAITING = (
    ("Dinkes", 20, -2),
    ("Dindagkop UKM", 5, 3),
    ("Kec. Cepu", 4, 6),
    ("Disdik", 3, 28),
    ("BPBD", 2, 50),
    ("Kec. Randublatung", 26, 30),
)
LONG = (
    " Syaratnya: kartu keluarga asli, surat pengantar desa, dan hadir sendiri. Antrean dibuka "
    "pukul 07.30 di pintu timur; warga lanjut usia dan penyandang disabilitas didahulukan. "
    "Bila jaringan terganggu, berkas dicatat dan diselesaikan keesokan harinya tanpa antre ulang."
)


def tell(desk: Desk, book: Book, plans: Sequence[Plan], *, at: datetime) -> None:
    """Write all that is open at this moment, beginning with what was planned ahead."""
    for plan in plans:
        _tell_ahead(desk, plan, at=at)
    for abbreviation, minutes in DUE_SOON:
        _scheduled(desk, _draft(desk, abbreviation, at=at, due=at + minutes * MINUTE), at=at)
    _scheduled(desk, _draft(desk, "Kec. Cepu", at=at, due=_tomorrow(desk, at)), at=at)
    for abbreviation, ago, due in WAITING:
        submitted, planned = _worked(desk, at - ago * HOUR), _planned(desk, at, due, abbreviation)
        post = _draft(desk, abbreviation, at=submitted - HOUR, due=planned)
        desk.move(post, "submit", at=submitted)
    _by_hand(desk, book, at=at)
    _with_title(desk, at=at)
    _returned(desk, at=at)
    _rejected(desk, at=at)
    _withdrawn(desk, at=at)
    _unfinished(desk, at=at)
    db.session.flush()


def _tell_ahead(desk: Desk, plan: Plan, *, at: datetime) -> None:
    """Write a post of the days to come, unless nobody has begun it yet."""
    rng = Random(f"{plan.office.abbreviation}/{plan.planned_at}")  # noqa: S311 - a story
    ahead = plan.planned_at - at
    approved, waiting = (0.9, 0.0) if ahead < 2 * 24 * HOUR else (0.25, 0.12)
    chance = rng.random()
    stuck = {abbreviation for abbreviation, _ in TROUBLES}
    if chance > approved + waiting or plan.office.abbreviation in stuck or ahead < HOUR:
        return
    lately = _worked(desk, at - rng.randint(6, 30) * HOUR) - rng.randint(0, 50) * MINUTE
    written = min(plan.drafted_at, lately)
    post = desk.draft(plan.office, plan.content, planned_at=plan.planned_at, at=written)
    if chance <= approved:
        _scheduled(desk, post, at=at)
    else:
        desk.move(post, "submit", at=written + 30 * MINUTE)


def _scheduled(desk: Desk, post: Post, *, at: datetime) -> None:
    approve(desk, post, Random(post.title))  # noqa: S311 - a story
    scheduling.schedule(post, actor=post.approved_by, at=post.approved_at or at)


def _draft(
    desk: Desk, abbreviation: str, *, at: datetime, due: datetime | None, nth: int = 0
) -> Post:
    """Return a draft of the office's own matters, written some hours before `at`."""
    office = desk.cast.office(abbreviation)
    day = clock.in_zone(due or at, desk.cast.region.zone).date()
    possible = [
        one for one in texts.templates_for(office) if one.fits(day) and one.language == "id"
    ]
    number = (nth + desk.told[abbreviation]) % len(possible)
    desk.told[abbreviation] += 1
    content = texts.fill(possible[number], office, day, Random(f"{abbreviation}/{due}"))  # noqa: S311
    return desk.draft(office, content, planned_at=due, at=_worked(desk, at - 8 * HOUR))


def _planned(desk: Desk, at: datetime, hours: int, whose: str) -> datetime:
    """Return an hour of work so long after `at`, or before it: nobody plans for 02.15."""
    moment, zone = at + hours * HOUR, desk.cast.region.zone
    return hour_until(moment, zone) if hours < 0 else hour_from(moment, zone, Random(whose))  # noqa: S311


def _worked(desk: Desk, at: datetime) -> datetime:
    """Return the last hour up to `at` at which somebody was at a desk."""
    return hour_until(at, desk.cast.region.zone)


def _tomorrow(desk: Desk, at: datetime) -> datetime:
    zone = desk.cast.region.zone
    day = clock.in_zone(at, zone).date() + timedelta(days=1)
    return clock.from_local(datetime.combine(day, datetime.min.time()) + 9 * HOUR, zone)


def _by_hand(desk: Desk, book: Book, *, at: datetime) -> None:
    """What waits for a person: one to post, one to finish in its app, one to be checked."""
    website = _due_lately(desk, "Dinkes", ("website",), at=at - 40 * MINUTE)
    inbox = _due_lately(desk, "Dinkes", ("instagram", "tiktok"), at=at - 90 * MINUTE)
    channel = _due_lately(desk, "Disdik", ("whatsapp",), at=at - 3 * HOUR)
    db.session.flush()
    desk.journal.settle()
    deliver(book, desk, [
        (website, website.accounts[0], HANDED),
        *((inbox, one, IN_INBOX if one.platform == "tiktok" else SMOOTH) for one in inbox.accounts),
    ])  # fmt: skip
    (posted,) = deliver(book, desk, [(channel, channel.accounts[0], HANDED)])
    proving.file(
        posted, link=proofs.link_to(posted), screenshot=None, actor=channel.drafted_by,
        posted_at=posted.due_at + 20 * MINUTE, at=posted.due_at + 30 * MINUTE,
    )  # fmt: skip


def _due_lately(desk: Desk, abbreviation: str, platforms: Sequence[str], *, at: datetime) -> Post:
    accounts = [desk.cast.account(abbreviation, platform) for platform in platforms]
    post = _draft(desk, abbreviation, at=at, due=at)
    post.accounts = accounts
    approve(desk, post, Random(post.title))  # noqa: S311 - a story
    return post


def ask_for_signatures(desk: Desk, *, at: datetime) -> None:
    """One office has its head sign first; what it has handed in is signed, but for the newest."""
    office = desk.cast.office(SIGNS_FIRST)
    heads = [one for one in signing.heads_of(desk.cast.region) if one.office_id == office.id]
    if not heads:
        return
    actor = desk.cast.reviewers[0]
    signing.set_exception(office, asked=True, deputy_id=None, actor=actor, at=at)
    waiting = sorted(signing.waiting_for(heads[0], at=at), key=lambda post: post.id)
    for post in waiting[:-1]:
        signing.sign(post, person=heads[0], at=at)


def _with_title(desk: Desk, *, at: datetime) -> None:
    """An academic title that X would take for a link: a warning for the reviewer."""
    submitted = _worked(desk, at - 3 * HOUR)
    post = _draft(desk, "Setda", at=submitted - HOUR, due=_planned(desk, at, 26, "Setda"))
    post.kind = PostKind.KEGIATAN
    post.title = post.what = "Bimbingan teknis keterbukaan informasi"
    post.who = "Bagian Organisasi dan narasumber"
    post.where = "Pendopo Kabupaten Blora"
    post.benefit = "Warga memperoleh informasi publik dalam sepuluh hari kerja"
    post.caption = (
        "Narasumber bimbingan teknis keterbukaan informasi, Contoh Narasumber, M.Si, mengajak "
        "semua perangkat daerah menjawab permohonan warga paling lama sepuluh hari kerja."
    )
    post.hashtags = "#BloraTerbuka"
    desk.move(post, "submit", at=submitted)


def _returned(desk: Desk, *, at: datetime) -> None:
    returned = _worked(desk, at - 16 * HOUR)
    post = _draft(
        desk, "Kec. Blora", at=returned - 4 * HOUR, due=_planned(desk, at, 22, "Kec. Blora")
    )
    post.benefit = "Kegiatan berjalan lancar"
    desk.move(post, "submit", at=_worked(desk, returned - 3 * HOUR))
    desk.move(
        post,
        "request_changes",
        at=returned,
        reasons=(ReturnReason.BELUM_ADA_MANFAAT, ReturnReason.FOTO_BURAM),
        note="Fotonya masih buram. Tuliskan juga apa yang kini lebih mudah bagi warga.",
    )


def _rejected(desk: Desk, *, at: datetime) -> None:
    rejected = _worked(desk, at - 66 * HOUR)
    post = _draft(
        desk, "Satpol PP", at=rejected - 4 * HOUR, due=_planned(desk, at, -40, "Satpol PP"), nth=2
    )
    desk.move(post, "submit", at=_worked(desk, rejected - 3 * HOUR))
    note = "Kegiatan yang sama sudah tayang pekan lalu di akun ini; tidak perlu diunggah ulang."
    desk.move(post, "reject", at=rejected, note=note)


def _withdrawn(desk: Desk, *, at: datetime) -> None:
    withdrawn = _worked(desk, at - 47 * HOUR)
    post = _draft(
        desk, "Dinas PMD", at=withdrawn - 3 * HOUR, due=_planned(desk, at, -20, "Dinas PMD")
    )
    desk.move(post, "submit", at=_worked(desk, withdrawn - 2 * HOUR))
    desk.move(post, "withdraw", at=withdrawn, note="Jadwal kegiatan diundur.")


def _unfinished(desk: Desk, *, at: datetime) -> None:
    """One draft that has hardly begun, and one that is too long for X."""
    begun = _draft(desk, "Dinkes", at=at - HOUR, due=None, nth=1)
    for name in ("when", "where", "benefit", "caption", "hashtags", "why", "how"):
        setattr(begun, name, "")
    begun.texts = []
    begun.accounts = [account for account in begun.accounts if account.platform == "facebook"]
    long = _draft(
        desk, "Dindukcapil", at=at - 2 * HOUR, due=_planned(desk, at, 29, "Dindukcapil"), nth=1
    )
    long.caption += LONG
    long.texts = []
