"""Wrong passwords are counted together by all web processes, and without Redis by each alone."""

import pytest

from publisher import create_app
from publisher.db import db
from tests.conftest import PASSWORD, settings


@pytest.fixture
def webs(database_url, tmp_path, broker, compiled_templates):
    """Browsers at two web processes of one Siar."""
    apps = [
        create_app(
            settings(database_url, tmp_path)
            | {"RATELIMIT_ENABLED": True, "RATELIMIT_STORAGE_URI": broker.url}
        )
        for _ in range(2)
    ]
    for app in apps:
        app.jinja_env.bytecode_cache = compiled_templates
    yield [app.test_client() for app in apps]
    for app in apps:
        with app.app_context():
            db.engine.dispose()


def guess(web, user, password="tebakan yang salah"):
    return web.post("/masuk", data={"email": user.email, "password": password}).status_code


def test_guesses_at_one_web_process_count_at_the_other(webs, ratna):
    answers = [guess(webs[number % 2], ratna) for number in range(8)]

    assert answers == [422] * 6 + [429] * 2


def test_without_redis_people_can_sign_in_and_guessers_are_still_stopped(webs, broker, ratna, heru):
    guess(webs[0], ratna)
    broker.kill()

    assert guess(webs[0], heru, PASSWORD) == 302
    answers = [guess(webs[1], ratna) for _ in range(8)]
    broker.start()

    assert answers == [422] * 6 + [429] * 2
