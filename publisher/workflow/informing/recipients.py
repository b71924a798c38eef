"""The further addresses of a region's weekly report: who may read it and does not use Siar."""

from datetime import datetime

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_
from publisher.models.audit import record
from publisher.models.letters import Letter, ReportRecipient
from publisher.models.people import User
from publisher.models.places import Region, lock_region
from publisher.models.weeks import ClosedWeek
from publisher.typed import Fault, refuse
from publisher.workflow.informing.weekly import of_region

#: More than a cabinet of a kabupaten; a mailing list is for the mail server to keep.
MOST = 50


def add(region: Region, address: str, *, actor: User, at: datetime) -> ReportRecipient:
    """Send every report of a closed week to an address from now on.

    :raises Unacceptable: if it is no address, there already, or one too many
    """
    lock_region(region.id)
    address = address.lower()
    there = of_region(region)
    full = Fault(N_("Paling banyak %(most)s alamat. Hapus yang tidak perlu lagi."), {"most": MOST})
    twice = Fault(N_("Alamat ini sudah ada di daftar."))
    known = any(one.address == address for one in there)
    fault = _fault(address) or (twice if known else None)
    refuse({"address": fault or (full if len(there) >= MOST else None)})
    row = ReportRecipient(region=region, address=address, added_by=actor, added_at=at)
    db.session.add(row)
    db.session.flush()
    _note("add", row, actor=actor, at=at)
    return row


def remove(row: ReportRecipient, *, actor: User, at: datetime) -> None:
    """Send nothing more to an address; removing it twice changes nothing."""
    if row.removed_at is None:
        row.removed_at = at
        _note("remove", row, actor=actor, at=at)


def get(region: Region, recipient_id: int) -> ReportRecipient | None:
    row = db.session.get(ReportRecipient, recipient_id)
    return row if row is not None and row.region_id == region.id else None


def last_letters(region: Region) -> list[Letter]:
    """Return the letters of the version that was mailed last."""
    last = (
        sa.select(sa.func.max(Letter.closed_week_id))
        .join(ClosedWeek, ClosedWeek.id == Letter.closed_week_id)
        .where(ClosedWeek.region_id == region.id)
        .scalar_subquery()
    )
    query = sa.select(Letter).where(Letter.closed_week_id == last).order_by(Letter.id)
    return list(db.session.scalars(query))


def _fault(address: str) -> Fault | None:
    from email_validator import EmailNotValidError, validate_email  # only for whoever asks

    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return Fault(N_("Tulis alamat surel seperti nama@contoh.go.id."))
    return None


def _note(what: str, row: ReportRecipient, *, actor: User, at: datetime) -> None:
    record(
        f"report_recipient.{what}", f"report_recipient:{row.id}", at=at, actor_id=actor.id,
        region_id=row.region_id, address=row.address,
    )  # fmt: skip
