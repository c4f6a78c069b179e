"""Whom a request comes from, and what every response tells the browser not to do: strict content security policy."""

import secrets
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
        "microphone", "midi", "payment", "usb", "browsing-topics",
    )
)  # fmt: skip


def policy(nonce: str) -> str:
    """The content security policy: our own files, nothing inline, nothing evaluated, no frames."""
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
        )
    )


class ContentSecurityPolicyMiddleware:
    """Give each request a nonce (`request.csp_nonce`) and each response its headers. A view's own header wins."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on, then set what is not set."""
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy(nonce))
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if headers.get("Content-Type", "").startswith(("text/html", "application/json")):
            headers.setdefault("Cache-Control", "no-store")
        return response


FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")


class TrustedProxyMiddleware:
    """Tell the client's own address (`REMOTE_ADDR`) where a trusted proxy passed the request on.

    Lock-out, limits and the audit log all go by that address. From anybody else the forwarding headers are dropped:
    whoever connects could write into them what they like.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Find the address, then pass the request on."""
        meta = request.META
        if trusted(meta.get("REMOTE_ADDR", "")):
            meta["REMOTE_ADDR"] = client_of(meta["REMOTE_ADDR"], meta.get("HTTP_X_FORWARDED_FOR", ""))
        else:
            for name in FORWARDED:
                meta.pop(name, None)
        return self.get_response(request)


def trusted(address: str) -> bool:
    """Whether ``address`` is one of the proxies that `GARRISON_TRUSTED_PROXIES` names."""
    try:
        place = ip_address(address)
    except ValueError:
        return False
    return any(place in network for network in settings.TRUSTED_PROXIES)


def client_of(peer: str, forwarded: str) -> str:
    """The last address of ``forwarded`` that is no trusted proxy; ``peer`` where there is none.

    Each proxy writes whom it heard from at the end, so what stands before the first stranger is only their word.
    """
    for told in reversed([part.strip() for part in forwarded.split(",")]):
        try:
            address = str(ip_address(told))
        except ValueError:
            return peer
        if not trusted(address):
            return address
        peer = address
    return peer
