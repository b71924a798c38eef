"""The engine of a province: senders on any number of machines, reached through a broker.

Messages carry ids and fences, nothing else. The row is the only truth and the only authority
to try again: Celery acknowledges before it works, repeats nothing, waits for nothing and keeps
no results. A broker that is killed or emptied loses messages, not deliveries; what was claimed
for them is due again when its lease is over.

Each platform has a queue and senders of its own: a slow one keeps nobody else waiting.
"""

import logging
import ssl
import threading
from collections import deque
from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from flask import Flask

from publisher import clock
from publisher.engine.steps import Steps
from publisher.engine.threads import Engine
from publisher.platforms import DRIVERS, SENDING
from publisher.workflow.delivering import handing_over
from publisher.workflow.delivering.claiming import Claim

log = logging.getLogger(__name__)

DELIVER = "siar.deliver"
#: The most that is claimed in one statement.
MOST_AT_ONCE = 64
#: A message costs as much as a delivery; one message carries up to so many claims.
BUNDLE = 16
#: So much of what the senders can do at once may wait for them in the broker.
AHEAD = 0.5
#: How soon to look again for room while more is due than the senders can begin with.
ROOM_EVERY_S = 0.1
#: How long a broker may take to accept a message.
BROKER_S = 3
#: A broker that is away is tried again this much later; web pages never wait for it.
BROKER_AGAIN_S = 5


def queue_of(platform: str) -> str:
    return f"siar.{platform}"


def celery_app(engine_url: str) -> Celery:
    """Return Celery as we use it: a way to carry ids, which decides nothing."""
    celery = Celery("siar", broker=engine_url, set_as_current=False)
    celery.conf.update(
        task_ignore_result=True,
        task_acks_late=False,
        task_publish_retry=False,
        task_default_delivery_mode="transient",
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
        broker_transport_options=_transport_options(engine_url),
        broker_use_ssl=_tls(engine_url),
    )
    return celery


def _transport_options(engine_url: str) -> dict[str, Any]:
    if urlsplit(engine_url).scheme.startswith("amqp"):
        return {"confirm_publish": True}
    return {"socket_timeout": BROKER_S, "socket_connect_timeout": 2}


