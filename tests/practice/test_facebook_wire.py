"""Meta's wire format: one error envelope with codes, usage headers, photos before posts."""

import json

import pytest

from tests.practice.parts import attached, graph, photo


def code(answer):
    error = answer.json()["error"]
    assert {"message", "type", "code", "fbtrace_id"} <= set(error)
    return error["code"]


def test_photos_are_hidden_until_a_post_shows_them(dinkes):
    first = photo(dinkes, alt_text_custom="Vaksin").json()["id"]
    second = photo(dinkes).json()["id"]
    assert dinkes.ledger() == []

    body = {"message": "Halo", **attached(first, second)}
    post_id = graph(dinkes, "POST", "555/feed", data=body).json()["id"]

    assert post_id.startswith("555_")
    assert [one["alt_text"] for one in dinkes.ledger()[0]["media"]] == ["Vaksin", ""]


def test_a_photo_published_at_once_is_a_post(dinkes):
    answer = photo(dinkes, published="true", caption="Halo")

    assert set(answer.json()) == {"id", "post_id"}
    assert dinkes.per_text() == {"Halo": 1}


@pytest.mark.parametrize(("token", "status", "expected"), [("wrong", 401, 190), (None, 400, 2500)])
def test_a_wrong_or_missing_token_is_refused(dinkes, token, status, expected):
    answer = graph(dinkes, "GET", "me", token=token)

    assert (answer.status_code, code(answer)) == (status, expected)


def test_a_page_cannot_post_for_another(dinkes):
    assert code(graph(dinkes, "POST", "777/feed", data={"message": "Halo"})) == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, 100),
        ({"message": "  "}, 100),
        ({"message": "a", "attached_media[0]": "{"}, 100),
        ({"message": "a", "attached_media[0]": '{"media_fbid": "1"}'}, 100),
    ],
)
def test_a_post_of_nothing_or_of_unknown_photos_is_invalid(dinkes, body, expected):
    assert code(graph(dinkes, "POST", "555/feed", data=body)) == expected
    assert dinkes.ledger() == []


def test_a_photo_is_shown_once(dinkes):
    photo_id = photo(dinkes).json()["id"]
    graph(dinkes, "POST", "555/feed", data={"message": "Satu", **attached(photo_id)})

    answer = graph(dinkes, "POST", "555/feed", data={"message": "Dua", **attached(photo_id)})

    assert code(answer) == 100
    assert dinkes.per_text() == {"Satu": 1}


def test_the_same_message_again_is_a_duplicate(dinkes):
    graph(dinkes, "POST", "555/feed", data={"message": "Halo"})

    assert code(graph(dinkes, "POST", "555/feed", data={"message": "Halo"})) == 506


def test_what_is_no_photo_is_refused(dinkes):
    assert code(photo(dinkes, b"<svg>")) == 100
    assert code(graph(dinkes, "POST", "555/photos", data={"published": "false"})) == 324


def test_answers_tell_the_load(dinkes):
    headers = graph(dinkes, "GET", "me").headers

    usage = json.loads(headers["X-Business-Use-Case-Usage"])
    assert usage["555"][0]["estimated_time_to_regain_access"] == 0


def test_a_deleted_post_is_gone(dinkes):
    post_id = graph(dinkes, "POST", "555/feed", data={"message": "Halo"}).json()["id"]

    assert graph(dinkes, "DELETE", post_id).json() == {"success": True}
    again = graph(dinkes, "DELETE", post_id)
    assert (code(again), again.json()["error"]["error_subcode"]) == (100, 33)
    assert graph(dinkes, "GET", "555/published_posts").json()["data"] == []


def test_an_unknown_path_is_an_error_of_metas_kind(dinkes):
    assert code(graph(dinkes, "POST", "555/nothing")) == 2500
