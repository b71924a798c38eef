"""The platforms Siar publishes to, each behind the same driver.

A driver's module is imported when it is first used: tweepy alone costs 30 MB, and most processes
never publish to every platform.
"""

from functools import cache
from pkgutil import resolve_name
from typing import cast

from publisher.errors import N_
from publisher.platforms.base import Credentials, Driver

#: What the database calls a driver, and where it is. A platform's usual driver has its name; a
#: second one of the same platform is called `<platform>_<how>`.
DRIVERS: dict[str, str] = {
    "x": "publisher.platforms.x:X",
    "facebook": "publisher.platforms.facebook:Facebook",
    "instagram": "publisher.platforms.instagram:Instagram",
    "tiktok": "publisher.platforms.tiktok:TikTok",
    "telegram": "publisher.platforms.telegram:Telegram",
    "instagram_login": "publisher.platforms.instagram:InstagramLogin",
    "instagram_private": "publisher.platforms.instagram_private:InstagramPrivate",
    "website": "publisher.platforms.by_hand:Website",
    "whatsapp": "publisher.platforms.by_hand:WhatsApp",
    "youtube": "publisher.platforms.by_hand:YouTube",
    "lainnya": "publisher.platforms.by_hand:Other",
    "x_by_hand": "publisher.platforms.by_hand_apps:XByHand",
    "facebook_by_hand": "publisher.platforms.by_hand_apps:FacebookByHand",
    "instagram_by_hand": "publisher.platforms.by_hand_apps:InstagramByHand",
    "tiktok_by_hand": "publisher.platforms.by_hand_apps:TikTokByHand",
    "telegram_by_hand": "publisher.platforms.by_hand_apps:TelegramByHand",
}

#: The same, as people write it. Known without importing any driver.
PLATFORM_NAMES: dict[str, str] = {
    "x": "X",
    "facebook": "Facebook",
    "instagram": "Instagram",
    "tiktok": "TikTok",
    "telegram": "Telegram",
    "website": N_("Situs web"),
    "whatsapp": "WhatsApp",
    "youtube": "YouTube",
    "lainnya": N_("Kanal lain"),
}

#: The drivers that a person stands in for, as `Driver.by_hand` says; known without importing any.
BY_HAND = frozenset(name for name, where in DRIVERS.items() if ".by_hand" in where)
#: The drivers that do send.
SENDING = tuple(driver for driver in DRIVERS if driver not in BY_HAND)


#: Where an account shows itself: by its name, or else by its number. Not of every platform.
_ADDRESSES = {
    "x": "https://x.com/{handle}",
    "facebook": "https://www.facebook.com/{number}",
    "instagram": "https://www.instagram.com/{handle}/",
    "tiktok": "https://www.tiktok.com/@{handle}",
    "telegram": "https://t.me/{handle}",
    "youtube": "https://www.youtube.com/@{handle}",
    "website": "https://{handle}",
}


def account_address(platform: str, handle: str, remote_id: str = "") -> str:
    """Return where people see an account; "" where that is not known.

    >>> account_address("tiktok", "dinkesblora")
    'https://www.tiktok.com/@dinkesblora'
    """
    named = remote_id or handle if platform == "facebook" else handle
    if not named or (platform == "website" and "." not in handle):
        return ""
    return _ADDRESSES.get(platform, "").format(handle=handle, number=named)


def drivers_of(platform: str) -> tuple[str, ...]:
    """Return the drivers by which accounts of a platform can be spoken to, the usual one first.

    >>> drivers_of("x")
    ('x', 'x_by_hand')
    """
    others = (driver for driver in DRIVERS if driver.startswith(f"{platform}_"))
    return (*(driver for driver in DRIVERS if driver == platform), *others)


@cache
def driver_class(driver: str) -> type[Driver]:
    """Return a driver, for what needs no account: limits, length, problems.

    :param driver: a key of `DRIVERS`; a platform's name is that of its usual driver
    :raises KeyError: if there is no such driver
    """
    return cast(type[Driver], resolve_name(DRIVERS[driver]))


def open_driver(driver: str, credentials: Credentials) -> Driver:
    """Return a driver for one account. Touches no network; use it in one thread, then drop it.

    :raises KeyError: if there is no such driver
    :raises AccountBlocked: if the credentials are incomplete
    """
    return driver_class(driver)(credentials)
