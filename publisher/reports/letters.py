"""What the font of the reports can write. Emoji and other scripts are left out, not shown as
boxes: a tagged PDF may not hold a letter that cannot be displayed, and a picture should not.
"""

from typing import Any

from publisher.posters.lettering import length, missing


def writable(text: str) -> str:
    """Return text on one line, without what the font has no letter for.

    >>> writable("Dinas 🎉 Sosial")
    'Dinas Sosial'
    """
    text = " ".join(text.split())
    if unknown := set(missing(text)):
        text = " ".join("".join(one for one in text if one not in unknown).split())
    return text


def all_writable(told: Any) -> Any:
    """Return the same lists and dictionaries with every text in them `writable`."""
    match told:
        case str():
            return writable(told)
        case dict():
            return {name: all_writable(value) for name, value in told.items()}
        case list() | tuple():
            return [all_writable(value) for value in told]
    return told


def cut(text: str, weight: int, room: float) -> str:
    """Return as much of a text as there is room for, in multiples of the font size."""
    if length(text, weight) <= room:
        return text
    fits, short = 0, len(text)
    while short - fits > 1:
        middle = (fits + short) // 2
        if length(f"{text[:middle]}…", weight) <= room:
            fits = middle
        else:
            short = middle
    return f"{text[:fits].rstrip(' ,')}…"
