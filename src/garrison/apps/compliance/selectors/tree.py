"""The tree of a framework as one piece of markup: a thousand rows are drawn faster here than by a template."""

from django.urls import reverse
from django.utils.html import conditional_escape as esc
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from garrison.apps.compliance.selectors.standings import Group, Line, Standing
from garrison.apps.compliance.selectors.words import VERDICTS
from garrison.core.ui import cells, figures

NOBODY = "00000000-0000-0000-0000-000000000000"


def drawn_tree(stands: Standing, *, only: str = "", opened: bool = False) -> SafeString:
    """A framework's groups with their requirements, each with its state; ``only`` one verdict's where it is named."""
    address = reverse("compliance:requirement", args=[NOBODY])
    badges = {word: str(cells.state(words, kind, icon)) for word, (words, kind, icon) in VERDICTS.items()}
    parts = []
    groups = stands.groups
    for number, group in enumerate(groups, 1):
        lines = [line for line in group.lines if not only or line.verdict.word == only]
        if lines:
            parts.append(
                _group(group, lines, address, badges, number, opened or len(groups) == 1 or len(stands.lines) <= 40)
            )
    # Every piece was escaped where it was put in: titles and codes by esc, the rest are texts of ours.
    return mark_safe("".join(parts))  # noqa: S308


def _group(group: Group, lines: list[Line], address: str, badges: dict[str, str], number: int, opened: bool) -> str:
    """One group, closed unless it is the only one or something was searched."""
    count = _("%(met)s of %(asked)s met") % {"met": figures.number(group.met), "asked": figures.number(group.asked)}
    head = (
        f'<details id="g{number}"{" open" if opened else ""}><summary><span class="t1">'
        f'{esc(group.name or _("Not grouped"))}</span><span class="num muted">{esc(count)}</span></summary>'
        "<table><tbody>"
    )
    return head + "".join(_row(line, address, badges) for line in lines) + "</tbody></table></details>"


def _row(line: Line, address: str, badges: dict[str, str]) -> str:
    """One requirement."""
    url = address.replace(NOBODY, str(line.uuid))
    stands = line.verdict
    controls = ", ".join(each.control for each in stands.carriers[:4])
    more = len(stands.carriers) - 4
    if more > 0:
        controls += ngettext(" and %(n)s more", " and %(n)s more", more) % {"n": more}
    health = figures.percent(stands.health) if stands.health is not None else ""
    below = f'<span class="t2">{esc(controls)}</span>' if controls else ""
    return (
        f'<tr class="d{line.depth}"><td class="nowrap code">{esc(line.name)}</td>'
        f'<td><a class="t1 plain" href="{url}">{esc(line.title or line.code)}</a>{below}</td>'
        f'<td class="r num p2c">{esc(health)}</td><td class="r nowrap">{badges[stands.word]}</td></tr>'
    )
