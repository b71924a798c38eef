"""How reports name an office, and among which others it is compared."""

from dataclasses import dataclass
from datetime import date

from publisher.reports.statuses import Cluster

_CLUSTER_OF_KIND = {
    "dinas": Cluster.DINAS,
    "kecamatan": Cluster.KECAMATAN,
    "kelurahan": Cluster.KELURAHAN,
    "desa": Cluster.DESA,
}


@dataclass(frozen=True, kw_only=True)
class OfficeName:
    """An office as a report names it."""

    id: int
    name: str
    abbreviation: str
    kind: str
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def cluster(self) -> Cluster:
        return _CLUSTER_OF_KIND.get(self.kind, Cluster.AGENCIES)
