"""How one logs in to the practice Instagram's private API, step by step as its app does.

The steps before the password are nobody's; their answers only have to keep the client going.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request

from publisher.practice import instagram_private_keys as keys
from publisher.practice.answers import Answer, json_answer
from publisher.practice.records import Account
from publisher.practice.wire import Call, Directory

_ASYNC = "/api/v1/bloks/async_action"
_APPS = "/api/v1/bloks/apps"
_SECOND = "com.bloks.www.two_step_verification"
_NOBODY = Account(
    platform="instagram",
    remote_id="0",
    handle="",
    display_name="",
    credentials={"password": secrets.token_hex()},  # so that nobody is let in by that name
)


class LogIn:
    """The steps of a login."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def rules(self) -> list[Rule]:
        caa = f"{_ASYNC}/com.bloks.www"
        steps: dict[str, Callable[..., Answer]] = {
            "/graphql_www": _register_device,
            f"{caa}.bloks.caa.login.process_client_data_and_redirect/": _open,
            "/api/v1/attestation/create_android_keystore/": _keystore,
            f"{caa}.caa.login.oauth.token.fetch.async/": _next,
            "/api/v1/qe/sync/": _sync,
            "/api/v1/launcher/sync/": _sync,
            f"{caa}.bloks.caa.login.async.send_login_request/": _password,
            "/api/v1/accounts/login/": _password_the_old_way,
            f"{_APPS}/{_SECOND}.entrypoint/": _next,
            f"{_APPS}/{_SECOND}.method_picker/": _next,
            f"{_ASYNC}/{_SECOND}.method_picker.navigation.async/": _next,
            f"{_ASYNC}/{_SECOND}.verify_code.async/": _code,
            "/api/v1/feed/reels_tray/": _next,
            "/api/v1/feed/timeline/": _home,
        }
        return [Rule(path, endpoint=("login", step)) for path, step in steps.items()]

    def identify(self, request: Request, step: Callable[..., Answer]) -> Account | Answer:
        """Return whom a step is about; where it is about nobody we know, its answer."""
        said = {**asked(request), **signed(request)}
        name = said.get("contact_point") or said.get("username")
        if name:
            accounts = self._directory.of_platform("instagram")
            account = next((one for one in accounts if keys.username(one) == name), None)
        else:
            carried = str(said.get("two_step_verification_context", ""))
            account = self._directory.of("instagram", carried.partition(".")[0])
            account = account if account and carried == keys.context(account) else None
        return account or step(Call(account=_NOBODY, request=request, no=0))


def signed(request: Request) -> Mapping[str, Any]:
    """Return the body of a "signed" request; the signature has been a constant for years."""
    try:
        body = json.loads(request.form["signed_body"].partition(".")[2])
    except (KeyError, ValueError):
        return {}
    return body if isinstance(body, dict) else {}


def user(account: Account) -> dict[str, Any]:
    return {
        "pk": account.remote_id,
        "username": account.handle,
        "full_name": account.display_name,
        "is_private": False,
        "is_verified": False,
        "profile_pic_url": f"https://scontent.cdninstagram.com/{account.remote_id}",
    }


def error(
    status: int, message: str, headers: Mapping[str, str] | None = None, **more: Any
) -> Answer:
    body = {"message": message, **more, "status": "fail"}
    number = {"x-fb-trip-id": str(secrets.randbelow(10**10))}
    return json_answer(body, status, {**number, **(headers or {})})


# -- the steps


def _register_device(_: Call) -> Answer:
    done = {"1$usdid_registration(input:$input)": {"success": True}}
    return json_answer({"data": done, "status": "ok"})


def _open(_: Call) -> Answer:
    return _screen(**{"CAA_ACCOUNT_ACCESS_CONTEXT:aac": secrets.token_hex(16)})


def _keystore(_: Call) -> Answer:
    nonces = {name: secrets.token_hex(8) for name in ("challenge_nonce", "key_nonce")}
    return json_answer({**nonces, "status": "ok"})


def _next(_: Call) -> Answer:
    return _screen()


def _home(_: Call) -> Answer:
    shown = {"feed_items": [], "num_results": 0, "more_available": False, "status": "ok"}
    return json_answer(shown)


def _sync(_: Call) -> Answer:
    headers = {
        "ig-set-password-encryption-key-id": str(keys.KEY_ID),
        "ig-set-password-encryption-pub-key": keys.public_key(),
    }
    return json_answer({"status": "ok"}, headers=headers)


def _password(call: Call) -> Answer:
    """Take name and password. A wrong one is sent on to the old address, which says so."""
    if not keys.is_password(call.account, str(asked(call.request).get("password"))):
        return _screen(next="CAA_LOGIN_FALLBACK:password")
    if call.account.credentials.get("totp"):
        return _second_step(call.account)
    return _welcome(call.account)


def _password_the_old_way(call: Call) -> Answer:
    if not keys.is_password(call.account, str(signed(call.request).get("enc_password"))):
        message = "The password you entered is incorrect. Please try again."
        return error(400, message, error_type="bad_password", invalid_credentials=True)
    shown = {"logged_in_user": user(call.account), "status": "ok"}
    return json_answer(shown, headers={"ig-set-authorization": keys.authorization(call.account)})


def _code(call: Call) -> Answer:
    if not keys.is_code(call.account, str(asked(call.request).get("code", ""))):
        return _screen('(bk.action.core.TakeLast "two_factor_code_invalid")')
    return _welcome(call.account)


# -- Bloks: screens that the app draws, with the answer hidden in their programs


def asked(request: Request) -> Mapping[str, Any]:
    """Return what a Bloks request says, its two groups of parameters as one."""
    try:
        params = json.loads(request.form["params"])
        return {
            **params.get("server_params", {}),
            **params.get("client_input_params", {}),
            **params,
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}


def _screen(action: str = "", **data: str) -> Answer:
    nodes = [{"id": name, "data": {"key": name, "initial": value}} for name, value in data.items()]
    payload = {"data": nodes, "action": action}
    return json_answer({"layout": {"bloks_payload": payload}, "status": "ok"})


def _welcome(account: Account) -> Answer:
    """Return the screen after a login, with the session inside."""
    inside = {
        "login_response": json.dumps({"logged_in_user": user(account), "status": "ok"}),
        "headers": json.dumps({"IG-Set-Authorization": keys.authorization(account)}),
        "cookies": None,
    }
    return _screen(f"(bk.action.caa.HandleLoginResponse {json.dumps(json.dumps(inside))})")


def _second_step(account: Account) -> Answer:
    """Return the screen that asks for a code."""
    words = {"two_step_verification_context": keys.context(account), "totp_two_factor_on": True}
    return json_answer(
        {"layout": {"bloks_payload": {"data": [], "action": json.dumps(words)}}, "status": "ok"}
        | words
    )
