"""What is different between two days: causes of a loss's change, a plan's moves, and a stock's inflow and outflow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from garrison.apps.risk.rules import Step


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for a change of the expected loss, over all scenarios: what it is, and how much a year."""

    code: str
    words: str
    amount: float
    scenarios: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """How a count moved: what came, what went, what it is now."""

    came: int
    went: int
    now: int

    @property
    def net(self) -> int:
        """The difference."""
        return self.came - self.went


def causes_of(steps: Mapping[str, Sequence[Step]]) -> list[Cause]:
    """Steps of all scenarios gathered by control (or, for the rest, by scenario and reason), largest first."""
    amounts: dict[tuple[str, str], float] = {}
    touched: dict[tuple[str, str], list[str]] = {}
    words: dict[tuple[str, str], str] = {}
    for scenario, parts in steps.items():
        for step in parts:
            key = (step.code, "") if step.code else (scenario, step.reason)
            amounts[key] = amounts.get(key, 0.0) + step.amount
            touched.setdefault(key, []).append(scenario)
            words.setdefault(key, step.reason)
    found = [Cause(key[0], words[key], amount, tuple(touched[key])) for key, amount in amounts.items()]
    return sorted(found, key=lambda cause: (-abs(cause.amount), cause.code))


def moved(before: Sequence[str], now: Sequence[str]) -> tuple[list[str], list[str]]:
    """What came into a plan and what left it."""
    return [code for code in now if code not in before], [code for code in before if code not in now]


def flow(before: int, came: int, now: int) -> Flow:
    """What must have gone for ``before`` plus ``came`` to be ``now``; never negative."""
    went = before + came - now
    return Flow(came, went, now) if went >= 0 else Flow(came - went, 0, now)
