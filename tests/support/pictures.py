"""Pictures that are kept in the repository: as small as drawings and pages can be."""

import io
from collections.abc import Iterable

from PIL import Image


def few_colours(content: bytes, colours: Iterable[int], largest: int) -> bytes:
    """Return a picture as PNG with the first of ``colours`` that keeps it within ``largest`` bytes, else the last."""
    plain = Image.open(io.BytesIO(content)).convert("RGB")
    packed = b""
    for number in colours:
        stream = io.BytesIO()
        plain.quantize(number, dither=Image.Dither.NONE).save(stream, "PNG", optimize=True)
        packed = stream.getvalue()
        if len(packed) <= largest:
            break
    return packed
