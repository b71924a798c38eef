"""What has happened: posts that went out, with every step on the way, and the few that did not."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from publisher.db import db
from publisher.demo import proofs
from publisher.demo.book import Book, Seed
from publisher.demo.calendar import Plan
from publisher.demo.posts import Desk
from publisher.models.accounts import Account
from publisher.models.deliveries import STEPS, Attempt, Delivery, DeliveryEvent, DeliveryStatus
from publisher.models.posts import Post, ReturnReason
from publisher.platforms.base import Prepared
from publisher.platforms.errors import CannotTell, OutcomeUnknown, Refused, TryLater
from publisher.workflow.delivering.by_hand import FINISH_IN_APP, HANDED_OVER, TIME_TO_PROVE
from publisher.workflow.delivering.claiming import TOO_LATE
from publisher.workflow.delivering.looking import CANNOT_LOOK, LOOKED_IN_VAIN, NEVER
from publisher.workflow.delivering.recording import REASONS
from publisher.workflow.scheduling import CATCH_UP

WORKER = "siar-contoh"
NOT_PERMITTED = "403: You are not permitted to perform this action."
TIMED_OUT = "read timed out after 30 s"
#: Requests of a course, and what an attempt is called in the database.
DRAFT = "p_pub_url~v2."  # before the number of TikTok's drafts
PHASES = {"prepare": "prepare", "try": "publish", "look": "find"}


@dataclass(frozen=True, kw_only=True)
class Course:
    """How a delivery went: seconds after its time, then a step and its note, or a request and its
    outcome, with the platform's words after it."""

    happened: tuple[tuple[float, str, str], ...]
    reason: str = ""
    #: A person posted it so many seconds after its time.
    posted_s: float | None = None
    next_at: datetime | None = None

    def status(self) -> DeliveryStatus:
        steps = [name for _, name, _ in self.happened if name in STEPS]
        return STEPS[steps[-1]][1]


_SENT = (1.2, "claim", ""), (1.9, "prepare", "ok"), (2.0, "begin", "")
SMOOTH = Course(happened=(*_SENT, (2.6, "try", "ok"), (2.7, "publish", "")))
LATER = Course(
    happened=(
        (1.2, "claim", ""),
        (1.8, "prepare", f"{TryLater.__name__} 429 Too Many Requests"),
        (1.9, "postpone", "429 Too Many Requests"),
        *((after + 300, name, told) for after, name, told in SMOOTH.happened),
    )
)
REFUSED = Course(
    happened=(
        *_SENT,
        (2.7, "try", f"{Refused.__name__} {NOT_PERMITTED}"),
        (2.8, "fail", NOT_PERMITTED),
    ),
    reason=REASONS[Refused],
)
MISSED = Course(happened=((CATCH_UP.total_seconds(), "miss", TOO_LATE),), reason=TOO_LATE)
_LOST = (
    *_SENT,
    (32.0, "try", f"{OutcomeUnknown.__name__} {TIMED_OUT}"),
    (32.1, "doubt", TIMED_OUT),
)
_IN_VAIN = (*_LOST, (78.0, "look", "not_found"), (333.0, "look", "not_found"))
_TRIED_AGAIN = (*_IN_VAIN, (333.5, "resume", "not found in 2 looks"))
IN_DOUBT = Course(
    happened=(
        *_TRIED_AGAIN,
        *((after + 335, name, told) for after, name, told in _TRIED_AGAIN),
        *((after + 670, name, told) for after, name, told in _IN_VAIN),
    ),
    reason=LOOKED_IN_VAIN,
    next_at=NEVER,
)
#: What cannot be read back waits for a person at once.
UNREADABLE = Course(
    happened=(*_LOST, (78.0, "look", f"{CannotTell.__name__} channels cannot be read")),
    reason=CANNOT_LOOK,
    next_at=NEVER,
)
#: A person's turn: on a channel without any client, or in the app that has the draft.
HANDED = Course(happened=((0.6, "hand_over", ""),), reason=HANDED_OVER, next_at=NEVER)
IN_INBOX = Course(
    happened=(*_SENT, (3.1, "try", "ok"), (3.2, "hand_over", "")),
    reason=FINISH_IN_APP,
    next_at=NEVER,
)
PROVED = Course(happened=(*_LOST, (4200.0, "prove", "")))

