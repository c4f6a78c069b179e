"""How the log is written."""

import logging


class OneLine(logging.Formatter):
    """A line without the error's trace: what came from outside and was refused is not a fault of ours."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, naming the setting by the name under which it is set here."""
        return super().format(record).replace("ALLOWED_HOSTS", "GARRISON_HOSTS")

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name is logging's
        """Nothing."""
        return ""
