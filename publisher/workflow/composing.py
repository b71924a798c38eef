"""What of a post goes to a platform: the same for the warnings while typing, for the page a
reviewer decides on, and for the worker that sends it.
"""

from publisher.models.posts import Post
from publisher.platforms import driver_class
from publisher.platforms.base import Outgoing, Picture, Problem
from publisher.storage import Store


def outgoing(post: Post, platform: str, store: Store) -> Outgoing:
    """Return exactly what `platform` would be sent, bytes and all."""
    return Outgoing(
        text=post.text_for(platform),
        pictures=tuple(
            Picture(
                content=store.get(picture.media.digest),
                mime=picture.media.mime,
                alt_text=picture.alt_text,
                name=f"{number}.jpg",
            )
            for number, picture in enumerate(post.pictures, start=1)
        ),
    )


def problems(post: Post, store: Store) -> dict[str, list[Problem]]:
    """Return what each platform of the post would refuse or misread, by platform."""
    return {
        platform: driver_class(platform).problems(outgoing(post, platform, store))
        for platform in post.platforms
    }
