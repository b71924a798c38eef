"""Whether everybody may read what the offices of a region have published (halaman publik)."""

from datetime import datetime

from publisher.models.people import User
from publisher.models.places import Region
from publisher.workflow.registering.common import lock, note


def open_page(region: Region, *, actor: User, at: datetime) -> None:
    """Let everybody read it from now on. It is closed until somebody does this."""
    lock(region.id, actor)
    if region.public_since is None:
        region.public_since = at
        note("region.open_page", region, region.id, actor=actor, at=at)


def close_page(region: Region, *, actor: User, at: datetime) -> None:
    """Let nobody read it any more; its address then leads nowhere."""
    lock(region.id, actor)
    if region.public_since is not None:
        region.public_since = None
        note("region.close_page", region, region.id, actor=actor, at=at)
