"""Letters to people, by the e-mail server of the office (MAIL_URL).

One connection a letter, closed at once: Siar writes few. Who writes keeps in a row that it was
written; the id of a letter comes from what it is about, so that a letter sent again after a
broken connection is recognised as the same.
"""

import hashlib
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

#: An e-mail server that keeps us waiting longer is as good as down.
TIMEOUT_S = 20
_PORTS = {"smtp": 587, "smtps": 465}
#: What no header may hold: it would end there and another begin.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class NotSent(Exception):
    """The server could not take the letter now; the same letter may be sent later."""


class Away(NotSent):
    """The server cannot be reached or does not let us in: no letter would get through now."""


class Refused(NotSent):
    """The server will never take this letter."""


class NoSuchRecipient(Refused):
    """The server will never take a letter to this address."""


class Unclear(Exception):
    """The connection broke after the letter was handed over, before the server said whether it
    took it. Sending it again might mean that it comes twice."""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file of a letter.

    :param mime: such as "application/pdf"
    """

    name: str
    mime: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter to one person, so that nobody reads who else gets it.

    :param about: what it is about and to whom, unique and stable, such as "report-12:ratna"
    """

    to: str
    subject: str
    text: str
    about: str
    attachments: tuple[Attachment, ...] = ()
    #: Where its reader wants no more of them: a page with a button, which takes a bare POST too.
    leave_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where letters are handed in.

    :param security: "tls" from the first byte, "starttls" before anything is said, or "none",
        which only a server on this machine is trusted with
    """

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    user: str = ""
    password: str = field(default="", repr=False)


def server(url: str) -> Server:
    """Read `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465` (TLS).

    :raises ValueError: if it is neither; the message never quotes it, since it holds a password
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("must begin with smtp:// or smtps:// and name a host")
    local = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    return Server(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        security="tls" if parts.scheme == "smtps" else "none" if local else "starttls",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


@dataclass(frozen=True)
class Mailbox:
    """What Siar writes from.

    :param sender: the address people see, such as siar@blorakab.go.id
    """

    server: Server
    sender: str

    def send(self, letter: Letter, *, at: datetime) -> None:
        """Hand a letter to the server.

        :raises NoSuchRecipient: if there is no such address
        :raises Refused: if it will never take this letter
        :raises Away: if no letter gets through now
        :raises NotSent: if it may take it later
        :raises Unclear: if nobody can tell whether it took it
        """
        try:
            to = Address(addr_spec=letter.to)
        except (ValueError, HeaderParseError):  # what stands in the row of a person is no address
            raise NoSuchRecipient("no address") from None
        message = self._message(letter, to, at)
        handing = _Handing()
        try:
            with self._connected() as connection:
                handing.over(connection, message)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise (NoSuchRecipient if code >= 500 else NotSent)(f"recipient: {code}") from None
        except smtplib.SMTPResponseException as error:
            if not handing.taken:  # what it says to our farewell changes nothing
                raise _refusal(error.smtp_code)(f"answered {error.smtp_code}") from None
        except (OSError, smtplib.SMTPException) as error:
            if handing.begun and not handing.taken:
                raise Unclear(type(error).__name__) from error
            if not handing.taken:
                raise Away(type(error).__name__) from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        at = self.server
        if at.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                at.host, at.port, timeout=TIMEOUT_S, context=_certificates()
            )
        else:
            connection = smtplib.SMTP(at.host, at.port, timeout=TIMEOUT_S)
        with connection:
            if at.security == "starttls":
                connection.starttls(context=_certificates())
            if at.user:
                _sign_in(connection, at)
            yield connection

    def _message(self, letter: Letter, to: Address, at: datetime) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = _CONTROL.sub(" ", letter.subject)
        message["From"] = Address("Siar", addr_spec=self.sender)
        message["To"] = to
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{_id_of(letter)}@{self.sender.partition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers it
        if letter.leave_url:
            message["List-Unsubscribe"] = f"<{letter.leave_url}>"
            if letter.leave_url.startswith("https://"):  # RFC 8058 §3.1 asks for no less
                message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(letter.text)
        for file in letter.attachments:
            kind, _, detail = file.mime.partition("/")
            message.add_attachment(file.content, maintype=kind, subtype=detail, filename=file.name)
        return message


class _Handing:
    """How far one letter came: what breaks before it is handed over may be tried again."""

    begun = taken = False

    def over(self, connection: smtplib.SMTP, message: EmailMessage) -> None:
        hand_over = connection.data

        def data(content: Any) -> tuple[int, bytes]:
            self.begun = True
            return hand_over(content)

        connection.data = data  # type: ignore[assignment, method-assign]
        try:
            connection.send_message(message)
        except smtplib.SMTPNotSupportedError:  # an address beyond ASCII: RFC 6531 is not for all
            raise NoSuchRecipient("the server takes no such address") from None
        self.taken = True


@cache
def _certificates() -> ssl.SSLContext:
    """Return whom to believe; read once, as that takes longer than handing over many letters."""
    return ssl.create_default_context()


def _sign_in(connection: smtplib.SMTP, at: Server) -> None:
    """Say who we are.

    :raises Away: if the server does not believe it: a person has to mend MAIL_URL, and the
        letters wait until then
    """
    try:
        connection.login(at.user, at.password)
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPServerDisconnected):
        # Some hang up after the second way of signing in. What they said may name the user.
        raise Away("sign-in refused") from None


def _refusal(code: int) -> type[NotSent]:
    """Say by the answer's first digit whether to try again (RFC 5321 §4.2.1)."""
    return Refused if code >= 500 else NotSent


def _id_of(letter: Letter) -> str:
    return hashlib.sha256(f"{letter.about}\n{letter.to}".encode()).hexdigest()[:32]
