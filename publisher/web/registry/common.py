"""What the pages of the registry share: who manages it, and how a form tells what is wrong."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, abort, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError

from publisher.clock import now
from publisher.db import db
from publisher.models.people import Role
from publisher.models.places import Office, Region
from publisher.typed import Fault, Unacceptable
from publisher.web.access import get_office, me
from publisher.web.filters import kalimat
from publisher.workflow import registering

MANAGERS = (Role.REVIEWER, Role.OPERATOR)
T = TypeVar("T")


def blueprint(name: str, path: str) -> Blueprint:
    """Return a blueprint for pages of the registry."""
    return Blueprint(name, __name__, url_prefix=f"/registri/{path}")


def region() -> Region:
    """Return the region of the signed-in person: nobody manages another."""
    return me().region


def manages() -> bool:
    return me().role in MANAGERS


def say(fault: Fault) -> str:
    """Return a fault in the person's language; it may hold another one."""
    values = {k: say(v) if isinstance(v, Fault) else v for k, v in fault.values.items()}
    return kalimat(fault.message, values)


def kept(form: FlaskForm, step: Callable[[], T]) -> T | None:
    """Take a step and commit it; or put what stands in its way beside the fields, and undo it.

    :returns: what the step returned, or None if nothing was kept and the form has to be shown
    """
    try:
        done = step()
        db.session.commit()
    except Unacceptable as error:
        db.session.rollback()
        show_faults(form, error)
        return None
    except IntegrityError:  # somebody else was a moment quicker
        db.session.rollback()
        form.form_errors.append(_("Data yang sama baru saja disimpan. Muat ulang halaman ini."))
        return None
    return done


def show_faults(form: FlaskForm, error: Unacceptable) -> None:
    for name, fault in error.faults.items():
        if name in form:
            form[name].errors = [*form[name].errors, say(fault)]
        else:
            form.form_errors.append(say(fault))


def answer(page: str, form: FlaskForm) -> tuple[str, int]:
    """Return a page with its status: 422 when the form has errors."""
    return page, 422 if form.errors else 200


def office_words(*also: Office | None) -> dict[str, str]:
    """Return the offices of the region that have not ended, and those of `also`, by id as text."""
    offices = registering.current_offices(region(), now())
    offices += [office for office in also if office is not None and office not in offices]
    return {str(office.id): f"{office.name} ({office.abbreviation})" for office in offices}


def chosen_office(value: Any) -> Office | None:
    """Return the office somebody chose; one of another region does not exist."""
    if not value:
        return None
    if not str(value).isdecimal():
        abort(404)
    return get_office(int(value))


def page_number() -> int:
    return request.args.get("page", 1, type=int)


def search_text() -> str:
    return registering.tidy(request.args.get("cari", ""))[:100]


def filters(*names: str) -> dict[str, str]:
    """Return the filters of this page that are set, for the links to its other pages."""
    return {name: request.args[name] for name in ("cari", *names) if request.args.get(name)}
