"""What a phone photo costs when it is uploaded, beside decoding and encoding it once."""

import statistics
import time
from collections.abc import Callable
from io import BytesIO

from PIL import Image

from bench.measure import Figure
from publisher.posters import photos

ROUNDS = 5


def photo() -> list[Figure]:
    """A 12-megapixel JPEG through the whole recipe ÷ a plain decode and encode."""
    content = phone_photo()
    whole = _median(lambda: photos.normalise(content))
    plain = _median(lambda: _decode_and_encode(content))
    return [
        Figure(name="photo_ms", value=round(whole * 1000), unit="ms", target=1000, better="lower",
               floor=round(plain * 1000)),
    ]  # fmt: skip


def phone_photo() -> bytes:
    coarse = Image.effect_noise((500, 375), 80).convert("RGB")
    out = BytesIO()
    coarse.resize((4000, 3000), Image.Resampling.BICUBIC).save(out, "JPEG", quality=90)
    return out.getvalue()


def _decode_and_encode(content: bytes) -> None:
    with Image.open(BytesIO(content)) as image:
        image.load()
        image.save(BytesIO(), "JPEG", quality=88)


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)
