"""Commands of the compliance app."""

from garrison.apps.compliance.services.assessing import (
    assess,
    draw_sample,
    find_deficiency,
    judge,
    plan_assessment,
    plan_remedy,
    record_item,
    repair,
    roll_forward,
    sign_assessment,
)
from garrison.apps.compliance.services.catalogues import import_frameworks, import_requirements, load_shipped
from garrison.apps.compliance.services.evidence import (
    add_evidence,
    answer_request,
    cite_record,
    judge_answer,
    link_evidence,
    match_expectation,
    measure,
    record_report,
    request_evidence,
    withdraw_evidence,
)
from garrison.apps.compliance.services.linking import (
    Mapped,
    decide_addressable,
    link_requirements,
    map_control,
    restore_mapping,
    set_applicability,
    unmap,
)
from garrison.apps.compliance.services.originals import keep_originals
from garrison.apps.compliance.services.versions import carry_over

__all__ = [
    "Mapped",
    "add_evidence",
    "answer_request",
    "assess",
    "carry_over",
    "cite_record",
    "decide_addressable",
    "draw_sample",
    "find_deficiency",
    "import_frameworks",
    "import_requirements",
    "judge",
    "judge_answer",
    "keep_originals",
    "link_evidence",
    "link_requirements",
    "load_shipped",
    "map_control",
    "match_expectation",
    "measure",
    "plan_assessment",
    "plan_remedy",
    "record_item",
    "record_report",
    "repair",
    "request_evidence",
    "restore_mapping",
    "roll_forward",
    "set_applicability",
    "sign_assessment",
    "unmap",
    "withdraw_evidence",
]
