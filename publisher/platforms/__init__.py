"""The platforms Siar publishes to, each behind the same driver.

A driver's module is imported when it is first used: tweepy alone costs 30 MB, and most processes
never publish to every platform.
"""

from functools import cache
from pkgutil import resolve_name
from typing import cast

from publisher.platforms.base import Credentials, Driver

#: What the database calls a platform, and where its driver is.
DRIVERS: dict[str, str] = {
    "x": "publisher.platforms.x:X",
    "facebook": "publisher.platforms.facebook:Facebook",
}

#: The same, as people write it. Known without importing any driver.
PLATFORM_NAMES: dict[str, str] = {"x": "X", "facebook": "Facebook"}


@cache
def driver_class(platform: str) -> type[Driver]:
    """Return the driver of a platform, for what needs no account: limits, length, problems.

    :raises KeyError: if there is no such platform
    """
    return cast(type[Driver], resolve_name(DRIVERS[platform]))


def open_driver(platform: str, credentials: Credentials) -> Driver:
    """Return a driver for one account. Touches no network; use it in one thread, then drop it.

    :raises KeyError: if there is no such platform
    :raises AccountBlocked: if the credentials are incomplete
    """
    return driver_class(platform)(credentials)
