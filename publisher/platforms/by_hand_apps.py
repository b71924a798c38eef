"""Platforms that have a client, for an account whose office posts there itself.

The platform is the same, so what it takes is the same; only nobody is asked and nothing sent. An
office that may not connect its account, or has not come to it yet, is in the plan all the same.
"""

from dataclasses import replace

from publisher.errors import N_
from publisher.platforms.by_hand import Nobody
from publisher.platforms.facebook import Facebook
from publisher.platforms.instagram import Instagram
from publisher.platforms.telegram import Telegram
from publisher.platforms.tiktok import TikTok
from publisher.platforms.x import X


class InApp(Nobody):
    """Before a platform's own driver among the bases: this takes away what would send."""

    way = N_("Dengan tangan: petugas menayangkan sendiri")


class XByHand(InApp, X):
    limits = replace(X.limits, prices=())  # what its API costs; its app costs nothing


class FacebookByHand(InApp, Facebook):
    pass


class InstagramByHand(InApp, Instagram):
    pass


class TikTokByHand(InApp, TikTok):
    pass


class TelegramByHand(InApp, Telegram):
    pass
