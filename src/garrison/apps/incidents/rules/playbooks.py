"""Playbooks as versioned data: questions, steps with conditions, and the tasks that follow from answers. Pure."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from garrison.apps.incidents.rules.cases import CATEGORIES
from garrison.apps.incidents.rules.facts import catalogue

PHASES_OF_STEPS = ("triaged", "containing", "recovering", "reviewed")


class InvalidPlaybook(ValueError):
    """A playbook that contradicts itself: which, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a playbook asks; the answer opens or closes branches."""

    name: str
    ask: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step: who does it, within how many hours of the start, and on which answers or facts it depends."""

    code: str
    title: str
    phase: str
    owner: str = ""
    detail: str = ""
    within: int = 24
    when: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Playbook:
    """What to do in one kind of incident."""

    code: str
    title: str
    version: str
    says: str
    categories: tuple[str, ...]
    questions: tuple[Question, ...]
    steps: tuple[Step, ...]

    def with_steps(self, added: Iterable[Step]) -> "Playbook":
        """The playbook with steps that lessons added; each makes a version of its own: 1.0, 1.0+1."""
        more = tuple(added)
        if not more:
            return self
        return replace(self, version=f"{self.version}+{len(more)}", steps=(*self.steps, *more))


@lru_cache
def playbooks() -> dict[str, Playbook]:
    """The playbooks that we ship, by code in order of title."""
    folder = files("garrison.apps.incidents").joinpath("data", "playbooks")
    found = [read(file.read_text(encoding="utf-8")) for file in folder.iterdir() if file.name.endswith(".toml")]
    return {playbook.code: playbook for playbook in sorted(found, key=lambda playbook: playbook.title)}


def read(text: str) -> Playbook:
    """A playbook from its TOML. Raises InvalidPlaybook for one that could not be followed."""
    try:
        told = tomllib.loads(text)
        playbook = Playbook(
            code=told["code"],
            title=told["title"],
            version=told["version"],
            says=told["says"],
            categories=tuple(told["categories"]),
            questions=tuple(Question(**question) for question in told.get("questions", ())),
            steps=tuple(_step(step) for step in told["steps"]),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as fault:
        raise InvalidPlaybook(f"the playbook cannot be read: {fault}") from fault
    _check(playbook)
    return playbook


def _step(told: dict[str, Any]) -> Step:
    """One step from its table."""
    return Step(**{**told, "when": tuple(sorted(told.get("when", {}).items()))})


def _check(playbook: Playbook) -> None:
    """Refuse doubled steps, unknown phases and categories, and conditions on what nobody asks."""
    codes = [step.code for step in playbook.steps]
    if len(set(codes)) != len(codes):
        raise InvalidPlaybook(f"{playbook.code} has two steps of one code")
    asked = {question.name for question in playbook.questions} | catalogue().keys()
    for step in playbook.steps:
        if step.phase not in PHASES_OF_STEPS:
            raise InvalidPlaybook(f"{playbook.code}.{step.code} has the phase {step.phase}, which there is not")
        for name, _value in step.when:
            if name not in asked:
                raise InvalidPlaybook(f"{playbook.code}.{step.code} depends on {name}, which nobody asks")
    if unknown := set(playbook.categories) - CATEGORIES.keys():
        raise InvalidPlaybook(f"{playbook.code} is for {sorted(unknown)}, which there is not")


def due_steps(playbook: Playbook, known: Mapping[str, Any]) -> list[Step]:
    """The steps to do for what is known: those without a condition, and those whose every condition holds."""
    return [step for step in playbook.steps if all(known.get(name) is value for name, value in step.when)]


def closed_branches(playbook: Playbook, known: Mapping[str, Any]) -> list[Step]:
    """The steps that an answer not yet given, or given otherwise, holds back."""
    due = {step.code for step in due_steps(playbook, known)}
    return [step for step in playbook.steps if step.code not in due]


def suggested(category: str) -> list[Playbook]:
    """The playbooks for a category, the one made for it alone first."""
    fitting = [playbook for playbook in playbooks().values() if category in playbook.categories]
    return sorted(fitting, key=lambda playbook: (playbook.categories[0] != category, len(playbook.categories)))
