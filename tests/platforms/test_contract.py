"""What holds for every driver: a post arrives whole, once, and what is not known is not guessed.

A new driver is tested by one line in `parts.ENTRIES`; what it lacks is said by its name.
"""

import dataclasses
import hashlib
import time
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.platforms import (
    DRIVERS,
    PLATFORM_NAMES,
    driver_class,
    drivers_of,
    open_driver,
)
from publisher.platforms.base import Handover, Limits, Outgoing, Picture, Receipt
from publisher.platforms.errors import (
    AccountBlocked,
    CannotTell,
    OutcomeUnknown,
    PlatformError,
    Refused,
    TryLater,
)
from publisher.practice.app import PracticeApp
from tests.platforms.conftest import SPOKEN_TO
from tests.platforms.parts import ENTRIES

HERE = Path(__file__).parent

# fault: (what the driver must say, whether the platform has the post all the same)
WHILE_PUBLISHING = {
    "slow": (OutcomeUnknown, True),
    "hang": (OutcomeUnknown, False),
    "drop_before": (OutcomeUnknown, False),
    "drop_after": (OutcomeUnknown, True),
    "half_answer": (OutcomeUnknown, True),
    "cut_answer": (OutcomeUnknown, True),
    "no_id": (OutcomeUnknown, True),
    "error_500": (OutcomeUnknown, False),
    "error_500_after": (OutcomeUnknown, True),
    "outage": (OutcomeUnknown, False),
    "rate_limit": (TryLater, False),
    "duplicate": (Refused, False),
    "refused": (Refused, False),
    "expired_token": (AccountBlocked, False),
    "blocked": (AccountBlocked, False),
}

# Nothing is public yet, so nothing can be unknown.
WHILE_PREPARING = {
    "slow": TryLater,
    "hang": TryLater,
    "drop_before": TryLater,
    "drop_after": TryLater,
    "half_answer": TryLater,
    "cut_answer": TryLater,
    "no_id": TryLater,
    "error_500": TryLater,
    "error_500_after": TryLater,
    "outage": TryLater,
    "rate_limit": TryLater,
    "refused": Refused,
    "expired_token": AccountBlocked,
    "blocked": AccountBlocked,
}


#: Faults in which the platform keeps silent, for longer than anybody may wait.
SILENT = ("slow", "hang")
SILENCE_S, PATIENCE_S = 120, 40


def those(holds):
    """Run a test for the drivers of which `holds(driver class, its entry)` is true."""
    names = [name for name in SPOKEN_TO if holds(driver_class(name), ENTRIES[name])]
    return pytest.mark.parametrize("desk", names, indirect=True)


def now():
    return datetime.now(UTC)


def caught(call):
    """Return the platform error that `call` ends with; anything else is a fault of the driver."""
    with pytest.raises(PlatformError) as error:
        call()
    return error.value


def shown(error):
    """Return all that a log or a page could show of an error."""
    cause = None if error.__suppress_context__ else error.__cause__ or error.__context__
    return f"{error} {error!r} {error.detail} {cause!r} {cause}"


def secrets_of(desk):
    return [text for name, text in desk.credentials.items() if name not in desk.entry.public]


# -- whether all of it is there ------------------------------------------------------------


@pytest.mark.parametrize("name", DRIVERS)
def test_a_driver_has_all_its_parts(name):
    """By name, what is missing of one file, one practice file, one test file, one row."""
    driver, platform = driver_class(name), name.partition("_")[0]
    assert platform in PLATFORM_NAMES, f"{name}: no name in PLATFORM_NAMES"
    assert name in drivers_of(platform)
    assert driver.name == PLATFORM_NAMES[platform]
    assert driver.permalink_hosts or driver.by_hand, f"{name}: no permalink_hosts"
    if not driver.by_hand:
        assert (HERE / f"test_{name}.py").exists(), f"{name}: no tests/platforms/test_{name}.py"
        assert name in ENTRIES, f"{name}: no line in tests/platforms/parts.py ENTRIES"
        assert driver.credential_fields, f"{name}: no credential_fields"


def test_every_platform_is_practised(tmp_path):
    app = PracticeApp(tmp_path)
    practised = {platform.name for several in app.wire._by_host.values() for platform in several}
    app.ledger.close()

    wanted = {name.partition("_")[0] for name in SPOKEN_TO}
    assert wanted - practised == set(), "publisher/practice has no file for it"


