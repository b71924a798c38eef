"""tweepy, for the driver of X alone: imported when an account is opened, because it costs 12 MB."""

import logging
from collections.abc import Mapping
from copy import copy

import requests
import tweepy
from tweepy import HTTPException

from publisher.platforms import http

__all__ = ["HTTPException", "open_client"]

#: Copied for each account: tweepy builds a transport of its own for every new client.
_CLIENT = tweepy.Client(return_type=requests.Response)
# At DEBUG they write every header of every request, tokens and signatures included.
for _library in ("tweepy", "oauthlib", "requests_oauthlib"):
    logging.getLogger(_library).setLevel(logging.INFO)


def open_client(keys: Mapping[str, str]) -> tweepy.Client:
    """Return tweepy's client for one account, on our transport."""
    client = copy(_CLIENT)
    for name, value in keys.items():
        setattr(client, name, value)
    client.session = http.session()
    return client
