"""How the number of an office in a week came about, sentence by sentence."""

from collections.abc import Iterator
from datetime import date

from flask_babel import gettext as _

from publisher.clock import Week
from publisher.errors import N_
from publisher.models.places import Office
from publisher.models.posts import PostKind
from publisher.platforms import PLATFORM_NAMES
from publisher.reports.snapshot import Obligation, OfficeWeek, Tally, Uncounted, WeekStatus
from publisher.web.filters import tanggal, tanggal_pendek, waktu
from publisher.web.forms_drafts import KIND_WORDS
from publisher.web.registry.forms_quotas import EVERY_KIND, WEEKDAYS
from publisher.workflow.reporting import OfficeDetail
from publisher.workflow.reporting.obligations import Rule
from publisher.workflow.reporting.workdays import MONDAY_TO_FRIDAY, WorkWeek

#: Why one content does not count, under its title.
REASONS: dict[Uncounted, str] = {
    Uncounted.OUTSIDE: N_("Pertama kali tayang di minggu lain."),
    Uncounted.NO_OFFICE: N_("Tayang saat perangkat daerah ini belum ada atau sudah berakhir."),
    Uncounted.UNPROVED: N_("Tidak ada tautan atau bukti tayang yang diverifikasi."),
    Uncounted.NOT_UTAMA: N_("Hanya tayang di akun yang bukan akun utama."),
    Uncounted.TAKEN_DOWN: N_("Diturunkan sebelum minggu ini berakhir."),
    Uncounted.CHANNEL: N_("Hanya tayang di kanal yang tidak dihitung oleh target ini."),
    Uncounted.GREETING: N_("Ucapan tidak dihitung."),
    Uncounted.KIND: N_("Jenis konten ini tidak dihitung oleh target ini."),
    Uncounted.REPEAT: N_("Teksnya sama dengan konten lain dalam 30 hari sebelumnya."),
}


def sentences(office: Office, week: Week, detail: OfficeDetail) -> list[str]:
    """Return the whole reckoning, in the reader's language."""
    tally = detail.row.tally
    owed = tally.obligation
    return [
        *_about_the_rule(week, detail),
        *(_about_the_days(detail.days) if owed.minimum is not None else ()),
        *_about_the_obligation(owed),
        *_about_the_count(office, week, tally),
        *_about_claims(detail.row),
    ]


def _about_the_rule(week: Week, detail: OfficeDetail) -> Iterator[str]:
    owed = detail.row.tally.obligation
    if owed.minimum is None:
        yield _("Belum ada target yang berlaku pada %(day)s.", day=tanggal(week.monday))
        return
    values = {"minimum": owed.minimum, "day": tanggal_pendek(owed.since or week.monday)}
    if owed.own_rule:
        yield _(
            "Target khusus perangkat daerah ini: paling sedikit %(minimum)s konten per minggu, "
            "berlaku sejak %(day)s.", **values,
        )  # fmt: skip
    elif owed.office_kind:
        yield _(
            "Target %(whom)s: paling sedikit %(minimum)s konten per minggu, berlaku sejak "
            "%(day)s.", whom=_kind(owed.office_kind), **values,
        )  # fmt: skip
    else:
        yield _(
            "Target daerah: paling sedikit %(minimum)s konten per minggu, berlaku sejak %(day)s.",
            **values,
        )
    if len(detail.rules) > 1:
        yield _("Yang paling khusus berlaku, maka tidak dipakai: %(others)s.",
                others="; ".join(map(_briefly, detail.rules[1:])))  # fmt: skip
    if owed.binding == "imbauan":
        yield _("Target ini imbauan: ditampilkan, tidak dibebankan kepada perangkat daerah.")
    elif owed.binding == "pantau":
        yield _("Target ini hanya dipantau: tidak dibebankan kepada perangkat daerah.")
    yield from _about_what_counts(owed)


def _briefly(rule: Rule) -> str:
    if rule.office_id is not None:
        whom = _("perangkat daerah ini")
    else:
        whom = _kind(rule.office_kind) if rule.office_kind else _("seluruh daerah")
    return _("%(whom)s, %(minimum)s konten sejak %(day)s", whom=whom, minimum=rule.minimum,
             day=tanggal_pendek(rule.valid_from))  # fmt: skip


