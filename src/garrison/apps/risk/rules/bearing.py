"""How controls change a scenario, and why a loss changed. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

LEAST_STEP = 0.005
"""A change smaller than half a cent is no step of its own; the next one carries it."""


@dataclass(frozen=True, slots=True)
class Bearing:
    """One control on one scenario: the share it covers, how well it works (both 0 to 1), and what it lowers."""

    code: str
    name: str
    effect: str
    coverage: float
    effectiveness: float
    reason: str = ""

    @property
    def factor(self) -> float:
        """What it leaves of the frequency (preventing) or of the severity (responding)."""
        return 1.0 - self.coverage * self.effectiveness


@dataclass(frozen=True, slots=True)
class Factors:
    """What all controls together leave of a scenario's frequency and of its severity."""

    rate: float
    severity: float


@dataclass(frozen=True, slots=True)
class Step:
    """One reason for a change: what changed, and by how much money a year."""

    code: str
    reason: str
    amount: float


def factors(bearings: Sequence[Bearing]) -> Factors:
    """Multiply what the preventing controls leave of the rate, and the responding ones of the severity."""
    rate = severity = 1.0
    for bearing in bearings:
        if bearing.effect == "responding":
            severity *= bearing.factor
        else:
            rate *= bearing.factor
    return Factors(rate, severity)


def explain(
    *, before: Sequence[Bearing], after: Sequence[Bearing], inherent_before: float, inherent_after: float
) -> list[Step]:
    """Split a scenario's change in expected loss into its causes; the steps sum to the whole change.

    ``inherent`` is rate times mean severity before controls. Causes are taken one after the other, the estimate
    first and then the controls by code, so each step is what that change did given those before it.
    """
    steps = []
    current = {bearing.code: bearing for bearing in before}
    mean = inherent_before * _both(current.values())
    moved = inherent_after * _both(current.values())
    if abs(moved - mean) > LEAST_STEP:
        steps.append(Step("", "the estimate of frequency or loss changed", moved - mean))
        mean = moved
    target = {bearing.code: bearing for bearing in after}
    for code in sorted({*current, *target}):
        old, new = current.get(code), target.get(code)
        if old == new:
            continue
        if new is None:
            current.pop(code)
        else:
            current[code] = new
        moved = inherent_after * _both(current.values())
        if abs(moved - mean) > LEAST_STEP:
            steps.append(Step(code, _why(old, new), moved - mean))
            mean = moved
    return steps


def changed_losses(now: Sequence[dict[str, Any]], before: Sequence[dict[str, Any]]) -> dict[str, list[Step]]:
    """Why each scenario's expected loss changed between two computations, by code; unchanged ones are left out.

    Rows are those of ``assess``. A scenario's steps sum to the difference of its means.
    """
    old = {row["code"]: row for row in before}
    found: dict[str, list[Step]] = {}
    for row in now:
        known = old.pop(row["code"], None)
        if known is None:
            found[row["code"]] = [Step("", "newly approved", row["mean"])]
            continue
        steps = explain(
            before=[Bearing(**control) for control in known["controls"]],
            after=[Bearing(**control) for control in row["controls"]],
            inherent_before=known["inherent"],
            inherent_after=row["inherent"],
        )
        if steps:
            found[row["code"]] = steps
    for code, row in old.items():
        found[code] = [Step("", "no longer counted", -row["mean"])]
    return found


def _both(bearings: Iterable[Bearing]) -> float:
    """The product of what the controls leave."""
    both = factors(list(bearings))
    return both.rate * both.severity


def _why(old: Bearing | None, new: Bearing | None) -> str:
    """A change of one control in words."""
    if new is None:
        assert old is not None
        return f"{old.name} no longer bears on it"
    if old is None:
        return f"{new.name} now bears on it"
    if new.effectiveness != old.effectiveness:
        return f"{new.name}: {old.effectiveness:.0%} to {new.effectiveness:.0%}; {new.reason}"
    return f"{new.name}: coverage {old.coverage:.0%} to {new.coverage:.0%}"
