"""What each driver can do, as the table in docs/platforms.md: made from the drivers alone."""

from collections.abc import Callable

from publisher.platforms import BY_HAND, DRIVERS, PLATFORM_NAMES, driver_class
from publisher.platforms.base import Driver, Limits, PictureRules, Source

Row = tuple[str, Callable[[type[Driver]], str]]

_MB = 1024 * 1024
#: Without those where a person does for a platform what its own driver does.
_SHOWN = [name for name in DRIVERS if name in PLATFORM_NAMES or name not in BY_HAND]


def table() -> str:
    """Return the features of all drivers as Markdown, one driver a column."""
    drivers = [driver_class(name) for name in _SHOWN]
    rows = [["", *(f"`{name}`" for name in _SHOWN)], ["---"] * (len(drivers) + 1)]
    rows += [[title, *(tell(driver) for driver in drivers)] for title, tell in _ROWS]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def sources() -> str:
    """Return where the figures of all drivers were read, as a list in Markdown."""
    lines = []
    for name in _SHOWN:
        limits = driver_class(name).limits
        own = [f"{figure}: {each.where} ({each.read_on})" for figure, each in _own(limits)]
        lines.append("; ".join([f"- `{name}`: {limits.source} ({limits.read_on})", *own]))
    return "\n".join(lines) + "\n"


def _own(limits: Limits) -> list[tuple[str, Source]]:
    prices = [("prices", price.source) for price in limits.prices[:1]]
    return sorted([*limits.sources.items(), *prices], key=lambda each: each[0])


def _number(figure: int | None, unit: str = "") -> str:
    return "–" if figure is None else f"{figure:,}{unit}"


def _shape(rules: PictureRules) -> str:
    said = []
    if rules.min_aspect and rules.max_aspect:
        low, high = rules.min_aspect, rules.max_aspect
        said.append(f"{float(low):.3g}:1 to {float(high):.3g}:1")
    if rules.min_width_px:
        said.append(f"from {rules.min_width_px} px wide")
    if rules.max_width_px:
        said.append(f"to {rules.max_width_px:,} px wide")
    if rules.max_side_px:
        said.append(f"to {rules.max_side_px:,} px a side")
    if rules.max_side_sum_px:
        said.append(f"width and height to {rules.max_side_sum_px:,} px")
    return ", ".join(said) or "any"


def _most(refused: int | None, advised: int | None) -> str:
    advice = "" if advised is None else f" (advised: {advised})"
    return _number(refused) + advice


def _prices(limits: Limits) -> str:
    return ", ".join(f"{price} per {_words(price.per)}" for price in limits.prices) or "–"


def _words(per: str) -> str:
    return per.replace("_", " ")


def _spoken(driver: type[Driver]) -> str:
    if driver.by_hand:
        return "by a person"
    return "fetches pictures from us" if driver.fetches else "takes bytes"


def _left(driver: type[Driver]) -> str:
    return "a draft in an inbox" if driver.hands_over else "–" if driver.by_hand else "the post"


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


_ROWS: tuple[Row, ...] = (
    ("Called", lambda driver: driver.name),
    ("Sending", _spoken),
    ("What is left there", _left),
    ("Can be read back", lambda driver: _yes(driver.reads_back)),
    ("Can be taken down", lambda driver: _yes(driver.removes)),
    ("Text, characters as it counts", lambda driver: _number(driver.limits.text_chars)),
    ("Pictures", lambda driver: ("1" if driver.limits.image_required else "0")
        + f" to {driver.limits.images}"),
    ("Formats", lambda driver: ", ".join(driver.limits.image_formats)),
    ("Bytes of a picture", lambda driver: f"{driver.limits.image_bytes // _MB} MB"),
    ("Shape of a picture", lambda driver: _shape(driver.limits)),
    ("Alternative text", lambda driver: _number(driver.limits.alt_text_chars)),
    ("Hashtags", lambda driver: _most(driver.limits.hashtags, driver.limits.hashtags_advised)),
    ("Mentions", lambda driver: _most(driver.limits.mentions, driver.limits.mentions_advised)),
    ("The same text again", lambda driver: "refused within "
        + f"{driver.limits.repeat_within_h} h" if driver.limits.repeat_within_h else "taken"),
    ("The same text on several accounts", lambda driver: "against its rules"
        if driver.limits.one_account_per_text else "–"),
    ("Between two posts of an account", lambda driver: _number(driver.limits.spacing_s, " s")
        if driver.limits.spacing_s else "–"),
    ("Price", lambda driver: _prices(driver.limits)),
)  # fmt: skip
