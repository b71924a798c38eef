"""Choosing from the library inside another form; see templates/library/_picker.html."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask import request

from publisher.models.media import MediaKind
from publisher.models.places import Office
from publisher.workflow import library
from publisher.workflow.library import Found, Wanted

#: Pictures on one page of the picker.
OFFERED = 12
#: The field in which one types what to look for.
WORDS = "pustaka_cari"


@dataclass(frozen=True, kw_only=True)
class Picker:
    """What is offered, and what its buttons are called: `name` is the same for all of them.

    :param search: the value of the button that searches; with "-2" that of its second page
    :param choose: with "-7" the value of the button that takes picture 7
    :param close: the value of the button that ends it
    :param taken: ids of pictures that were chosen before
    :param action: where the buttons send their form without script; empty: where the form goes
    :param data: an attribute of every button, for a script
    """

    found: Found
    words: str
    taken: Collection[int] = ()
    name: str = "aksi"
    search: str = "pustaka"
    choose: str = "pilih"
    close: str = "tutup-pustaka"
    action: str = ""
    data: str = ""


def picker(
    office: Office,
    *,
    kinds: Sequence[MediaKind],
    page: int = 1,
    taken: Collection[int] = (),
    action: str = "",
    data: str = "",
) -> Picker:
    """Return what an office's library offers for the words of the present request."""
    words = request.values.get(WORDS, "")[:100]
    found = library.search(office, Wanted(words=words, kinds=kinds), page=page, size=OFFERED)
    return Picker(found=found, words=words, taken=taken, action=action, data=data)
