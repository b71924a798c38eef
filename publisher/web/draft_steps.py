"""The buttons of the draft form. All of them send the whole form: first it is saved, then the
step of the button (`aksi`) is taken, so no button can lose what was typed.

`aksi` is a word, or a word and what it is about: `naik-12` moves picture 12 up.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from publisher import clock
from publisher.db import db
from publisher.errors import PublisherError
from publisher.models.posts import Post, PostPicture
from publisher.web import access
from publisher.web.access import form_version, me
from publisher.web.current import store
from publisher.web.filters import kalimat, tanggal_pendek
from publisher.web.forms_drafts import YEARS, draft_form, fields_of, words_of
from publisher.web.picking import Picker, picker
from publisher.workflow import drafting, marking
from publisher.workflow.drafting import Fields, Gap, Kept, Proposal

_ACTION = re.compile(
    r"(naik|turun|hapus|pilih|pustaka|beres)-(\d{1,18})|waktu-([0-9T:-]{16})|([a-z-]{1,24})"
)


@dataclass(kw_only=True)
class Outcome:
    """What a step came to, for the page that is shown next.

    :param onward: where to go instead of showing the form again
    :param problems: (text, href) of what the error summary must name beside the form's errors
    :param field_errors: the same beside the fields, by the name of the field
    :param photo_errors: what was wrong with uploaded files, by file
    :param picker: what templates/library/_picker.html offers, while somebody chooses there
    :param removed: the photo just taken out, so that it can be put back
    :param undo: the texts that a proposal has just replaced
    """

    form: Any = None
    message: str = ""
    onward: str = ""
    status: int = 200
    problems: list[tuple[str, str]] = field(default_factory=list)
    field_errors: dict[str, list[str]] = field(default_factory=dict)
    photo_errors: list[str] = field(default_factory=list)
    picker: Picker | None = None
    removed: PostPicture | None = None
    removed_from: int = 0
    proposal: Proposal | None = None
    undo: Fields | None = None
    focus: str = ""


def take(post: Post) -> Outcome:
    """Save the sent form into `post`, then take the step of its button."""
    kept, photo_errors = _uploaded(post.id)
    now = clock.now()
    form = _typed(post)
    outcome = Outcome(form=form, photo_errors=photo_errors)
    drafting.save(post, fields_of(form, post), actor=me(), at=now, version=form_version())
    for name, photo in kept:
        _attach(post, name, photo, outcome, now)
    match = _ACTION.fullmatch(request.form.get("aksi", "simpan"))
    step, about = _parsed(match) if match else ("simpan", "")
    _STEPS.get(step, _keep)(post, about, outcome, now)
    return _finished(post, outcome)


def _typed(post: Post) -> Any:
    form = draft_form(post, drafting.publishable_accounts(post.office_id), typed=True)
    form.validate()
    return form


def _parsed(match: re.Match[str]) -> tuple[str, str]:
    step, picture, moment, word = match.groups()
    if step:
        return step, picture
    return ("waktu", moment) if moment else (word, "")


def _finished(post: Post, outcome: Outcome) -> Outcome:
    """Show the form as it now stands, with the errors of what was typed."""
    if outcome.form.errors or outcome.photo_errors:
        outcome.onward, outcome.status = "", 422
    if outcome.onward:
        return outcome
    typed = outcome.form
    errors = {name: list(texts) for name, texts in typed.errors.items() if name}
    outcome.form = draft_form(post, drafting.publishable_accounts(post.office_id), typed=False)
    for name in errors.keys() & outcome.form._fields.keys():
        outcome.form[name].data = typed[name].data  # what was wrong stays as it was typed
        outcome.form[name].raw_data = typed[name].raw_data
    for name, texts in (errors | outcome.field_errors).items():
        if name in outcome.form:
            outcome.form[name].errors = texts
    return outcome


# -- photos -----------------------------------------------------------------------------


def _uploaded(post_id: int) -> tuple[list[tuple[str, Kept]], list[str]]:
    """Clean and keep the sent files before anything is written: no transaction waits for it."""
    files = [file for file in request.files.getlist("photos") if file.filename]
    kept: list[tuple[str, Kept]] = []
    errors: list[str] = []
    if not files:
        return kept, errors
    db.session.rollback()
    for file in files[: drafting.MAX_PICTURES]:
        name = (file.filename or "")[-60:]
        try:
            kept.append((name, drafting.keep(file.read(), store())))
        except PublisherError as error:
            errors.append(_said(name, error))
    too_many, most = drafting.TooManyPhotos(limit=drafting.MAX_PICTURES), drafting.MAX_PICTURES
    errors += [_said((file.filename or "")[-60:], too_many) for file in files[most:]]
    access.get_post(post_id, version=form_version())  # somebody may have been quicker
    return kept, errors


def _attach(post: Post, name: str, photo: Kept, outcome: Outcome, now: datetime) -> None:
    try:
        picture = drafting.attach(post, photo, actor=me(), at=now, file_name=name)
        outcome.focus = f"alt_{picture.id}"
    except PublisherError as error:
        outcome.photo_errors.append(_said(name, error))


def _said(name: str, error: PublisherError) -> str:
    return f"{name}: {_(error.message, **error.values)}"


def _move_up(post: Post, about: str, outcome: Outcome, now: datetime) -> None:
    drafting.shift(post, int(about), -1, actor=me(), at=now)
    outcome.focus = f"naik-{about}"


def _move_down(post: Post, about: str, outcome: Outcome, now: datetime) -> None:
    drafting.shift(post, int(about), +1, actor=me(), at=now)
    outcome.focus = f"turun-{about}"


def _remove(post: Post, about: str, outcome: Outcome, now: datetime) -> None:
    place = next((i for i, one in enumerate(post.pictures) if one.id == int(about)), 0)
    outcome.removed = drafting.remove(post, int(about), actor=me(), at=now)
    outcome.removed_from = place


def _restore(post: Post, _about: str, outcome: Outcome, now: datetime) -> None:
    sent = request.form
    picture = drafting.restore(
        post,
        sent.get("pulih_media", 0, type=int),
        position=sent.get("pulih_tempat", 0, type=int),
        alt_text=sent.get("pulih_teks", "")[: drafting.LIMITS["alt_text"]],
        actor=me(),
        at=now,
    )
    outcome.focus = f"alt_{picture.id}"


def _look_in_library(post: Post, about: str, outcome: Outcome, _now: datetime) -> None:
    """Offer what the library has; `about` is the page of it."""
    outcome.picker = picker(
        post.office,
        kinds=drafting.SHOWABLE,
        page=int(about or 1),
        taken=[picture.media_id for picture in post.pictures],
        action=url_for("drafts.update", post_id=post.id, _anchor="foto"),
        data="data-photo-step",
    )


def _choose(post: Post, about: str, outcome: Outcome, now: datetime) -> None:
    try:
        drafting.choose(post, int(about), actor=me(), at=now)
    except PublisherError as error:
        outcome.photo_errors.append(_(error.message, **error.values))
    _look_in_library(post, "", outcome, now)


# -- text and time ----------------------------------------------------------------------


def proposal(post: Post, fields: Fields) -> Proposal:
    """Return what could be published, for the platforms of the chosen accounts."""
    accounts = drafting.publishable_accounts(post.office_id)
    platforms = sorted({one.platform for one in accounts if one.id in fields.account_ids})
    return drafting.propose(fields, post.office, platforms)


def _compose(post: Post, _about: str, outcome: Outcome, now: datetime) -> None:
    """Propose a caption. Only an empty one is filled in unasked."""
    outcome.proposal = proposal(post, Fields.of(post))
    if not post.caption.strip():
        _use(post, "", outcome, now)


def _use(post: Post, _about: str, outcome: Outcome, now: datetime) -> None:
    before = Fields.of(post)
    proposed = proposal(post, before)
    fields = {**vars(before), "caption": proposed.caption, "texts": proposed.texts}
    fields["hashtags"] = before.hashtags.strip() or proposed.hashtags
    drafting.save(post, Fields(**fields), actor=me(), at=now)
    outcome.proposal, outcome.undo = None, before


def _undo(post: Post, _about: str, _outcome: Outcome, now: datetime) -> None:
    old = request.form
    fields = vars(Fields.of(post)) | {
        "caption": old.get("takarir_lama", post.caption),
        "hashtags": old.get("tagar_lama", post.hashtags),
        "texts": {},
    }
    drafting.save(post, Fields(**fields), actor=me(), at=now)


def _choose_time(post: Post, about: str, outcome: Outcome, now: datetime) -> None:
    try:
        local = datetime.fromisoformat(about)
        planned_at = clock.from_local(local.replace(tzinfo=None), post.office.region.zone)
    except (ValueError, OverflowError):
        planned_at = None
    if planned_at is None or local.year not in YEARS:
        outcome.status = 422
        return
    fields = Fields(**(vars(Fields.of(post)) | {"planned_at": planned_at}))
    drafting.save(post, fields, actor=me(), at=now)
    outcome.focus = "planned_date"


# -- saving, checking, submitting ---------------------------------------------------------


def _keep(post: Post, _about: str, outcome: Outcome, _now: datetime) -> None:
    outcome.message = _("Draf tersimpan.")
    outcome.onward = url_for("drafts.edit", post_id=post.id)


def _check(post: Post, _about: str, outcome: Outcome, _now: datetime) -> None:
    outcome.message = _("Draf tersimpan dan diperiksa.")
    outcome.onward = url_for("drafts.edit", post_id=post.id, _anchor="periksa")


def _design(post: Post, _about: str, outcome: Outcome, _now: datetime) -> None:
    """Go on to the poster studio, which begins with what has just been saved."""
    outcome.onward = url_for("studio.index", post_id=post.id)


def _tick(post: Post, about: str, outcome: Outcome, now: datetime) -> None:
    """Tick a mark of the reviewer off, or open it again."""
    if marking.tick(post, int(about), actor=me(), at=now):
        outcome.onward = url_for("drafts.edit", post_id=post.id, _anchor=f"tanda-{about}")


def _submit(post: Post, _about: str, outcome: Outcome, now: datetime) -> None:
    if outcome.form.errors or outcome.photo_errors:
        return
    if gaps := drafting.gaps(post, store=store(), at=now):
        _point_out(gaps, outcome)
        return
    drafting.submit(post, actor=me(), at=now, store=store(), version=post.version)
    outcome.message = _("Konten diajukan. Di bawah ini siapa yang memutuskan berikutnya.")
    outcome.onward = url_for("drafts.show", post_id=post.id)


def _point_out(gaps: list[Gap], outcome: Outcome) -> None:
    """Name each gap at the top of the page, with a link, and beside its field."""
    outcome.status = 422
    for gap in gaps:
        text, name = kalimat(gap.message, gap.values), _field_of(gap)
        target = "accounts-0" if name == "accounts" else name
        outcome.problems.append((text, f"#{target}"))
        outcome.field_errors.setdefault(name, []).append(text)


def _field_of(gap: Gap) -> str:
    place, _separator, about = gap.place.partition(":")
    named = {
        "alt_text": f"alt_{about}",
        "text": f"text_{about}",
        "planned_at": "planned_date",
        "pictures": "photos",
    }
    return named.get(place, place)


Step = Callable[[Post, str, Outcome, datetime], None]
_STEPS: dict[str, Step] = {
    "simpan": _keep,
    "unggah": lambda *_nothing: None,
    "periksa": _check,
    "ajukan": _submit,
    "naik": _move_up,
    "turun": _move_down,
    "hapus": _remove,
    "pulihkan": _restore,
    "pustaka": _look_in_library,
    "pilih": _choose,
    "tutup-pustaka": lambda *_nothing: None,
    "susun": _compose,
    "pakai": _use,
    "urungkan": _undo,
    "waktu": _choose_time,
    "poster": _design,
    "beres": _tick,
}


def differences(post: Post, form: Any) -> list[tuple[str, str, str]]:
    """Return (label, what is saved, what was typed) for every field that differs."""
    stored = draft_form(post, drafting.publishable_accounts(post.office_id), typed=False)
    rows = []
    for typed in form:
        if typed.name in ("version", "csrf_token", "photos") or typed.name not in stored:
            continue
        before, after = _shown(stored[typed.name]), _shown(typed)
        if before != after:
            rows.append((str(typed.label.text), before, after))
    return rows


def _shown(control: Any) -> str:
    """Return the value of a control as people read it."""
    data = control.data
    if control.name == "accounts":
        words = words_of(control)
        return ", ".join(words[one] for one in sorted(data or ()) if one in words)
    if isinstance(data, bool):
        return _("Ya") if data else _("Tidak")
    if control.type == "SelectField":
        return words_of(control).get(data, "")
    if hasattr(data, "strftime"):
        return data.strftime("%H.%M") if control.type == "TimeField" else tanggal_pendek(data)
    return (data or "").replace("\r\n", "\n").strip()
