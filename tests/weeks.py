"""Contents that went out, or did not, for the tests of counting and reporting."""

from datetime import UTC, date, datetime

from publisher.db import db
from publisher.models.deliveries import Attempt, Delivery, DeliveryStatus
from publisher.models.posts import Post, PostKind
from publisher.models.quotas import QuotaRule

LEASED = (DeliveryStatus.CLAIMED, DeliveryStatus.SENDING)
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def utc(*moment):
    return datetime(*moment, tzinfo=UTC)


def rule(region, minimum=2, *, office=None, since=date(2024, 1, 1), until=None):
    """Save a weekly minimum for a region or for one of its offices."""
    row = QuotaRule(
        region=region,
        office=office,
        minimum=minimum,
        valid_from=since,
        valid_to=until,
        set_at=LONG_AGO,
    )
    db.session.add(row)
    db.session.commit()
    return row


def content(author, approver, out, *, kind=PostKind.KEGIATAN, title="Kerja bakti", due=None):
    """Save an approved content and its deliveries.

    :param out: by account: when it went out, or (status, when it was due[, last outcome])
    :param due: when all of it was planned for, where that is not when it went out
    """
    post = Post(
        office=next(iter(out)).office,
        title=title,
        kind=kind,
        drafted_by=author,
        edited_by=author,
        created_at=LONG_AGO,
        edited_at=LONG_AGO,
    )
    post.accounts = list(out)
    db.session.add(post)
    db.session.flush()
    post.move("submit", actor=author, at=LONG_AGO)
    post.move("approve", actor=approver, at=LONG_AGO)
    for account, what in out.items():
        published = isinstance(what, datetime)
        status, due_at, *outcome = (DeliveryStatus.PUBLISHED, what) if published else what
        delivery = Delivery(
            post=post,
            account=account,
            office_id=post.office_id,
            status=DeliveryStatus(status),
            reason="" if published else "Alasan",
            content_digest=post.approved_digest,
            due_at=due or due_at,
            next_at=due_at,
            publish_by=due_at,
            lease_until=due_at if status in LEASED else None,
            permalink=f"https://contoh.id/{post.id}/{account.id}" if published else None,
            published_at=due_at if published else None,
            created_at=LONG_AGO,
        )
        db.session.add(delivery)
        db.session.flush()
        for word in outcome:
            db.session.add(
                Attempt(
                    delivery_id=delivery.id,
                    fence=1,
                    phase="publish",
                    started_at=due_at,
                    ended_at=due_at,
                    outcome=word,
                )
            )
    # What scheduling marks: it was planned more than once.
    if len({delivery.due_at for delivery in _deliveries_of(post)}) > 1:
        for delivery in _deliveries_of(post):
            delivery.apart = True
    db.session.commit()
    return post


def _deliveries_of(post):
    return db.session.query(Delivery).filter_by(post_id=post.id).all()
