"""Commands of the policies app."""

from garrison.apps.policies.services.acknowledging import (
    Linked,
    acknowledge,
    acknowledge_by_link,
    issue_links,
    record_paper,
    remind,
    remove_paper,
    remove_reminders,
    send_reminders,
)
from garrison.apps.policies.services.deciding import (
    approve,
    confirm_review,
    mark_reviews,
    publish,
    retire,
    submit,
)
from garrison.apps.policies.services.exemptions import (
    check_exceptions,
    decide_exception,
    end_exception,
    request_exception,
    set_limit,
)
from garrison.apps.policies.services.writing import (
    Conflict,
    create,
    link_enforcement,
    revise,
    save_text,
    set_facts,
    unlink_enforcement,
)

__all__ = [
    "Conflict",
    "Linked",
    "acknowledge",
    "acknowledge_by_link",
    "approve",
    "check_exceptions",
    "confirm_review",
    "create",
    "decide_exception",
    "end_exception",
    "issue_links",
    "link_enforcement",
    "mark_reviews",
    "publish",
    "record_paper",
    "remind",
    "remove_paper",
    "remove_reminders",
    "request_exception",
    "retire",
    "revise",
    "save_text",
    "send_reminders",
    "set_facts",
    "set_limit",
    "submit",
    "unlink_enforcement",
]
