"""Letters reach a real SMTP server on loopback, or say whether to try again."""

import ssl
from dataclasses import replace

import pytest

from publisher import mail
from publisher.mail import Attachment, Away, Letter, Mailbox, NoSuchRecipient, NotSent, Unclear
from tests.conftest import NOW
from tests.letters import PostOffice

LETTER = Letter(
    to="ratna@contoh.go.id",
    subject="Laporan minggu ke-47",
    text="Yth. Ibu Ratna,\nlaporan terlampir.",
    about="report-12",
    attachments=(Attachment(name="Rekap 33.16.pdf", mime="application/pdf", content=b"%PDF-"),),
)


@pytest.fixture
def post_office():
    with PostOffice() as office:
        yield office


def mailbox(url):
    return Mailbox(mail.server(url), "siar@contoh.go.id")


def test_a_letter_arrives_with_its_attachment_and_an_id_of_its_own(post_office):
    for _ in range(2):
        mailbox(post_office.url).send(LETTER, at=NOW)

    first, second = post_office.letters
    assert first["Subject"] == LETTER.subject
    assert first["To"] == LETTER.to
    assert first["From"] == "Siar <siar@contoh.go.id>"
    assert first.get_body().get_content().split("\r\n")[:2] == LETTER.text.split("\n")
    [file] = first.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("Rekap 33.16.pdf", b"%PDF-")
    assert first["Message-ID"] == second["Message-ID"]  # the same letter, sent again


@pytest.mark.parametrize(
    ("answer", "refused"), [("550 nobody here", NoSuchRecipient), ("450 busy", NotSent)]
)
def test_the_answer_says_whether_to_try_again(post_office, answer, refused):
    post_office.answer = answer

    with pytest.raises(NotSent) as caught:
        mailbox(post_office.url).send(LETTER, at=NOW)

    assert caught.type is refused
    assert post_office.letters == []


def test_an_address_that_the_server_cannot_take_is_nobodys():
    with PostOffice(beyond_ascii=False) as post_office, pytest.raises(NoSuchRecipient):
        mailbox(post_office.url).send(replace(LETTER, to="ratna@blorakåb.go.id"), at=NOW)


def test_a_wrong_password_waits_for_a_person_and_is_never_repeated_in_the_error(post_office):
    with pytest.raises(NotSent, match="sign-in refused") as caught:
        mailbox(post_office.url.replace("rahasia", "sandi-lama")).send(LETTER, at=NOW)

    assert caught.type is Away
    assert "sandi-lama" not in str(caught.value)


def test_certificates_are_read_for_a_server_that_shows_one_and_only_once(post_office, monkeypatch):
    """For each letter of some hundred that would take longer than to send them."""
    read, trust = [], ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda: read.append("read") or trust())
    mail._certificates.cache_clear()

    for _ in range(2):
        mailbox(post_office.url).send(LETTER, at=NOW)
    assert read == []

    for _ in range(2):
        with pytest.raises(Away):  # it speaks no TLS
            mailbox(post_office.url.replace("smtp:", "smtps:")).send(LETTER, at=NOW)
    assert read == ["read"]


def test_a_server_that_is_down_is_tried_later():
    with pytest.raises(Away):
        mailbox("smtp://127.0.0.1:1").send(LETTER, at=NOW)


@pytest.mark.parametrize("broken", ["data", "farewell"])
def test_what_breaks_after_the_letter_was_handed_over_is_no_reason_to_send_it_again(
    post_office, broken
):
    post_office.breaks_at = broken

    if broken == "data":  # taken, and no word of it reached us
        with pytest.raises(Unclear):
            mailbox(post_office.url).send(LETTER, at=NOW)
    else:
        mailbox(post_office.url).send(LETTER, at=NOW)

    assert len(post_office.letters) == 1


@pytest.mark.parametrize(
    ("url", "one_click"), [("https://siar.contoh.go.id/a", True), ("http://localhost/a", False)]
)
def test_a_letter_says_where_to_want_no_more_of_them(post_office, url, one_click):
    mailbox(post_office.url).send(replace(LETTER, leave_url=url), at=NOW)

    [letter] = post_office.letters
    assert letter["List-Unsubscribe"] == f"<{url}>"
    assert (letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click") is one_click


def test_an_address_that_cannot_be_one_is_refused_before_anybody_is_asked(post_office):
    with pytest.raises(NoSuchRecipient):
        mailbox(post_office.url).send(replace(LETTER, to="ratna,contoh"), at=NOW)


def test_nobody_writes_headers_through_a_subject(post_office):
    mailbox(post_office.url).send(
        replace(LETTER, subject="Rekap\r\nBcc: semua@contoh.go.id"), at=NOW
    )

    [letter] = post_office.letters
    assert letter["Subject"] == "Rekap Bcc: semua@contoh.go.id"
    assert letter["Bcc"] is None


@pytest.mark.parametrize(
    ("url", "port", "security"),
    [
        ("smtps://mail.contoh.go.id", 465, "tls"),
        ("smtp://mail.contoh.go.id", 587, "starttls"),
        ("smtp://localhost:25", 25, "none"),
    ],
)
def test_only_a_server_on_this_machine_is_spoken_to_in_clear(url, port, security):
    found = mail.server(url)

    assert (found.port, found.security) == (port, security)


@pytest.mark.parametrize("url", ["mail.contoh.go.id", "http://a:rahasia@b", "smtp://"])
def test_an_address_that_is_none_is_refused_without_quoting_it(url):
    with pytest.raises(ValueError, match="must begin with smtp") as caught:
        mail.server(url)

    assert "rahasia" not in str(caught.value)
