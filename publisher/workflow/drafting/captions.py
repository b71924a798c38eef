"""A caption proposed from the activity: formal sentences around what was typed, nothing invented.

The drafter reads it before anybody else does, so it need not be clever; it must be correct, keep
every fact that was given, and fit where it will be published.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from publisher.models.places import Office
from publisher.models.posts import PostKind, normalised
from publisher.platforms import driver_class
from publisher.platforms.base import Outgoing
from publisher.workflow.composing.fields import LIMITS, Fields, clean

#: How a sentence begins that says who did it, by kind of content.
_SUBJECTS = {
    PostKind.LAYANAN: "Layanan ini diselenggarakan oleh",
    PostKind.KEGIATAN: "Kegiatan ini dilaksanakan oleh",
    PostKind.PROGRAM: "Program ini dijalankan oleh",
    PostKind.TANGGAPAN_ADUAN: "Aduan ini ditindaklanjuti oleh",
    PostKind.AUDIENSI: "Audiensi ini dihadiri oleh",
    PostKind.SIARAN_LANGSUNG: "Siaran langsung ini diselenggarakan oleh",
}
_KIND_TAGS = {
    PostKind.LAYANAN: "LayananPublik",
    PostKind.PROGRAM: "ProgramDaerah",
    PostKind.TANGGAPAN_ADUAN: "TanggapanAduan",
    PostKind.AUDIENSI: "Audiensi",
    PostKind.SIARAN_LANGSUNG: "SiaranLangsung",
}
# Before these words "pada" or "di" would be wrong.
_TIME_WORDS = (
    "pada",
    "hari ini",
    "besok",
    "kemarin",
    "lusa",
    "setiap",
    "tiap",
    "selama",
    "mulai",
    "sejak",
    "tadi",
    "nanti",
)
_PLACE_WORDS = ("di", "ke", "dari", "secara", "melalui", "lewat", "via", "daring", "sepanjang")
#: Common words that stand small inside a sentence even where the form was begun with a capital.
_SMALL = frozenset(
    re.findall(
        r"\w+",
        "semua seluruh setiap tiap beberapa sejumlah pada di ke dari untuk agar supaya guna demi "
        "dengan melalui lewat secara mulai sejak selama hari besok kemarin lusa tadi nanti via "
        "daring sepanjang karena sebagai dalam para petugas warga masyarakat",
    )
)
_PURPOSE = ("untuk", "agar", "supaya", "guna", "demi", "karena", "sebagai", "dalam rangka")
_MANNER = ("dengan", "melalui", "secara", "lewat", "via")
_ENDS = (".", "!", "?", "…")


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What could be published.

    :param texts: platform to a shorter text, where caption and hashtags would be too long
    """

    caption: str
    hashtags: str
    texts: dict[str, str] = field(default_factory=dict)


def propose(fields: Fields, office: Office, platforms: Iterable[str] = ()) -> Proposal:
    """Return a caption that holds everything typed about the activity, and texts that fit."""
    fields = fields.cleaned()
    sentences = list(_sentences(fields, office))
    caption = _paragraphs(sentences)[: LIMITS["caption"]]
    hashtags = " ".join(_hashtags(fields.kind, office))
    texts = {}
    for platform in platforms:
        if not _fits(platform, f"{caption}\n\n{hashtags}"):
            texts[platform] = _shortened(platform, sentences, hashtags)
    return Proposal(caption=caption, hashtags=hashtags, texts=texts)


def _sentences(fields: Fields, office: Office) -> Iterator[str]:
    """Yield what to say, the most important first; the first is never empty."""
    yield _sentence(fields.what or fields.title or office.name)
    if about := _who_when_where(fields, office):
        yield about
    if how := fields.how.strip():
        yield _sentence(f"Pelaksanaannya {_inside(how)}" if _starts(how, _MANNER) else how)
    if why := fields.why.strip():
        purpose = _starts(why, _PURPOSE)
        yield _sentence(f"Hal ini dilakukan {_inside(why)}" if purpose else f"Tujuannya: {why}")
    if benefit := fields.benefit.strip():
        yield _sentence(f"Manfaat bagi warga: {_inside(benefit)}")


def _who_when_where(fields: Fields, office: Office) -> str:
    who, when, where = (text.strip() for text in (fields.who, fields.when, fields.where))
    if not (who or when or where):
        return ""
    subject = _SUBJECTS.get(fields.kind)
    words = [f"{subject} {_inside(who or office.name)}" if subject else who or office.name]
    if when:
        words.append(_inside(when) if _starts(when, _TIME_WORDS) else f"pada {_inside(when)}")
    if where:
        words.append(_inside(where) if _starts(where, _PLACE_WORDS) else f"di {_inside(where)}")
    return _sentence(" ".join(words))


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith(_ENDS) else f"{text}."


def _inside(text: str) -> str:
    """Return `text` as it stands within a sentence: no full stop, no capital without a name."""
    text = text.strip()
    first = re.match(r"\w*", text)
    if first and first[0].lower() in _SMALL:
        text = text[:1].lower() + text[1:]
    return text[:-1].rstrip() or text if text.endswith(".") else text


def _starts(text: str, words: tuple[str, ...]) -> bool:
    lowered = text.strip().lower()
    return any(lowered == word or lowered.startswith(f"{word} ") for word in words)


def _paragraphs(sentences: list[str]) -> str:
    """The activity in one paragraph, what it is good for in another."""
    split = -1 if len(sentences) > 2 else len(sentences)
    parts = (" ".join(sentences[:split]), " ".join(sentences[split:]))
    return "\n\n".join(part for part in parts if part)


def _hashtags(kind: PostKind, office: Office) -> Iterator[str]:
    region = _tag(office.region.name)
    own = _tag(office.abbreviation)
    tags = (own if region.lower() in own.lower() else own + region, region, _KIND_TAGS.get(kind))
    yield from dict.fromkeys(f"#{tag}" for tag in tags if tag)


def _tag(words: str) -> str:
    return "".join(re.findall(r"[^\W_]+", words))


def _fits(platform: str, text: str) -> bool:
    driver = driver_class(platform)
    problems = driver.problems(Outgoing(text=normalised(clean(text))))
    return not any(problem.blocks and problem.field == "text" for problem in problems)


def _shortened(platform: str, sentences: list[str], hashtags: str) -> str:
    """Return the longest of ever shorter texts that the platform takes."""
    first_tag = hashtags.partition(" ")[0]
    for count in range(len(sentences), 0, -1):
        # The benefit is worth more to citizens than how it was done.
        chosen = sentences[:1] if count == 1 else [*sentences[: count - 1], sentences[-1]]
        for tags in (hashtags, first_tag):
            if _fits(platform, text := f"{' '.join(chosen)}\n\n{tags}"):
                return text
    return _cut(platform, sentences[0], first_tag)


def _cut(platform: str, sentence: str, tag: str) -> str:
    """Return the beginning of a sentence, whole words, as long as it fits with its tag."""
    size = driver_class(platform).limits.text_chars
    while size > 0:
        start = sentence[:size].rstrip()
        whole = start.rpartition(" ")[0] or start
        if _fits(platform, text := f"{whole.rstrip(' ,;:.')}…\n\n{tag}"):
            return text
        size = size * 9 // 10
    return tag
