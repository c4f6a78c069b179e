"""The plan engine: which initiatives to fund within a budget, how good that provably is, and what more would buy."""

from garrison.engines.plan.problem import Infeasible, Initiative, InvalidPlan, Problem, Risk
from garrison.engines.plan.questions import FrontierStep, NextMoney, WhyNot, frontier, next_money, solve, why_not
from garrison.engines.plan.solver import Plan, Planner

__all__ = [
    "FrontierStep",
    "Infeasible",
    "Initiative",
    "InvalidPlan",
    "NextMoney",
    "Plan",
    "Planner",
    "Problem",
    "Risk",
    "WhyNot",
    "frontier",
    "next_money",
    "solve",
    "why_not",
]
