"""What is down, what that costs, and in which order it comes back. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter

CENT = Decimal("0.01")
HOUR = timedelta(hours=1)


class Circle(Exception):
    """Services that wait for one another in a circle: none of them could ever come back. ``codes`` says which."""

    def __init__(self, codes: Sequence[str]) -> None:
        self.codes = tuple(codes)
        super().__init__(" needs ".join((*self.codes, self.codes[0])))


@dataclass(frozen=True, slots=True)
class Down:
    """A service that is down: since when, what an hour costs, by when it must be back, and what it needs itself."""

    code: str
    since: datetime
    cost_per_hour: Decimal
    recovery_time: timedelta
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Return:
    """A place in the order of return: ``due`` is the recovery time objective; ``late`` is how long past it.

    ``waits_for`` are services that are down too and must come first.
    """

    code: str
    place: int
    due: datetime
    late: timedelta
    cost_so_far: Decimal
    waits_for: tuple[str, ...]
    weight: Decimal


def circle(needs: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Services that need one another in a circle, each needing the next; () when there is none."""
    try:
        TopologicalSorter({code: sorted(set(others)) for code, others in sorted(needs.items())}).prepare()
    except CycleError as error:
        # Each of the error's nodes comes before the next, and the first is told again as the last.
        found: list[str] = list(reversed(error.args[1][1:]))
        return tuple(found)
    return ()


def _reach(needs: Mapping[str, Sequence[str]], start: str) -> set[str]:
    """Everything that ``start`` needs, near and far, itself included."""
    found, waiting = {start}, [start]
    while waiting:
        for other in needs.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def cost(per_hour: Decimal, since: datetime, until: datetime) -> Decimal:
    """What a service that was down between two moments has cost, to the cent; nothing before it went down."""
    down = max(timedelta(0), until - since)
    microseconds = Decimal(down // timedelta(microseconds=1))
    return (per_hour * microseconds / Decimal(HOUR // timedelta(microseconds=1))).quantize(CENT)


def weight(service: Down, at: datetime) -> Decimal:
    """How much a service presses: its cost per hour times how far it is into its recovery time.

    At the moment of its outage that is nothing, at its objective the cost itself, at twice the objective twice. A
    service whose objective is zero counts as an hour's.
    """
    objective = max(service.recovery_time, timedelta(minutes=1)) if service.recovery_time else HOUR
    into = max(timedelta(0), at - service.since)
    return service.cost_per_hour * Decimal(into // timedelta(seconds=1)) / Decimal(objective // timedelta(seconds=1))


def order_of_return(down: Sequence[Down], *, at: datetime, needs: Mapping[str, Sequence[str]]) -> list[Return]:
    """In which order the services come back: what others need first, and among the free the heaviest first.

    A service that others wait for carries the weight of the heaviest that waits for it, so that a cheap network does
    not hold up a dear pharmacy. ``needs`` are the needs of all services, near and far are followed through services
    that are up. Raises Circle.
    """
    if found := circle(needs):
        raise Circle(found)
    by_code = {service.code: service for service in down}
    waits = {
        code: tuple(sorted(c for other in needs.get(code, ()) for c in _reach(needs, other) if c in by_code))
        for code in by_code
    }
    waits = {code: tuple(dict.fromkeys(w)) for code, w in waits.items()}
    own = {code: weight(service, at) for code, service in by_code.items()}
    carried = {code: max([own[code], *(own[o] for o in by_code if code in waits[o])]) for code in by_code}
    left = set(by_code)
    order: list[Return] = []
    while left:
        free = [code for code in left if not left.intersection(waits[code])]
        chosen = min(free, key=lambda code: (-carried[code], by_code[code].since + by_code[code].recovery_time, code))
        left.discard(chosen)
        service = by_code[chosen]
        due = service.since + service.recovery_time
        order.append(
            Return(
                chosen,
                len(order) + 1,
                due,
                max(timedelta(0), at - due),
                cost(service.cost_per_hour, service.since, at),
                waits[chosen],
                carried[chosen],
            )
        )
    return order


@dataclass(frozen=True, slots=True)
class Proof:
    """A test of bringing a service back: how long it took, and how much data was lost."""

    on: datetime
    passed: bool
    took: timedelta | None = None
    lost: timedelta | None = None


def standing(
    tests: Sequence[Proof], *, recovery_time: timedelta, recovery_point: timedelta, every_days: int, at: datetime
) -> tuple[str, str]:
    """How well a service's return is proven: (kind, reason), kind "ok", "warn" or "crit".

    Only the newest test counts: a return that worked two years ago is no proof of today's.
    """
    newest = max(tests, key=lambda test: test.on, default=None)
    if newest is None:
        return "warn", "its return was never tested"
    if not newest.passed:
        return "crit", "the last test of its return failed"
    if newest.took is not None and newest.took > recovery_time:
        return "crit", "in the last test it took longer than the recovery time objective"
    if newest.lost is not None and newest.lost > recovery_point:
        return "crit", "in the last test more data was lost than the recovery point objective allows"
    if at - newest.on > timedelta(days=every_days):
        return "warn", "its last test is overdue"
    return "ok", "its return was tested in time"
