"""A text cut into sentences, so that a reviewer can point at one."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from publisher.workflow.checking.findings import Finding

#: A sentence ends at . ! ? … before a blank, or where the line ends. Each sign is read once.
_END = re.compile(r"(?<![.!?…])[.!?…]+[\"”’)\]]?(?=\s)|\n")
#: After these a full stop ends nothing: titles, and what stands before a name or number.
_SHORT = (
    "bpk ibu dr drs dra ir h hj kh prof st sh se mm msi no jl jln kec kel kab rt rw dll dsb dkk "
    "dst tgl pkl hlm plt plh pj"
)
#: Texts beyond this are cut off: a caption has 2,200 characters at most where it matters.
MOST = 200


@dataclass(frozen=True)
class Sentence:
    """Characters `start` to `end` of a text, without blanks around."""

    start: int
    end: int
    text: str


def sentences(text: str) -> list[Sentence]:
    """Return the sentences of a text, in order; at most `MOST`.

    >>> [one.text for one in sentences("Bpk. Lurah hadir. Warga senang!\\nTerima kasih")]
    ['Bpk. Lurah hadir.', 'Warga senang!', 'Terima kasih']
    """
    found: list[Sentence] = []
    start = 0
    for end in _END.finditer(text):
        if end.group().startswith(".") and _is_short(text, end.start()):
            continue
        _add(found, text, start, end.end())
        start = end.end()
    _add(found, text, start, len(text))
    return found[:MOST]


def _is_short(text: str, dot: int) -> bool:
    word = text[max(0, dot - 5) : dot].split()
    return bool(word) and word[-1].casefold() in _SHORT.split()


def _add(found: list[Sentence], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    told = piece.strip()
    if any(sign.isalnum() for sign in told):
        first = start + len(piece) - len(piece.lstrip())
        found.append(Sentence(first, first + len(told), told))


@dataclass(frozen=True)
class Piece:
    """A part of a sentence, and what was found exactly there."""

    text: str
    finding: Finding | None = None


@dataclass(frozen=True)
class Line:
    """A sentence as a page shows it.

    :param place: by which it is pointed at: the name of the text and its number, "caption:3"
    :param new_line: it begins on a line of its own, after so many line ends
    """

    place: str
    sentence: Sentence
    pieces: tuple[Piece, ...]
    new_line: int


def lines(field: str, text: str, findings: Iterable[Finding] = ()) -> list[Line]:
    """Return the sentences of one text of a post, each with what was found in it.

    :param findings: of this text; where two overlap, the first counts
    """
    placed = sorted((one for one in findings if one.end), key=lambda one: one.start)
    found, before = [], 0
    for number, sentence in enumerate(sentences(text)):
        breaks = min(text.count("\n", before, sentence.start), 2)
        pieces = tuple(_pieces(text, sentence, placed))
        found.append(Line(f"{field}:{number}", sentence, pieces, breaks))
        before = sentence.end
    return found


def _pieces(text: str, sentence: Sentence, placed: Iterable[Finding]) -> Iterator[Piece]:
    here = sentence.start
    for finding in placed:
        if here <= finding.start and finding.end <= sentence.end:
            if here < finding.start:
                yield Piece(text[here : finding.start])
            yield Piece(text[finding.start : finding.end], finding)
            here = finding.end
    if here < sentence.end:
        yield Piece(text[here : sentence.end])
