"""A real SMTP server on loopback, which keeps every letter it takes."""

from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

USER, PASSWORD = "siar", "rahasia/surat@kantor"


class _AnyPort(Controller):
    """On a port the system gives; the library would knock at port 0."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class PostOffice:
    """Takes letters into `letters`, or answers what a test puts into `answer`."""

    def __init__(self, *, beyond_ascii=True):
        self.letters, self.answer = [], "250 OK"
        #: Where the connection breaks: after a letter was taken, or at the farewell.
        self.breaks_at = ""
        self._server = _AnyPort(
            self, hostname="127.0.0.1", port=0, authenticator=_believed, auth_require_tls=False,
            enable_SMTPUTF8=beyond_ascii,
        )  # fmt: skip

    def __enter__(self):
        self._server.start()
        return self

    def __exit__(self, *_):
        self._server.stop()

    @property
    def url(self):
        return f"smtp://{USER}:rahasia%2Fsurat%40kantor@127.0.0.1:{self._server.port}"

    async def handle_RCPT(self, *given):  # noqa: N802 - aiosmtpd's name
        *_, envelope, address, _options = given
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, *given):  # noqa: N802
        server, *_, envelope = given
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        if self.breaks_at == "data":
            server.transport.abort()
        return "250 taken"

    async def handle_QUIT(self, *_):  # noqa: N802
        return "421 too busy to say goodbye" if self.breaks_at == "farewell" else "221 Bye"


def _believed(*given):
    said = given[-1]
    known = (said.login.decode(), said.password.decode()) == (USER, PASSWORD)
    return AuthResult(success=known, handled=False)  # the library answers: 235 or 535
