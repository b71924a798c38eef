"""Uploading the same CSV files that `flask offices import` and `flask accounts import` take.

A file is checked and thrown away, or imported whole. A person imports for the own region only.
"""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from publisher import clock
from publisher.db import db
from publisher.web.access import allow, me
from publisher.web.registry import accounts, offices
from publisher.web.registry.common import MANAGERS, region, say
from publisher.web.registry.forms import ImportForm
from publisher.workflow import registering
from publisher.workflow.registering import FileRefused, Imported, Table

SHOWN = 200  # faults on a page; the rest is counted


@offices.bp.route("/impor", methods=["GET", "POST"])
@allow(*MANAGERS)
def import_file() -> Any:
    return _page("offices", registering.read_offices, registering.import_offices)


@accounts.bp.route("/impor", methods=["GET", "POST"], endpoint="import_file")
@allow(*MANAGERS)
def import_accounts_file() -> Any:
    return _page("accounts", registering.read_accounts, registering.import_accounts)


def _page(what: str, read: Callable[[bytes], Table], step: Callable[..., Imported]) -> Any:
    form, faults, checked = ImportForm(), [], None
    if form.validate_on_submit():
        content = form.file.data.stream.read(registering.MAX_BYTES + 1)
        db.session.rollback()  # no transaction is open while a stranger's file is read
        try:
            table = read(content)
            checked = step(table, only=region(), actor=me(), at=clock.now())
        except FileRefused as error:
            faults = [(found.line, say(found.fault)) for found in error.faults]
            form.form_errors.append(_("Berkas tidak diimpor. Tidak ada data yang diubah."))
        if checked and request.form.get("langkah") == "impor":
            db.session.commit()
            flash(
                _("%(count)s baris diimpor.", count=checked.offices + checked.accounts), "success"
            )
            return redirect(url_for(f"{what}.index"))
        db.session.rollback()
    page = render_template(
        "registry/import.html",
        what=what,
        form=form,
        checked=checked,
        faults=faults[:SHOWN],
        more=max(0, len(faults) - SHOWN),
    )
    return page, 422 if form.errors else 200
