"""Backups: what is needed to begin again on another machine, except the keys.

A backup folder holds every picture once, under its digest, and a folder per backup with the
database and a manifest. The keys of the vault are never in it: whoever finds a backup must not
be able to post in the name of an office.
"""

from publisher.backup.databases import Database, open_database
from publisher.backup.errors import BackupError
from publisher.backup.facts import Facts
from publisher.backup.moving import move
from publisher.backup.shelf import Manifest, Shelf

__all__ = ["BackupError", "Database", "Facts", "Manifest", "Shelf", "move", "open_database"]
