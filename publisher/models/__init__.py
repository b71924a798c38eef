"""Every table, so that migrations and `create_app` see them all."""

from publisher.models import (
    accounts,
    audit,
    deliveries,
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
    watch,
)

__all__ = [
    "accounts",
    "audit",
    "deliveries",
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
    "watch",
]
