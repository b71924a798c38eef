"""Where an account shows itself, known without loading any driver."""

from urllib.parse import urlsplit

import pytest

from publisher.platforms import BY_HAND, PLATFORM_NAMES, account_address, driver_class


@pytest.mark.parametrize("platform", sorted(PLATFORM_NAMES.keys() - BY_HAND))
def test_an_account_shows_itself_where_its_posts_are(platform):
    address = urlsplit(account_address(platform, "dinkesblora", "1700"))

    assert address.scheme == "https"
    assert address.hostname.removeprefix("www.") in driver_class(platform).permalink_hosts
    assert ("1700" if platform == "facebook" else "dinkesblora") in address.path


def test_an_account_without_a_name_or_of_another_kind_has_no_address():
    assert account_address("x", "", "1700") == ""
    assert account_address("facebook", "dinkesblora") == "https://www.facebook.com/dinkesblora"
    assert account_address("website", "dinkes") == ""
    assert account_address("website", "dinkes.blorakab.go.id") == "https://dinkes.blorakab.go.id"
    assert account_address("lainnya", "papan pengumuman") == ""


@pytest.mark.parametrize(
    ("platform", "one", "other", "same"),
    [
        ("x", "x.com/dinkesblora/status/7?s=20", "twitter.com/i/status/7/photo/1", True),
        ("x", "x.com/dinkesblora/status/7", "x.com/dinkesblora/status/77", False),
        ("facebook", "m.facebook.com/p.php?story_fbid=7&id=1&ref=share",
         "www.facebook.com/p.php?id=1&story_fbid=7", True),
        ("facebook", "facebook.com/p.php?story_fbid=7&id=1",
         "facebook.com/p.php?story_fbid=8&id=1", False),
        ("instagram", "www.instagram.com/p/Ab/?igsh=x", "instagram.com/p/Ab", True),
        ("instagram", "instagram.com/p/Ab", "instagram.com/p/AB", False),
        ("youtube", "youtube.com/watch?v=a&t=4", "www.youtube.com/watch?v=a", True),
        ("youtube", "youtube.com/watch?v=a", "youtube.com/watch?v=b", False),
        ("website", "dinkes.go.id/?p=1", "dinkes.go.id/?p=2", False),
    ],
)  # fmt: skip
def test_a_post_is_the_same_however_its_link_was_shared(platform, one, other, same):
    key = driver_class(platform).post_key

    assert (key(f"https://{one}") == key(f"https://{other}")) is same
