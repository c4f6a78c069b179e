"""Drawing a report as PDF: its contents, a chart in print colours, and our own template, set by typst in Inter.

The family comes from the package ``fontpkg-inter``, so a machine without fonts prints the same page. Words go in as
data, never as markup: nothing that a file said can change the document.
"""

import json
import re
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from garrison.apps.strategy.selectors.board import Board, board
from garrison.core import audit
from garrison.core.commands import Refused
from garrison.core.models import User
from garrison.core.ui.charts import loss_exceedance

TEMPLATE = Path(__file__).parents[1] / "data" / "board.typ"
CHART_WIDTH, CHART_HEIGHT = 680, 318


def fonts() -> Path:
    """The folder of the family that documents are set in."""
    package = find_spec("fontpkg_inter")
    if package is None or package.origin is None:
        raise Refused("documents need the package fontpkg-inter; install Garrison's dependencies again")
    return Path(package.origin).parent / "files"


def board_pdf(board: Board, *, at: datetime) -> tuple[bytes, int]:
    """The board report as tagged PDF (PDF/UA-1), and its number of pages."""
    import typst

    chart = ""
    if board.curves is not None:
        chart = str(loss_exceedance(board.curves, width=CHART_WIDTH, height=CHART_HEIGHT, printed=True))
    moment = at.astimezone(UTC)
    made = audit.plain(
        {**board.contents, "made": [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second]}
    )
    pdf = typst.compile(
        TEMPLATE,
        format="pdf",
        font_paths=[fonts()],
        ignore_system_fonts=True,
        pdf_standards="ua-1",
        sys_inputs={"report": json.dumps(made, ensure_ascii=False), "chart": chart},
    )
    return pdf, _pages(pdf)


def _pages(pdf: bytes) -> int:
    """How many pages a PDF of typst's has: its page tree says so in plain text."""
    found = re.findall(rb"/Type\s*/Pages.*?/Count\s+(\d+)", pdf, re.DOTALL)
    return max((int(number) for number in found), default=0)


def draft_pdf(*, viewer: User, at: datetime) -> bytes:
    """The board report as it would be issued now, marked as a draft; nothing is recorded."""
    return board_pdf(board(viewer=viewer, at=at), at=at)[0]
