"""The Siar bot tells people by Telegram, over real HTTP to the practice platform."""

import itertools
from datetime import timedelta

import pytest

from publisher.db import db
from publisher.engine.informing import Informer
from publisher.engine.steps import Steps
from publisher.models.letters import Channel, LetterStatus
from publisher.models.notices import NoticeKind
from publisher.platforms.telegram_bot import shortened
from publisher.workflow.informing import settings, telegram
from tests.conftest import NOW
from tests.engine.test_informing import HOUR, happens, statuses
from tests.letters import PostOffice

CHAT = "55501"
_numbers = itertools.count(7100200300)  # one book for all tests: a bot of its own for each


class SiarBot:
    """The bot as people see it."""

    def __init__(self, practice):
        self.number, self._practice = str(next(_numbers)), practice
        self.token = f"{self.number}:AAE-rahasia-bot-pemberitahuan"
        practice.register(
            platform="telegram", remote_id=self.number, handle="siar_blora_bot",
            credentials={"bot_token": self.token},
        )  # fmt: skip

    def write(self, text, *, chat=CHAT):
        self._practice.write_to_bot(self.number, chat, text, name="Sari W.")

    def fault(self, kind, **more):
        self._practice.order_fault("telegram", self.number, kind, **more)

    @property
    def said(self):
        return [one["text"] for one in self._practice.chats(self.number) if one["by_bot"]]


@pytest.fixture
def bot(app, practice):
    bot = SiarBot(practice)
    app.config["TELEGRAM_NOTICE_BOT"] = bot.token
    return bot


@pytest.fixture
def a_round(app, bot):
    def a_round(at=NOW):
        db.session.commit()
        steps = Steps(app, owner="test")
        steps.now = lambda: at
        Informer(app, steps).inform()
        db.session.expire_all()

    return a_round


@pytest.fixture
def on_telegram(sari, bot, a_round):
    """Sari, with her Telegram."""
    code = telegram.offer(sari, at=NOW)
    db.session.commit()
    bot.write(f"/start {code}")
    a_round()
    return sari


def test_a_code_connects_the_telegram_of_who_brings_it_back_once(on_telegram, tono, bot, a_round):
    setting = settings.of(on_telegram)
    assert (setting.telegram_chat, setting.telegram_name, setting.at_once) == (
        CHAT, "Sari W.", Channel.TELEGRAM,
    )  # fmt: skip
    assert telegram.bot_name(bot.number) == "siar_blora_bot"
    assert "terhubung ke Siar sebagai Sari" in bot.said[0]

    late = telegram.offer(tono, at=NOW)
    db.session.commit()
    bot.write(f"/start {late}", chat="666")
    a_round(NOW + telegram.CODE_LASTS + timedelta(seconds=1))
    for text in (f"/start {'x' * 32}", "/start", "halo"):
        bot.write(text, chat="666")
    a_round()

    assert settings.of(tono).telegram_chat is None
    assert ["tidak berlaku" in text for text in bot.said[1:]] == [True, True, False, False]
    a_round()
    assert len(bot.said) == 5  # nothing is read twice


def test_what_needs_somebody_now_comes_by_telegram_once(on_telegram, bot, a_round, make_post):
    happens(NoticeKind.RETURNED, office=on_telegram.office, post_id=make_post().id)
    for _ in range(2):
        a_round()

    _, told = bot.said
    assert told.startswith("Siar: Dikembalikan untuk perbaikan: Imunisasi gratis di puskesmas\n\n")
    assert "http://localhost/pemberitahuan/" in told
    assert "Yth." not in told
    assert bot.token not in told


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("drop_after", LetterStatus.UNSURE),
        ("rate_limit", LetterStatus.WAITING),
        ("blocked", LetterStatus.REFUSED),
    ],
)
def test_a_letter_by_telegram_is_never_sent_twice(
    on_telegram, bot, a_round, make_post, fault, status
):
    happens(NoticeKind.RETURNED, office=on_telegram.office, post_id=make_post().id)
    bot.fault(fault, seconds=1, on="publish")
    a_round()
    assert statuses() == [status]
    assert (settings.of(on_telegram).telegram_chat is None) == (fault == "blocked")

    a_round(NOW + HOUR)
    assert len(bot.said) == {"drop_after": 2, "rate_limit": 2, "blocked": 1}[fault]


def test_who_stops_the_bot_is_told_by_mail_again(on_telegram, app, bot, a_round, make_post):
    bot.write("/stop")
    a_round()
    assert settings.of(on_telegram).at_once is Channel.MAIL
    with PostOffice() as office:
        app.config |= {"MAIL_URL": office.url, "MAIL_FROM": "siar@contoh.go.id"}
        happens(NoticeKind.RETURNED, office=on_telegram.office, post_id=make_post().id)
        a_round()
        assert [letter["To"] for letter in office.letters] == [on_telegram.email]


def test_of_two_workers_one_reads(app):
    assert telegram.take("1", at=NOW) is not None
    assert telegram.take("1", at=NOW) is None
    assert telegram.take("1", at=NOW + telegram.LEASE + timedelta(seconds=1)) is not None


def test_a_bot_that_keeps_silent_stops_no_letters(sari, app, bot, a_round, make_post):
    bot.fault("outage", times=5)
    with PostOffice() as office:
        app.config |= {"MAIL_URL": office.url, "MAIL_FROM": "siar@contoh.go.id"}
        happens(NoticeKind.RETURNED, office=sari.office, post_id=make_post().id)
        a_round()
        assert len(office.letters) == 1


@pytest.mark.parametrize("text", ["a" * 9000, "😀" * 5000, "pendek"])
def test_a_message_is_never_longer_than_telegram_takes(text):
    assert len(shortened(text).encode("utf-16-le")) // 2 <= 4096
