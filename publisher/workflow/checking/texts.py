"""The texts of a post by name, so that a finding or a mark can say where it is."""

from publisher.models.posts import ACTIVITY_FIELDS, Post, Public

#: Fields that no platform is sent as such.
INSIDE = ("title", *ACTIVITY_FIELDS)


def texts(post: Post) -> dict[str, str]:
    """Return every text of a post that is not empty, by name, in the order of the form.

    Names: those of the fields, "text:PLATFORM", and "alt_text:" with the first twelve signs of
    the picture's digest, which stays when pictures change places.
    """
    found = {name: getattr(post, name) or "" for name in (*INSIDE, "caption", "hashtags")}
    found |= {f"text:{own.platform}": own.text for own in post.texts}
    found |= {alt_name(picture.media.digest): picture.alt_text for picture in post.pictures}
    return {name: text for name, text in found.items() if text.strip()}


def public_texts(public: Public) -> dict[str, str]:
    """Return, by the same names, what anybody will be able to read."""
    found = {"caption": public.caption, "hashtags": public.hashtags}
    found |= {f"text:{platform}": text for platform, text in public.own_texts.items()}
    found |= {alt_name(kept.digest): kept.alt_text for kept in public.pictures}
    return found


def alt_name(digest: str) -> str:
    return f"alt_text:{digest[:12]}"
