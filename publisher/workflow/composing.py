"""What of a post goes to a platform: the same for the warnings while typing, for the page a
reviewer decides on, and for the worker that sends it.
"""

from dataclasses import dataclass

from publisher.models.posts import Kept, Post, Public
from publisher.platforms import driver_class
from publisher.platforms.base import Outgoing, Picture, Problem
from publisher.storage import Store


@dataclass(frozen=True, kw_only=True)
class Content:
    """What of a post goes to one platform; small, because the bytes are still in the store."""

    text: str
    pictures: tuple[Kept, ...]

    def read(self, store: Store) -> Outgoing:
        """Return exactly what the platform would be sent, bytes and all.

        :raises OSError: if a picture is not there, or is no longer what was kept
        """
        return Outgoing(
            text=self.text,
            pictures=tuple(
                Picture(
                    content=store.get(kept.digest),
                    mime=kept.mime,
                    alt_text=kept.alt_text,
                    name=f"{number}.jpg",
                )
                for number, kept in enumerate(self.pictures, start=1)
            ),
        )


def content(public: Public, platform: str) -> Content:
    return Content(text=public.text_for(platform), pictures=public.pictures)


def problems(post: Post, store: Store) -> dict[str, list[Problem]]:
    """Return what each platform of the post would refuse or misread, by platform."""
    public = post.public
    return {
        platform: driver_class(platform).problems(content(public, platform).read(store))
        for platform in post.platforms
    }
