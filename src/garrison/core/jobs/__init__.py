"""Long work: asked for in one process, done in another, watched and cancelled from anywhere."""

from garrison.core.jobs import auditing, importing
from garrison.core.jobs.queue import Report, ask, job
from garrison.core.jobs.schedule import daily

__all__ = ["Report", "ask", "auditing", "daily", "importing", "job"]
