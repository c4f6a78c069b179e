"""A version on paper: Markdown, Word, and PDF in the look of the board report.

Words go in as data, never as markup: nothing that somebody wrote can change a document or make it run anything.
"""

import io
import json
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from garrison.apps.organization import selectors as organization
from garrison.apps.policies.models import Version
from garrison.apps.policies.rules import Block, Run, blocks
from garrison.core.clock import local_day
from garrison.core.commands import Refused
from garrison.core.models import User

TEMPLATE = Path(__file__).parents[1] / "data" / "policy.typ"


def _facts(viewer: User, version: Version) -> dict[str, Any]:
    """What stands around the text: whose, which version, who approved it, and the hash of the text."""
    policy = version.policy
    state = version.get_state_display().capitalize()
    rows = [
        (_("Code"), policy.code),
        (_("Version"), f"{version.number}, {state.lower()}"),
        (_("Owner"), policy.owner or "–"),
        (_("Holds for"), policy.unit.name if policy.unit else _("the whole organisation")),
    ]
    if version.published_at:
        rows.append((_("In force from"), _dated(local_day(version.published_at))))
    if version.state == "published" and policy.review_due:
        rows.append((_("Reviewed again by"), _dated(policy.review_due)))
    approvals = [
        {"name": str(each.user), "on": _dated(local_day(each.at)), "reason": each.reason}
        for each in version.approvals.all()
        if each.round == version.round and each.decision == "approve" and each.at
    ]
    return {
        "organisation": organization.name(viewer=viewer) or "Garrison",
        "title": policy.title,
        "kind": policy.get_kind_display().capitalize(),
        "state": f"{policy.code}, {_('version')} {version.number}, {state.lower()}",
        "facts": rows,
        "approvals": approvals,
        "hash": version.sha256,
        "words": {
            "approved": _("Approved by"),
            "hash": _("SHA-256 of the text"),
            "of": _("of"),
            "note": _("What changed"),
            "draft": _("Not in force"),
        },
        "note": version.note,
        "in_force": version.state == "published",
    }


def _dated(day: date) -> str:
    """A day as paper needs it, with its year."""
    return f"{day.day} {day:%B %Y}"


def markdown(*, viewer: User, version: Version) -> bytes:
    """The text as it is kept: the hash of this file is the hash that was acknowledged."""
    return version.body.encode()


def pdf(*, viewer: User, version: Version, at: datetime) -> bytes:
    """A version as tagged PDF (PDF/UA-1)."""
    import typst

    moment = at.astimezone(UTC)
    told = _facts(viewer, version) | {
        "blocks": [_plain(block) for block in blocks(version.body)],
        "made": [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second],
    }
    made: bytes = typst.compile(
        TEMPLATE,
        format="pdf",
        font_paths=[_fonts()],
        ignore_system_fonts=True,
        pdf_standards="ua-1",
        sys_inputs={"policy": json.dumps(told, ensure_ascii=False)},
    )
    return made


def _fonts() -> Path:
    """The folder of the family that documents are set in."""
    package = find_spec("fontpkg_inter")
    if package is None or package.origin is None:
        raise Refused("documents need the package fontpkg-inter; install Garrison's dependencies again")
    return Path(package.origin).parent / "files"


def _plain(block: Block) -> dict[str, Any]:
    """A block as JSON."""
    return {
        "kind": block.kind,
        "level": block.level,
        "number": block.number,
        "runs": [_run(run) for run in block.runs],
        "rows": [[[_run(run) for run in cell] for cell in row] for row in block.rows],
    }


def _run(run: Run) -> dict[str, Any]:
    """A run as JSON."""
    return {"text": run.text, "strong": run.strong, "slanted": run.slanted, "code": run.code, "url": run.url}


