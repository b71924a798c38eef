"""What tells of a person in a text that others will copy: numbers and addresses, by their form."""

import re

from publisher.errors import N_

#: Letters with which plates of Indonesian vehicles begin.
_AREAS = (
    "A|B|D|E|F|G|H|K|L|M|N|P|R|S|T|W|Z|AA|AB|AD|AE|AG|BA|BB|BD|BE|BG|BH|BK|BL|BM|BN|BP|DA|DB|DC|"
    "DD|DE|DG|DH|DK|DL|DM|DN|DP|DR|DS|DT|EA|EB|ED|KB|KH|KT|KU|PA|PB|PG|PS|PT|PY"
)
#: What is found, and the word for it. A government's own addresses and landlines are no persons.
_PATTERNS = (
    (re.compile(r"(?<!\d)\d(?:[ .-]?\d){15}(?!\d)"), N_("nomor 16 angka seperti NIK atau KK")),
    (re.compile(r"(?<![\d-])(?:\+62|62|0)[ -]?8\d(?:[ .-]?\d){6,11}(?!\d)"), N_("nomor ponsel")),
    (re.compile(r"\b[\w.+-]+@(?![\w.-]*\.go\.id\b)[\w-]+\.[\w.]+\b"), N_("alamat surel pribadi")),
    (re.compile(rf"\b(?:{_AREAS}) ?\d{{3,4}} ?[A-Z]{{1,3}}\b"), N_("pelat nomor kendaraan")),
)


def personal_data(text: str) -> str | None:
    """Return what kind of personal data is in a text: a message id; None: none was found."""
    return next((word for pattern, word in _PATTERNS if pattern.search(text)), None)
