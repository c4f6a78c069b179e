"""The custody package: evidence, its chain of custody and a signature, in a zip that anybody can check.

``chain`` says how entries are chained, ``package`` writes, ``verify`` reads and trusts nothing. No database, no
settings and no framework: whoever receives a package needs only this, or ``openssl`` and ``sha256sum``.
"""

from garrison.formats.custody.chain import GENESIS, Broken, Entry, broken, chained, entry_hash, holders
from garrison.formats.custody.package import FORMAT, VERSION, Item, fingerprint_of, safe_name, write
from garrison.formats.custody.verify import Problem, Unreadable, Verified, verify

__all__ = [
    "FORMAT",
    "GENESIS",
    "VERSION",
    "Broken",
    "Entry",
    "Item",
    "Problem",
    "Unreadable",
    "Verified",
    "broken",
    "chained",
    "entry_hash",
    "fingerprint_of",
    "holders",
    "safe_name",
    "verify",
    "write",
]