@pytest.mark.parametrize("name", DRIVERS)
def test_every_figure_says_where_it_was_read_and_when(name):
    limits = driver_class(name).limits
    words = {"source", "read_on", "sources", "prices"}
    figures = [field.name for field in dataclasses.fields(Limits) if field.name not in words]

    assert set(limits.sources) <= set(figures)
    for source in [limits.source_of(figure) for figure in figures] + [
        price.source for price in limits.prices
    ]:
        assert source.where
        assert datetime.fromisoformat(source.read_on) <= datetime.now()  # noqa: DTZ005


def test_an_unknown_platform_is_a_key_error():
    with pytest.raises(KeyError):
        open_driver("friendster", {})


# -- what would be refused, without asking anybody ---------------------------------------------


@pytest.mark.parametrize("name", DRIVERS)
def test_what_a_driver_says_it_allows_is_what_it_refuses_beyond(name):
    driver = driver_class(name)
    limits = driver.limits

    def blocks(text="Posyandu.", count=1, alt_text="Balita.", mime="image/jpeg", size=9):
        picture = Picture(content=b"x" * size, mime=mime, alt_text=alt_text, name="1.jpg")
        problems = driver.problems(Outgoing(text=text, pictures=(picture,) * count))
        assert all(problem.message % problem.values for problem in problems)
        return any(problem.blocks for problem in problems)

    assert not blocks()
    assert not blocks(count=limits.images)
    assert blocks(count=limits.images + 1)
    assert blocks(text="a" * (limits.text_chars + 1))
    assert blocks(text="", count=0)
    assert blocks(mime="image/x-icon")
    assert blocks(size=limits.image_bytes + 1)
    assert blocks(count=0) is limits.image_required
    if limits.alt_text_chars:
        assert blocks(alt_text="a" * (limits.alt_text_chars + 1))
    if limits.hashtags:
        assert blocks(text="#a " * (limits.hashtags + 1))
    if limits.mentions:
        assert blocks(text="@a " * (limits.mentions + 1))


# -- a post arrives whole ----------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_text_pictures_and_alternative_texts_arrive_in_order(desk, count):
    alt_texts = ("Antrean ibu & balita.", "Vaksin.", "Jadwal.")[:count]
    outgoing = desk.post("Posyandu & imunisasi.\nDatanglah!", alt_texts)
    driver = desk.driver()

    outcome = driver.publish(driver.prepare(outgoing))

    (post,) = desk.accepted()
    assert post["remote_id"] == outcome.remote_id
    if isinstance(outcome, Handover):
        return  # its tests look into the inbox
    assert post["text"] == outgoing.text
    digests = [hashlib.sha256(one.content).hexdigest() for one in outgoing.pictures]
    assert [one["sha256"] for one in post["media"]] == digests
    if desk.kind.limits.alt_text_chars is not None:
        assert [one["alt_text"] for one in post["media"]] == list(alt_texts)
    assert desk.kind.is_permalink(outcome.url, "dinkesblora")
    assert abs(outcome.published_at - now()) < timedelta(seconds=5)


def test_a_text_without_pictures_is_published_or_refused_before_anything_is_sent(desk):
    driver = desk.driver()
    outgoing = Outgoing(text="Hanya teks.")
    if desk.kind.limits.image_required:
        assert isinstance(caught(lambda: driver.prepare(outgoing)), Refused)
        assert desk.accepted() == []
        return

    driver.publish(driver.prepare(outgoing))

    assert [post["text"] for post in desk.published()] == ["Hanya teks."]


def test_pictures_without_text_are_published(desk):
    driver = desk.driver()

    driver.publish(driver.prepare(desk.post(text="")))

    assert len(desk.accepted()) == 1


def test_preparing_makes_nothing_public_and_may_be_repeated(desk):
    driver = desk.driver()

    driver.prepare(desk.post())
    prepared = driver.prepare(desk.post())
    assert desk.accepted() == []

    driver.publish(prepared)
    assert len(desk.accepted()) == 1


# -- faults --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", WHILE_PUBLISHING)
def test_a_fault_while_publishing_is_named_rightly_and_never_makes_two(desk, fault):
    expected, accepted = WHILE_PUBLISHING[fault]
    driver = desk.driver()
    prepared, started = driver.prepare(desk.post()), now()
    desk.fault(fault, seconds=SILENCE_S if fault in SILENT else 0, on="publish")
    began = time.monotonic()

    with desk.impatient() if fault in SILENT else nullcontext():
        error = caught(lambda: driver.publish(prepared))

    assert time.monotonic() - began < PATIENCE_S
    assert type(error) is expected
    assert len(desk.on_the_wire("publish")) == 1
    if fault in SILENT:
        desk.practice.app.wire.stopping.set()  # it speaks at last, to nobody
    assert len(desk.accepted()) == accepted
    assert not [secret for secret in secrets_of(desk) if secret in shown(error)]
    _reading_back_agrees(desk, driver, prepared, started)


