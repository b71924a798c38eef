"""What the server sends back, and how: whole, cut short, or not at all."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class Manner(StrEnum):
    """What happens on the wire when an answer is due."""

    WHOLE = "whole"
    RESET = "reset"  # the connection is reset, nothing is sent
    HALF = "half"  # half the body without saying how long it is: looks complete
    CUT = "cut"  # half the body, although its length was announced


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer; headers that every answer carries are added when it is sent."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: Manner = Manner.WHOLE

    def sent(self, manner: Manner) -> "Answer":
        return replace(self, manner=manner)


#: The connection is reset without a word.
RESET = Answer(manner=Manner.RESET)


def json_answer(
    payload: Any,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json; charset=utf-8",
) -> Answer:
    return Answer(
        status=status,
        body=json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode(),
        headers={"Content-Type": content_type, **(headers or {})},
    )
