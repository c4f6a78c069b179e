"""A chart drawn twice: for a page, and anew at a phone's width, where shrinking would leave its words unreadable."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from django.utils.html import format_html
from django.utils.safestring import SafeString

PHONE = 326.0
"""The width of a card's inside on a phone."""

P = ParamSpec("P")


def both(draw: Callable[P, SafeString], **phone: float) -> Callable[P, SafeString]:
    """``draw``, and below it the same at a phone's width; ``phone`` are its other measures there."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> SafeString:
        narrow = draw(*args, **{**kwargs, "width": PHONE, **phone})  # type: ignore[arg-type]
        wide = draw(*args, **kwargs)
        return format_html('<div class="on-page">{}</div><div class="on-phone">{}</div>', wide, narrow)

    return drawn
