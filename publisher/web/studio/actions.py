"""The buttons of the studio. All of them send the whole form: first it is saved, then the step of
the button (`aksi`) is taken, so no button can lose what was typed.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from publisher import clock
from publisher.db import db
from publisher.errors import PublisherError
from publisher.models.posters import Poster
from publisher.posters.contents import Problem
from publisher.web.access import form_version, me
from publisher.web.current import store
from publisher.web.failures import sentence
from publisher.web.studio.blueprint import get_poster, theme_of
from publisher.web.studio.forms import sent_form, typed
from publisher.workflow import designing, drafting
from publisher.workflow.composing.keeping import Kept, media_of
from publisher.workflow.designing import ROWS, SIZES, Chosen, Design

_STEP = re.compile(
    r"(tambah|hapus)-(figures|agenda)(?:-(\d))?|(fokus)-(\d)-(\d{1,3})-(\d{1,3})|([a-z]{1,16})"
)


@dataclass(kw_only=True)
class Outcome:
    """What a button came to.

    :param onward: where to go instead of showing the form again
    :param problems: what keeps the poster from being made
    :param photo_errors: what was wrong with an uploaded file
    """

    form: Any = None
    message: str = ""
    onward: str = ""
    problems: list[Problem] = field(default_factory=list)
    photo_errors: list[str] = field(default_factory=list)
    uploaded: bool = False

    @property
    def general(self) -> list[tuple[str, str]]:
        """Return what belongs to no control of the form, for the summary: text and address."""
        names = {"figures": "#figures-0-value", "agenda": "#agenda-0-title", "photos": "#foto"}
        others = [one for one in self.problems if one.field not in self.form]
        return [(_(one.message, **one.values), names.get(one.field, "")) for one in others] + [
            (text, "#foto") for text in self.photo_errors
        ]

    def errors_of(self, name: str) -> list[str]:
        """Return what is wrong with a part of the form that is no control."""
        return [_(one.message, **one.values) for one in self.problems if one.field == name]

    @property
    def failed(self) -> bool:
        return bool(self.form.errors or self.problems or self.photo_errors)


def size_asked() -> str:
    """Return the size that is looked at."""
    asked = request.form.get("lihat") or request.values.get("ukuran", "")
    return asked if asked in SIZES else designing.DEFAULT_SIZE


def page_sent() -> str:
    """Return the name that the page gave itself; see `designing.editing`."""
    return request.form.get("halaman", "")[:32]


def store_sent(post_id: int, poster_id: int, outcome: Outcome) -> Poster:
    """Save the sent form, with the photos uploaded by it."""
    photos = _uploaded(post_id, poster_id, outcome)
    poster = get_poster(post_id, poster_id)
    outcome.form = sent_form()
    design = typed(outcome.form, poster)
    designing.save(
        poster, design, actor=me(), at=clock.now(), version=form_version(), page=page_sent()
    )
    for slot, photo in photos.items():
        _use_photo(poster, slot, photo)
    outcome.uploaded = bool(photos)
    return poster


def take(post_id: int, poster_id: int) -> Outcome:
    """Save the sent form, then take the step of its button. Commits."""
    outcome = Outcome()
    poster = store_sent(post_id, poster_id, outcome)
    match = _STEP.fullmatch(request.form.get("aksi", "simpan"))
    if match:
        _take(poster, match, outcome)
    db.session.commit()
    if not outcome.failed and match and match[8] == "pakai":
        put_on_post(post_id, poster_id, outcome)
    return outcome


def _take(poster: Poster, match: re.Match[str], outcome: Outcome) -> None:
    row_step, name, number, focus, slot, x, y, word = match.groups()
    if row_step == "hapus" and number:
        _remove_row(poster, name, int(number))
    elif focus:
        _hold(poster, int(slot), int(x) / 100, int(y) / 100)
    elif word == "urungkan":
        designing.undo(poster, actor=me(), at=clock.now(), page=page_sent())
    elif word == "simpan":
        outcome.message = _("Poster tersimpan.")


def _change(poster: Poster, **changes: Any) -> None:
    """Save what a button changes of what has just been saved."""
    design = replace(Design.of(poster), **changes)
    designing.save(
        poster, design, actor=me(), at=clock.now(), version=poster.version, page=page_sent()
    )


def _remove_row(poster: Poster, name: str, number: int) -> None:
    """Take out the row of that number as it stood on the page, empty ones counted."""
    column = next(iter(ROWS[name][1]))
    sent = range(ROWS[name][0])
    filled = [
        one
        for one in sent
        if any(request.form.get(f"{name}-{one}-{cell}", "").strip() for cell in ROWS[name][1])
    ]
    if number not in filled or f"{name}-0-{column}" not in request.form:
        return
    rows = Design.of(poster).rows
    kept = [row for place, row in zip(filled, rows[name], strict=False) if place != number]
    _change(poster, rows={**rows, name: tuple(kept)})


def _hold(poster: Poster, slot: int, x: float, y: float) -> None:
    photos = list(Design.of(poster).photos)
    if slot < len(photos) and (chosen := photos[slot]) is not None:
        photos[slot] = replace(chosen, focus=(x, y))
        _change(poster, photos=tuple(photos))


def _uploaded(post_id: int, poster_id: int, outcome: Outcome) -> dict[int, Kept]:
    """Clean and keep the sent files, of whoever may, while nothing is written: nothing waits."""
    kept: dict[int, Kept] = {}
    sent = {slot: request.files.get(f"unggah_{slot}") for slot in range(designing.max_photos())}
    if any(file and file.filename for file in sent.values()):
        designing.check_current(get_poster(post_id, poster_id), form_version(), page_sent())
        db.session.rollback()
    for slot, file in sent.items():
        if file and file.filename:
            try:
                kept[slot] = drafting.keep(file.read(), store())
            except PublisherError as error:
                outcome.photo_errors.append(f"{file.filename[-60:]}: {sentence(error)}")
    return kept


def _use_photo(poster: Poster, slot: int, photo: Kept) -> None:
    """Put an uploaded photo into the office's library and on the poster."""
    media_of(poster.office_id, photo, actor=me(), at=clock.now())
    photos = [*Design.of(poster).photos, None, None][: designing.max_photos()]
    photos[slot] = Chosen(digest=photo.digest)
    _change(poster, photos=tuple(photos))


