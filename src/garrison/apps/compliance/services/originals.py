"""Commands over the documents in which frameworks came."""

import zlib
from collections import Counter
from functools import partial
from io import BytesIO

from garrison.apps.compliance.models import Framework, Original
from garrison.core.bulk import STORED, UNCHANGED, UPDATED, batches, key_of, keys_to_ids
from garrison.core.commands import changed, command
from garrison.core.imports import Batch
from garrison.core.models import User
from garrison.formats.facts import DocumentFact, FrameworkFact
from garrison.formats.oscal import exchange
from garrison.formats.source import HEAD_BYTES, Damaged, Source

CHUNK = 20
"""Documents of some megabytes each are not held by the thousand."""


@command("compliance.keep_originals")
def keep_originals(*, actor: User, batch: Batch) -> dict[str, int]:
    """Keep the document of each framework. The same framework in another syntax changes nothing: the first stays."""
    keys = {}
    for staged in batch.beside(FrameworkFact):
        assert isinstance(staged.fact, FrameworkFact)
        keys[staged.file.pk, staged.fact.ident] = key_of(staged.fact.ident, staged.fact.version)
    ids = keys_to_ids(Framework, keys.values())
    totals: Counter[str] = Counter()
    for chunk in batches(batch, CHUNK):
        found = [(staged, ids.get(keys.get((staged.file.pk, _fact(staged.fact).framework), ""))) for staged in chunk]
        known = {
            original.framework_id: original
            for original in Original.objects.filter(framework__in=[pk for _, pk in found if pk])
        }
        taken, verdicts = [], []
        for staged, framework_id in found:
            fact = _fact(staged.fact)
            if framework_id is None:
                batch.refuse(staged, "framework", f"The file does not tell of the framework {fact.framework}.")
                continue
            before = known.get(framework_id)
            taken.append(staged)
            if before is None:
                known[framework_id] = Original.objects.create(
                    framework_id=framework_id, syntax=fact.syntax, packed=fact.packed, source=staged.file
                )
                verdicts.append(STORED)
            elif before.syntax == fact.syntax and not _same(bytes(before.packed), fact.packed):
                before.packed, before.source = fact.packed, staged.file
                before.save(update_fields=["packed", "source"])
                verdicts.append(UPDATED)
            else:
                verdicts.append(UNCHANGED)
        batch.settle(taken, verdicts)
        totals.update(verdicts)
    changed(target="documents of frameworks", after=dict(totals))
    return dict(totals)


def _same(before: bytes, after: bytes) -> bool:
    """Whether two documents say the same, white space between their parts apart."""
    if before == after:
        return True
    sources = []
    for packed in (before, after):
        content = zlib.decompress(packed)
        sources.append(Source("original", content[:HEAD_BYTES], partial(BytesIO, content)))
    try:
        return exchange.read(sources[0]) == exchange.read(sources[1])
    except Damaged:
        return False


def _fact(fact: object) -> DocumentFact:
    """The fact as what it is."""
    assert isinstance(fact, DocumentFact)
    return fact
