"""Every table, so that migrations and `create_app` see them all."""

from publisher.models import (
    accounts,
    audit,
    deliveries,
    ideas,
    looks,
    media,
    notices,
    people,
    places,
    posters,
    posts,
    proofs,
    quotas,
    said,
    standing_out,
    watch,
)

__all__ = [
    "accounts",
    "audit",
    "deliveries",
    "ideas",
    "looks",
    "media",
    "notices",
    "people",
    "places",
    "posters",
    "posts",
    "proofs",
    "quotas",
    "said",
    "standing_out",
    "watch",
]
