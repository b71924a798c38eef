"""Copies of the letters on which dispensations rest: kept as given, shown to those concerned alone.

`keep` needs no database: no transaction may be open while a decoder works.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from publisher.db import db
from publisher.errors import N_, Invalid, PublisherError
from publisher.models.media import MediaKind
from publisher.models.people import User
from publisher.models.quotas import Dispensation, DispensationFile
from publisher.storage import Store
from publisher.typed import tidy
from publisher.workflow.composing import keeping
from publisher.workflow.registering.common import lock, note

log = logging.getLogger(__name__)

MOST_BYTES = 5 * 1024 * 1024
PDF = "application/pdf"
NAME_CHARS = 100
#: Within so many of its last bytes a PDF says that it ends.
_TAIL = 2048


class NoDocument(Invalid):
    """What was given is no letter that can be kept."""

    message = N_(
        "Salinan surat belum tersimpan. Pilih berkas PDF, JPEG, atau PNG yang utuh, paling besar "
        "5 MB."
    )


@dataclass(frozen=True, kw_only=True)
class Document:
    """A letter in the media store that no row names yet."""

    digest: str
    mime: str
    name: str  # what the file was called
    size_bytes: int


def keep(content: bytes, name: str, store: Store) -> Document:
    """Keep a PDF as it is, and a picture cleaned of what the camera wrote into it.

    :param content: at most a byte more than may be kept needs to be read
    :raises NoDocument: if it is neither, or too large
    :raises NotKept: if the store cannot take it now
    """
    if not content or len(content) > MOST_BYTES:
        raise NoDocument
    name = tidy("".join(sign for sign in name if sign.isprintable()))[-NAME_CHARS:]
    if _is_pdf(content):
        try:
            digest = store.put(content)
        except OSError as error:
            log.warning("a letter could not be kept: %s", error)
            raise keeping.NotKept from error
        return Document(digest=digest, mime=PDF, name=name, size_bytes=len(content))
    try:
        kept = keeping.keep(content, store, kind=MediaKind.PROOF)
    except keeping.NotKept:
        raise
    except PublisherError as error:
        raise NoDocument from error
    return Document(digest=kept.digest, mime=kept.mime, name=name, size_bytes=kept.size_bytes)


def attach(row: Dispensation, document: Document, *, actor: User, at: datetime) -> None:
    """Put a letter to a dispensation, in place of the one it may have; the audit trail keeps
    both."""
    lock(row.office.region_id, actor)
    db.session.refresh(row)
    before = row.file.digest if row.file else ""
    file = row.file or DispensationFile(dispensation=row)
    file.digest, file.mime = document.digest, document.mime
    file.name, file.size_bytes = document.name, document.size_bytes
    file.added_by, file.added_at = actor, at
    db.session.add(file)
    note("dispensation.letter", row, row.office.region_id, actor=actor, at=at,
         digest=document.digest, name=document.name, before=before)  # fmt: skip


def _is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-_TAIL:]
