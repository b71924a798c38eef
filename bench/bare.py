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
    return {
        "consumer_key": "bench",
        "consumer_secret": "bench",
        "access_token": f"{number}-token",
        "access_token_secret": f"secret-{number}",
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
