"""Turns one uploaded file into a clean picture, in a process of its own with little to lose.

Run by `photos.normalise` as a script: file in on standard input, picture out on standard output,
the exit code says what was wrong. Decoders of pictures are where hostile uploads strike, so
they run here: no environment, no secrets, no database, bounded memory, time and no files.
Imports nothing of Siar, so that it starts in a tenth of a second.
"""

import io
import resource
import struct
import sys
import warnings
from importlib import import_module

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

MEMORY_BYTES = 1536 * 1024 * 1024  # 60 megapixels with transparency need 700 MB
CPU_S = 10
#: What may come in, and who reads it: named one by one, so that no other reader is even loaded.
READERS = {
    "JPEG": "PIL.JpegImagePlugin",  # phones' MPO arrives through it
    "PNG": "PIL.PngImagePlugin",
    "WEBP": "PIL.WebPImagePlugin",
    "AVIF": "PIL.AvifImagePlugin",
    "HEIF": "pi_heif",
}
NOT_A_PHOTO, BROKEN, TOO_MANY_PIXELS, TOO_HEAVY = 10, 11, 12, 13
HEADER = struct.Struct(">II")  # width, height; the picture follows


def main(kind: str, made: str, pixels: int, side_px: int, quality: int) -> int:
    """Return the exit code.

    :param kind: the format the file claims: a name in `READERS`, and no other is tried
    :param made: the result: "JPEG", or "PNG" to keep what is transparent
    :param pixels: how many the file may unfold to
    :param side_px: the longest side of the result
    :param quality: of a JPEG
    """
    _confine()
    Image.MAX_IMAGE_PIXELS = pixels
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        opened = _open(sys.stdin.buffer.read(), kind, pixels)
        photo = cleaned(opened, side_px, keep_alpha=made == "PNG")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return TOO_MANY_PIXELS
    except UnidentifiedImageError:
        return NOT_A_PHOTO
    except MemoryError:
        return TOO_HEAVY
    except Exception:  # noqa: BLE001 - decoders fail in every way there is
        return BROKEN
    sys.stdout.buffer.write(HEADER.pack(*photo.size))
    options = {"quality": quality, "subsampling": 0} if made == "JPEG" else {}
    photo.save(sys.stdout.buffer, made, optimize=True, **options)
    return 0


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _open(content: bytes, kind: str, pixels: int) -> Image.Image:
    reader = import_module(READERS[kind])
    if kind == "HEIF":
        reader.register_heif_opener()
    image = Image.open(io.BytesIO(content), formats=(kind,))
    if image.format not in {kind, "MPO"}:
        raise UnidentifiedImageError
    if image.width * image.height > pixels:
        raise Image.DecompressionBombError
    return image


def cleaned(image: Image.Image, side_px: int, *, keep_alpha: bool = False) -> Image.Image:
    """Return the picture as people see it, with nothing else of the file: RGB, sRGB, upright.

    :param keep_alpha: leave what is transparent so, in RGBA, instead of putting it on white
    """
    image.draft(None, (side_px, side_px))
    image.load()
    profile = image.info.get("icc_profile")
    if image.mode in {"P", "PA", "LA"} or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode.startswith("I") or image.mode == "F":  # 16 bits a channel
        image = image.point(lambda value: value / 256).convert("L")
    image.thumbnail((side_px, side_px), Image.Resampling.LANCZOS, reducing_gap=3.0)
    image = ImageOps.exif_transpose(image)
    alpha = image.getchannel("A") if keep_alpha and image.mode == "RGBA" else None
    image = _srgb(_on_white(image) if alpha is None else image.convert("RGB"), profile)
    if alpha is not None:
        image.putalpha(alpha)
    return Image.frombytes(image.mode, image.size, image.tobytes())


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return RGB as screens show it; photos of iPhones look dull without this."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that is broken or of another kind of picture: do without
        else:
            return converted or image.convert("RGB")
    return image.convert("RGB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])))
