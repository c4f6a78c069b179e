"""Pure decisions of the risk app: what controls leave of a scenario, why a loss changed, what a year may cost."""

from garrison.apps.risk.rules.approval import DELEGATE, OWNER, PRIOR, approver, role_of, same_person
from garrison.apps.risk.rules.assessment import (
    Assessed,
    Estimate,
    assess,
    estimates_of,
    exceedance,
    mean_band,
    severity_of,
    thresholds,
)
from garrison.apps.risk.rules.bearing import Bearing, Factors, Step, changed_losses, explain, factors
from garrison.apps.risk.rules.frequency import Updated, update
from garrison.apps.risk.rules.workshop import (
    LEVERS,
    Explored,
    Swing,
    changed_estimate,
    expected,
    explore,
    swings,
    why_unusable,
)

__all__ = [
    "DELEGATE",
    "LEVERS",
    "OWNER",
    "PRIOR",
    "Assessed",
    "Bearing",
    "Estimate",
    "Explored",
    "Factors",
    "Step",
    "Swing",
    "Updated",
    "approver",
    "assess",
    "changed_estimate",
    "changed_losses",
    "estimates_of",
    "exceedance",
    "expected",
    "explain",
    "explore",
    "factors",
    "mean_band",
    "role_of",
    "same_person",
    "severity_of",
    "swings",
    "thresholds",
    "update",
    "why_unusable",
]
