"""Long work: asked for in one process, done in another, watched and cancelled from anywhere."""

from garrison.core.jobs import importing
from garrison.core.jobs.queue import Report, ask, job

__all__ = ["Report", "ask", "importing", "job"]
