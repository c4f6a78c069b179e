"""Pages of the policies app."""

from garrison.apps.policies.views.acting import (
    approve,
    confirm_review,
    facts,
    link_enforcement,
    publish,
    retire,
    revise,
    submit,
    unlink_enforcement,
)
from garrison.apps.policies.views.exemptions import (
    decide_exception,
    end_exception,
    exception,
    exception_list,
    limits,
    new_exception,
)
from garrison.apps.policies.views.people import by_link, links, mine, paper, people, read, remind, remind_all
from garrison.apps.policies.views.register import detail, difference, document, policy_list, version
from garrison.apps.policies.views.writing import edit, new, preview, template, template_list

__all__ = [
    "approve",
    "by_link",
    "confirm_review",
    "decide_exception",
    "detail",
    "difference",
    "document",
    "edit",
    "end_exception",
    "exception",
    "exception_list",
    "facts",
    "limits",
    "link_enforcement",
    "links",
    "mine",
    "new",
    "new_exception",
    "paper",
    "people",
    "policy_list",
    "preview",
    "publish",
    "read",
    "remind",
    "remind_all",
    "retire",
    "revise",
    "submit",
    "template",
    "template_list",
    "unlink_enforcement",
    "version",
]