def _reading_back_agrees(desk, driver, prepared, started):
    """An unknown outcome is cleared up, or nobody says that it is."""
    try:
        found = driver.find(prepared, started)
    except CannotTell:
        assert not desk.kind.reads_back or desk.kind.removes is False
        return
    assert [post["remote_id"] for post in desk.published()] == ([found.remote_id] if found else [])


def test_a_request_that_is_applied_late_is_unknown_and_found_later(desk):
    driver = desk.driver()
    prepared, started = driver.prepare(desk.post()), now()
    desk.fault("late", seconds=SILENCE_S)

    with desk.impatient():
        assert isinstance(caught(lambda: driver.publish(prepared)), OutcomeUnknown)
    assert desk.accepted() == []

    desk.practice.app.wire.stopping.set()  # now it takes what it was sent
    _until(desk.accepted)
    _reading_back_agrees(desk, driver, prepared, started)


@pytest.mark.parametrize("fault", WHILE_PREPARING)
@those(lambda _, entry: entry.preparing)
def test_a_fault_while_preparing_is_never_unknown(desk, fault):
    driver = desk.driver()
    desk.fault(fault, seconds=SILENCE_S if fault in SILENT else 0, on=desk.entry.preparing)

    with desk.impatient() if fault in SILENT else nullcontext():
        error = caught(lambda: driver.prepare(desk.post()))

    assert type(error) is WHILE_PREPARING[fault]
    assert len(desk.on_the_wire(desk.entry.preparing)) <= 2  # no request twice
    assert desk.accepted() == []
    assert not [secret for secret in secrets_of(desk) if secret in shown(error)]


@pytest.mark.parametrize("fault", ["drop_after", "half_answer", "error_500", "outage", "no_id"])
def test_a_fault_while_reading_means_try_later_and_never_not_found(desk, fault):
    driver = desk.driver()
    prepared, started = driver.prepare(desk.post()), now()
    driver.publish(prepared)
    reading = {"check": driver.check}
    if desk.kind.reads_back:
        reading["recent"] = lambda: driver.recent(started - timedelta(days=1))
        reading["find"] = lambda: driver.find(prepared, started)

    for what, read in reading.items():
        desk.fault(fault, on="read")
        error = caught(read)
        assert isinstance(error, TryLater | CannotTell), what
        desk.practice.clear()


@pytest.mark.parametrize(("seconds", "least"), [(120, 118), (0, None)])
def test_the_wait_the_platform_asks_for_is_passed_on_for_the_whole_account(desk, seconds, least):
    driver = desk.driver()
    prepared = driver.prepare(desk.post())
    desk.fault("rate_limit", seconds=seconds)

    error = caught(lambda: driver.publish(prepared))

    assert isinstance(error, TryLater)
    assert error.whole_account
    if least is not None and error.wait_s is not None:
        assert error.wait_s >= desk.kind.limits.spacing_s or error.wait_s >= least


@those(lambda _, entry: entry.refuses_twice)
def test_the_same_text_again_is_refused_as_a_duplicate(desk):
    driver = desk.driver()
    driver.publish(driver.prepare(desk.post()))

    error = caught(lambda: driver.publish(driver.prepare(desk.post())))

    assert isinstance(error, Refused)
    assert error.duplicate
    assert len(desk.published()) == 1


def test_nothing_listening_means_nothing_was_sent(desk):
    driver = desk.driver()
    prepared = driver.prepare(desk.post())
    desk.practice.stop()

    assert isinstance(caught(lambda: driver.publish(prepared)), TryLater)


# -- reading back --------------------------------------------------------------------------------


def _published(desk, driver, outgoing):
    """Publish; return what was prepared, and when that began."""
    prepared, started = driver.prepare(outgoing), now()
    outcome = driver.publish(prepared)
    if isinstance(outcome, Handover):
        desk.practice.finish(outcome.remote_id)
        extra = {**prepared.extra, "publish_id": outcome.remote_id}
        prepared = dataclasses.replace(prepared, extra=extra)
    return prepared, started


def test_what_is_public_is_found_or_nobody_can_tell(desk):
    driver = desk.driver(handle="dinkesblora")
    prepared, started = _published(desk, driver, desk.post())

    if not desk.kind.reads_back:
        assert isinstance(caught(lambda: driver.find(prepared, started)), CannotTell)
        assert isinstance(caught(lambda: driver.recent(started)), CannotTell)
        return

    found = driver.find(prepared, started)
    assert isinstance(found, Receipt)
    assert found.remote_id == desk.published()[0]["remote_id"]
    assert desk.kind.is_permalink(found.url, "dinkesblora")