#: What became of an office's last post but so many, on one platform.
TROUBLES: dict[tuple[str, str], tuple[int, Course]] = {
    ("Dinrumkimhub", "x"): (0, REFUSED),
    ("Kec. Ngawen", "facebook"): (1, MISSED),
    ("Kec. Tunjungan", "facebook"): (0, IN_DOUBT),
    ("Disdik", "facebook"): (9, PROVED),
    ("DPUPR", "telegram"): (0, UNREADABLE),
}
RETURNS = (
    (ReturnReason.BELUM_5W1H, "Mohon lengkapi waktu dan tempat kegiatan."),
    (ReturnReason.SALAH_KETIK, "Ada salah ketik pada judul dan takarir; mohon dicek kembali."),
    (ReturnReason.BELUM_ADA_MANFAAT, "Jelaskan manfaatnya bagi warga, bukan hanya acaranya."),
    (ReturnReason.FOTO_BURAM, "Foto kurang tajam; mohon diganti."),
)

Courses = dict[tuple[str, datetime, str], Course]


def troubled(plans: Sequence[Plan]) -> Courses:
    """Return which deliveries of past plans did not simply go out."""
    found: Courses = {}
    for (abbreviation, platform), (back, course) in TROUBLES.items():
        own = [plan for plan in plans if plan.office.abbreviation == abbreviation]
        if len(own) > back:
            plan = sorted(own, key=lambda one: one.planned_at)[-1 - back]
            found[abbreviation, plan.planned_at, platform] = course
    return found


def tell(desk: Desk, book: Book, plans: Sequence[Plan], courses: Courses) -> None:
    """Write the posts of some past plans, and everything that happened to them."""
    posts = [
        desk.draft(plan.office, plan.content, planned_at=plan.planned_at, at=plan.drafted_at)
        for plan in plans
    ]
    for post in posts:
        approve(desk, post, Random(f"{post.office.abbreviation}/{post.planned_at}"))  # noqa: S311
    db.session.flush()
    desk.journal.settle()
    chosen = [
        (post, account, _course(post, account, courses))
        for post in posts
        for account in post.accounts
    ]
    deliver(book, desk, chosen)


def approve(desk: Desk, post: Post, rng: Random) -> None:
    """Take a draft to its approval, with a detour now and then."""
    at = post.created_at + timedelta(minutes=rng.randint(8, 40))
    if rng.random() < 0.09:
        at = _detour(desk, post, at, rng)
    desk.move(post, "submit", at=at)
    desk.move(post, "approve", at=at + timedelta(minutes=rng.randint(20, 170)))


def _detour(desk: Desk, post: Post, at: datetime, rng: Random) -> datetime:
    """Let it be returned and mended once; return when it is ready again."""
    reason, note = rng.choice(RETURNS)
    mended = post.benefit
    if reason is ReturnReason.BELUM_ADA_MANFAAT:
        post.benefit = "Kegiatan berjalan lancar"
    desk.move(post, "submit", at=at)
    returned = at + timedelta(minutes=rng.randint(15, 60))
    desk.move(post, "request_changes", at=returned, reasons=(reason,), note=note)
    post.benefit = mended
    ready = returned + timedelta(minutes=rng.randint(10, 45))
    post.touch(actor=post.drafted_by, at=ready)
    return ready


def _course(post: Post, account: Account, courses: Courses) -> Course:
    if account.by_hand or account.platform == "tiktok":
        return proofs.proved(IN_INBOX if not account.by_hand else HANDED, post)
    key = (post.office.abbreviation, post.planned_at, account.platform)
    rng = Random(f"{post.id}/{account.id}")  # noqa: S311 - a story, not a secret
    return courses.get(key) or (LATER if rng.random() < 0.02 else SMOOTH)  # type: ignore[arg-type]


def deliver(
    book: Book, desk: Desk, chosen: Sequence[tuple[Post, Account, Course]]
) -> list[Delivery]:
    """Write what became of approved posts, here and on the practice platforms."""
    deliveries = [_delivery(*one) for one in chosen]
    _put_out(book, desk, deliveries)
    db.session.add_all(deliveries)
    db.session.flush()
    events: list[dict[str, Any]] = []
    tries: list[dict[str, Any]] = []
    for delivery, (_, _, course) in zip(deliveries, chosen, strict=True):
        if course is PROVED:
            delivery.proved_by = delivery.post.approved_by
        events += _events(delivery, course)
        tries += _tries(delivery, course)
    db.session.execute(sa.insert(DeliveryEvent), events)
    if tries:
        db.session.execute(sa.insert(Attempt), tries)
    courses = [course for _, _, course in chosen]
    proofs.file_all(list(zip(deliveries, courses, strict=True)), desk.journal)
    return deliveries


