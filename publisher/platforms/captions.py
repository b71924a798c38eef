"""What a platform may find wrong with a text, measured as it counts."""

from collections.abc import Callable, Iterator

from publisher.errors import N_
from publisher.platforms.base import Outgoing, Problem
from publisher.platforms.texts import normalise


def text_problems(
    outgoing: Outgoing, platform: str, *, limit: int, length: Callable[[str], int]
) -> Iterator[Problem]:
    """Yield what `platform` would refuse about the text.

    :param length: how the platform counts
    """
    text = normalise(outgoing.text)
    if not text.strip() and not outgoing.pictures:
        message = N_("Teks untuk %(platform)s masih kosong.")
        yield Problem(field="text", message=message, values={"platform": platform})
    if (found := length(text)) > limit:
        yield Problem(
            field="text",
            message=N_("Teks untuk %(platform)s %(length)s karakter; paling banyak %(limit)s."),
            values={"platform": platform, "length": found, "limit": limit},
        )
