"""Every table, so that migrations and `create_app` see them all."""

from publisher.models import (
    accounts,
    audit,
    deliveries,
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
