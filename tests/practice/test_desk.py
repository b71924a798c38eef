"""The control desk: accounts, faults, history, and who may give orders."""

import base64
from datetime import UTC, datetime, timedelta
from time import sleep
from urllib.error import HTTPError

import pytest
import requests

from publisher.practice.faults import KINDS
from tests.practice.parts import PNG, X_KEYS, graph, own, tweet


def test_an_account_never_shows_its_secrets(dinkes):
    shown = own(dinkes, "GET", "/kendali/akun").text

    assert "dinkesblora" in shown
    assert not [secret for secret in (*X_KEYS.values(), "EAA-page") if secret in shown]


@pytest.mark.parametrize(
    "account",
    [
        {},
        [1],
        {"platform": "friendster", "remote_id": "1", "handle": "a", "credentials": {}},
        {"platform": "x", "remote_id": "", "handle": "a", "credentials": {}},
        {"platform": "x", "remote_id": "1", "handle": "a", "credentials": "secret"},
    ],
)
def test_an_incomplete_account_is_refused(practice, account):
    assert own(practice, "POST", "/kendali/akun", json=account).status_code == 400
    assert practice.accounts() == []


def test_registering_again_replaces_the_secrets(dinkes):
    dinkes.register(
        platform="facebook", remote_id="555", handle="d", credentials={"page_token": "new"}
    )

    assert graph(dinkes, "GET", "me").status_code == 401
    assert graph(dinkes, "GET", "me", token="new").status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_fault_can_be_ordered_on_both_platforms(dinkes, kind):
    for platform in ("x", "facebook"):
        dinkes.order_fault(platform, "*", kind, on="publish")
        try:
            if platform == "x":
                tweet(dinkes, "Halo")
            else:
                graph(dinkes, "POST", "555/feed", data={"message": "Halo"})
        except requests.RequestException:
            pass

    assert dinkes.faults() == []
    assert {one["fault"] for one in dinkes.requests(operation="publish")} == {kind}


def test_a_fault_meets_its_account_and_its_operation_only(dinkes):
    dinkes.order_fault("x", "1700", "error_500")

    assert graph(dinkes, "POST", "555/feed", data={"message": "Halo"}).status_code == 200
    assert tweet(dinkes, "Halo").status_code == 500
    assert tweet(dinkes, "Halo").status_code == 201


def test_a_fault_meets_as_many_requests_as_ordered(dinkes):
    dinkes.order_fault("x", "1700", "error_500", times=2)

    assert [tweet(dinkes, "Halo").status_code for _ in range(3)] == [500, 500, 201]


def test_faults_are_met_in_the_order_they_were_ordered(dinkes):
    dinkes.order_fault("x", "1700", "error_500")
    dinkes.order_fault("x", "1700", "outage")

    assert [tweet(dinkes, "Halo").status_code for _ in range(3)] == [500, 503, 201]


def test_a_fault_without_end_lasts_until_it_is_cleared(dinkes):
    dinkes.order_fault("x", "*", "outage", times=0)

    assert [tweet(dinkes, "Halo").status_code for _ in range(3)] == [503] * 3
    dinkes.clear()
    assert tweet(dinkes, "Halo").status_code == 201


def test_an_outage_can_end_by_itself(dinkes):
    dinkes.order_fault("x", "*", "outage", times=0, seconds=2)
    assert tweet(dinkes, "Halo").status_code == 503

    deadline = datetime.now(UTC) + timedelta(seconds=30)
    while tweet(dinkes, "Halo").status_code == 503:
        assert datetime.now(UTC) < deadline
        sleep(0.1)
    assert dinkes.faults() == []


@pytest.mark.parametrize(
    "order", [{"kind": "flood"}, {"kind": "slow", "times": -1}, {"kind": "slow", "seconds": 1e9},
              {"kind": "slow", "times": "x"}, {"kind": "slow", "on": "moon"}]
)  # fmt: skip
def test_an_order_that_makes_no_sense_is_refused(dinkes, order):
    with pytest.raises(HTTPError) as caught:
        dinkes.call("POST", "/kendali/gangguan", {"platform": "x", **order})
    caught.value.close()

    assert dinkes.faults() == []


def test_a_post_of_the_past_stands_where_it_belongs(dinkes):
    at = datetime(2026, 8, 17, 2, 0, tzinfo=UTC)
    picture = {"content": base64.b64encode(PNG).decode(), "alt_text": "Upacara"}
    post = {"account": "1700", "text": "Dirgahayu", "at": at.isoformat(), "pictures": [picture]}

    (made,) = dinkes.remember([{"platform": "x", **post}])

    (kept,) = dinkes.ledger("x", "1700")
    assert kept["at"] == "2026-08-17T02:00:00+00:00"
    assert kept["media"][0]["alt_text"] == "Upacara"
    assert made == {"remote_id": kept["remote_id"], "url": kept["url"]}
    assert tweet(dinkes, "Dirgahayu").status_code == 201  # long ago: no duplicate


@pytest.mark.parametrize(
    "wrong",
    [{"account": "1"}, {"at": "2026-08-17T02:00:00"}, {"at": "x"}, {"pictures": [{"content": "?"}]},
     {"pictures": [{"content": "PHN2Zz4="}]}],
)  # fmt: skip
def test_a_past_that_cannot_have_been_is_refused(dinkes, wrong):
    post = {"platform": "x", "account": "1700", "text": "a", "at": "2026-08-17T02:00:00+00:00"}

    answer = own(dinkes, "POST", "/kendali/riwayat", json={"posts": [{**post, **wrong}]})

    assert answer.status_code == 400
    assert dinkes.ledger() == []


@pytest.mark.parametrize("path", ["/kendali/gangguan", "/kendali/akun", "/gangguan"])
def test_another_site_cannot_give_orders(dinkes, path):
    hostile = {"Origin": "https://evil.test"}

    answer = own(dinkes, "POST", path, headers=hostile, json={"kind": "slow", "platform": "x"})

    assert answer.status_code == 403
    assert dinkes.faults() == []


def test_an_order_that_is_no_json_is_refused(dinkes):
    assert own(dinkes, "POST", "/kendali/gangguan", data="kind=slow").status_code == 415


def test_copies_are_refused_until_the_desk_says_otherwise(dinkes):
    assert tweet(dinkes, "Posyandu").status_code == 201
    assert tweet(dinkes, "Posyandu").status_code == 403

    dinkes.refuse_duplicates(False)
    assert tweet(dinkes, "Posyandu").status_code == 201
    dinkes.refuse_duplicates(True)

    assert tweet(dinkes, "Posyandu").status_code == 403
    assert dinkes.per_text() == {"Posyandu": 2}
