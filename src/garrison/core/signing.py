"""The key with which this installation signs what it hands out: Ed25519, made at first use, readable by its owner."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

from garrison.formats.custody import fingerprint_of


def signing_key() -> Ed25519PrivateKey:
    """The private key, made once; of two processes that begin at once both read the same whole key."""
    path = Path(settings.SIGNING_KEY)
    if not path.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    key = load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def fingerprint() -> str:
    """The fingerprint of the public key, to tell others by another way than a package."""
    return fingerprint_of(signing_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
