"""An expected loss as the product that it is, in digits that multiply to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from garrison.apps.risk.rules import Explored
from garrison.apps.risk.selectors import Explained
from garrison.core.ui import figures


@dataclass(frozen=True, slots=True)
class Made:
    """How one scenario's expected loss was made: its row, the factors in digits that multiply to it, and the controls
    with what each leaves and their links.
    """

    row: Mapping[str, Any]
    uuid: UUID | None
    rate: str
    rate_left: str
    severity: str
    severity_left: str
    mean: str
    controls: Sequence[tuple[Mapping[str, Any], str, UUID | None]]


def factor(value: float) -> str:
    """A factor in so many digits that factors multiply to what is said of their product."""
    return f"{value:.5g}" if value < 99_999 else f"{value:.0f}"


def whole(amount: float, currency: str) -> str:
    """An amount in a derivation: to the unit, or in five digits where that says more."""
    return figures.full_money(round(amount) if abs(amount) >= 10_000 else round(amount, 2), currency)


def derived(explored: Explored, currency: str) -> str:
    """The expected loss as the product that it is."""
    return _("%(rate)s times × %(rate_left)s left × %(severity)s × %(severity_left)s left = %(mean)s") % {
        "rate": factor(explored.estimate.rate),
        "rate_left": factor(explored.rate_factor),
        "severity": whole(explored.mean_severity, currency),
        "severity_left": factor(explored.severity_factor),
        "mean": whole(explored.mean, currency),
    }


def made_of(shown: Explained) -> list[Made]:
    """Each scenario of a computation as its product, the most expensive first."""
    made = []
    for row in sorted(shown.result.scenarios, key=lambda each: -each["mean"]):
        severity = row["inherent"] / row["rate"] if row["rate"] else 0.0
        controls = [
            (control, factor(1.0 - control["coverage"] * control["effectiveness"]), shown.controls.get(control["code"]))
            for control in row["controls"]
        ]
        currency = shown.result.currency
        made.append(
            Made(
                row,
                shown.scenarios.get(row["code"]),
                factor(row["rate"]),
                factor(row["rate_factor"]),
                whole(severity, currency),
                factor(row["severity_factor"]),
                whole(row["mean"], currency),
                controls,
            )
        )
    return made
