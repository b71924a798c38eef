"""What of a post goes to a platform: the same for the warnings while typing, for the page a
reviewer decides on, and for the worker that sends it.

Pictures go out as the platform wants them (`posters.fitting`). Each is made once, at the latest
when the post is approved, and kept beside its master, so that the worker finds it ready.
"""

from dataclasses import dataclass

from publisher.models.posts import Kept, Post, Public
from publisher.platforms import driver_class
from publisher.platforms.base import Outgoing, Picture, Problem
from publisher.posters import fitting
from publisher.posters.fitting import PictureRules
from publisher.storage import Store


@dataclass(frozen=True, kw_only=True)
class Content:
    """What of a post goes to one platform; small, because the bytes are still in the store."""

    text: str
    pictures: tuple[Kept, ...]
    driver: str  # a key of DRIVERS: the limits that the pictures are made to suit

    def read(self, store: Store) -> Outgoing:
        """Return exactly what the platform would be sent, bytes and all.

        :raises OSError: if a picture is not there, is no longer what was kept, or cannot be made
            to suit the platform
        """
        limits = driver_class(self.driver).limits
        pictures = enumerate(self.pictures, start=1)
        return Outgoing(
            text=self.text,
            pictures=tuple(_picture(number, kept, limits, store) for number, kept in pictures),
        )


def _picture(number: int, kept: Kept, rules: PictureRules, store: Store) -> Picture:
    sent, mime = fitted(kept.digest, kept.mime, rules, store)
    kind = mime.removeprefix("image/").replace("jpeg", "jpg")
    return Picture(content=sent, mime=mime, alt_text=kept.alt_text, name=f"{number}.{kind}")


def fitted(digest: str, mime: str, rules: PictureRules, store: Store) -> tuple[bytes, str]:
    """Return a picture as it goes out by these rules, and its MIME type.

    :param mime: of the master
    :raises OSError: as for `Content.read`
    """
    master = store.get(digest)
    if fitting.suits(master, rules):
        return master, mime
    made = store.derived(
        digest, fitting.variant(rules), lambda content: fitting.fit(content, rules)
    )
    return made, f"image/{rules.made_format.lower()}"


def content(public: Public, platform: str, driver: str = "") -> Content:
    """Return what goes to a platform, by a driver of it (its usual one, if none is named)."""
    return Content(
        text=public.text_for(platform), pictures=public.pictures, driver=driver or platform
    )


def contents(post: Post) -> list[Content]:
    """Return what goes out of a post, once for each driver of its accounts."""
    drivers = dict.fromkeys((account.driver, account.platform) for account in post.accounts)
    return [content(post.public, platform, driver) for driver, platform in drivers]


def problems(post: Post, store: Store) -> dict[str, list[Problem]]:
    """Return what each platform of the post would refuse or misread, by platform."""
    public = post.public
    return {
        platform: driver_class(platform).problems(content(public, platform).read(store))
        for platform in post.platforms
    }
