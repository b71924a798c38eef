"""Greetings told from activities: ucapan count apart, so they ought to be called by their name."""

import re
from collections.abc import Iterator

from publisher.errors import N_
from publisher.models.posts import Post, PostKind
from publisher.workflow.checking.findings import Finding
from publisher.workflow.checking.sentences import sentences

#: With one of these a greeting begins. Only beginnings count: an activity may end with good wishes.
_OPENINGS = re.compile(
    r"(?:segenap [\w ,.]{1,80} )?(?:mengucapkan|turut berduka|turut berbelasungkawa|berduka cita)\b"
    r"|(?:selamat (?:hari|tahun|idul|idulfitri|iduladha|natal|nyepi|waisak|imlek|ulang|"
    r"memperingati|menunaikan|merayakan|datang|bertugas|jalan|purnatugas|dan sukses|atas))\b"
    r"|(?:dirgahayu|hut ke|marhaban|minal aidin|mohon maaf lahir|innalillahi|happy)\b",
    re.IGNORECASE,
)
#: How many signs of title and caption are looked at, and how many words a call has.
_HEAD, _CALL_WORDS = 600, 5


def ceremonial(post: Post) -> Iterator[Finding]:
    """Yield that a post is a greeting by its words and is not called one."""
    if post.kind is PostKind.UCAPAN:
        return
    for field in ("caption", "title"):
        text = getattr(post, field) or ""
        if (place := opening(text)) is not None:
            yield Finding(
                check="ceremonial",
                message=N_(
                    "Tampaknya ini ucapan, bukan kegiatan. Pilih jenis Ucapan: ucapan dihitung "
                    "terpisah dari target mingguan."
                ),
                field=field,
                start=place[0],
                end=place[1],
                quote=text[place[0] : place[1]],
            )
            return


def opening(text: str) -> tuple[int, int] | None:
    """Return where the words stand that open a greeting; None: it opens otherwise.

    A short call ("Halo, warga Blora!") before it is passed over.
    """
    for sentence in sentences(text[:_HEAD])[:2]:
        if match := _OPENINGS.search(sentence.text):
            return sentence.start + match.start(), sentence.start + match.end()
        if len(sentence.text.split()) > _CALL_WORDS:
            return None
    return None