@those(lambda kind, _: kind.reads_back and not kind.hands_over)
def test_another_number_of_pictures_is_another_post(desk):
    driver = desk.driver()
    driver.publish(driver.prepare(desk.post("Dua gambar.", ("Satu.", "Dua."))))

    assert driver.find(driver.prepare(desk.post("Dua gambar.")), now()) is None


@those(lambda kind, _: kind.reads_back)
def test_recent_posts_come_newest_first(desk):
    driver = desk.driver()
    for text, alt_texts in (("Pertama", ("A.",)), ("Kedua", ("A.", "B."))):
        _published(desk, driver, desk.post(text, alt_texts))

    found = driver.recent(now() - timedelta(hours=1))

    assert [post.text.split()[0] for post in found] == ["Kedua", "Pertama"]
    assert all(post.published_at.tzinfo for post in found)
    if desk.entry.counts_pictures:
        assert [post.picture_count for post in found] == [2, 1]


@those(lambda kind, _: kind.reads_back and not kind.hands_over)
def test_a_post_of_the_same_text_from_before_is_not_taken_for_ours(desk):
    driver = desk.driver()
    driver.publish(driver.prepare(desk.post()))
    desk.practice.app.ledger.refuses_duplicates = False
    prepared = driver.prepare(desk.post())

    assert driver.find(prepared, now() + timedelta(minutes=5)) is None


@those(lambda kind, _: kind.reads_back and not kind.hands_over)
def test_what_the_platform_does_not_show_yet_is_found_once_it_does(desk):
    driver = desk.driver()
    prepared, started = _published(desk, driver, desk.post())
    desk.fault("hidden", seconds=60, times=0)
    try:
        assert driver.find(prepared, started) is None
    except TryLater:  # it knows better than the list
        assert desk.name == "instagram"

    desk.practice.clear()
    assert driver.find(prepared, started) is not None


@those(lambda kind, _: kind.reads_back)
def test_a_long_timeline_is_read_to_its_end(desk):
    history = [
        {
            "platform": desk.platform,
            "account": "1700",
            "text": f"Kegiatan {number}",
            "at": (now() - timedelta(minutes=number)).isoformat(),
        }
        for number in range(130)
    ]
    desk.practice.remember(history)

    assert len(desk.driver().recent(now() - timedelta(days=1))) == 130


def test_taking_down_twice_is_fine(desk):
    driver = desk.driver()
    outcome = driver.publish(driver.prepare(desk.post()))
    receipt = Receipt(remote_id=outcome.remote_id, url="https://contoh.go.id/1")
    if not desk.kind.removes:
        assert isinstance(caught(lambda: driver.remove(receipt)), Refused)
        return

    driver.remove(receipt)
    driver.remove(receipt)

    assert desk.published()[0]["removed_at"]
    nonsense = Receipt(remote_id="../1", url="https://contoh.go.id/1")
    assert isinstance(caught(lambda: driver.remove(nonsense)), Refused)


# -- whose account it is ---------------------------------------------------------------------------


def test_checking_names_the_account_the_credentials_belong_to(desk):
    health = desk.driver(handle="dinkesblora").check()

    assert (health.remote_id.removeprefix("-100"), health.handle) == ("1700", "dinkesblora")
    assert health.display_name == "Dinas Kesehatan"


@those(lambda _, entry: entry.stranger)
def test_credentials_of_another_account_are_noticed(desk):
    assert isinstance(caught(lambda: desk.driver(**desk.entry.stranger).check()), AccountBlocked)


def test_a_revoked_secret_blocks_the_account_and_is_never_shown(desk, caplog):
    caplog.set_level("DEBUG")
    for name, secret in desk.credentials.items():
        if name in desk.entry.public:
            continue
        planted = secret.replace(secret[-4:], "zzzz") if len(secret) > 4 else "zzzz"
        error = caught(lambda name=name, planted=planted: desk.driver(**{name: planted}).check())
        assert isinstance(error, AccountBlocked)
        assert planted not in shown(error)
        assert planted not in caplog.text
        assert secret not in caplog.text
    assert desk.accepted() == []


def test_incomplete_credentials_need_a_person(desk):
    for field in desk.kind.credential_fields:
        assert isinstance(caught(lambda field=field: desk.driver(**{field.name: ""})),
                          AccountBlocked)  # fmt: skip


def _until(happened, seconds=30.0):
    deadline = now() + timedelta(seconds=seconds)
    while not happened():
        assert now() < deadline, "it never happened"
