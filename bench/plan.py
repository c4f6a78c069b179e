"""Time the plan engine at 20, 40 and 100 initiatives, with the proven gap: ``python bench/plan.py``.

The peer is the greedy plan, found in the same run: what proof costs, and how much loss it saves.
"""

import time

import numpy as np

from garrison.engines.plan import Initiative, Problem, Risk, solve

SIZES = ((20, 10), (40, 20), (100, 40))


def problem(initiatives: int, risks: int, seed: int = 1) -> Problem:
    """A seeded problem: each initiative bears on a third of the risks; some require or exclude another."""
    rng = np.random.default_rng(seed)
    listed = tuple(Risk(f"r{j}", float(round(loss))) for j, loss in enumerate(rng.lognormal(12, 1, risks)))
    made = []
    for i in range(initiatives):
        effect = {f"r{j}": round(float(rng.uniform(0.05, 0.6)), 2) for j in range(risks) if rng.random() < 0.3}
        requires = (f"i{rng.integers(0, i)}",) if i and rng.random() < 0.15 else ()
        other = f"i{rng.integers(0, initiatives)}"
        excludes = (other,) if rng.random() < 0.1 and other not in (*requires, f"i{i}") else ()
        made.append(Initiative(f"i{i}", float(rng.integers(10, 200)) * 1000, effect, requires, excludes))
    return Problem(listed, tuple(made))


def main() -> None:
    """Print time, gap and saving for each size, at a quarter of the cost of everything."""
    for initiatives, risks in SIZES:
        case = problem(initiatives, risks)
        budget = 0.25 * sum(i.cost for i in case.initiatives)
        start = time.process_time()
        plan = solve(case, budget)
        spent = time.process_time() - start
        saved = 1 - plan.residual / plan.greedy_residual
        print(
            f"{initiatives:>4} initiatives, {risks:>3} risks  {spent:8.3f} CPU-s  gap {plan.gap:.1e}  "
            f"{saved:.2%} less loss than greedy"
        )


if __name__ == "__main__":
    main()
