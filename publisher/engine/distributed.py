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
from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from flask import Flask
from kombu.exceptions import OperationalError

from publisher import clock
from publisher.engine.steps import Steps
from publisher.engine.threads import Engine
from publisher.platforms import SENDING
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
        while not self.steps.stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            try:
                while self.hand_over() and not self.steps.stopping.wait(ROOM_EVERY_S):
                    pass
            except Exception:  # a database may be restarting; the next tick wakes us again
                log.exception("handing over failed")

    def hand_over(self) -> bool:
        """Claim what the senders can soon begin with and tell them; return whether more may be due
        than that."""
        if clock.running_s() < self._broker_away_until:
            return False
        limit, busy, full = self._room()
        if limit == 0:
            return full
        claims = self.steps.claim(limit, busy=busy)
        if claims:
            self.send(claims)
        return bool(claims) and (len(claims) == limit or bool(busy))

    def _room(self) -> tuple[int, list[str], bool]:
        """Return how many may be claimed for any platform; of which none, because its senders
        have enough or there are none; and whether any have enough."""
        at = self.steps.now()
        threads, taken = self.steps.transact(
            lambda: (handing_over.capacity(at=at), handing_over.in_flight()), read_only=True
        )
        room = {
            platform: int(threads.get(platform, 0) * (1 + AHEAD)) - taken.get(platform, 0)
            for platform in SENDING
        }
        free = [count for count in room.values() if count > 0]
        busy = [platform for platform, count in room.items() if count <= 0]
        full = any(threads.get(platform) for platform in busy)
        return min([*free, MOST_AT_ONCE]) if free else 0, busy, full

    def send(self, claims: list[Claim]) -> None:
        """Tell the senders what was claimed for them. What cannot be told is put back."""
        groups = self.steps.transact(lambda: handing_over.by_platform(claims), read_only=True)
        bundles = [
            (platform, group[start : start + BUNDLE])
            for platform, group in groups.items()
            for start in range(0, len(group), BUNDLE)
        ]
        try:
            with self._celery.producer_or_acquire() as producer:
                while bundles:
                    self._tell(*bundles[0], producer)
                    bundles.pop(0)
        except (OperationalError, OSError) as error:
            self._take_back([claim for _, bundle in bundles for claim in bundle], error)
        else:
            self._note_broker_is_there()

    def _tell(self, platform: str, claims: list[Claim], producer: Any) -> None:
        told = [(claim.delivery_id, claim.fence) for claim in claims]
        self._celery.send_task(
            DELIVER, (told,), queue=queue_of(platform), producer=producer,
            timeout=BROKER_S, confirm_timeout=BROKER_S,
        )  # fmt: skip

    def _take_back(self, claims: list[Claim], error: Exception) -> None:
        """Try the broker again later; say so once. The first may have been told nevertheless:
        its message then carries a fence that counts no more once it is claimed again."""
        if self._broker_away_until == 0:
            log.error("the broker does not answer, deliveries wait: %s", type(error).__name__)
        self._broker_away_until = clock.running_s() + BROKER_AGAIN_S
        at = self.steps.now()
        self.steps.transact(lambda: handing_over.take_back(claims, at=at))

    def _note_broker_is_there(self) -> None:
        if self._broker_away_until:
            log.warning("the broker answers again")
        self._broker_away_until = 0
