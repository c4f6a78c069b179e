"""Made-up weaknesses of made-up products: what the scanners find, and what the catalogues say of each CVE."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from garrison.cli.demo.clock import Clock
from garrison.cli.demo.story import STORY


@dataclass(frozen=True, slots=True)
class Flaw:
    """A way to go wrong: its wording, its CVSS 3.1 score and vector, CWE, and two of the SSVC answers."""

    phrase: str
    score: float
    vector: str
    cwe: int
    automatable: bool
    total: bool


@dataclass(frozen=True, slots=True)
class Weakness:
    """One plugin of the scanner, with the CVEs it tests for; ``runs`` tells which hosts can have it."""

    plugin: int
    title: str
    product: str
    runs: str
    flaw: Flaw
    cves: tuple[str, ...] = ()
    port: int = 0
    exploited: bool = False
    ransomware: bool = False
    listed: int = 0
    due: int = 0
    advice: str = "Install the maker's latest update."


_NET = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/"
_USER = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/"
_LOCAL = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/"

FLAWS = {
    "wormable": Flaw("code runs before anyone signs in", 9.8, _NET + "C:H/I:H/A:H", 94, True, True),
    "bypass": Flaw("sign-in can be passed by", 9.8, _NET + "C:H/I:H/A:H", 287, False, True),
    "opened": Flaw("code runs when a crafted file is opened", 8.8, _USER + "C:H/I:H/A:H", 787, False, True),
    "raise": Flaw("a user can gain all rights", 7.8, _LOCAL + "C:H/I:H/A:H", 269, False, True),
    "read": Flaw("files can be read from the network", 7.5, _NET + "C:H/I:N/A:N", 22, True, False),
    "stop": Flaw("the service can be stopped from the network", 7.5, _NET + "C:N/I:N/A:H", 400, True, False),
    "script": Flaw("a page can carry someone else's script", 6.1,
                   "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 79, False, False),
    "leak": Flaw("a user can read others' records", 6.5, "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N", 639, False,
                 False),
    "cipher": Flaw("old ciphers are still offered", 5.9, "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N", 326, False,
                   False),
    "memory": Flaw("memory can be read by a local user", 5.5, _LOCAL + "C:H/I:N/A:N", 125, False, False),
    "banner": Flaw("the banner tells product and version", 5.3, _NET + "C:L/I:N/A:N", 200, False, False),
}  # fmt: skip
"""Flaws by short name."""


def _cve(number: int) -> tuple[str, ...]:
    return (f"CVE-2026-{number}",)


GATEWAY = Weakness(900_001, "Sign-in bypass in remote access gateway", "Farrier Gateway", "", FLAWS["bypass"],
                   (STORY.gateway_cve,), 8443, True, True, -5, 1)  # fmt: skip
IMAGING = Weakness(900_002, "Remote code in imaging viewer", "Orrery Viewer", "", FLAWS["wormable"],
                   (STORY.imaging_cve,), 11112, True, True, -7, 2)  # fmt: skip
PORTAL = Weakness(900_003, "Path traversal in patient portal upload", "Larkmere portal", "", FLAWS["read"],
                  (STORY.portal_cve,), 443, True, False, -4, 2)  # fmt: skip
MAIL = Weakness(900_004, "Outdated mail filter, three known flaws", "Postern Mail", "", FLAWS["stop"],
                (STORY.mail_cve, "CVE-2026-99611", "CVE-2026-99612"), 25)  # fmt: skip
RELAY = Weakness(900_005, "Open command queue in mail relay", "Postern Mail", "", FLAWS["stop"],
                 _cve(99701), 587, True, False, -3, 4)  # fmt: skip
SESSION = Weakness(900_006, "Session of another patient can be taken over", "Larkmere portal", "", FLAWS["bypass"],
                   _cve(99588), 443, True, False, -6, 3)  # fmt: skip
PASSWORD = Weakness(900_007, "Default password on door controller", "Halberd C8", "", FLAWS["bypass"], (), 80,
                    advice="Set a password of its own on each controller and record it in the vault.")  # fmt: skip
CONSOLE = Weakness(900_008, "Backup console reachable from guest network", "Cellar Backup", "", FLAWS["bypass"], (),
                   9443, advice="Let only the administrators' network reach the console.")  # fmt: skip
CIPHER = Weakness(900_009, "Weak cipher offered by print server", "Vellum printer", "", FLAWS["cipher"], (), 443)
BANNER = Weakness(900_010, "Verbose banner on lab interface", "Lab interface", "", FLAWS["banner"], (), 2575)
SPOOLER = Weakness(900_011, "Print queue lets any user gain all rights", "Inkhorn Spooler", "", FLAWS["raise"],
                   _cve(99471), 0, True, True, -60, -39)  # fmt: skip
TRANSFER = Weakness(900_012, "File transfer agent runs what it is sent", "Causey Transfer", "", FLAWS["wormable"],
                    _cve(99403), 8080, True, True, -33, -12)  # fmt: skip
"""The weaknesses that the story tells."""

PLANTED = (GATEWAY, IMAGING, PORTAL, MAIL, RELAY, SESSION, PASSWORD, CONSOLE, CIPHER, BANNER, SPOOLER, TRANSFER)
"""All of the story's."""