def word(*, viewer: User, version: Version, at: datetime) -> bytes:
    """A version as a Word document with real headings, lists and tables, so that it can be worked on."""
    from docx import Document
    from docx.shared import Mm, Pt, RGBColor

    told = _facts(viewer, version)
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    for name, size in (("Title", 22), ("Heading 1", 14), ("Heading 2", 12), ("Heading 3", 11)):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = "Calibri", Pt(size), RGBColor(0x16, 0x1A, 0x21)
        fonts = style.element.rPr.rFonts
        for key in [key for key in fonts.attrib if key.endswith(("Theme", "theme"))]:
            del fonts.attrib[key]
    core = document.core_properties
    core.title, core.author, core.subject = told["title"], told["organisation"], told["state"]
    core.comments, core.created, core.modified = "", _naive(at), _naive(at)
    core.last_modified_by = ""
    section.header.paragraphs[0].text = f"{told['organisation']}\t\t{told['state']}"
    section.footer.paragraphs[0].text = f"{told['words']['hash']}: {told['hash']}"
    document.add_heading(told["title"], 0)
    table = document.add_table(rows=0, cols=2, style="Light List Accent 1")
    table.style = document.styles["Table Grid"]
    for label, value in told["facts"]:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = str(label), str(value)
    for each in told["approvals"]:
        cells = table.add_row().cells
        cells[0].text = str(told["words"]["approved"])
        cells[1].text = f"{each['name']}, {each['on']}: {each['reason']}"
    _body(document, blocks(version.body))
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _naive(at: datetime) -> datetime:
    """A time as a Word document's properties hold it."""
    return at.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _body(document: Any, parts: list[Block]) -> None:
    """The text, block by block. A numbered list that begins anew gets a numbering of its own."""
    numbering: dict[int, Any] = {}
    for block in parts:
        if block.kind == "heading":
            _write(document.add_heading("", min(block.level, 3)), block.runs)
        elif block.kind == "item":
            depth = "" if block.level == 0 else f" {min(block.level + 1, 3)}"
            paragraph = document.add_paragraph(style=("List Bullet" if block.number is None else "List Number") + depth)
            if block.number is not None:
                if block.number == 1 or block.level not in numbering:
                    numbering[block.level] = _anew(document, paragraph)
                _numbered(paragraph, numbering[block.level])
            _write(paragraph, block.runs)
        elif block.kind == "table" and block.rows:
            table = document.add_table(rows=0, cols=max(len(row) for row in block.rows), style="Table Grid")
            for place, row in enumerate(block.rows):
                cells = table.add_row().cells
                for cell, runs in zip(cells, row, strict=False):
                    _write(cell.paragraphs[0], runs, strong=place == 0)
            document.add_paragraph()
        elif block.kind != "rule":
            styles = {"quote": "Intense Quote", "more": "List Continue"}
            _write(document.add_paragraph(style=styles.get(block.kind)), block.runs)


def _write(paragraph: Any, runs: tuple[Run, ...], *, strong: bool = False) -> None:
    """Runs of words; the address of a link stands behind its words, so that paper has it too."""
    for run in runs:
        written = paragraph.add_run(run.text)
        written.bold = run.strong or strong or None
        written.italic = run.slanted or None
        if run.code:
            written.font.name = "Consolas"
        if run.url and run.url not in run.text:
            paragraph.add_run(f" ({run.url})")


def _anew(document: Any, paragraph: Any) -> int:
    """A numbering that begins at one, after the pattern of the paragraph's style; gives its id."""
    pattern = paragraph.style.element.pPr.numPr.numId.val
    numbers = document.part.numbering_part.element
    abstract = numbers.num_having_numId(pattern).abstractNumId.val
    fresh = numbers.add_num(abstract)
    fresh.add_lvlOverride(ilvl=0).add_startOverride(1)
    made: int = fresh.numId
    return made


def _numbered(paragraph: Any, number: int) -> None:
    """Let a paragraph count in a numbering."""
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_numId().val = number
    properties.get_or_add_ilvl().val = 0
