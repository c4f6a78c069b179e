"""Storing hosts: the same computer under its names and addresses, whichever tool saw it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from garrison.apps.assets import rules
from garrison.apps.assets.models import Asset, AssetName
from garrison.apps.assets.services.placing import Placing, placing
from garrison.apps.organization.rules import Place
from garrison.core import journal
from garrison.core.bulk import ABSENT, BATCH, STORED, UNCHANGED, UPDATED, batches, key_of, reconcile
from garrison.core.commands import changed, command
from garrison.core.imports import Batch, Staged
from garrison.core.models import ImportedFile, User
from garrison.formats.facts import HostFact

CHUNK = 5_000
FIELDS = (
    "kind", "code", "name", "unit_id", "unit_code", "site_id", "critical", "exposed", "owner", "address", "mac",
    "model", "os", "first_seen", "last_seen",
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Host:
    """One host while its facts are put together. ``pk`` is None until it is stored."""

    pk: int | None
    code: str
    name: str
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    row: dict[str, Any] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)
    renamed: bool = False

    @property
    def key(self) -> str:
        """Its natural key."""
        return key_of(f"{rules.HOST}:{self.code}")


class Register:
    """The hosts that a chunk of facts speaks of: those stored, found by name, and those that turn out to be new."""

    def __init__(self, names: Iterable[str]) -> None:
        self.owners: dict[str, Host] = {}
        self.called: dict[Host, list[str]] = {}
        self.renamed: list[Host] = []
        ids: dict[str, int] = {}
        for chunk in batches(dict.fromkeys(names)):
            ids.update(AssetName.objects.filter(name__in=chunk).values_list("name", "asset_id"))
        hosts: dict[int, Host] = {}
        for pks in batches(dict.fromkeys(ids.values())):
            stored = Asset.objects.filter(pk__in=pks)
            for asset in stored.only("pk", "code", "name", "first_seen", "last_seen"):
                host = hosts[asset.pk] = Host(asset.pk, asset.code, asset.name, asset.first_seen, asset.last_seen)
                self.called[host] = [rules.host_name(host.code), rules.host_name(host.name)]
        self.owners = {name: hosts[pk] for name, pk in ids.items()}

    def host(self, ident: str, names: Sequence[str], addresses: Sequence[str]) -> Host:
        """The host that these names mean, made when nobody knows it; every free name becomes its own.

        ``ident`` is how the file writes the first of them.
        """
        host = rules.find_host(names, addresses, self.owners, self.called)
        if host is None:
            code = rules.code_of((*names, *addresses)[0])
            host = Host(None, code, ident if rules.host_name(ident) == code else code)
            self.called[host] = [code]
        for name in (*names, *addresses):
            if name not in self.owners:
                self.owners[name] = host
                host.fresh.append(name)
        self._improve(host, names)
        return host

    def _improve(self, host: Host, names: Sequence[str]) -> None:
        """Call a host that was known by a bare address by its name, now that one is told."""
        if not rules.is_address(rules.host_name(host.code)):
            return
        name = next((name for name in names if self.owners[name] is host), "")
        if name:
            if rules.is_address(rules.host_name(host.name)):
                host.name = name
            host.code = rules.code_of(name)
            host.renamed = host.pk is not None
            self.called[host].append(name)
            if host.renamed:
                self.renamed.append(host)

    def write_names(self, hosts: Sequence[Host]) -> None:
        """Store the new names of ``hosts``, once these are stored themselves."""
        said_by = {host.pk: (host.row["source_id"], host.row["source_row"]) for host in hosts if host.pk is not None}
        fresh = [
            AssetName(asset_id=host.pk, name=name)
            for host in dict.fromkeys(hosts)
            if host.pk is not None
            for name in host.fresh
        ]
        journal.added(AssetName.objects.bulk_create(fresh, batch_size=BATCH), said_by, "asset_id")

    def rename(self) -> None:
        """Give renamed hosts their new code, name and key before they are compared with what is stored."""
        things = [Asset(pk=host.pk, key=host.key, code=host.code, name=host.name) for host in self.renamed]
        if things:
            Asset.objects.bulk_update(things, ["key", "code", "name"], batch_size=BATCH)


@command("assets.import_hosts")
def import_hosts(*, actor: User, batch: Batch) -> dict[str, int]:
    """Store the hosts that scans and lists tell of; gives how many of each verdict.

    What a file leaves out says nothing. A host is known by name before address; a bare address gets its name when one
    is told, and two different names at one address stay two hosts, which the file's notes tell.
    """
    where = placing(actor, batch, lambda staged: (_fact(staged).unit, Place(_fact(staged).site)))
    totals: Counter[str] = Counter({STORED: 0, UPDATED: 0, UNCHANGED: 0})
    apart: dict[int, tuple[ImportedFile, list[str]]] = {}
    for chunk in batches(batch, CHUNK):
        verdicts = _store(chunk, where, apart)
        batch.settle(chunk, verdicts)
        totals.update(verdicts)
    where.tell(batch)
    for file, told in apart.values():
        shown = "; ".join(told[:5]) + (f"; and {len(told) - 5:,} more" if len(told) > 5 else "")
        batch.note(file, f"Different names at one address were kept as different hosts: {shown}.", name="address")
    changed(target="hosts", after=dict(totals))
    return dict(totals)


def _fact(staged: Staged) -> HostFact:
    """The staged fact as what it is."""
    assert isinstance(staged.fact, HostFact)
    return staged.fact


def _store(chunk: Sequence[Staged], where: Placing, apart: dict[int, tuple[ImportedFile, list[str]]]) -> list[str]:
    """Store one chunk; gives a verdict for each fact."""
    said = [rules.names_of(f.ident, f.name, f.names, f.addresses) for f in map(_fact, chunk)]
    register = Register(name for names, addresses in said for name in (*names, *addresses))
    hosts = []
    for staged, (names, addresses) in zip(chunk, said, strict=True):
        fact = _fact(staged)
        host = register.host(fact.ident, names, addresses)
        hosts.append(host)
        for address in addresses:
            if register.owners[address] is not host and names:
                other = register.owners[address].code
                told = apart.setdefault(staged.file.pk, (staged.file, []))[1]
                told.append(f"{names[0]} at {address} of {other}")
        _fold(host, staged, fact, addresses, where)
    register.rename()
    rows = [host.row | {"key": host.key, "code": host.code, "name": host.name} for host in hosts]
    verdicts, primary = reconcile(Asset, rows, compare=FIELDS, merge=True)
    last = {host: place for place, host in enumerate(hosts)}
    for host, place in last.items():
        if verdicts[place] == UNCHANGED and (host.fresh or host.renamed):
            verdicts[place] = UPDATED
        host.pk = primary[host.key]
    register.write_names(hosts)
    return verdicts


def _fold(host: Host, staged: Staged, fact: HostFact, addresses: Sequence[str], where: Placing) -> None:
    """Add what one fact says of a host to what was said before; what it leaves out says nothing."""
    host.first_seen = min(filter(None, (host.first_seen, fact.seen)), default=None)
    host.last_seen = max(filter(None, (host.last_seen, fact.seen)), default=None)
    said = {
        "kind": rules.HOST,
        **where.of(staged, fact.unit, Place(fact.site)),
        "critical": fact.critical,
        "exposed": fact.exposed,
        "owner": fact.owner,
        "address": next((each for each in addresses if not rules.is_hardware(each)), ""),
        "mac": fact.mac,
        "model": fact.vendor,
        "os": fact.os,
    }
    del said["zone_id"]
    for name, value in said.items():
        if name not in host.row or value not in ABSENT:
            host.row[name] = value
    host.row |= {
        "first_seen": host.first_seen,
        "last_seen": host.last_seen,
        "source_id": staged.file.pk,
        "source_row": fact.row,
    }
    if host.pk is None and host.row["critical"] is None:
        host.row["critical"] = False
