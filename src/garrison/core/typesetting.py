"""Setting documents: a template of ours and data become tagged PDF in Inter, by typst.

The family comes from the package ``fontpkg-inter``, so a machine without fonts prints the same page. Words go in as
data, never as markup: nothing that a file said can change the document.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from garrison.core import audit
from garrison.core.commands import Refused


def fonts() -> Path:
    """The folder of the family that documents are set in."""
    package = find_spec("fontpkg_inter")
    if package is None or package.origin is None:
        raise Refused("documents need the package fontpkg-inter; install Garrison's dependencies again")
    return Path(package.origin).parent / "files"


def typeset(template: Path, contents: Mapping[str, Any], *, at: datetime) -> bytes:
    """A document as tagged PDF (PDF/UA-1); the template reads ``sys.inputs.report``, with ``made`` as the time."""
    import typst

    moment = at.astimezone(UTC)
    made = [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second]
    pdf: bytes = typst.compile(
        template,
        format="pdf",
        font_paths=[fonts()],
        ignore_system_fonts=True,
        pdf_standards="ua-1",
        sys_inputs={"report": json.dumps(audit.plain({**contents, "made": made}), ensure_ascii=False)},
    )
    return pdf
