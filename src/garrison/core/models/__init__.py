"""Tables of the core."""

from garrison.core.models.access import Grant, User
from garrison.core.models.audit import AuditEntry, ChainHead
from garrison.core.models.events import LakeFile
from garrison.core.models.imports import ImportedFile, ImportMessage, ImportRun
from garrison.core.models.record import Record, Sourced
from garrison.core.models.work import Job, SavedView, Undo

__all__ = [
    "AuditEntry",
    "ChainHead",
    "Grant",
    "ImportMessage",
    "ImportRun",
    "ImportedFile",
    "Job",
    "LakeFile",
    "Record",
    "SavedView",
    "Sourced",
    "Undo",
    "User",
]
