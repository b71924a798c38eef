"""Requests made by hand, as any client would: the practice platforms know no driver of ours."""

import json

import requests
from requests_oauthlib import OAuth1

X_KEYS = {
    "consumer_key": "app-key",
    "consumer_secret": "app-secret",
    "access_token": "1700-token",
    "access_token_secret": "token-secret",
}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


def signed(method, url, **changed):
    """Return a prepared request with an OAuth 1.0a signature, over https as X demands."""
    keys = {**X_KEYS, **changed.pop("keys", {})}
    auth = OAuth1(
        keys["consumer_key"],
        keys["consumer_secret"],
        keys["access_token"],
        keys["access_token_secret"],
        **changed.pop("auth", {}),
    )
    return requests.Request(method, url, auth=auth, **changed).prepare()


def send(practice, prepared):
    """Send a prepared request to the practice server, its `Host` kept."""
    prepared = prepared.copy()
    host = prepared.url.split("/")[2]
    prepared.headers["Host"] = host
    prepared.url = prepared.url.replace(f"https://{host}", practice.url)
    with requests.Session() as session:
        session.trust_env = False
        return session.send(prepared, timeout=5)


def tweet(practice, text, media_ids=(), **keys):
    body = {"text": text} | ({"media": {"media_ids": list(media_ids)}} if media_ids else {})
    return send(practice, signed("POST", "https://api.x.com/2/tweets", json=body, keys=keys))


def upload(practice, content=PNG, **keys):
    files = {"media": ("1.png", content)}
    url = "https://api.x.com/2/media/upload"
    data = {"media_category": "tweet_image"}
    return send(practice, signed("POST", url, files=files, data=data, keys=keys))


def graph(practice, method, path, token="EAA-page", **given):
    """Call the practice Graph API."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"https://graph.facebook.com/v26.0/{path}"
    return send(practice, requests.Request(method, url, headers=headers, **given).prepare())


def photo(practice, content=PNG, **fields):
    data = {"published": "false", **fields}
    return graph(practice, "POST", "555/photos", data=data, files={"source": ("1.png", content)})


def attached(*photo_ids):
    return {
        f"attached_media[{place}]": json.dumps({"media_fbid": photo_id})
        for place, photo_id in enumerate(photo_ids)
    }


def own(practice, method, path, **given):
    """Ask one of the server's own pages."""
    with requests.Session() as session:
        session.trust_env = False
        given.setdefault("allow_redirects", False)
        return session.request(method, practice.url + path, timeout=5, **given)
