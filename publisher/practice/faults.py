"""Faults that can be ordered, per account and for a number of requests.

What each kind does on the wire is decided in `wire`; here is only which request it meets.
"""

import threading
import time
from dataclasses import asdict, dataclass, replace
from typing import Any

#: kind: (which requests it meets unless ordered otherwise, what happens, for people)
KINDS: dict[str, tuple[str, str]] = {
    "slow": ("publish", "Diterima, dijawab setelah sekian detik"),
    "late": ("publish", "Baru diterima setelah sekian detik, lalu dijawab"),
    "hang": ("publish", "Tidak diterima; diam sekian detik, lalu koneksi putus"),
    "drop_before": ("publish", "Koneksi putus sebelum diterima"),
    "drop_after": ("publish", "Diterima, lalu koneksi putus tanpa jawaban"),
    "half_answer": ("publish", "Diterima, jawaban terpotong tetapi tampak utuh"),
    "cut_answer": ("publish", "Diterima, jawaban terputus di tengah"),
    "no_id": ("publish", "Diterima, jawaban tanpa nomor unggahan"),
    "rate_limit": ("publish", "Ditolak: terlalu sering, tunggu sekian detik"),
    "duplicate": ("publish", "Ditolak: isi sama dengan unggahan sebelumnya"),
    "refused": ("publish", "Ditolak: isi tidak diterima"),
    "error_500": ("publish", "Galat 500 sebelum diterima"),
    "error_500_after": ("publish", "Diterima, lalu galat 500"),
    "expired_token": ("any", "Token akses tidak berlaku lagi"),
    "blocked": ("any", "Akun dibekukan"),
    "challenge": ("any", "Ditolak: pemilik harus mengonfirmasi di aplikasi"),
    "outage": ("any", "Platform tidak tersedia (503)"),
    "code_expired": ("token", "Kode izin sudah kedaluwarsa saat ditukar"),
    "refresh_refused": ("token", "Pembaruan token ditolak"),
    "empty_refresh": ("token", "Token diperbarui tanpa token pembaruan yang baru"),
    "processing": ("read", "Gambar ternyata masih diolah saat ditanyakan"),
    "hidden": ("read", "Unggahan sekian detik terakhir belum tampak saat dibaca"),
}

OPERATIONS = ("publish", "upload", "read", "remove", "token", "login", "any")
LONGEST_S = 3600
EVERY_ACCOUNT = "*"


class UnknownFault(ValueError):
    """An order that names no known kind, operation, or sensible figure."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One order.

    :param account: the account's remote id, or "*" for every account of the platform
    :param times: how many requests it meets; 0 means until it is cleared
    :param seconds: the delay or the wait, for kinds that have one; for `outage`, `blocked` and
        `expired_token` with `times` 0, how long it lasts (0: until it is cleared)
    :param on: one of `OPERATIONS`
    """

    id: int
    platform: str
    account: str
    kind: str
    times: int = 1
    seconds: float = 0
    on: str = "publish"
    ends: float | None = None  # of time.monotonic

    def meets(self, platform: str, account: str, operation: str, now: float) -> bool:
        return (
            self.platform == platform
            and self.account in (account, EVERY_ACCOUNT)
            and self.on in (operation, "any")
            and (self.ends is None or now < self.ends)
        )


class Faults:
    """The orders in force, oldest first. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Fault] = []
        self._last_id = 0

    def order(self, order: dict[str, Any]) -> Fault:
        """Add an order.

        :raises UnknownFault: if it cannot be understood
        """
        kind = str(order.get("kind", ""))
        if kind not in KINDS or order.get("on", "any") not in OPERATIONS:
            raise UnknownFault(f"kind: {', '.join(KINDS)}; on: {', '.join(OPERATIONS)}")
        times, seconds = _figures(order)
        with self._lock:
            self._last_id += 1
            fault = Fault(
                id=self._last_id,
                platform=str(order.get("platform", "")),
                account=str(order.get("account", EVERY_ACCOUNT)),
                kind=kind,
                times=times,
                seconds=seconds,
                on=order.get("on") or KINDS[kind][0],
                ends=time.monotonic() + seconds if _lasts(kind, times, seconds) else None,
            )
            self._orders.append(fault)
        return fault

    def take(self, platform: str, account: str, operation: str) -> Fault | None:
        """Return the oldest order that meets this request, used up by one."""
        if not self._orders:
            return None
        now = time.monotonic()
        with self._lock:
            for place, fault in enumerate(self._orders):
                if fault.meets(platform, account, operation, now):
                    self._use(place, fault)
                    return fault
        return None

    def listed(self) -> list[dict[str, Any]]:
        now = time.monotonic()
        with self._lock:
            self._orders = [one for one in self._orders if one.ends is None or now < one.ends]
            return [
                {key: value for key, value in asdict(fault).items() if key != "ends"}
                for fault in self._orders
            ]

    def clear(self, fault_id: int | None = None) -> None:
        """Take back one order, or all."""
        with self._lock:
            self._orders = [
                one for one in self._orders if fault_id is not None and one.id != fault_id
            ]

    def _use(self, place: int, fault: Fault) -> None:
        if fault.times == 1:
            del self._orders[place]
        elif fault.times > 1:
            self._orders[place] = replace(fault, times=fault.times - 1)


def _lasts(kind: str, times: int, seconds: float) -> bool:
    return kind in ("outage", "blocked", "expired_token") and not times and seconds > 0


def _figures(order: dict[str, Any]) -> tuple[int, float]:
    try:
        times, seconds = int(order.get("times", 1)), float(order.get("seconds", 0))
    except (TypeError, ValueError) as error:
        raise UnknownFault("times and seconds must be numbers") from error
    if not (0 <= times <= 1_000_000 and 0 <= seconds <= LONGEST_S):
        raise UnknownFault(f"times from 0, seconds from 0 to {LONGEST_S}")
    return times, seconds
