"""What can be wrong in a registry, as values: found by `health`, shown on its page and in files."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from publisher.errors import N_
from publisher.models.accounts import Account
from publisher.models.places import Office
from publisher.models.plans import AccountPlan


class Ailment(StrEnum):
    """What can be wrong, in the order in which it matters."""

    IMPOSTOR = "impostor"
    NO_ACCOUNT = "no_account"
    NO_PERSON = "no_person"
    CUT = "cut"  # nothing can be published: never connected, ended, or held
    LEFT = "left"  # its people left
    DORMANT = "dormant"
    ENDING = "ending"
    SEVERAL = "several"


AILMENTS: dict[Ailment, str] = {
    Ailment.IMPOSTOR: N_("Akun tiruan"),
    Ailment.NO_ACCOUNT: N_("Tanpa akun resmi"),
    Ailment.NO_PERSON: N_("Tanpa penanggung jawab"),
    Ailment.CUT: N_("Tidak tersambung"),
    Ailment.LEFT: N_("Orangnya sudah tidak bertugas"),
    Ailment.DORMANT: N_("Tidak aktif (mati suri)"),
    Ailment.ENDING: N_("Izin segera berakhir"),
    Ailment.SEVERAL: N_("Lebih dari satu akun"),
}
ORDER = {ailment: place for place, ailment in enumerate(Ailment)}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is wrong.

    :ivar message: a gettext message id, filled by `values`
    :ivar step: what to do next, a gettext message id
    :ivar accounts: whose it is; a plan is made for one of them. None: it is the office's.
    :ivar since: None: not known
    :ivar until: when it becomes worse
    """

    ailment: Ailment
    message: str
    step: str
    values: Mapping[str, Any] = field(default_factory=dict)
    accounts: tuple[Account, ...] = ()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class OfficeHealth:
    """An office that is not well, or one of whose plans is late.

    :ivar people: who answers for its accounts, by name; all still on duty
    """

    office: Office
    findings: tuple[Finding, ...]
    people: tuple[str, ...]
    plans: Mapping[int, AccountPlan]  # open ones, by account
    late: bool

    @property
    def rank(self) -> tuple[bool, int, int, str]:
        worst = min((ORDER[one.ailment] for one in self.findings), default=len(ORDER))
        return not self.late, worst, -len(self.findings), self.office.name


@dataclass(frozen=True, kw_only=True)
class Health:
    """What the page shows. `sick` is in order: late plans first, then what matters most."""

    day: date
    offices: int
    sick: tuple[OfficeHealth, ...]
    plans: tuple[AccountPlan, ...]  # open ones, the earliest day first

    @cached_property
    def counts(self) -> Counter[Ailment]:
        return Counter(found.ailment for each in self.sick for found in each.findings)

    @property
    def late_plans(self) -> tuple[AccountPlan, ...]:
        return tuple(plan for plan in self.plans if plan.overdue_on(self.day))

    def only(
        self, *, ailment: Ailment | None = None, search: str = "", planned: bool | None = None
    ) -> "tuple[OfficeHealth, ...]":
        """Return the offices that have such a finding, each with these findings alone.

        :param search: in the office's name or abbreviation
        :param planned: whether there is a plan for an account of the finding
        """
        words = search.casefold()

        def fits(each: OfficeHealth, found: Finding) -> bool:
            has_plan = any(account.id in each.plans for account in found.accounts)
            return ailment in (None, found.ailment) and planned in (None, has_plan)

        narrowed = (
            replace(each, findings=tuple(one for one in each.findings if fits(each, one)))
            for each in self.sick
            if words in f"{each.office.name} {each.office.abbreviation}".casefold()
        )
        return tuple(each for each in narrowed if each.findings)
