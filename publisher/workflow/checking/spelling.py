"""Spelling of Indonesian posts, by Hunspell with the dictionary of Debian's `hunspell-id`.

Read when it is first asked for (0.04 s, 5 MB). What begins with a capital is taken for a name, an
abbreviation or a place, because most of those are: a check that is often wrong is soon not read.
Only where a sentence begins, a word is looked up too whose letters have merely been swapped, lost
or doubled. Without the dictionary nothing is said of spelling, and the log says why.
"""

import logging
import re
import threading
from collections.abc import Callable, Collection, Iterator
from functools import cache, lru_cache
from pathlib import Path

from publisher.errors import N_
from publisher.models.posts import Language, Post
from publisher.workflow.checking.findings import Finding
from publisher.workflow.checking.sentences import sentences
from publisher.workflow.checking.texts import texts

log = logging.getLogger(__name__)

_DATA = Path(__file__).resolve().parent.parent.parent / "data" / "spelling"
#: Where Debian and most others keep the dictionaries of Hunspell.
_DICTIONARIES = Path("/usr/share/hunspell")
#: Who, when and where are names and dates.
_UNREAD = frozenset({"who", "when", "where", "hashtags"})
#: A word that stands with one of these is none of a language: addresses, accounts, tags, amounts.
_NO_WORD = re.compile(r"[@#\d]|://|\bwww\.")
_CLUSTER = re.compile(r"\S+")
WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_LETTERS = "aeinrstkumlgopbdhjcyfwzqvx"
#: Longer ones are no words, and shorter ones are too often abbreviations.
_LONGEST, _SHORTEST = 32, 3
#: So many are shown; a text with more is of another language, or of a machine.
MOST = 12
_PREFIXES = ("ber", "ter", "per", "pe", "me", "mem", "men", "meng", "di", "se", "ke", "se-", "ber-")
_CLITICS = ("nya", "lah", "kah", "pun", "ku", "mu")
#: What makes a verb of a word that the dictionary has: hubung, hubungi.
_VERBAL = (*_CLITICS, "kan", "i")
_SUFFIXES = (*_CLITICS, "kan", "an", "i")

_turn = threading.Lock()


def spelling(post: Post, known: Collection[str]) -> Iterator[Finding]:
    """Yield the words of an Indonesian post that no dictionary has, each once.

    :param known: words that the region spells so, in small letters
    """
    if post.language is not Language.ID or not is_installed():
        return
    seen: set[str] = set()
    for field, text in texts(post).items():
        if field in _UNREAD:
            continue
        for start, word in _words(text):
            if word in seen or word in known or is_known(word):
                continue
            seen.add(word)
            yield _finding(field, start, word)
            if len(seen) >= MOST:
                return


def _finding(field: str, start: int, word: str) -> Finding:
    meant = suggestions(word)
    message = (
        N_("“%(word)s” tidak ada dalam kamus. Mungkin maksudnya “%(meant)s”?")
        if meant
        else N_("“%(word)s” tidak ada dalam kamus.")
    )
    return Finding(
        check="spelling",
        message=message,
        values={"word": word, "meant": meant[0] if meant else ""},
        field=field,
        start=start,
        end=start + len(word),
        quote=word,
        suggestions=meant,
    )


def _words(text: str) -> Iterator[tuple[int, str]]:
    """Yield the words that are looked up in small letters, with where they begin."""
    firsts = {sentence.start for sentence in sentences(text)}
    for start, word in _plain(text):
        if not _SHORTEST < len(word) <= _LONGEST:
            continue
        if word == word.lower():
            yield start, word
        elif start in firsts and _is_slip(word):
            yield start, word.lower()


def _plain(text: str) -> Iterator[tuple[int, str]]:
    for cluster in _CLUSTER.finditer(text):
        if not _NO_WORD.search(cluster.group()):
            for match in WORD.finditer(cluster.group()):
                yield cluster.start() + match.start(), match.group()


def _is_slip(word: str) -> bool:
    """Return whether a word at the beginning of a sentence is hardly a name."""
    low = word.lower()
    if word != low.capitalize() or is_known(low):
        return False
    return any(len(near) != len(low) or sorted(near) == sorted(low) for near in suggestions(low))


@lru_cache(maxsize=20_000)
def is_known(word: str) -> bool:
    """Return whether a word in small letters is spelled rightly.

    >>> is_known("kesehatannya"), is_known("posyandunya"), is_known("kegaitan")
    (True, True, False)
    """
    if _spelled(word) or any(stem in terms() for stem in _stems(word)):
        return True
    if any(word.endswith(one) and _is_stem(word[: -len(one)]) for one in _VERBAL):
        return True
    parts = word.replace("’", "'").split("-")
    return len(parts) > 1 and all(len(part) < 2 or is_known(part) for part in parts)


@lru_cache(maxsize=2_000)
def suggestions(word: str) -> tuple[str, ...]:
    """Return at most three known words that are one slip away.

    Hunspell's own takes 30 ms a word, and this is asked while somebody types.
    """
    found = dict.fromkeys(near for near in _slips(word) if near in terms() or _spelled(near))
    return tuple(found)[:3]


def _slips(word: str) -> Iterator[str]:
    """Yield what a word may have been before one slip: letters swapped, doubled, lost, wrong."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    yield from (a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1)
    yield from (a + b[1:] for a, b in cuts if b)
    yield from (a + letter + b for a, b in cuts for letter in _LETTERS)
    yield from (a + letter + b[1:] for a, b in cuts if b for letter in _LETTERS)


def _stems(word: str) -> Iterator[str]:
    """Yield a word without what Indonesian puts before and behind its nouns."""
    heads = [word, *(word[len(one) :] for one in _PREFIXES if word.startswith(one))]
    for head in heads:
        yield head
        for last in _SUFFIXES:
            if head.endswith(last):
                cut = head[: -len(last)]
                yield cut
                yield from (cut[: -len(one)] for one in ("kan", "an", "i") if cut.endswith(one))


@cache
def is_installed() -> bool:
    return (_DICTIONARIES / "id_ID.dic").exists() and (_DICTIONARIES / "id_ID.aff").exists()


@cache
def warn_if_unread() -> None:
    """Say once in the log that spelling is not checked on this machine, and how to mend it."""
    if not is_installed():
        log.warning(
            "The Indonesian dictionary is missing: the spelling of posts is not checked. Install "
            "it (Debian: apt-get install hunspell-id) and start Siar again."
        )


@cache
def terms() -> frozenset[str]:
    lines = (_DATA / "terms.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _is_stem(word: str) -> bool:
    return len(word) > _SHORTEST and _spelled(word)


def _spelled(word: str) -> bool:
    with _turn:  # the dictionary is not made for several threads
        return _dictionary()(word)


@cache
def _dictionary() -> Callable[[str], bool]:
    from hunspell import Hunspell  # loads its C++ library

    return Hunspell("id_ID", hunspell_data_dir=str(_DICTIONARIES)).spell
