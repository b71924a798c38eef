"""Posts of the past, put into the book without a request: a demo starts with living accounts."""

from collections.abc import Iterable
from datetime import datetime

from publisher.practice import facebook, instagram, telegram, tiktok
from publisher.practice.ledger import Ledger
from publisher.practice.pictures import mime_of
from publisher.practice.records import Account, Draft, new_id

_PERMALINKS = {
    "facebook": facebook.permalink,
    "instagram": instagram.permalink,
    "tiktok": tiktok.permalink,
    "telegram": telegram.permalink,
}


class BadHistory(ValueError):
    """A post that cannot have been: no such account, no date, a picture of no known kind."""


def seed(
    ledger: Ledger,
    platform: str,
    account: str,
    text: str,
    at: datetime,
    pictures: Iterable[tuple[bytes, str]] = (),
) -> tuple[str, str]:
    """Put one post into the book; return its number at the platform, and its permalink.

    One that is in the book already, text and time, stays the one it is: a demo may start anew.

    :param account: the account's remote id
    :param at: when it went public; aware
    :param pictures: the bytes and the alternative text of each
    :raises BadHistory: if the account is not registered, or a picture cannot be read
    """
    holder = _holder(ledger, platform, account)
    for there in ledger.posts(platform, account, since=at, until=at):
        if there.text == text:
            return there.id, permalink(holder, there.id)
    media_ids = [_keep(ledger, holder, content, alt, at) for content, alt in pictures]
    post_id = f"{account}_{new_id(at)}" if platform == "facebook" else new_id(at)
    ledger.publish(post_id, platform, account, text, media_ids, at=at, request_no=None)
    return post_id, permalink(holder, post_id)


def seed_draft(
    ledger: Ledger,
    account: str,
    text: str,
    at: datetime,
    pictures: Iterable[tuple[bytes, str]] = (),
) -> str:
    """Put one draft into the inbox of a TikTok account; return its number.

    One that is in the book already, text and time, stays the one it is.

    :raises BadHistory: if the account is not registered, or a picture cannot be read
    """
    holder = _holder(ledger, "tiktok", account)
    for there in ledger.drafts("tiktok", account):
        if there.text == text and there.at == at:
            return there.id
    media_ids = tuple(_keep(ledger, holder, content, alt, at) for content, alt in pictures)
    draft = Draft(
        id=f"p_pub_url~v2.{new_id(at)}", platform="tiktok", account=account, kind="inbox",
        text=text, media_ids=media_ids, at=at,
    )  # fmt: skip
    ledger.keep_draft(draft)
    return draft.id


def _holder(ledger: Ledger, platform: str, account: str) -> Account:
    for one in ledger.accounts():
        if (one.platform, one.remote_id) == (platform, account):
            return one
    raise BadHistory(f"no account {account} of {platform}")


def permalink(account: Account, post_id: str) -> str:
    """Return the public address of a post, as its platform forms it."""
    if account.platform == "x":
        return f"https://x.com/{account.handle}/status/{post_id}"
    return _PERMALINKS[account.platform](account, post_id)


def _keep(ledger: Ledger, holder: Account, content: bytes, alt: str, at: datetime) -> str:
    mime = mime_of(content)
    if mime is None:
        raise BadHistory("a picture must be JPEG, PNG, GIF or WebP")
    media_id = new_id(at)
    ledger.keep_media(media_id, holder.platform, holder.remote_id, content, mime, alt)
    return media_id
