"""What no page may do, whatever the test is about: break its policy, fail in its script, ask
another machine for anything, or meet an error of the server."""

import re
from urllib.parse import urlsplit

#: The browser and htmx write these about requests, which are looked at here one by one. They
#: also write them when a request gives way to a newer one, or to the next page.
ABOUT_REQUESTS = re.compile(
    r"Failed to load resource|htmx:(sendAbort|abort|sendError|afterRequest)"
)
GAVE_WAY = "net::ERR_ABORTED"
#: What a page may miss and still be shown; anything else that is missing is a fault of the page.
PAGES = {"document", "fetch", "xhr"}
OWN_SCHEMES = {"data", "blob", "about"}


class Guard:
    """Collects the complaints about all pages of a test."""

    def __init__(self):
        self.complaints = []
        self._expected = [ABOUT_REQUESTS]

    def expect(self, pattern):
        """Do not complain about messages that match: the test makes them happen."""
        self._expected.append(re.compile(pattern))

    def watch(self, context):
        context.on("console", self._on_message)
        context.on("weberror", lambda error: self._add(f"script: {error.error}"))
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failure)
        context.on("response", self._on_response)

    def _on_message(self, message):
        if message.type in ("error", "warning"):
            self._add(f"{message.type} of {message.page and message.page.url}: {message.text}")

    def _on_request(self, request):
        address = urlsplit(request.url)
        if address.scheme not in OWN_SCHEMES and address.hostname != "127.0.0.1":
            self._add(f"request to another machine: {request.url}")

    def _on_failure(self, request):
        if request.failure != GAVE_WAY:
            self._add(f"{request.failure} for {request.url}")

    def _on_response(self, response):
        kind = response.request.resource_type
        if response.status >= 500 or (response.status >= 400 and kind not in PAGES):
            self._add(f"{response.status} for {kind} {response.url}")

    def _add(self, complaint):
        if not any(pattern.search(complaint) for pattern in self._expected):
            self.complaints.append(complaint)