def _put_out(book: Book, desk: Desk, deliveries: Sequence[Delivery]) -> None:
    """Let the practice platforms have what is out, and what waits in an inbox."""
    known = [one for one in deliveries if _is_known(one)]
    seeds = [
        Seed(
            account=one.account,
            text=one.post.text_for(one.account.platform),
            at=one.published_at or one.handed_over_at or one.due_at,
            picture=desk.pictures_of(one.post)[0],
            is_draft=one.status is DeliveryStatus.HANDED_OVER,
        )
        for one in known
    ]
    for delivery, (remote_id, permalink) in zip(known, book.remember(seeds), strict=True):
        delivery.remote_id, delivery.permalink = remote_id, permalink or None
        if delivery.handed_over_at and permalink:
            delivery.remote_id = f"{DRAFT}{remote_id}"  # Siar knows the draft that it left
    for delivery in deliveries:
        if delivery.account.by_hand and delivery.status is DeliveryStatus.PUBLISHED:
            delivery.permalink = proofs.link_to(delivery)


def _is_known(delivery: Delivery) -> bool:
    out = delivery.status in (DeliveryStatus.PUBLISHED, DeliveryStatus.HANDED_OVER)
    return out and not delivery.account.by_hand


def _delivery(post: Post, account: Account, course: Course) -> Delivery:
    """Return a delivery as its course left it; what the platform said is still missing."""
    due, digest = post.planned_at, post.approved_digest
    if due is None or digest is None:
        raise ValueError("only approved posts are delivered")
    steps = [(after, name) for after, name, _ in course.happened if name in STEPS]
    begun = [after for after, name in steps if name == "begin"]
    sending = due + timedelta(seconds=begun[-1]) if begun else None
    out = course.status() is DeliveryStatus.PUBLISHED
    handed = [due + timedelta(seconds=after) for after, name in steps if name == "hand_over"]
    claims = sum(name == "claim" for _, name in steps)
    return Delivery(
        post=post,
        account=account,
        office_id=post.office_id,
        status=course.status(),
        reason=course.reason,
        content_digest=digest,
        due_at=due,
        next_at=course.next_at or due,
        publish_by=handed[0] + TIME_TO_PROVE if handed else due + CATCH_UP,
        handed_over_at=handed[0] if handed else None,
        fence=claims,
        attempts=claims,
        resumed=sum(name == "resume" for _, name in steps),
        prepared=_prepared(post, account, sending) if sending else None,
        sending_at=sending,
        published_at=_published_at(course, due, sending) if out else None,
        created_at=post.approved_at,
    )


def _published_at(course: Course, due: datetime, sending: datetime | None) -> datetime | None:
    """Return when it was out: for what was proved later, when it had been sent."""
    if course.posted_s is not None:
        return due + timedelta(seconds=course.posted_s)
    return sending if course is PROVED else due + timedelta(seconds=course.happened[-1][0])


def _prepared(post: Post, account: Account, started_at: datetime) -> dict[str, Any]:
    values = dataclasses.asdict(Prepared(text=post.text_for(account.platform)))
    return values | {"started_at": started_at.isoformat()}


def _events(delivery: Delivery, course: Course) -> Iterator[dict[str, Any]]:
    """Yield a row for every step, from its planning on."""
    status, fence = DeliveryStatus.PENDING, 0
    shared = {"delivery_id": delivery.id, "actor_id": None, "note": ""}
    planner = delivery.post.approved_by_id
    yield shared | {
        "step": "plan", "before": None, "after": status, "fence": fence,
        "at": delivery.created_at, "actor_id": planner,
    }  # fmt: skip
    for after, step, told in course.happened:
        if step not in STEPS:
            continue
        before, status = status, STEPS[step][1]
        fence += step == "claim"
        yield shared | {
            "step": step, "before": before, "after": status, "fence": fence,
            "at": delivery.due_at + timedelta(seconds=after),
            "note": _note(step, told, delivery),
            "actor_id": planner if step in ("prove", "verify") else None,
        }  # fmt: skip


def _note(step: str, told: str, delivery: Delivery) -> str:
    if step in ("publish", "prove", "verify"):
        return delivery.permalink or ""
    if step == "hand_over":
        return delivery.remote_id or ""
    return WORKER if step == "claim" else told


def _tries(delivery: Delivery, course: Course) -> Iterator[dict[str, Any]]:
    """Yield a row for every request to the platform."""
    fence = 0
    for after, name, told in course.happened:
        fence += name == "claim"
        if name in STEPS:
            continue
        ended = delivery.due_at + timedelta(seconds=after)
        outcome, _, detail = told.partition(" ")
        yield {
            "delivery_id": delivery.id,
            "fence": fence,
            "phase": PHASES[name],
            "started_at": ended - timedelta(milliseconds=520),
            "ended_at": ended,
            "outcome": outcome,
            "detail": detail,
            "request_id": None,
        }
