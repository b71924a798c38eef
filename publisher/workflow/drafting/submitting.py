"""From draft to review and back: what is still missing, submitting, withdrawing, reopening."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from publisher.errors import N_, Incomplete
from publisher.models import asking
from publisher.models.advancing import cancel_open
from publisher.models.neutrality import governing
from publisher.models.people import User
from publisher.models.places import lock_region
from publisher.models.posts import Post
from publisher.platforms.base import Problem
from publisher.storage import Store
from publisher.workflow import checking, composing
from publisher.workflow.drafting.editing import check_editable

#: What must be filled in before a post can be submitted, and what is said when it is not.
NEEDED = {
    "title": N_("Tulis judul konten."),
    "what": N_("Tulis apa kegiatannya."),
    "who": N_("Tulis siapa yang melaksanakan atau terlibat."),
    "when": N_("Tulis kapan kegiatannya berlangsung."),
    "where": N_("Tulis di mana kegiatannya berlangsung."),
    "benefit": N_("Tulis hasil atau manfaatnya bagi warga."),
    "caption": N_("Tulis takarir, atau susun dari isian di atas."),
}
REOPENED = N_("Konten dibuka kembali untuk diubah.")


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Something that stands between a draft and its review.

    :param place: the field it belongs to; "accounts", "planned_at", "pictures", "alt_text:ID"
        or "text:PLATFORM" where it is no field of `Fields`
    :param message: an Indonesian sentence, a gettext message id filled by `values`
    """

    place: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)


def gaps(post: Post, *, store: Store, at: datetime) -> list[Gap]:
    """Return all that is missing or wrong, in the order of the form."""
    return [
        *_missing(post),
        *_undescribed(post),
        *_unlawful(post),
        *_refused(post, store, at),
        *_blocked(post, at),
        *_untimed(post, at),
    ]


def submit(post: Post, *, actor: User, at: datetime, store: Store, version: int) -> None:
    """Hand a draft over to review.

    :raises Outdated: if it is no longer the version that was on the page
    :raises Incomplete: if anything is missing; `gaps` says what
    """
    lock_region(post.office.region_id, shared=True)  # whoever changes what is asked for waits
    check_editable(post, version)
    if missing := gaps(post, store=store, at=at):
        raise Incomplete([gap.message for gap in missing])
    post.move("submit", actor=actor, at=at)
    asking.refresh(post, at=at)


def withdraw(post: Post, *, actor: User, at: datetime) -> None:
    """Take a post back before it is approved; a review of it ends.

    :raises InvalidTransition: if it has been approved, rejected or withdrawn meanwhile
    """
    post.move("withdraw", actor=actor, at=at)
    asking.resolve_notices(post.id, at=at)


def reopen(post: Post, *, actor: User, at: datetime) -> int:
    """Make an approved post a draft again; return how many deliveries were cancelled for it.

    What is out stays out, and is never sent again.
    """
    post.move("reopen", actor=actor, at=at)
    return cancel_open(post, actor=actor, at=at, reason=REOPENED)


def _missing(post: Post) -> Iterator[Gap]:
    for name, message in NEEDED.items():
        if not getattr(post, name).strip():
            yield Gap(place=name, message=message)


def _undescribed(post: Post) -> Iterator[Gap]:
    for number, picture in enumerate(post.pictures, start=1):
        if not picture.alt_text.strip():
            yield Gap(
                place=f"alt_text:{picture.id}",
                message=N_("Tulis teks alternatif foto %(number)s."),
                values={"number": number},
            )


def _unlawful(post: Post) -> Iterator[Gap]:
    for finding in checking.unlawful(post):
        place, _sign, about = finding.field.partition(":")
        if place == "alt_text":
            shown = (one.id for one in post.pictures if one.media.digest.startswith(about))
            about = str(next(shown))
        yield Gap(place=f"{place}:{about}".rstrip(":"), message=finding.message)


def _refused(post: Post, store: Store, at: datetime) -> Iterator[Gap]:
    if not any(account.publishable for account in post.accounts):
        yield Gap(place="accounts", message=N_("Pilih sedikitnya satu akun."))
    own = {text.platform for text in post.texts}
    written = bool(post.caption.strip())
    for platform, problems in composing.problems(post, store, at=at).items():
        for problem in problems:
            # An empty caption has been named already.
            if problem.blocks and (written or problem.field != "text"):
                yield _gap(problem, platform, own)


def _blocked(post: Post, at: datetime) -> Iterator[Gap]:
    time = governing(post, at)
    own = {text.platform for text in post.texts}
    for problem in composing.blocked_problems(post, time) if time else ():
        yield _gap(problem, "", own)


def _gap(problem: Problem, platform: str, own: set[str]) -> Gap:
    caption = f"text:{platform}" if platform in own else "caption"
    place = {"text": caption, "accounts": "accounts"}.get(problem.field, "pictures")
    return Gap(place=place, message=problem.message, values=problem.values)


def _untimed(post: Post, at: datetime) -> Iterator[Gap]:
    if post.planned_at is None:
        yield Gap(place="planned_at", message=N_("Pilih tanggal dan jam tayang."))
    elif post.planned_at <= at:
        yield Gap(place="planned_at", message=N_("Waktu tayang sudah lewat. Pilih waktu lain."))
