"""How long an account's credentials last, and when they are to be renewed."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

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
        """Reckon from when we asked: the platform's own count began a little later.

        A token that lasts for less time than usual is renewed after two thirds of it.
        """
        if token.lasts_s is None:
            return cls(scopes=" ".join(token.scopes))
        usual_s = consent_class(driver).renew_after_s
        renew_s = None if usual_s is None else min(usual_s, token.lasts_s * 2 // 3)
        return cls(
            ends_at=asked_at + timedelta(seconds=token.lasts_s),
            renew_at=None if renew_s is None else asked_at + timedelta(seconds=renew_s),
            scopes=" ".join(token.scopes),
        )

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
