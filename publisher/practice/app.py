"""Which part of the server a request is for: a platform by its `Host`, or our own pages."""

import json
from pathlib import Path

from werkzeug.wrappers import Request, Response

from publisher.practice.answers import Answer, json_answer
from publisher.practice.chats import Chats
from publisher.practice.facebook import Facebook
from publisher.practice.faults import Faults
from publisher.practice.fetching import Fetcher
from publisher.practice.grants import Grants
from publisher.practice.instagram import Instagram
from publisher.practice.instagram_login import InstagramLogin
from publisher.practice.instagram_private import InstagramPrivate
from publisher.practice.ledger import Ledger
from publisher.practice.meta_login import MetaLogin
from publisher.practice.pages import make_pages
from publisher.practice.portraits import Portraits
from publisher.practice.records import Account
from publisher.practice.telegram import Telegram
from publisher.practice.tiktok import TikTok
from publisher.practice.wire import Directory, Platform, Wire
from publisher.practice.x import X

#: Under these names people see the timelines; any other name is refused (DNS rebinding).
OWN_HOSTS = ("127.0.0.1", "localhost", "[::1]")


class PracticeApp:
    """Everything behind the socket."""

    def __init__(self, data: Path, latency_s: float = 0, fetcher: Fetcher | None = None) -> None:
        fetcher = fetcher or Fetcher()
        self.ledger = Ledger(data)
        self.grants = Grants(data)
        self.chats = Chats(data)
        self.faults = Faults()
        self.directory = Directory(self.ledger)
        self.tiktok = TikTok(self.ledger, self.directory, fetcher, self.grants)
        platforms: list[Platform] = [
            X(self.ledger, self.directory, self.grants),
            Facebook(self.ledger, self.directory),
            Telegram(self.ledger, self.directory, self.chats),
            Instagram(self.ledger, self.directory, fetcher, self.grants),
            InstagramLogin(self.ledger, self.directory, self.grants),
            MetaLogin(self.ledger, self.directory, self.grants),
            InstagramPrivate(self.ledger, self.directory),
            self.tiktok,
            Portraits(self.directory),
        ]
        self.wire = Wire(self.ledger, self.faults, platforms, latency_s)
        self._pages = make_pages(self)

    def answer(self, request: Request) -> Answer:
        host = request.host.rpartition(":")[0] or request.host
        if platform := self.wire.speaks_for(request):
            return self.wire.answer(platform, request)
        if host in OWN_HOSTS or request.host in OWN_HOSTS:
            return self._page(request)
        return json_answer({"error": "no platform of this name is practised here"}, 421)

    def _page(self, request: Request) -> Answer:
        with Response.from_app(self._pages, request.environ) as page:
            return Answer(
                status=page.status_code,
                body=page.get_data(),
                headers={name: value for name, value in page.headers if name != "Content-Length"},
            )

    def register(self, *accounts: Account) -> None:
        self.ledger.register(*accounts)

    def load_accounts(self, path: Path) -> None:
        """Register the accounts of a JSON file: a list of what `Controls.register` takes."""
        self.register(*map(Account.read, json.loads(path.read_text(encoding="utf-8"))))
