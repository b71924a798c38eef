"""What a chaos run changes in a process of the product before it starts.

Nothing of the product is replaced but the edges it has to the world: its clock, the resolver, its
time-outs, the moment of a commit. The two policies are the exception: they make the engine worse,
to show that the judge sees it.
"""

import os
import random
import signal
import socket
import threading
import time
from datetime import datetime
from types import ModuleType, SimpleNamespace

import sqlalchemy as sa
from apscheduler.executors import base as executors
from apscheduler.schedulers import base as schedulers
from apscheduler.triggers import interval

from publisher import clock, worker
from publisher.engine import sender
from publisher.models.deliveries import STEPS, DeliveryStatus
from publisher.platforms import http
from tests.chaos.clockwork import Clockwork, Levers

#: What a doubt becomes under each policy: sent again, as most do, or given up.
POLICIES = {"honest": None, "retry": DeliveryStatus.PENDING, "fail": DeliveryStatus.FAILED}
TICK_S = 0.1


def set_clock(clockwork: Clockwork, levers: Levers, slot: int) -> None:
    """Let the product and its timer read the clockwork; the transport's own patience stays."""

    def now() -> datetime:
        shown = clockwork.now().timestamp() + levers.clock_step_s(slot)
        return datetime.fromtimestamp(shown, clockwork.now().tzinfo)

    http.clock = SimpleNamespace(running_s=clock.running_s)
    clock.now = now
    clock.running_s = clockwork.running_s
    clock.drift_s = lambda: levers.clock_step_s(slot)
    worker.TICK_S = sender.BEAT_EVERY_S = TICK_S
    for module in (schedulers, executors, interval):
        use_clock(module, now)


def use_clock(module: ModuleType, now) -> None:
    """Let `datetime.now` of a module show another time. Everything else of it stays."""
    real = datetime

    class Kind(type):
        def __instancecheck__(cls, instance):
            return isinstance(instance, real)

    class Clocked(real, metaclass=Kind):
        @classmethod
        def now(cls, tz=None):
            return now().astimezone(tz)

    module.datetime = Clocked


def set_policy(name: str) -> None:
    after = POLICIES[name]
    if after is not None:
        STEPS["doubt"] = (STEPS["doubt"][0], after)


def break_names(levers: Levers) -> None:
    """Let the resolver fail while the nemesis says so."""
    resolve = socket.getaddrinfo

    def getaddrinfo(*args, **kwargs):
        if levers.names_broken:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return resolve(*args, **kwargs)

    socket.getaddrinfo = getaddrinfo


def die_in_commit(engine: sa.Engine, levers: Levers, slot: int) -> None:
    """Kill this process some instant after a commit has begun, when the nemesis says so."""

    def doomed(_connection) -> None:
        if levers.take_kill(slot):
            threading.Thread(target=_kill_soon, daemon=True).start()

    # First in line: the product's own listener is the one that commits on SQLite.
    sa.event.listen(engine, "commit", doomed, insert=True)


def _kill_soon() -> None:
    time.sleep(random.uniform(0, 0.002))
    os.kill(os.getpid(), signal.SIGKILL)
