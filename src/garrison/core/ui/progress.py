"""How far a piece of long work is, in words: counts, share, and an honest guess of the time left."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from garrison.core.models import Job
from garrison.core.ui import figures

ENOUGH_S = 3.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What a progress bar shows. `total` 0 means that the amount of work is not known yet."""

    uuid: str
    label: str
    state: str
    done: int
    total: int
    counts: str
    left: str
    message: str
    ended: bool


def seconds_left(done: int, total: int, elapsed_s: float) -> float | None:
    """The time left at the pace so far; None before there is enough to tell."""
    if done <= 0 or total <= done or elapsed_s < ENOUGH_S:
        return None
    return elapsed_s * (total - done) / done


def standing(job: Job, *, at: datetime) -> Standing:
    """The state of `job` at a moment."""
    ended = job.state in ("done", "failed", "cancelled")
    end = job.finished if ended and job.finished else at
    elapsed = (end - job.started).total_seconds() if job.started else 0.0
    words = {"done": figures.number(job.done), "total": figures.number(job.total), "unit": job.unit}
    counts = _("%(done)s of %(total)s %(unit)s") % words if job.total else _("%(done)s %(unit)s") % words
    if job.state == "waiting":
        left = _("waiting for a worker")
    elif ended:
        left = {
            "done": _("done in %(time)s"),
            "failed": _("failed after %(time)s"),
            "cancelled": _("cancelled after %(time)s"),
        }[job.state] % {"time": figures.duration(elapsed)}
    else:
        remaining = seconds_left(job.done, job.total, elapsed)
        left = (
            _("about %(time)s left") % {"time": figures.duration(remaining)} if remaining is not None else _("started")
        )
    return Standing(str(job.uuid), job.label, job.state, job.done, job.total, counts, left, job.message, ended)
