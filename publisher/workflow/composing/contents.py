"""What of a post goes to a platform: the same for the warnings while typing, for the page a
reviewer decides on, and for the worker that sends it.

Pictures go out as the platform wants them (`posters.fitting`). Each is made once, at the latest
when the post is approved, and kept beside its master, so that the worker finds it ready.
"""

from collections.abc import Callable
from dataclasses import dataclass

from publisher.models.posts import Kept, Post, Public
from publisher.platforms import driver_class
from publisher.platforms.base import Outgoing, Picture
from publisher.posters import fitting
from publisher.posters.fitting import PictureRules
from publisher.storage import Store

#: Gives where a picture can be fetched for a while, from its digest and a key of DRIVERS.
Address = Callable[[str, str], str]


@dataclass(frozen=True, kw_only=True)
class Content:
    """What of a post goes to one platform; small, because the bytes are still in the store."""

    text: str
    pictures: tuple[Kept, ...]
    driver: str  # a key of DRIVERS: the limits that the pictures are made to suit

    def outline(self) -> Outgoing:
        """Return what the platform would be sent, but for the bytes of the pictures.

        Enough to say what it would refuse, for a picture that is made to suit it does.
        """
        rules = driver_class(self.driver).limits
        mime = f"image/{rules.made_format.lower()}"
        return Outgoing(
            text=self.text,
            pictures=tuple(
                Picture(content=b"", mime=mime, alt_text=kept.alt_text, name="")
                for kept in self.pictures
            ),
        )

    def read(self, store: Store, address: Address | None = None) -> Outgoing:
        """Return exactly what the platform would be sent, bytes and all.

        :param address: makes public addresses, for platforms that fetch pictures
        :raises OSError: if a picture is not there, is no longer what was kept, or cannot be made
            to suit the platform
        """
        driver = driver_class(self.driver)
        pictures = []
        for number, kept in enumerate(self.pictures, start=1):
            url = address(kept.digest, self.driver) if address and driver.fetches else ""
            pictures.append(_picture(number, kept, driver.limits, store, url))
        return Outgoing(text=self.text, pictures=tuple(pictures))


def _picture(number: int, kept: Kept, rules: PictureRules, store: Store, url: str) -> Picture:
    sent, mime = fitted(kept.digest, kept.mime, rules, store)
    kind = mime.removeprefix("image/").replace("jpeg", "jpg")
    name = f"{number}.{kind}"
    return Picture(content=sent, mime=mime, alt_text=kept.alt_text, name=name, url=url)


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
