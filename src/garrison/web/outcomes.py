"""What a finished job says: one sentence and where to look."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from garrison.core.models import Job
from garrison.core.ui import figures

WORDS = {
    "imported": gettext_lazy("imported"),
    "unchanged": gettext_lazy("unchanged"),
    "needs_mapping": gettext_lazy("waiting for their columns"),
    "unknown": gettext_lazy("unknown"),
    "refused": gettext_lazy("refused"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The sentence, the link's words and its address."""

    sentence: str
    label: str = ""
    url: str = ""
    kind: str = ""


def outcome(job: Job) -> Outcome | None:
    """What became of a job that ended; None for one that runs, and for one whose own message says it all."""
    result = job.result if isinstance(job.result, dict) else {}
    if job.state != "done" or not result:
        return None
    if "preview" in result:
        return _looked_at(job, result["preview"])
    if job.kind in ("imports.run", "imports.mapped"):
        return _imported(result)
    if job.kind == "audit.verify":
        return _verified(result)
    if url := result.get("url"):
        return Outcome(str(result.get("sentence", "")), str(result.get("label") or _("Open")), str(url))
    return None


def _looked_at(job: Job, files: list[dict[str, int]]) -> Outcome:
    """What tables of ours would change, and that nothing is changed yet."""
    words = {"new": _("new"), "changed": _("changed"), "unchanged": _("unchanged"), "refused": _("refused")}
    counted = {name: sum(file[name] for file in files) for name in words}
    parts = [f"{figures.number(counted[name])} {said}" for name, said in words.items() if counted[name]]
    said = _("Nothing is changed yet. Rows: %(counts)s.") % {"counts": figures.listed(parts) or figures.number(0)}
    url = reverse("web:import_preview", args=[job.uuid])
    return Outcome(said, _("See what would change"), url, "warn" if counted["refused"] else "")


def _imported(result: dict[str, object]) -> Outcome:
    """How many files ended how, and the ledger of them."""
    statuses = result.get("statuses")
    counted = statuses if isinstance(statuses, dict) else {}
    parts = [f"{figures.number(counted[name])} {words}" for name, words in WORDS.items() if counted.get(name)]
    if file := result.get("file"):
        return Outcome(figures.listed(parts), _("Open the file"), reverse("web:file", args=[file]))
    if not parts:
        return Outcome(_("What was uploaded stands in the ledger."), _("Open the ledger"), reverse("web:imports"))
    asks = counted.get("refused") or counted.get("unknown") or counted.get("needs_mapping")
    url = f"{reverse('web:imports')}?run={result.get('run')}"
    return Outcome(figures.listed(parts), _("See each file"), url, "warn" if asks else "")


def _verified(result: dict[str, object]) -> Outcome:
    """Whether the chain holds."""
    breaks = result.get("breaks")
    broken = len(breaks) if isinstance(breaks, list) else 0
    entries = int(str(result.get("entries", 0)))
    if broken:
        said = ngettext(
            "%(breaks)s place where the chain of entries does not hold",
            "%(breaks)s places where the chain of entries does not hold",
            broken,
        ) % {"breaks": figures.number(broken)}
        return Outcome(said, _("Open the audit log"), reverse("web:audit"), "crit")
    words = ngettext("%(entries)s entry, unbroken", "%(entries)s entries, unbroken", entries)
    return Outcome(words % {"entries": figures.number(entries)})
