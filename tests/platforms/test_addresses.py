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
