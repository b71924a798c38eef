"""Photos of which nobody has said whether they show people, and why these may be shown.

Advice, never a refusal: most photos of an office show nobody, or a public event.
"""

from publisher.errors import N_
from publisher.models.posts import Post
from publisher.platforms.base import Problem

UNCHECKED = N_(
    "Foto %(numbers)s belum diperiksa persetujuannya. Bila memperlihatkan orang yang dapat "
    "dikenali, catat dasarnya di Pustaka (UU 27/2022 tentang Pelindungan Data Pribadi)."
)


def advice(post: Post) -> list[Problem]:
    """Return what is worth knowing of a post's pictures, whatever the platform. No query."""
    numbers = [n for n, picture in enumerate(post.pictures, 1) if picture.media.unchecked]
    if not numbers:
        return []
    values = {"numbers": ", ".join(map(str, numbers))}
    return [Problem(field="pictures", message=UNCHECKED, values=values, blocks=False)]
