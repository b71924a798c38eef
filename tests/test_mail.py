"""Letters reach a real SMTP server on loopback, or say whether to try again."""

from dataclasses import replace

import pytest

from publisher import mail
from publisher.mail import Attachment, Letter, Mailbox, NoSuchRecipient, NotSent
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


def test_a_wrong_password_waits_for_a_person_and_is_never_repeated_in_the_error(post_office):
    with pytest.raises(NotSent, match="sign-in refused") as caught:
        mailbox(post_office.url.replace("rahasia", "sandi-lama")).send(LETTER, at=NOW)

    assert caught.type is NotSent
    assert "sandi-lama" not in str(caught.value)


def test_a_server_that_is_down_is_tried_later():
    with pytest.raises(NotSent):
        mailbox("smtp://127.0.0.1:1").send(LETTER, at=NOW)


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
