"""For whom a notice is, asked from both sides: what this person may see, and whom this concerns.

Both follow from its kind (`AUDIENCE`) and its place, here and nowhere else.
"""

from collections.abc import Collection

import sqlalchemy as sa

from publisher.models.notices import AUDIENCE, TO_ALL_OFFICES, Notice
from publisher.models.people import OFFICE_ROLES, Role, User


def is_for(user: User) -> sa.ColumnElement[bool]:
    """Return the condition of the notices that a person may see."""
    kinds = [kind for kind, roles in AUDIENCE.items() if user.role in roles]
    if user.role in OFFICE_ROLES:
        of_all = sa.and_(
            Notice.region_id == user.region_id,
            # In words, as the index over them has it.
            Notice.kind.in_([sa.literal_column(f"'{kind.value}'") for kind in TO_ALL_OFFICES]),
        )
        place: sa.ColumnElement[bool] = sa.or_(Notice.office_id == user.office_id, of_all)
    else:
        everywhere = sa.and_(Notice.region_id.is_(None), Notice.office_id.is_(None))
        place = sa.or_(Notice.region_id == user.region_id, everywhere)
    return sa.and_(place, Notice.kind.in_(kinds), Notice.at >= user.created_at)


def concerned(notice: Notice, roles: Collection[Role]) -> sa.ColumnElement[bool]:
    """Return the condition of the people of some roles whom a notice concerns: those for whom
    `is_for` would find it, and who still use Siar.

    :param roles: among those that `AUDIENCE` names for its kind
    """
    told = AUDIENCE[notice.kind].intersection(roles)
    everywhere = notice.region_id is None and notice.office_id is None
    in_region = sa.true() if everywhere else User.region_id == notice.region_id
    of_office = User.office_id == notice.office_id if notice.office_id else sa.false()
    of_all = User.region_id == notice.region_id if notice.kind in TO_ALL_OFFICES else sa.false()
    return sa.and_(
        User.ended_at.is_(None),
        User.created_at <= notice.at,
        sa.or_(
            sa.and_(User.role.in_(told & OFFICE_ROLES), sa.or_(of_office, of_all)),
            sa.and_(User.role.in_(told - OFFICE_ROLES), in_region),
        ),
    )