def put_on_post(post_id: int, poster_id: int, outcome: Outcome) -> None:
    """Draw the chosen sizes and put them on the post as its pictures. Commits."""
    poster = get_poster(post_id, poster_id)
    drafting.check_editable(poster.post)
    design, theme = Design.of(poster), theme_of(poster.post.office)
    version = poster.version
    db.session.rollback()  # no transaction is open while a poster is drawn
    try:
        finished = designing.finish(design, theme, store())
    except designing.Unfinished as error:
        outcome.problems.extend(error.problems)
        return
    poster = get_poster(post_id, poster_id)
    designing.check_current(poster, version)
    now, pictures = clock.now(), finished.pictures
    drafting.put_poster(
        poster.post,
        [pictures[shape] for shape in design.shapes],
        alt_text=design.alt_text or designing.alt_text(design, theme),
        replacing=set(poster.rendered.values()),
        actor=me(),
        at=now,
    )
    digests = {shape: kept.digest for shape, kept in pictures.items()}
    key = designing.key(design, theme)
    designing.note_rendered(poster, digests, key, actor=me(), at=now)
    arrange(poster)
    db.session.commit()
    outcome.message = _("Poster dipasang pada konten.")
    outcome.onward = url_for("drafts.edit", post_id=post_id, _anchor="foto")


def arrange(poster: Poster) -> None:
    """Bring the pictures of the post's posters into the posters' order."""
    digests = [
        digest for one in designing.posters_of(poster.post) for digest in one.rendered.values()
    ]
    drafting.arrange_posters(poster.post, digests, actor=me(), at=clock.now())
