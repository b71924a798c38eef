"""The server: what it acknowledged survives anything, and it waits for many at once."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import requests

from publisher.practice.controls import PracticeProcess
from publisher.practice.server import PracticeServer
from tests.practice.parts import X_KEYS, own, tweet

ROOT = Path(__file__).parents[2]


def test_what_was_acknowledged_survives_a_kill(tmp_path):
    with PracticeProcess(tmp_path) as first:
        first.register(platform="x", remote_id="1700", handle="dinkes", credentials=X_KEYS)
        ids = [tweet(first, f"Kegiatan {number}").json()["data"]["id"] for number in range(20)]
        first.kill()

    with PracticeServer(tmp_path) as second:
        assert [post["remote_id"] for post in second.ledger()] == ids
        assert len(second.requests()) == 20
        assert tweet(second, "Kegiatan 3").status_code == 403  # still known as a duplicate


def test_the_process_is_small_and_ends_with_its_parent(tmp_path):
    child = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from publisher.practice.controls import PracticeProcess\n"
        "server = PracticeProcess(Path(sys.argv[1]))\n"
        "print(server.process.pid, server.url, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", child, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as parent:
        pid, url = parent.stdout.readline().split()
        server = psutil.Process(int(pid))
        assert requests.get(url, timeout=5).ok
        assert server.memory_info().rss < 60 * 1024 * 1024
        os.kill(parent.pid, signal.SIGKILL)

    server.wait(timeout=5)


def test_128_connections_wait_at_the_same_time(dinkes):
    dinkes.set_latency(150)

    def post(number):
        return tweet(dinkes, f"Kegiatan {number}").status_code

    with ThreadPoolExecutor(128) as pool:
        started = time.monotonic()
        statuses = list(pool.map(post, range(128)))
        took = time.monotonic() - started

    assert statuses == [201] * 128
    assert took < 128 * 0.15 / 4  # one after the other it would be 19 s
    assert set(dinkes.per_text().values()) == {1}


def test_equal_texts_at_the_same_instant_are_accepted_once(dinkes):
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda _: tweet(dinkes, "Sama").status_code, range(16)))

    assert sorted(statuses) == [201] + [403] * 15
    assert dinkes.per_text() == {"Sama": 1}


def test_a_connection_is_kept_for_the_next_request(dinkes):
    with requests.Session() as session:
        session.trust_env = False
        first = session.get(dinkes.url, stream=True)
        connection = first.raw.connection
        assert first.content
        second = session.get(dinkes.url, stream=True)
        assert second.raw.connection is connection
        assert second.content


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_drop_is_a_real_reset(dinkes, kind):
    dinkes.order_fault("facebook", "555", kind)
    port = int(dinkes.url.rpartition(":")[2])
    body = b"message=Halo"
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(
            b"POST /v26.0/555/feed HTTP/1.1\r\nHost: graph.facebook.com\r\n"
            b"Authorization: Bearer EAA-page\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        with pytest.raises(ConnectionResetError):
            connection.recv(100)

    assert len(dinkes.ledger()) == (kind == "drop_after")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Transfer-Encoding: chunked", b"411"),
        (b"Content-Length: -1", b"411"),
        (b"Content-Length: 99999999999", b"413"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_at_once(dinkes, head, status):
    port = int(dinkes.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + head + b"\r\n\r\n")
        assert connection.recv(100).split()[1] == status


def test_ending_does_not_wait_for_those_who_hang(tmp_path):
    with PracticeServer(tmp_path) as practice, ThreadPoolExecutor(1) as pool:
        practice.register(platform="x", remote_id="1700", handle="dinkes", credentials=X_KEYS)
        practice.order_fault("x", "*", "hang", seconds=60)
        hanging = pool.submit(tweet, practice, "Halo")
        while not practice.requests():
            time.sleep(0.01)
        started = time.monotonic()
        practice.stop()
        with pytest.raises(requests.ConnectionError):
            hanging.result(timeout=5)
    assert time.monotonic() - started < 2


def test_accounts_are_loaded_from_a_file(tmp_path):
    account = {"platform": "x", "remote_id": "1700", "handle": "dinkes", "credentials": X_KEYS}
    path = tmp_path / "accounts.json"
    path.write_text(json.dumps([account]), encoding="utf-8")

    with PracticeServer(tmp_path / "data", accounts=path) as practice:
        assert tweet(practice, "Halo").status_code == 201


def test_the_server_listens_on_loopback_only(dinkes):
    assert dinkes.url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("host", ["evil.test", "api.twitter.com.evil.test", "example.org:80"])
def test_any_other_name_is_refused(dinkes, host):
    assert own(dinkes, "GET", "/", headers={"Host": host}).status_code == 421


def exchange(practice, sent):
    """Send raw bytes, say that no more will come, and return all that is answered."""
    port = int(practice.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /\r\n\r\n", b"400"),
        (b"GET / HTTP/2.0\r\nHost: 127.0.0.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost 127.0.0.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"A: b\r\n" * 101, b"431"),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nA: " + b"b" * 65_534, b"431"),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"400"),  # the client died in its head
    ],
)
def test_a_head_that_cannot_be_read_is_refused(dinkes, sent, status):
    assert exchange(dinkes, sent).split()[1] == status


def test_a_body_whose_client_died_halfway_is_not_accepted(dinkes):
    head = (
        b"POST /v26.0/555/feed HTTP/1.1\r\nHost: graph.facebook.com\r\n"
        b"Authorization: Bearer EAA-page\r\nContent-Length: 12\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )

    assert exchange(dinkes, head + b"message=Ha").split()[1] == b"400"
    assert dinkes.ledger() == []
    assert exchange(dinkes, head + b"message=Halo").split()[1] == b"200"
    assert dinkes.per_text() == {"Halo": 1}


def test_a_connection_ends_where_the_client_asks_for_it(dinkes):
    asked = b"HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    twice = exchange(dinkes, (asked + b"\r\n") * 2)
    once = exchange(dinkes, (asked + b"Connection: close\r\n\r\n") * 2)
    old = exchange(dinkes, (asked.replace(b"1.1", b"1.0") + b"\r\n") * 2)

    assert [answer.count(b"200 OK") for answer in (twice, once, old)] == [2, 1, 1]


def test_many_accounts_are_registered_at_once(practice):
    rows = [
        {
            "platform": "x",
            "remote_id": str(number),
            "handle": f"akun{number}",
            "credentials": {**X_KEYS, "access_token": f"{number}-token"},
        }
        for number in range(1, 501)
    ]
    practice.register_all(rows)

    assert len(practice.accounts()) == 500
    assert tweet(practice, "Halo", access_token="500-token").status_code == 201
