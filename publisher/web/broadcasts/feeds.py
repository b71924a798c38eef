"""What went out, as feeds: Atom (RFC 4287) and JSON Feed 1.1 (jsonfeed.org/version/1.1).

Written with what Python brings along, which escapes as it must; feedgen would need lxml for the
same forty lines.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree

from publisher.workflow.reporting import PublicContent

ATOM = "http://www.w3.org/2005/Atom"
ATOM_MIME = "application/atom+xml; charset=utf-8"
JSON_MIME = "application/feed+json; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Item:
    """A content in a feed: its own address on the page, and where its picture is ("": none)."""

    content: PublicContent
    title: str
    url: str
    picture: str


@dataclass(frozen=True, kw_only=True)
class Feed:
    """:ivar code: of the region; `updated`: of its newest item, or when the page was opened"""

    code: str
    title: str
    home: str
    own: str
    updated: datetime
    items: Sequence[Item]

    def id_of(self, part: str) -> str:
        """Return a name that stays the same for ever (RFC 4151)."""
        return f"tag:{urlsplit(self.home).hostname},2026:siaran/{self.code}/{part}"


def atom(feed: Feed) -> bytes:
    root = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": "id"})
    _add(root, "id", feed.id_of("umpan"))
    _add(root, "title", feed.title)
    _add(root, "updated", feed.updated.isoformat())
    _add(root, "link", rel="alternate", type="text/html", href=feed.home)
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.own)
    for item in feed.items:
        root.append(_entry(feed, item))
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def json_feed(feed: Feed) -> bytes:
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.own,
        "language": "id",
        "items": [_told(feed, item) for item in feed.items],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _entry(feed: Feed, item: Item) -> ElementTree.Element:
    content, moment = item.content, item.content.first_at.isoformat()
    entry = ElementTree.Element("entry")
    _add(entry, "id", feed.id_of(f"konten/{content.post_id}"))
    _add(entry, "title", item.title)
    _add(entry, "updated", moment)
    _add(entry, "published", moment)
    _add(_add(entry, "author"), "name", content.office)
    _add(entry, "link", rel="alternate", type="text/html", href=item.url)
    for platform, permalink in content.links:
        _add(entry, "link", rel="related", title=platform, href=permalink)
    if item.picture:
        _add(entry, "link", rel="enclosure", href=item.picture)
    _add(entry, "summary", " ".join(filter(None, (content.heading, content.text))))
    return entry


def _told(feed: Feed, item: Item) -> dict[str, object]:
    content = item.content
    told: dict[str, object] = {
        "id": feed.id_of(f"konten/{content.post_id}"),
        "url": item.url,
        "title": item.title,
        "content_text": "\n\n".join(filter(None, (content.heading, content.text))) or item.title,
        "date_published": content.first_at.isoformat(),
        "authors": [{"name": content.office}],
        "tags": list(content.platforms),
    }
    if content.links:
        told["external_url"] = content.links[0][1]
    if item.picture:
        told["image"] = item.picture
    return told


def _add(parent: ElementTree.Element, tag: str, text: str = "", **more: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, tag, more)
    child.text = _printable(text) or None
    return child


def _printable(text: str) -> str:
    """Drop what XML 1.0 cannot hold; no person sees it either."""
    return "".join(one for one in text if one >= " " or one in "\n\t")