PRODUCTS = {
    "desk": ("Fernhill Office", "Quillet Browser", "Morrow Reader", "Tessel Archiver", "Oriel Meetings", "Minim Player",
             "Larch Agent", "Cobble Runtime", "Bramble Mail", "Sprocket Updater"),
    "windows": ("Stannary Directory Sync", "Cairn Database", "Hollow Share", "Larch Agent", "Rushlight Web"),
    "linux": ("Halyard httpd", "Larkspur SSH", "Pallet Runtime", "Skein TLS", "Cellar Agent"),
    "edge": ("Halyard httpd", "Skein TLS", "Portico Proxy"),
    "imaging": ("Orrery Viewer", "Orrery Import"),
    "panel": ("Halberd C8 firmware", "Plumb Building Manager"),
    "printer": ("Vellum firmware", "Vellum web page"),
    "switch": ("Trellis software", "Trellis web page"),
}  # fmt: skip
"""Products by what hosts run."""

MIXES = {
    "desk": (60, ("opened", "opened", "raise", "memory", "script", "leak", "cipher")),
    "windows": (24, ("raise", "leak", "stop", "memory", "cipher", "opened")),
    "linux": (24, ("raise", "memory", "stop", "cipher", "banner", "leak")),
    "edge": (14, ("stop", "read", "script", "cipher", "stop", "read", "bypass")),
    "imaging": (6, ("opened", "raise", "leak")),
    "panel": (5, ("banner", "cipher", "memory")),
    "printer": (6, ("banner", "cipher", "script")),
    "switch": (8, ("cipher", "banner", "memory", "leak")),
}
"""How many weaknesses of which flaws are known for what hosts run."""

PORTS = {"edge": 443, "linux": 22, "windows": 445, "printer": 443, "switch": 22, "panel": 80}
"""The port at which the scanner sees them; others are found by a local check."""


def pool(clock: Clock) -> dict[str, list[Weakness]]:
    """Weaknesses by what hosts run, each with a CVE of its own."""
    dice = clock.dice("weaknesses")
    number, plugin = 91_000, 910_000
    found: dict[str, list[Weakness]] = {}
    for runs, (count, mix) in MIXES.items():
        found[runs] = []
        for place in range(count):
            number += dice.randint(3, 37)
            plugin += 1
            product, flaw = PRODUCTS[runs][place % len(PRODUCTS[runs])], FLAWS[mix[place % len(mix)]]
            release = f"{dice.randint(2, 12)}.{dice.randint(0, 9)}.{place + 1}"
            title = f"{product} before {release}: {flaw.phrase}"
            found[runs].append(Weakness(plugin, title, product, runs, flaw, _cve(number), PORTS.get(runs, 0)))
    return found


@dataclass(frozen=True, slots=True)
class Package:
    """A weakness of a library in an image or an application."""

    cve: str
    name: str
    version: str
    fixed: str
    flaw: Flaw
    title: str = field(default="")


LIBRARIES = (
    "paxform", "libmedview", "queuekit", "tinyhl7", "dosecalc", "formweaver", "rosterlib", "imgfold", "netlattice",
    "sqlburrow", "yamlite", "zipquill", "authpeg", "cachewren", "datespan", "envoylet", "flagstone", "gridloom",
    "hashfern", "iconwell", "jsonmoss", "keyrill", "logwick", "mathpebble", "nodeseed", "opaltext", "pathreed",
    "quartzio", "routemint", "streamalder", "threadoak", "unitwisp", "vectorash", "webheron", "xmlthrift", "yieldcap",
)  # fmt: skip
"""Invented libraries."""

_PACKAGE_FLAWS = ("read", "stop", "script", "leak", "opened", "memory", "banner")


def packages(purpose: str, count: int, first: int, clock: Clock) -> Iterator[Package]:
    """``count`` library weaknesses with CVE numbers from ``first`` on."""
    dice = clock.dice(purpose)
    for place in range(count):
        name = LIBRARIES[place % len(LIBRARIES)]
        flaw = FLAWS[_PACKAGE_FLAWS[(place * 5 + place // 7) % len(_PACKAGE_FLAWS)]]
        major, minor = place % 4 + 1, place // len(LIBRARIES)
        version = f"{major}.{minor}.{dice.randint(0, 9)}"
        yield Package(f"CVE-2026-{first + place * 3}", name, version, f"{major}.{minor + 1}.0", flaw,
                      f"{name}: {flaw.phrase}")  # fmt: skip


def word(score: float) -> str:
    """A score's word as CVSS 3.1 gives it."""
    return "CRITICAL" if score >= 9 else "HIGH" if score >= 7 else "MEDIUM" if score >= 4 else "LOW"