def _tls(engine_url: str) -> dict[str, Any] | None:
    """Return how to make sure that the other side of an encrypted line is the broker."""
    parts = urlsplit(engine_url)
    if parts.scheme == "rediss":
        return {"ssl_cert_reqs": ssl.CERT_REQUIRED}
    if parts.scheme == "amqps":
        return {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": parts.hostname}
    return None


def fault(celery: Celery) -> str | None:
    """Return why the broker cannot be reached, or None when it answers."""
    try:
        with celery.connection_for_write() as connection:
            connection.connect()
    except Exception as error:  # noqa: BLE001 - an address that cannot be read, too
        return reason_of(error)
    return None


def reason_of(error: BaseException) -> str:
    """Return on one line what went wrong with a broker."""
    return f"{type(error.__cause__ or error).__name__}: {' '.join(str(error).split())}"


class DistributedEngine:
    """Hands claimed deliveries to senders elsewhere. Looks, which are few, run in this process.

    It has the methods of `threads.Engine`, and any number may hand over at the same time.
    """

    def __init__(self, app: Flask, *, owner: str) -> None:
        self._here = Engine(app, owner=owner, threads=app.config["SENDER_THREADS"])
        self.steps: Steps = self._here.steps
        self.look = self._here.look
        self.free_to_look = self._here.free_to_look
        self.send_all_due = self._here.send_all_due
        self.finish = self._here.finish
        self._celery = celery_app(app.config["ENGINE_URL"])
        self._wake = threading.Event()
        self._broker_away_until = 0.0
        #: Platforms for which nothing more was due at this tick.
        self._idle: set[str] = set()
        self._dispatcher = threading.Thread(target=self._dispatch, name="dispatch", daemon=True)

    def wake(self) -> None:
        """Let the dispatcher look for what is due; returns at once."""
        if not self._dispatcher.is_alive() and not self.steps.stopping.is_set():
            self._dispatcher.start()
        self._wake.set()

    def stop(self, *, timeout_s: float) -> bool:
        """Hand over nothing new, and let looks come to their end; False if they did not."""
        give_up = clock.running_s() + timeout_s
        self.steps.stopping.set()
        self._wake.set()
        if self._dispatcher.is_alive():
            self._dispatcher.join(timeout_s)
        finished = self._here.stop(timeout_s=max(0, give_up - clock.running_s()))
        self._celery.close()
        return finished

    def _dispatch(self) -> None:
        more = False
        while not self.steps.stopping.is_set():
            ticked = self._wake.wait(ROOM_EVERY_S if more else None)
            self._wake.clear()
            try:
                more = self.hand_over(again=not ticked)
            except Exception:  # a database may be restarting; the next tick wakes us again
                more = False
                log.exception("handing over failed")

    def hand_over(self, *, again: bool = False) -> bool:
        """Claim what the senders can soon begin with and tell them; return whether more may be due
        than that.

        :param again: at the same tick: platforms that had nothing more due are not asked again
        """
        if not self._broker_answers():
            return False
        if not again:
            self._idle.clear()
        rooms = self._rooms()
        while asked := self._most_roomy(rooms):
            limit = min(MOST_AT_ONCE, *asked.values())
            claims = self.steps.claim(limit, busy=[each for each in DRIVERS if each not in asked])
            if len(claims) < limit:
                self._idle.update(asked)
            if claims and not self.send(claims, rooms):
                return False
        return not self._idle.issuperset(rooms)

    def _rooms(self) -> dict[str, int]:
        """Return how many may be claimed for each platform to which somebody sends."""
        at = self.steps.now()
        threads, taken = self.steps.transact(
            lambda: (handing_over.capacity(at=at), handing_over.in_flight()), read_only=True
        )
        return {
            platform: int(threads[platform] * (1 + AHEAD)) - taken.get(platform, 0)
            for platform in SENDING
            if platform in threads
        }

    def _most_roomy(self, rooms: dict[str, int]) -> dict[str, int]:
        """Return those who have room, and how much; not who has much less than others. One claim
        takes no more than the least of them has room for, so a slow platform would set the pace
        of all; it is asked by itself, after them."""
        if self.steps.stopping.is_set():
            return {}
        open_ = {each: room for each, room in rooms.items() if room > 0 and each not in self._idle}
        enough = max(open_.values(), default=0) / 2
        return {each: room for each, room in open_.items() if room >= enough}

    def send(self, claims: list[Claim], rooms: dict[str, int]) -> bool:
        """Tell the senders what was claimed for them, and note in `rooms` what that takes up. What
        cannot be told is put back; return False then."""
        groups = self.steps.transact(lambda: handing_over.by_platform(claims), read_only=True)
        bundles = deque(
            (platform, group[start : start + BUNDLE])
            for platform, group in groups.items()
            for start in range(0, len(group), BUNDLE)
        )
        try:
            with self._celery.producer_or_acquire() as producer:
                while bundles:
                    platform, bundle = bundles[0]
                    self._tell(platform, bundle, producer)
                    rooms[platform] -= len(bundle)
                    bundles.popleft()
        except Exception as error:  # noqa: BLE001 - whatever it is: who was not told will not send
            self._take_back([claim for _, bundle in bundles for claim in bundle], error)
            return False
        return True

    def _tell(self, platform: str, claims: list[Claim], producer: Any) -> None:
        told = [(claim.delivery_id, claim.fence) for claim in claims]
        self._celery.send_task(
            DELIVER, (told,), queue=queue_of(platform), producer=producer,
            timeout=BROKER_S, confirm_timeout=BROKER_S,
        )  # fmt: skip

    def _take_back(self, claims: list[Claim], error: Exception) -> None:
        """Try the broker again later; say so once. The first may have been told nevertheless: then
        a sender has it already, or its fence counts no more once it is claimed again."""
        if self._broker_away_until == 0:
            log.error("the broker takes nothing, deliveries wait: %s", reason_of(error))
        self._broker_away_until = clock.running_s() + BROKER_AGAIN_S
        owner, at = self.steps.owner, self.steps.now()
        self.steps.transact(lambda: handing_over.take_back(claims, owner=owner, at=at))

    def _broker_answers(self) -> bool:
        """Return whether to claim for it. Where it was away it is asked first, so that deliveries
        are not claimed and put back, each time an attempt more, for as long as it stays away."""
        if self._broker_away_until == 0:
            return True
        if clock.running_s() < self._broker_away_until:
            return False
        if fault(self._celery):
            self._broker_away_until = clock.running_s() + BROKER_AGAIN_S
            return False
        log.warning("the broker answers again")
        self._broker_away_until = 0
        return True
