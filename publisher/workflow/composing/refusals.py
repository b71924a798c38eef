"""What platforms would refuse of a post, or make of it what nobody expects.

One answer for all who ask: the page while somebody types, the submission, the approval, and the
check before its time. What blocks, blocks at each of them; the rest is advice.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from publisher import clock
from publisher.errors import N_
from publisher.models.posts import Post
from publisher.platforms import PLATFORM_NAMES, driver_class
from publisher.platforms.base import Limits, Outgoing, Problem
from publisher.posters import fitting
from publisher.storage import Store
from publisher.workflow.composing.contents import content, contents
from publisher.workflow.composing.said import Echo, Plan, echoes

#: So many contents a process knows the problems of: those of a few pages.
_REMEMBERED = 1000
LOST = Problem(
    field="pictures",
    message=N_("Berkas gambar tidak dapat dibaca dari penyimpanan. Hubungi operator."),
)


def problems(
    post: Post, store: Store, *, at: datetime, echoing: Sequence[Sequence[Echo]] | None = None
) -> dict[str, list[Problem]]:
    """Return all that stands in the way of a post, or is worth knowing, by platform.

    No bytes are read and nothing is made; one query.

    :param at: now; a post without a time is taken to go out then
    :param echoing: what `echoing` said of it, which then is not asked for again
    """
    found = own_problems(post, store)
    plans = _plans(post, at)
    heard = echoes(plans) if echoing is None else echoing
    for plan, its in zip(plans, heard, strict=True):
        repeated = _repeated(plan, its)
        found[plan.platform] += [one for one in repeated if one not in found[plan.platform]]
    return found


def echoing(posts: Sequence[Post], *, at: datetime) -> dict[int, list[list[Echo]]]:
    """Return what else says the same as each post, as `problems` wants it. One query."""
    plans = [_plans(post, at) for post in posts]
    heard = iter(echoes([plan for its in plans for plan in its]))
    return {post.id: [next(heard) for _ in its] for post, its in zip(posts, plans, strict=True)}


def _plans(post: Post, at: datetime) -> list[Plan]:
    return [
        Plan(
            post_id=post.id,
            account_id=account.id,
            platform=account.platform,
            text=post.text_for(account.platform),
            at=max(post.planned_at or at, at),
            zone=post.office.region.zone,
        )
        for account in post.accounts
    ]


def own_problems(post: Post, store: Store) -> dict[str, list[Problem]]:
    """Return what is wrong with the post itself, whatever else is published. No query."""
    found: dict[str, list[Problem]] = {platform: [] for platform in post.platforms}
    lost = _is_lost(post, store)
    for account in post.accounts:
        driver = driver_class(account.driver)
        outgoing = content(post.public, account.platform, account.driver).outline()
        here = [
            *([LOST] if lost else []),
            *_of_driver(account.driver, outgoing),
            *_reshaped(post, account.platform, driver.limits),
            *_same_text_twice(post, account.platform, driver.limits),
        ]
        found[account.platform] += [one for one in here if one not in found[account.platform]]
    return found


@lru_cache(maxsize=_REMEMBERED)
def _of_driver(name: str, outgoing: Outgoing) -> tuple[Problem, ...]:
    """Return what a driver says of the very same content; counting a text as X does is dear."""
    return tuple(driver_class(name).problems(outgoing))


def _is_lost(post: Post, store: Store) -> bool:
    """Return whether a picture is not there, or the store cannot even be asked."""
    try:
        return not all(store.exists(picture.media.digest) for picture in post.pictures)
    except OSError:
        return True


def unreadable(post: Post, store: Store) -> bool:
    """Return whether a picture cannot be read, or not be made as a platform wants it."""
    try:
        for each in contents(post):
            each.read(store)
    except OSError:
        return True
    return False


def repeats(plans: Sequence[Plan]) -> list[list[Problem]]:
    """Return, for each plan, what is wrong with saying the same again. One query."""
    return [list(_repeated(plan, found)) for plan, found in zip(plans, echoes(plans), strict=True)]


def _repeated(plan: Plan, found: Sequence[Echo]) -> Iterator[Problem]:
    limits, platform = driver_class(plan.platform).limits, PLATFORM_NAMES[plan.platform]
    own = [echo for echo in found if echo.account_id == plan.account_id]
    others = [echo.at for echo in found if echo.account_id != plan.account_id]
    window = timedelta(hours=limits.repeat_within_h or 0)
    refused = [echo.at for echo in own if echo.certain and abs(echo.at - plan.at) < window]
    if refused:
        yield Problem(
            field="text",
            message=N_(
                "Teks yang sama sudah tayang atau terjadwal di akun ini pada %(date)s pukul "
                "%(time)s. %(platform)s menolak teks yang sama dalam %(hours)s jam; "
                "ubah kalimatnya."
            ),
            values={
                **_when(max(refused), plan.zone),
                "platform": platform,
                "hours": limits.repeat_within_h,
            },
        )
    elif own:
        yield Problem(
            field="text",
            message=N_(
                "Teks yang sama sudah tayang atau terjadwal di akun %(platform)s ini pada "
                "%(date)s pukul %(time)s. Pastikan ini bukan unggahan ganda."
            ),
            values={**_when(max(echo.at for echo in own), plan.zone), "platform": platform},
            blocks=False,
        )
    if others and limits.one_account_per_text:
        yield Problem(
            field="text",
            message=N_(
                "Teks yang sama dipakai akun lain di %(platform)s pada %(date)s pukul %(time)s. "
                "%(platform)s melarang teks yang sama di beberapa akun; ubah kalimatnya."
            ),
            values={**_when(max(others), plan.zone), "platform": platform},
            blocks=False,
        )


def _same_text_twice(post: Post, platform: str, limits: Limits) -> Iterator[Problem]:
    count = sum(account.platform == platform for account in post.accounts)
    if limits.one_account_per_text and count > 1:
        yield Problem(
            field="accounts",
            message=N_(
                "%(platform)s melarang teks yang sama di beberapa akun; konten ini menuju "
                "%(count)s akun. Pilih satu akun, dan buat konten tersendiri untuk yang lain."
            ),
            values={"platform": PLATFORM_NAMES[platform], "count": count},
        )


def _reshaped(post: Post, platform: str, limits: Limits) -> Iterator[Problem]:
    """Yield which pictures will look otherwise than they were uploaded."""
    sizes = [(picture.media.width, picture.media.height) for picture in post.pictures]
    margins = [n for n, size in enumerate(sizes, 1) if fitting.has_margins(size, limits)]
    blurred = [n for n, size in enumerate(sizes, 1) if fitting.is_enlarged(size, limits)]
    name = PLATFORM_NAMES[platform]
    if margins:
        yield Problem(
            field="pictures",
            message=N_("Gambar %(numbers)s diberi tepi agar tampil utuh di %(platform)s."),
            values={"numbers": ", ".join(map(str, margins)), "platform": name},
            blocks=False,
        )
    if blurred:
        yield Problem(
            field="pictures",
            message=N_(
                "Gambar %(numbers)s terlalu kecil untuk %(platform)s, sehingga diperbesar dan "
                "dapat tampak buram."
            ),
            values={"numbers": ", ".join(map(str, blurred)), "platform": name},
            blocks=False,
        )


def _when(at: datetime, zone: str) -> dict[str, str]:
    local = clock.in_zone(at, zone)
    return {
        "date": clock.day_words(local.date()),
        "time": f"{local:%H.%M} {clock.zone_name(zone)}",
    }
