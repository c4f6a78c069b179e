"""The command that hands a report out."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from garrison.apps.strategy import selectors
from garrison.apps.strategy.models import IssuedReport
from garrison.core.clock import local_day
from garrison.core.commands import Forbidden, changed, command
from garrison.core.models import User
from garrison.core.scopes import paths


@dataclass(frozen=True, slots=True)
class Issued:
    """A report as it left: its record and its bytes."""

    record: IssuedReport
    pdf: bytes


@command("strategy.issue_report")
def issue_report(*, actor: User, at: datetime) -> Issued:
    """Make the board report and record that it was issued: by whom, on what, and the SHA-256 of the file."""
    if "/" not in paths(actor, "strategy.issue_report"):
        raise Forbidden("the board report speaks of the whole organisation; your role covers only a part of it")
    board = selectors.board(viewer=actor, at=at, signed=_signature(actor))
    pdf, pages = selectors.board_pdf(board, at=at)
    record = IssuedReport.objects.create(
        at=at,
        as_of=local_day(at),
        issued_by=actor,
        title=board.title[:300],
        pages=pages,
        bytes=len(pdf),
        sha256=hashlib.sha256(pdf).hexdigest(),
        loss=board.loss.uuid if board.loss else None,
    )
    changed(
        target=f"board report {record.as_of}",
        after={"sha256": record.sha256, "pages": pages, "bytes": len(pdf), "loss": record.loss, "title": record.title},
    )
    return Issued(record, pdf)


def _signature(actor: User) -> str:
    """Who issues it, in words: name and role; the system by its name."""
    if actor.is_system:
        return selectors.UNATTENDED
    role = actor.grants.filter(path="/").values_list("role", flat=True).first()
    return f"{actor}, {role}" if role else str(actor)
