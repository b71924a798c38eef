"""The control desk of a running practice server, over HTTP: for tests, benches and the demo.

The same methods whether the server is a thread of this process or a process of its own.
"""

import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib import request as urllib_request


class Controls:
    """What can be asked of a running server.

    :param url: `http(s)://127.0.0.1:PORT`
    :param ca: the certificate to trust, where it speaks TLS
    """

    def __init__(self, url: str, ca: Path | None = None) -> None:
        self.url = url
        context = ssl.create_default_context(cafile=str(ca)) if ca else None
        self._opener = urllib_request.build_opener(
            urllib_request.ProxyHandler({}),
            *([urllib_request.HTTPSHandler(context=context)] if context else []),
        )

    def register(
        self,
        *,
        platform: str,
        remote_id: str,
        handle: str,
        credentials: Mapping[str, str],
        display_name: str = "",
        colour: str = "#1f6feb",
    ) -> None:
        """Add an account, or replace it. The credentials are those a driver is given."""
        self.call("POST", "/kendali/akun", {
            "platform": platform,
            "remote_id": remote_id,
            "handle": handle,
            "display_name": display_name or handle,
            "colour": colour,
            "credentials": dict(credentials),
        })  # fmt: skip

    def register_all(self, accounts: list[dict[str, Any]]) -> None:
        """Add many accounts at once; each has what `register` takes."""
        self.call("POST", "/kendali/akun", accounts)

    def accounts(self) -> list[dict[str, Any]]:
        """Return the registered accounts, without their secrets."""
        return self.call("GET", "/kendali/akun")["accounts"]

    def order_fault(
        self,
        platform: str,
        account: str,
        kind: str,
        *,
        times: int = 1,
        seconds: float = 0,
        on: str | None = None,
    ) -> int:
        """Order a fault, see `faults.KINDS`; return its number.

        :param account: a remote id, or "*" for every account of the platform
        """
        order = {"platform": platform, "account": account, "kind": kind, "times": times}
        order |= {"seconds": seconds} | ({"on": on} if on else {})
        return self.call("POST", "/kendali/gangguan", order)["id"]

    def faults(self) -> list[dict[str, Any]]:
        return self.call("GET", "/kendali/gangguan")["faults"]

    def clear(self) -> None:
        """Take back every fault that was ordered."""
        self.call("DELETE", "/kendali/gangguan")

    def ledger(
        self, platform: str | None = None, account: str | None = None
    ) -> list[dict[str, Any]]:
        """Return what was published, removed posts included, oldest first."""
        return self._book(platform, account)["publications"]

    def per_text(self, platform: str | None = None, account: str | None = None) -> dict[str, int]:
        """Return how many times each text was published."""
        return self._book(platform, account)["per_text"]

    def requests(
        self, platform: str | None = None, account: str | None = None, operation: str | None = None
    ) -> list[dict[str, Any]]:
        """Return every request that arrived, oldest first."""
        query = _query(platform=platform, account=account)
        found = self.call("GET", f"/kendali/permintaan{query}")["requests"]
        return [one for one in found if operation in (None, one["operation"])]

    def remember(self, posts: list[dict[str, Any]]) -> list[dict[str, str]]:
        """Put posts of the past into the book; return the `remote_id` and `url` of each.

        :param posts: each with platform, account (a remote id), text, at (ISO, with zone) and
            pictures: a list of `{"content": base64, "alt_text": …}`
        """
        return self.call("POST", "/kendali/riwayat", {"posts": posts})["posts"]

    def finish(self, draft_id: str) -> str:
        """Post a TikTok draft, as its person does in the app; return the number of the post."""
        return self.call("POST", "/kendali/draf", {"draft_id": draft_id})["remote_id"]

    def write_to_bot(self, bot: str, chat: str, text: str, *, name: str = "Warga") -> int:
        """Write to a Telegram bot in private, as a person does.

        :param bot: its number, which is its remote id
        :param chat: the number of the person
        """
        said = {"bot": bot, "chat": chat, "name": name, "text": text}
        return int(self.call("POST", "/kendali/obrolan", said)["number"])

    def chats(self, bot: str) -> list[dict[str, Any]]:
        """Return all messages of a bot, its own too, the oldest first."""
        return list(self.call("GET", f"/kendali/obrolan{_query(bot=bot)}")["messages"])

    def refuse_duplicates(self, refused: bool) -> None:
        """Say whether the same text twice on an account is refused, as real platforms do.

        Off, the book shows every copy that a client would have made.
        """
        self.call("POST", "/kendali/kembar", {"refused": refused})

    def set_latency(self, milliseconds: float) -> None:
        self.call("POST", "/kendali/jeda", {"milliseconds": milliseconds})

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Make one request of the desk and return its JSON.

        :raises urllib.error.HTTPError: if the desk refuses it
        """
        data = None if body is None else json.dumps(body).encode()
        asked = urllib_request.Request(  # noqa: S310 - our own loopback address
            self.url + path, data, {"Content-Type": "application/json"}, method=method
        )
        with self._opener.open(asked, timeout=30) as answer:
            return json.load(answer)

    def _book(self, platform: str | None, account: str | None) -> dict[str, Any]:
        return self.call("GET", f"/kendali/buku{_query(platform=platform, account=account)}")


class PracticeProcess(Controls):
    """A practice server in a process of its own, which can be killed like a real one.

    :param options: further arguments of `python -m publisher.practice`
    :param module: what to run instead, with the same arguments
    """

    def __init__(
        self, data: Path, port: int = 0, *options: str, module: str = "publisher.practice"
    ) -> None:
        command = [sys.executable, "-m", module, "--exit-with-parent"]
        command += ["--port", str(port), "--data", str(data), *options]
        self.process = subprocess.Popen(  # noqa: S603
            command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        try:
            said = json.loads(self.process.stdout.readline())  # type: ignore[union-attr]
        except ValueError as error:
            self.kill()
            raise RuntimeError("the practice server did not start") from error
        super().__init__(said["url"], Path(said["ca"]) if said["ca"] else None)

    def kill(self) -> None:
        """End it as a power cut would."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()  # type: ignore[union-attr]

    def __enter__(self) -> "PracticeProcess":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.kill()


def _query(**given: str | None) -> str:
    pairs = [f"{name}={value}" for name, value in given.items() if value is not None]
    return "?" + "&".join(pairs) if pairs else ""
