"""Which way reaches a person: the one they chose, if it is there."""

from dataclasses import dataclass

from publisher.models.letters import Channel, LetterSetting
from publisher.models.people import User


@dataclass(frozen=True)
class Ways:
    """What this installation can send by."""

    mail: bool = False
    telegram: bool = False

    def __bool__(self) -> bool:
        return self.mail or self.telegram


def to_reach(
    user: User, setting: LetterSetting | None, wanted: Channel | None, ways: Ways
) -> Channel | None:
    """Return by which way a person is told; None: only in the app.

    :param wanted: what they chose; None: they chose nothing. Telegram that is not connected any
        more becomes e-mail, since they wanted to be told
    """
    wanted = wanted or Channel.MAIL
    connected = ways.telegram and setting is not None and setting.telegram_chat is not None
    if wanted is Channel.TELEGRAM and connected:
        return Channel.TELEGRAM
    exists = setting is None or setting.refused_address != user.email
    return Channel.MAIL if wanted is not Channel.OFF and ways.mail and exists else None
