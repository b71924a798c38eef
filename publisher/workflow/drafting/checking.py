"""What each platform will make of a draft, while it is still being typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from publisher.models.accounts import Account
from publisher.models.posts import Post, PostPicture, PostText
from publisher.platforms import driver_class
from publisher.platforms.base import Problem
from publisher.storage import Store
from publisher.workflow import composing
from publisher.workflow.composing.beginning import publishable_accounts
from publisher.workflow.composing.fields import TEXT_FIELDS, Fields


@dataclass(frozen=True, kw_only=True)
class Check:
    """One platform's view of a post.

    :param account: the first of the accounts chosen on that platform
    :param used: how long the text is as the platform counts it; `limit` in the same unit
    """

    platform: str
    account: Account
    text: str
    used: int
    limit: int
    problems: Sequence[Problem]

    @property
    def left(self) -> int:
        return self.limit - self.used

    @property
    def blocked(self) -> bool:
        return any(problem.blocks for problem in self.problems)


def sketch(post: Post, fields: Fields) -> Post:
    """Return a post as `fields` would make it. It never enters the database."""
    fields = fields.cleaned()
    return Post(
        id=post.id,
        **{name: getattr(fields, name) for name in TEXT_FIELDS},
        office=post.office,
        kind=fields.kind,
        language=fields.language,
        planned_at=fields.planned_at,
        texts=[PostText(platform=name, text=text) for name, text in fields.texts.items()],
        pictures=[
            PostPicture(
                id=picture.id,
                media=picture.media,
                position=picture.position,
                alt_text=fields.alt_texts.get(picture.id, picture.alt_text),
            )
            for picture in post.pictures
        ],
        accounts=[
            account
            for account in publishable_accounts(post.office_id)
            if account.id in fields.account_ids
        ],
    )


def advice(post: Post) -> list[Problem]:
    """Return what is worth knowing of a post, whatever the platform."""
    return composing.advice(post)


def check(post: Post, store: Store, *, at: datetime) -> list[Check]:
    """Return what each platform of the post would show, count and refuse."""
    found = composing.problems(post, store, at=at)
    checks = []
    for platform, problems in found.items():
        account = next(one for one in post.accounts if one.platform == platform)
        driver, text = driver_class(account.driver), post.text_for(platform)
        checks.append(
            Check(
                platform=platform,
                account=account,
                text=text,
                used=driver.length(text),
                limit=driver.limits.text_chars,
                problems=problems,
            )
        )
    return checks
