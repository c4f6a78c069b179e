"""The register itself: finding what other files speak of, making what is missing, and joining what had to wait."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import OuterRef, Subquery

from garrison.apps.assets import rules, selectors
from garrison.apps.assets.models import Asset, AssetName
from garrison.apps.organization import selectors as organization
from garrison.apps.organization.models import Site
from garrison.apps.organization.rules import slug
from garrison.core.bulk import BATCH, batches, key_of
from garrison.core.commands import changed, command
from garrison.core.models import User

Subject = tuple[str, str]
"""What a report is about: the kind of subject and its identity, as the report words them."""


def resolve(*, actor: User, subjects: Iterable[Subject], at: datetime, source: int | None = None) -> dict[Subject, int]:
    """The asset (id) of each subject that a report names; those that nobody has told of are made by a command.

    ``source`` is the id of the file that names them.
    """
    wanted = list(dict.fromkeys(subjects))
    found = _known(wanted)
    missing = [subject for subject in wanted if subject not in found]
    if missing:
        found |= ensure_assets(actor=actor, subjects=missing, at=at, source=source)
    return found


@command("assets.ensure_assets")
def ensure_assets(
    *, actor: User, subjects: Iterable[Subject], at: datetime, source: int | None = None
) -> dict[Subject, int]:
    """Make the assets that reports name and nobody has told of; gives the id of each subject, new or known."""
    wanted = list(dict.fromkeys(subjects))
    found = _known(wanted)
    fresh: dict[str, Asset] = {}
    keys: dict[Subject, str] = {}
    for kind, ident in wanted:
        if (kind, ident) in found:
            continue
        asset = _new(kind, ident, at, source)
        keys[kind, ident] = asset.key
        fresh.setdefault(asset.key, asset)
    Asset.objects.bulk_create(fresh.values(), batch_size=BATCH)
    hosts = {rules.host_name(a.code): a.pk for a in fresh.values() if a.kind == rules.HOST}
    AssetName.objects.bulk_create([AssetName(asset_id=pk, name=name) for name, pk in hosts.items()], batch_size=BATCH)
    changed(target="assets", after={"made": sorted(fresh)})
    return found | {subject: fresh[key].pk for subject, key in keys.items()}


def _known(subjects: Iterable[Subject]) -> dict[Subject, int]:
    """The asset (id) of each subject, whoever may see it: the same name never means a second asset. The unknown are
    left out. A host is found by any of its names or addresses.
    """
    kinds = dict(Asset.KINDS)
    hosts: dict[Subject, str] = {}
    keys: dict[Subject, str] = {}
    for kind, ident in dict.fromkeys(subjects):
        meant = rules.kind_of(kind, kinds)
        if meant == rules.HOST:
            hosts[kind, ident] = rules.host_name(ident)
        else:
            keys[kind, ident] = key_of(f"{meant}:{rules.code_of(ident)}")
    by_name: dict[str, int] = {}
    for chunk in batches(dict.fromkeys(hosts.values())):
        by_name.update(AssetName.objects.filter(name__in=chunk).values_list("name", "asset_id"))
    by_key: dict[str, int] = {}
    for chunk in batches(dict.fromkeys(keys.values())):
        by_key.update(Asset.objects.filter(key__in=chunk).values_list("key", "pk"))
    found = {subject: by_name[name] for subject, name in hosts.items() if name in by_name}
    return found | {subject: by_key[key] for subject, key in keys.items() if key in by_key}


def _new(kind: str, ident: str, at: datetime, source: int | None) -> Asset:
    """An unsaved asset for a subject."""
    kind = rules.kind_of(kind, dict(Asset.KINDS))
    code = rules.code_of(rules.host_name(ident) if kind == rules.HOST else ident)
    return Asset(
        kind=kind,
        code=code,
        name=ident[:300],
        key=key_of(f"{kind}:{code}"),
        first_seen=at,
        last_seen=at,
        source_id=source,
    )


@command("assets.join_units")
def join_units(*, actor: User) -> int:
    """Give assets without a unit the one that their file named, or their site's, once it is known; gives how many."""
    waiting = selectors.without_unit(viewer=actor)
    codes = list(waiting.exclude(unit_code="").order_by().values_list("unit_code", flat=True).distinct())
    units = organization.unit_ids(viewer=actor, codes=codes)
    joined = sum(waiting.filter(unit_code=code).update(unit=units[slug(code)]) for code in codes if slug(code) in units)
    homeless = waiting.filter(unit_code="").exclude(site__unit=None)
    joined += homeless.update(unit_id=Subquery(Site.objects.filter(pk=OuterRef("site_id")).values("unit_id")[:1]))
    changed(target="assets", after={"joined": joined})
    return joined
