"""Importing: files to facts to records, with a ledger of what was understood and what was refused."""

from garrison.core.imports.batch import Batch, Staged
from garrison.core.imports.registry import importer

__all__ = ["Batch", "Staged", "importer"]
