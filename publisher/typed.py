"""What people type: made tidy, and judged field by field."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from publisher.errors import N_, Invalid

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Fault:
    """Why something typed cannot be kept: a gettext message id and what fills it."""

    message: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


Faults = dict[str, Fault]


class Unacceptable(Invalid):
    """What was typed breaks rules. `faults` names each field; "" is for the form as a whole.

    A single fault of that kind is the message itself: buttons have no fields.
    """

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        if list(faults) == [""]:
            super().__init__(faults[""].message, **faults[""].values)
        else:
            super().__init__()


def refuse(faults: Mapping[str, Fault | None]) -> None:
    """Raise if any of `faults` is one.

    :raises Unacceptable: naming all of them at once
    """
    found = {name: fault for name, fault in faults.items() if fault is not None}
    if found:
        raise Unacceptable(found)


def tidy(text: str) -> str:
    """Return `text` in NFC, on one line, with single blanks: names compare as people read them."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def text_fault(text: str, longest: int, *, required: bool = True) -> Fault | None:
    if required and not text:
        return Fault(N_("Wajib diisi."))
    if len(text) > longest:
        return Fault(N_("Paling panjang %(longest)s karakter."), {"longest": longest})
    if not text.isprintable():
        return Fault(N_("Mengandung karakter kendali yang tidak terlihat."))
    return None