def _kind(office_kind: str) -> str:
    return str(EVERY_KIND[next(k for k in EVERY_KIND if k.value == office_kind)]).lower()


def _about_what_counts(owed: Obligation) -> Iterator[str]:
    if owed.channels is not None:
        names = ", ".join(_(PLATFORM_NAMES.get(name, name)) for name in owed.channels)
        yield _("Kanal yang dihitung: %(names)s.", names=names)
    if owed.kinds is not None:
        names = ", ".join(str(KIND_WORDS[PostKind(kind)]).lower() for kind in owed.kinds)
        yield _("Jenis konten yang dihitung: %(names)s.", names=names)


def _about_the_days(days: WorkWeek) -> Iterator[str]:
    pattern = days.pattern
    if pattern.weekdays != MONDAY_TO_FRIDAY or not pattern.rests_on_holidays:
        names = ", ".join(str(WEEKDAYS[number]) for number in pattern.weekdays)
        rest = (
            _("libur pada hari libur")
            if pattern.rests_on_holidays
            else _("tetap bekerja pada hari libur")
        )
        yield _("Hari kerja perangkat daerah ini: %(names)s; %(rest)s.", names=names, rest=rest)
    if days.worked:
        yield _("Menurut keputusan daerah, tetap hari kerja: %(days)s.", days=_days(days.worked))
    if days.free:
        yield _("Minggu ini ada %(count)s hari kerja. Libur: %(days)s.", count=days.days,
                days=_days(days.free))  # fmt: skip
    else:
        yield _("Minggu ini ada %(count)s hari kerja, tanpa hari libur.", count=days.days)


def _days(days: tuple[tuple[date, str], ...]) -> str:
    return "; ".join(f"{tanggal_pendek(day)} ({why})" for day, why in days)


def _about_the_obligation(owed: Obligation) -> Iterator[str]:
    if not owed.minimum:
        return
    if owed.working_days == 0:
        yield _("Tanpa hari kerja tidak ada kewajiban.")
    elif owed.prorated:
        yield _("Wajib: %(minimum)s × %(days)s ÷ %(full)s, dibulatkan ke atas = %(required)s.",
                minimum=owed.minimum, days=owed.working_days, full=owed.full_days,
                required=owed.required)  # fmt: skip
    else:
        yield _("Wajib: %(required)s; target ini tidak dikurangi hari libur.",
                required=owed.required)  # fmt: skip


def _about_claims(row: OfficeWeek) -> Iterator[str]:
    """Say how many of what counts were made without Siar."""
    count = sum(all(proof.claimed for proof in content.proofs) for content in row.counted)
    if count:
        yield _("Di antaranya %(count)s unggahan di luar Siar, yang diklaim dan diterima Kominfo.",
                count=count)  # fmt: skip


def _about_the_count(office: Office, week: Week, tally: Tally) -> Iterator[str]:
    zone = office.region.zone
    yield _(
        "Dihitung: %(count)s konten yang pertama kali tayang di akun utama, terbukti dengan "
        "tautan atau bukti yang diverifikasi, antara %(start)s dan %(end)s. Konten yang sama di "
        "beberapa kanal dihitung satu.",
        count=tally.counted,
        start=waktu(week.starts(zone), zone),
        end=f"{tanggal_pendek(week.sunday)} {_('pukul 24.00')}",
    )
    if tally.greetings:
        yield _("Tidak dihitung: %(count)s ucapan.", count=tally.greetings)
    if tally.uncounted:
        yield _("Tidak dihitung karena alasan lain: %(count)s konten; alasannya tertulis pada "
                "tiap konten.", count=tally.uncounted)  # fmt: skip
    if tally.status is WeekStatus.AT_RISK:
        yield _("Yang tayang ditambah yang terjadwal belum mencapai target: kurang %(count)s.",
                count=tally.missing - tally.planned)  # fmt: skip
