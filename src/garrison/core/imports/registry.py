"""Which app stores which kind of fact."""

from collections import defaultdict
from collections.abc import Callable
from typing import get_args

from garrison.core.imports.batch import Batch
from garrison.core.models import User
from garrison.formats.facts import AnyFact, Fact

Importer = Callable[[User, Batch], None]

IMPORTERS: dict[type[Fact], list[Importer]] = defaultdict(list)
"""By kind of fact, in the order in which apps are installed: lower apps store first."""

KINDS: tuple[type[Fact], ...] = get_args(AnyFact)
"""Every kind of fact in storing order."""


def importer(*kinds: type[Fact]) -> Callable[[Importer], Importer]:
    """Announce a function ``(actor, batch)`` that stores facts of these kinds by calling its app's services."""

    def announce(store: Importer) -> Importer:
        for kind in kinds:
            IMPORTERS[kind].append(store)
        return store

    return announce
