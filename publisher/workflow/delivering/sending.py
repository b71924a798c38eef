"""What a worker does with a platform. Values in, values out; the database is not touched.

Whatever a driver raises that it should not is taken for the worst that it can mean: after the
publishing request began, that the post may be out.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from publisher.platforms import open_driver
from publisher.platforms.base import Credentials, Driver, Handover, Prepared, Receipt
from publisher.platforms.errors import OutcomeUnknown, PlatformError, TryLater
from publisher.storage import Store
from publisher.workflow.composing import Address, Content
from publisher.workflow.delivering.holding import PictureUnreadable

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Access:
    """An account's opened credentials, and the sealed ones that they were read from."""

    account_id: int
    driver: str  # a key of DRIVERS
    credentials: Credentials
    sealed: str
    bound_to: str


@dataclass(frozen=True, kw_only=True)
class Job(Access):
    """All that is needed to send one delivery, read from the database at one moment."""

    delivery_id: int
    fence: int
    content: Content
    post_version: int
    content_digest: str

    def __repr__(self) -> str:  # credentials stay out of logs
        return f"Job(delivery_id={self.delivery_id}, fence={self.fence}, {self.driver})"


@dataclass(frozen=True, kw_only=True)
class Search(Access):
    """All that is needed to look for a delivery whose outcome is unknown."""

    delivery_id: int
    fence: int
    prepared: Prepared
    since: datetime
    known: frozenset[str]  # posts of the account that prove other deliveries

    def __repr__(self) -> str:
        return f"Search(delivery_id={self.delivery_id}, fence={self.fence}, {self.driver})"


def connect(access: Access) -> Driver | PlatformError:
    """Return the driver of an account; touches no network yet."""
    return _outcome(lambda: open_driver(access.driver, access.credentials), otherwise=TryLater)


def prepare(
    driver: Driver, job: Job, store: Store, address: Address | None = None
) -> Prepared | PlatformError:
    """Upload what the post needs. Nothing is public yet, so anything odd is `TryLater`.

    :param address: makes public addresses, for platforms that fetch pictures
    """
    try:
        outgoing = job.content.read(store, address)
    except OSError:  # the store compares the bytes with their digest
        return PictureUnreadable("a picture of the post cannot be read")
    outcome = _outcome(lambda: driver.prepare(outgoing), otherwise=TryLater)
    return TryLater(outcome.detail) if isinstance(outcome, OutcomeUnknown) else outcome


def publish(driver: Driver, prepared: Prepared) -> Receipt | Handover | PlatformError:
    """Send the one request. Anything not understood may have made the post public."""
    return _outcome(lambda: driver.publish(prepared), otherwise=OutcomeUnknown)


def look(driver: Driver, search: Search) -> Receipt | PlatformError | None:
    """Read the account back; None when the post is not there."""
    return _outcome(
        lambda: driver.find(search.prepared, search.since, search.known), otherwise=TryLater
    )


def changed(driver: Driver) -> Credentials | None:
    """Return what the talk made of the credentials, if anything. They were good until now, so
    nothing that goes wrong here matters."""
    outcome = _outcome(driver.changed_credentials, otherwise=TryLater)
    return None if isinstance(outcome, PlatformError) else outcome


def _outcome(call: Callable[[], T], *, otherwise: type[PlatformError]) -> T | PlatformError:
    """Return what a driver returned or raised; any other error as `otherwise`."""
    try:
        return call()
    except PlatformError as error:
        return error
    except Exception as error:  # a fault of ours must not hide that a post may be public
        log.exception("driver failed")
        return otherwise(f"{type(error).__name__} in the driver")
