"""Connecting a Facebook Page, or the Instagram account behind one: Facebook Login.

A person lets Siar in for some of their Pages. The short token of their visit is exchanged for a
long one, which is only used to ask for the Pages' own tokens and then forgotten: a Page's token
lasts until it is revoked (developers.facebook.com, long-lived tokens; read 2026-09). After 90
days without a visit Meta may end the app's access to the data, so that date is kept as the end.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from publisher import clock
from publisher.platforms import meta
from publisher.platforms.base import Health
from publisher.platforms.consent import Candidate, Consent, Token
from publisher.platforms.errors import Refused

_PAGES = 5  # of 100 Pages
_POSTING = "CREATE_CONTENT"
_PAGE_FIELDS = (
    "id,name,username,access_token,tasks,picture{url},"
    "instagram_business_account{id,username,name,profile_picture_url}"
)


class MetaConsent(Consent):
    """What Pages and Instagram share."""

    platform: str
    authorize_url = f"https://www.facebook.com/{meta.VERSION}/dialog/oauth"
    onward = ("https://*.facebook.com",)
    token_url = f"https://{meta.FACEBOOK_HOST}/{meta.VERSION}/oauth/access_token"
    scope_separator = ","
    #: "Cannot get application info", "Error validating client secret".
    our_fault = frozenset({"101", "1"})

    def redeem(self, *, code: str, redirect_uri: str, verifier: str) -> list[Candidate]:
        visit = self.exchange(code=code, redirect_uri=redirect_uri, verifier=verifier)
        long = self._longer(str(visit["access_token"]))
        graph = meta.Graph(self.platform, long, self.app.client_secret)
        scopes = self._granted(graph)
        lasts_s = self._lasts_s(long)
        found = []
        for page in _pages(graph):
            if (candidate := self.candidate(page, scopes, lasts_s)) is not None:
                found.append(candidate)
        return found

    def candidate(
        self, page: Mapping[str, Any], scopes: tuple[str, ...], lasts_s: int | None
    ) -> Candidate | None:
        """Return the account of this driver that a Page stands for, if it has one."""
        raise NotImplementedError

    def _longer(self, token: str) -> str:
        client = self._client("", scope=None)
        answer = self.ask(
            lambda: client.fetch_token(
                self.token_url, grant_type="fb_exchange_token", fb_exchange_token=token
            ),
            secrets=(token,),
            refusal=Refused,
        )
        return str(answer["access_token"])

    def _granted(self, graph: meta.Graph) -> tuple[str, ...]:
        """Return what the person allowed: each permission can be taken out on Meta's page."""
        listed = graph.call("GET", "me/permissions", params={}).payload.get("data")
        granted = {
            str(one.get("permission")) for one in _objects(listed) if one.get("status") == "granted"
        }
        if missing := sorted(set(self.scopes) - granted):
            raise Refused(f"{self.platform} did not grant {', '.join(missing)}")
        return tuple(sorted(granted))

    def _lasts_s(self, token: str) -> int | None:
        """Return for how long Meta lets the app have the data; None if it does not say."""
        ours = meta.Graph(self.platform, f"{self.app.client_id}|{self.app.client_secret}")
        told = ours.call("GET", "debug_token", params={"input_token": token}).payload.get("data")
        ends = told.get("data_access_expires_at") if isinstance(told, dict) else None
        if not isinstance(ends, int) or ends <= 0:
            return None
        return max(0, ends - int(clock.now().timestamp()))


class FacebookConsent(MetaConsent):
    platform = "Facebook"
    scopes = ("pages_show_list", "pages_manage_posts", "pages_read_engagement")

    def candidate(
        self, page: Mapping[str, Any], scopes: tuple[str, ...], lasts_s: int | None
    ) -> Candidate | None:
        credentials = {"page_id": str(page["id"]), "page_token": str(page["access_token"])}
        return Candidate(
            token=Token(credentials=credentials, lasts_s=lasts_s, scopes=scopes),
            health=_health(page),
            picture_url=_picture(page),
        )


class InstagramConsent(MetaConsent):
    platform = "Instagram"
    scopes = (
        "instagram_basic",
        "instagram_content_publish",
        "pages_show_list",
        "pages_read_engagement",
    )

    def candidate(
        self, page: Mapping[str, Any], scopes: tuple[str, ...], lasts_s: int | None
    ) -> Candidate | None:
        account = page.get("instagram_business_account")
        if not (isinstance(account, dict) and account.get("id")):
            return None
        credentials = {"ig_id": str(account["id"]), "token": str(page["access_token"])}
        return Candidate(
            token=Token(credentials=credentials, lasts_s=lasts_s, scopes=scopes),
            health=_health(account),
            picture_url=str(account.get("profile_picture_url", "")),
        )


def _pages(graph: meta.Graph) -> Iterator[Mapping[str, Any]]:
    """Yield the Pages the person let us in to, and may post on."""
    params = {"fields": _PAGE_FIELDS, "limit": "100"}
    for _ in range(_PAGES):
        payload = graph.call("GET", "me/accounts", params=params).payload
        for page in _objects(payload.get("data")):
            posts = _POSTING in page.get("tasks", (_POSTING,))
            if page.get("id") and page.get("access_token") and posts:
                yield page
        paging = payload.get("paging")
        if not (isinstance(paging, dict) and paging.get("next")):
            return
        # Not the `next` address itself: it carries the token.
        params["after"] = str((paging.get("cursors") or {}).get("after", ""))


def _objects(listed: object) -> list[Mapping[str, Any]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _health(account: Mapping[str, Any]) -> Health:
    handle = str(account.get("username", ""))
    name = str(account.get("name") or handle)
    return Health(remote_id=str(account["id"]), handle=handle, display_name=name)


def _picture(page: Mapping[str, Any]) -> str:
    picture = page.get("picture")
    data = picture.get("data") if isinstance(picture, dict) else None
    return str(data.get("url", "")) if isinstance(data, dict) else ""
