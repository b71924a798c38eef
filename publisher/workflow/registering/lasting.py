"""How long an account's credentials last, and when they are to be renewed."""

import json
from dataclasses import dataclass
from datetime import datetime

from publisher.models.accounts import Account
from publisher.platforms.consent import Token, consent_class


@dataclass(frozen=True, kw_only=True)
class Lasting:
    """What is kept beside sealed credentials. All empty: they last until they are revoked."""

    ends_at: datetime | None = None
    renew_at: datetime | None = None
    scopes: str = ""

    @classmethod
    def of(cls, driver: str, token: Token, *, asked_at: datetime) -> "Lasting":
        ends_at, renew_at = consent_class(driver).life_of(token, asked_at=asked_at)
        return cls(ends_at=ends_at, renew_at=renew_at, scopes=" ".join(token.scopes))

    @classmethod
    def read(cls, text: str) -> "Lasting":
        given = json.loads(text)
        moments = {name: datetime.fromisoformat(at) for name, at in given["moments"].items()}
        return cls(**moments, scopes=given["scopes"])

    def written(self) -> str:
        named = {"ends_at": self.ends_at, "renew_at": self.renew_at}
        moments = {name: at.isoformat() for name, at in named.items() if at is not None}
        return json.dumps({"moments": moments, "scopes": self.scopes})

    def put_in(self, account: Account) -> None:
        account.token_ends_at, account.renew_at = self.ends_at, self.renew_at
        account.renewing_since = None
        account.scopes = self.scopes or account.scopes
