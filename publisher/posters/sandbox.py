"""Turns one uploaded file into a clean photo, in a process of its own with little to lose.

Run by `photos.normalise` as a script: file in on standard input, photo out on standard output,
the exit code says what was wrong. Decoders of pictures are where hostile uploads strike, so
they run here: no environment, no secrets, no database, bounded memory, time and no files.
Imports nothing of Siar, so that it starts in a tenth of a second.
"""

import io
import resource
import struct
import sys
import warnings

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

MEMORY_BYTES = 1536 * 1024 * 1024  # 60 megapixels with transparency need 700 MB
CPU_S = 10
FORMATS: tuple[str, ...] = (
    "JPEG",
    "PNG",
    "WEBP",
    "AVIF",
    "HEIF",
)  # phones' MPO arrives through JPEG
NOT_A_PHOTO, BROKEN, TOO_MANY_PIXELS, TOO_HEAVY = 10, 11, 12, 13
HEADER = struct.Struct(">II")  # width, height; the JPEG follows


def main(pixels: int, side_px: int, quality: int) -> int:
    """Return the exit code.

    :param pixels: how many the file may unfold to
    :param side_px: the longest side of the result
    :param quality: of the JPEG
    """
    _confine()
    Image.MAX_IMAGE_PIXELS = pixels
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        photo = cleaned(_open(sys.stdin.buffer.read(), pixels), side_px)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return TOO_MANY_PIXELS
    except UnidentifiedImageError:
        return NOT_A_PHOTO
    except MemoryError:
        return TOO_HEAVY
    except Exception:  # noqa: BLE001 - decoders fail in every way there is
        return BROKEN
    sys.stdout.buffer.write(HEADER.pack(*photo.size))
    photo.save(sys.stdout.buffer, "JPEG", quality=quality, subsampling=0, optimize=True)
    return 0


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _open(content: bytes, pixels: int) -> Image.Image:
    if content[4:8] == b"ftyp":  # HEIC, and AVIF, which Pillow reads itself
        import pi_heif

        pi_heif.register_heif_opener()
        formats = FORMATS
    else:
        formats = FORMATS[:-1]
    image = Image.open(io.BytesIO(content), formats=formats)
    if image.format not in {*FORMATS, "MPO"}:
        raise UnidentifiedImageError
    if image.width * image.height > pixels:
        raise Image.DecompressionBombError
    return image


def cleaned(image: Image.Image, side_px: int) -> Image.Image:
    """Return the picture as people see it, with nothing else of the file: RGB, sRGB, upright."""
    image.draft(None, (side_px, side_px))
    image.load()
    profile = image.info.get("icc_profile")
    if image.mode in {"P", "PA", "LA"} or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode.startswith("I") or image.mode == "F":  # 16 bits a channel
        image = image.point(lambda value: value / 256).convert("L")
    image.thumbnail((side_px, side_px), Image.Resampling.LANCZOS, reducing_gap=3.0)
    image = ImageOps.exif_transpose(image)
    image = _srgb(_on_white(image), profile)
    return Image.frombytes("RGB", image.size, image.tobytes())


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
    sys.exit(main(*map(int, sys.argv[1:])))
