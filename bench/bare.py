"""The floor: a bare thread pool with the same real clients, as a process of its own.

`python -m bench.bare GATEWAY CA THREADS FIRST LAST BEGIN` publishes one post on each of the
accounts FIRST to LAST-1, beginning at the epoch second BEGIN. No database, no guarantee.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from publisher.platforms import http, open_driver
from publisher.platforms.base import Outgoing

#: What an account's number is at its platform: this much above its id.
ABOVE = 100_000


def credentials(number: int) -> dict[str, str]:
    """Return what an account has whose person gave their consent: tokens as long as X's own.

    Requests with such a token carry no signature; with the four keys of OAuth 1.0a, which can be
    typed in as well, each costs the client a third more.
    """
    return {
        "user_token": f"{number}-".ljust(91, "u"),
        "refresh_token": f"{number}-".ljust(91, "r"),
    }


def main(gateway: str, ca: str, threads: str, first: str, last: str, begin: str) -> None:
    http.configure(gateway, ca or None)
    send(int(first))  # loads the driver; it is not counted
    time.sleep(max(0, float(begin) - time.time()))
    with ThreadPoolExecutor(int(threads)) as pool:
        for _ in pool.map(send, range(int(first) + 1, int(last))):
            pass


def send(number: int) -> None:
    driver = open_driver("x", {"handle": f"akun{number}", **credentials(ABOVE + number)})
    driver.publish(driver.prepare(Outgoing(text=f"Kegiatan nomor {number}.")))


if __name__ == "__main__":
    main(*sys.argv[1:])
