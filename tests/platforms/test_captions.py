"""Hashtags, mentions and money: what platforms refuse, dislike, or charge for."""

import pytest

from publisher.platforms import driver_class
from publisher.platforms.base import Limits, Outgoing
from publisher.platforms.captions import mark_problems
from tests.platforms.parts import picture

LIMITS = Limits(
    text_chars=2200,
    images=10,
    image_bytes=8 * 1024**2,
    image_formats=("JPEG",),
    alt_text_chars=1000,
    hashtags=30,
    hashtags_advised=5,
    mentions=20,
)


def found(text, limits=LIMITS):
    problems = mark_problems(Outgoing(text=text), "Instagram", limits)
    return [(problem.values["limit"], problem.blocks) for problem in problems]


def tags(count):
    return " ".join(f"#Blora{number}" for number in range(count))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (tags(5), []),
        (tags(6), [(5, False)]),
        (tags(30), [(5, False)]),
        (tags(31), [(30, True)]),
        ("@dinkes " * 20, []),
        ("@dinkes " * 21, [(20, True)]),
        ("kominfo@blorakab.go.id " * 21, []),
        ("Peringkat #1 " * 31, []),
        ("https://blorakab.go.id/#berita " * 31, []),
        ("#Posyandu#Imunisasi" * 3, [(5, False)]),
    ],
)
def test_hashtags_and_mentions_are_counted_as_platforms_read_them(text, expected):
    assert found(text) == expected


def test_a_platform_without_such_limits_says_nothing():
    assert found(tags(99) + " @a" * 99, driver_class("facebook").limits) == []


def test_instagram_advises_from_six_hashtags_and_refuses_from_thirty_one():
    def blocks(count):
        post = Outgoing(text=tags(count), pictures=(picture(),))
        problems = driver_class("instagram").problems(post)
        return [one.blocks for one in problems if one.field == "text"]

    assert (blocks(5), blocks(6), blocks(31)) == ([], [False], [True])


def test_a_mention_on_x_is_advised_against():
    (problem,) = driver_class("x").problems(Outgoing(text="Terima kasih, @warga_blora!"))

    assert not problem.blocks
    assert problem.values["count"] == 1


def test_the_price_of_a_link_is_told_with_its_source_and_date():
    (problem,) = driver_class("x").problems(Outgoing(text="Baca https://blorakab.go.id"))

    said = problem.message % problem.values
    assert "USD 0.200" in said
    assert "USD 0.015" in said
    assert "docs.x.com" in said
    assert "22 Agustus 2026" in said
