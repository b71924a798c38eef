"""The practice platforms' memory of the demo: accounts, and posts of the past."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publisher.demo.pictures import Picture
from publisher.models.accounts import Account
from publisher.practice.controls import Controls
from publisher.storage import Store


@dataclass(frozen=True, kw_only=True)
class Seed:
    """A post that was public on an account."""

    account: Account
    text: str
    at: datetime
    picture: Picture
    #: It is a draft in the account's inbox, for a person to finish.
    is_draft: bool = False


class Book:
    """The desk of the running practice platforms.

    :param url: where they are
    """

    def __init__(self, url: str, store: Store) -> None:
        self._controls, self._store = Controls(url), store
        self._known: set[str] = set()  # digests of pictures that the book has

    def register(self, accounts: Sequence[tuple[Account, dict[str, str]]]) -> None:
        """Make accounts exist there, with the credentials that will be used."""
        self._controls.call(
            "POST",
            "/kendali/akun",
            [
                {
                    "platform": account.platform,
                    "remote_id": account.remote_id,
                    "handle": account.handle,
                    "display_name": account.display_name,
                    "colour": COLOURS[account.id % len(COLOURS)],
                    "credentials": credentials,
                }
                for account, credentials in accounts
            ],
        )

    def remember(self, seeds: Sequence[Seed]) -> list[tuple[str, str]]:
        """Put posts into the book; return the remote id and the permalink of each."""
        if not seeds:
            return []
        posts = [
            {
                "platform": seed.account.platform,
                "account": seed.account.remote_id,
                "text": seed.text,
                "at": seed.at.isoformat(),
                "pictures": list(self._pictures(seed.picture)),
                "draft": seed.is_draft,
            }
            for seed in seeds
        ]
        found = self._controls.call("POST", "/kendali/riwayat", {"posts": posts})["posts"]
        return [(one["remote_id"], one["url"]) for one in found]

    def _pictures(self, picture: Picture) -> Iterator[dict[str, Any]]:
        """Yield the bytes of a picture the first time, and later only their name."""
        shown = {"alt_text": picture.alt}
        if picture.digest in self._known:
            yield {"sha256": picture.digest, **shown}
            return
        self._known.add(picture.digest)
        content = base64.b64encode(self._store.get(picture.digest)).decode()
        yield {"content": content, **shown}


COLOURS = ("#0b6e4f", "#8c2f39", "#1d4e89", "#7a4e00", "#4b3f72", "#00696d", "#9c3d10")
