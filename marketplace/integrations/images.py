"""Uploaded images, drawn anew: only the picture survives, not what was hidden beside it."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from marketplace.domain.errors import DomainError
from marketplace.domain.platform.files import JPEG, PNG, WEBP
from marketplace.domain.text import N_

MAX_PIXELS = 50_000_000
MAX_SIDE = 2000
THUMBNAIL_SIDE = 480
_FORMATS = {PNG: "PNG", JPEG: "JPEG", WEBP: "WEBP"}


@dataclass(frozen=True)
class CleanImage:
    """An image without metadata, at most MAX_SIDE pixels on a side, and its small copy (JPEG or PNG alike)."""

    content: bytes
    thumbnail: bytes


def clean_image(content: bytes, media_type: str) -> CleanImage:
    """Decode and encode ``content`` again. Raises DomainError for broken, huge or disguised images."""
    try:
        image: Image.Image = Image.open(BytesIO(content), formats=[_FORMATS[media_type]])
        # The header tells the size before a single pixel is unpacked.
        if image.width * image.height > MAX_PIXELS:
            raise DomainError(
                "image_too_large",
                N_("图片有 %(width)s×%(height)s 像素，超过上限，请缩小后再上传"),
                field="file",
                width=image.width,
                height=image.height,
            )
        image = ImageOps.exif_transpose(image)
        plain = image.convert("RGBA" if _has_transparency(image) else "RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as broken:
        raise DomainError(
            "image_broken", N_("图片无法读取，请用其他软件另存后再上传"), field="file"
        ) from broken
    plain.thumbnail((MAX_SIDE, MAX_SIDE))
    small = plain.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return CleanImage(_encode(plain, media_type), _encode(small, media_type))


def _has_transparency(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _encode(image: Image.Image, media_type: str) -> bytes:
    # A fresh image carries no EXIF, no comment, no colour profile and no further frames.
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    target = BytesIO()
    if media_type == PNG:
        bare.save(target, "PNG")  # optimize=True takes twice as long for a tenth less
    elif media_type == JPEG:
        bare.convert("RGB").save(target, "JPEG", quality=85, optimize=True)
    else:
        bare.save(target, "WEBP", quality=85)
    return target.getvalue()
