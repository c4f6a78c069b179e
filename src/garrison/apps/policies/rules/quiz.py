"""The short quiz of a version: how it is written, read and scored. Pure.

A question begins with ``?``; each answer below it with ``-``, the right one with ``*``::

    ? Whom do you tell when a badge is lost?
    - The colleague on the next shift
    * Security, at once
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST_QUESTIONS = 20
MOST_ANSWERS = 8


@dataclass(frozen=True, slots=True)
class Question:
    """One question, its answers in order, and which of them is right."""

    text: str
    answers: tuple[str, ...]
    right: int


def parse_quiz(text: str) -> tuple[list[Question], str]:
    """The questions of a written quiz, and what is wrong with it in words ("" when nothing is)."""
    found: list[tuple[str, list[str], list[int], int]] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line:
            continue
        mark, words = line[0], line[1:].strip()
        if mark not in "?-*":
            return [], f"line {number} begins with neither ?, - nor *"
        if not words:
            return [], f"line {number} has no words"
        if mark == "?":
            found.append((words, [], [], number))
            continue
        if not found:
            return [], f"line {number} is an answer without a question; begin with a line such as ? Who is told?"
        if mark == "*":
            found[-1][2].append(len(found[-1][1]))
        found[-1][1].append(words)
    for _, answers, right, number in found:
        if not 2 <= len(answers) <= MOST_ANSWERS:
            return [], f"the question in line {number} needs 2 to {MOST_ANSWERS} answers"
        if len(right) != 1:
            return [], f"the question in line {number} needs exactly one right answer, marked *"
    if len(found) > MOST_QUESTIONS:
        return [], f"a quiz has at most {MOST_QUESTIONS} questions"
    return [Question(words, tuple(answers), right[0]) for words, answers, right, _ in found], ""


def write_quiz(questions: Iterable[Question]) -> str:
    """A quiz as it is written in the editor."""
    parts = []
    for question in questions:
        lines = [f"? {question.text}"]
        lines += [f"{'*' if n == question.right else '-'} {answer}" for n, answer in enumerate(question.answers)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def score(questions: Sequence[Question], answers: Mapping[int, int]) -> int:
    """Right answers of 100; a question without an answer is wrong. 100 where nothing is asked."""
    if not questions:
        return 100
    right = sum(answers.get(n) == question.right for n, question in enumerate(questions))
    return round(100 * right / len(questions))
