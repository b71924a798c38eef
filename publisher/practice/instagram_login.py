"""Instagram Login as apps meet it: a code for a short token, that for a long one, and so on.

Long tokens are renewed with themselves. Who holds one is asked of the grants by `instagram`.
"""

import hmac

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from publisher.practice import graph
from publisher.practice.answers import Answer, json_answer
from publisher.practice.grants import APPS, Grant, Grants
from publisher.practice.ledger import Ledger
from publisher.practice.records import Account
from publisher.practice.wire import Call, Directory

_CODE_S, _SHORT_S, _LONG_S = 3600, 3600, 60 * 86400
_CODES = "api.instagram.com"
_FRESH = ("/access_token", "/refresh_access_token")
#: Who asks when that cannot be told; no fault is ordered for them.
_NOBODY = Account(platform="instagram", remote_id="", handle="", display_name="", credentials={})


class InstagramLogin(graph.Graph):
    """The addresses that give and renew tokens; whatever else is asked there is Instagram's."""

    name = "instagram"
    hosts: tuple[str, ...] = (_CODES, "graph.instagram.com")
    token_name = "token"  # noqa: S105 - what it is called
    usage_type = "instagram"
    throttle = (4, "(#4) Application request limit reached")

    def __init__(self, ledger: Ledger, directory: Directory, grants: Grants) -> None:
        super().__init__(ledger, directory)
        self._grants = grants

    def routes_of(self) -> Map:
        exchange = ("token", self._exchange)
        return Map(
            [
                Rule("/oauth/access_token", methods=["POST"], endpoint=("token", self._redeem)),
                Rule("/access_token", methods=["GET"], endpoint=exchange),
                Rule("/refresh_access_token", methods=["GET"], endpoint=("token", self._renew)),
            ]
        )

    def identify(self, request: Request) -> Account | Answer:
        """Return whose code or token this is: the one faults are ordered for."""
        own = request.host == _CODES or request.path in _FRESH
        if not own:
            return self.not_found()
        grant = self._grant(request)
        return (grant and self._directory.of(self.name, grant.accounts[0])) or _NOBODY

    def refusal(self, kind: str, seconds: float, account: Account) -> Answer:
        match kind:
            case "code_expired":
                return _void()
            case "refresh_refused":
                return super().refusal("expired_token", seconds, account)
        return super().refusal(kind, seconds, account)

    # -- addresses

    def _redeem(self, call: Call) -> Answer:
        form = call.request.form
        if not _is_our_app(form.get("client_id", ""), form.get("client_secret", "")):
            return _said("Invalid platform app")
        grant = self._grants.take(
            form.get("code", ""),
            redirect_uri=form.get("redirect_uri", ""),
            verifier="",
            within_s=_CODE_S,
        )
        if grant is None or form.get("grant_type") != "authorization_code":
            return _void()
        tokens = self._grants.issue(grant, lasts_s=_SHORT_S)
        told = {
            "access_token": tokens.access,
            "user_id": f"9{grant.accounts[0]}",
            "permissions": grant.scope,
        }
        return json_answer({"data": [told]})

    def _exchange(self, call: Call) -> Answer:
        given = call.request.args
        if not _is_our_app(APPS[self.name][0], given.get("client_secret", "")):
            return graph.error(101, "Error validating client secret.", kind="OAuthException")
        return self._give(call, "ig_exchange_token")

    def _renew(self, call: Call) -> Answer:
        return self._give(call, "ig_refresh_token")

    def _give(self, call: Call, grant_type: str) -> Answer:
        grant = self._grant(call.request)
        if grant is None or call.request.args.get("grant_type") != grant_type:
            message = "Error validating access token: Session has expired."
            return graph.error(190, message, kind="OAuthException", error_subcode=463)
        tokens = self._grants.issue(grant, lasts_s=_LONG_S)
        told = {"access_token": tokens.access, "token_type": "bearer", "expires_in": _LONG_S}
        return self.answer({**told, "permissions": grant.scope}, call.account)

    def _grant(self, request: Request) -> Grant | None:
        if token := request.args.get("access_token"):
            return self._grants.holder(self.name, token)
        return self._grants.look_up(self.name, request.form.get("code", ""))


def _said(message: str) -> Answer:
    told = {"error_type": "OAuthException", "code": 400, "error_message": message}
    return json_answer(told, 400)


def _void() -> Answer:
    return _said("Matching code was not found or was already used")


def _is_our_app(client_id: str, secret: str) -> bool:
    known_id, known_secret = APPS["instagram"]
    return client_id == known_id and hmac.compare_digest(secret.encode(), known_secret.encode())
