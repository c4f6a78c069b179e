"""What is met and what is missing: mappings, controls' health, applicability and decisions joined into one verdict for
each requirement, and counted for a framework. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

STRENGTHS = ("full", "partial", "supporting")
"""How far a control meets a requirement, strongest first."""

SOURCES = ("own", "imported", "shipped")
"""Who may say that a control meets a requirement, in the order in which their word counts."""

WEAK = 0.5
"""Below this a control's health does not carry a requirement: a house rule, shown wherever it decides."""

MET, PART, WEAKLY, GAP, OUT, GONE, AIM = "met", "part", "weak", "gap", "not applicable", "withdrawn", "none asked"
VERDICTS = (MET, PART, WEAKLY, GAP, OUT, GONE, AIM)


@dataclass(frozen=True, slots=True)
class Said:
    """One source's word that a control meets a requirement."""

    control: str
    strength: str
    source: str = "own"
    only_in: str = ""


@dataclass(frozen=True, slots=True)
class Works:
    """How healthy a control is, 0 to 1, and why."""

    health: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A requirement as it is judged. ``decision`` is the choice about an addressable one, "" where there is none;
    ``contradicted`` tells that what the system measured of it has exceptions.
    """

    code: str
    parent: str = ""
    obligation: str = "required"
    withdrawn: bool = False
    applies: bool = True
    decision: str = ""
    contradicted: bool = False


@dataclass(frozen=True, slots=True)
class Carrier:
    """A control that counts for a requirement: how far, how healthy, and in how many sources' words."""

    control: str
    strength: str
    health: float
    reason: str
    only_in: str = ""
    sources: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a requirement stands: the word, the health behind it (None where no control carries it), and what is missing.

    ``gaps`` are keys of ``WORDS``; ``below`` tells that the verdict is that of the requirements below it.
    """

    word: str
    health: float | None = None
    carriers: tuple[Carrier, ...] = ()
    gaps: tuple[str, ...] = ()
    below: int = 0

    @property
    def asked(self) -> bool:
        """Whether it counts among what is asked."""
        return self.word in {MET, PART, WEAKLY, GAP}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many requirements of a framework stand how; ``asked`` is what there is to meet."""

    counts: Mapping[str, int] = field(default_factory=dict)

    def of(self, word: str) -> int:
        """How many stand so."""
        return self.counts.get(word, 0)

    @property
    def asked(self) -> int:
        """Requirements in force that apply and ask for something."""
        return self.of(MET) + self.of(PART) + self.of(WEAKLY) + self.of(GAP)

    @property
    def met(self) -> int:
        """Those that a healthy control meets in full."""
        return self.of(MET)

    @property
    def touched(self) -> int:
        """Those that any control meets in full or in part."""
        return self.of(MET) + self.of(PART) + self.of(WEAKLY)

    @property
    def missing(self) -> int:
        """Those that nothing meets."""
        return self.of(GAP)


def counted(said: Iterable[Said]) -> list[Said]:
    """One word for each control: the owner's before an import's before ours; of one source the most careful."""
    best: dict[str, Said] = {}
    for each in said:
        held = best.get(each.control)
        if held is None or _order(each) < _order(held):
            best[each.control] = each
    return list(best.values())


def _order(said: Said) -> tuple[int, int, str]:
    """Earlier counts: a nearer source, then the weaker claim."""
    return SOURCES.index(said.source), -STRENGTHS.index(said.strength), said.only_in


def verdict(question: Question, said: Sequence[Said], works: Mapping[str, Works]) -> Verdict:
    """Judge one requirement by itself.

    Met: a control of health ``WEAK`` or better meets it in full, and nothing that the system measured speaks against
    it. Weak: one meets it in full but is less healthy, or a measure found exceptions. Part: controls meet it in part,
    or in some places only. Supporting controls alone leave a gap. An addressable one needs a decision beside; a
    decision for neither, with its reasons, meets it without a control; one for an alternative makes a control that is
    told as partial count as full.
    """
    if question.withdrawn:
        return Verdict(GONE)
    if not question.applies:
        return Verdict(OUT)
    if question.obligation == "none" and not said:
        return Verdict(AIM)
    own = counted(said)
    number = {each.control: sum(other.control == each.control for other in said) for each in own}
    carriers = sorted(
        (
            Carrier(
                each.control,
                _strength(each, question),
                works[each.control].health,
                works[each.control].reason,
                each.only_in,
                number[each.control],
            )
            for each in own
            if each.control in works
        ),
        key=lambda each: (STRENGTHS.index(each.strength), -each.health, each.control),
    )
    full = [each for each in carriers if each.strength == "full"]
    part = [each for each in carriers if each.strength == "partial"]
    gaps: list[str] = []
    health: float | None = None
    if full:
        health = full[0].health
        word = MET if health >= WEAK else WEAKLY
        if word == WEAKLY:
            gaps.append("weak")
    elif part:
        word, health = PART, part[0].health
        gaps.append("places" if all(each.only_in for each in part) else "part")
        if health < WEAK:
            gaps.append("weak")
    else:
        word = GAP
        gaps.append("supporting" if carriers else "nothing")
    if question.contradicted and word in {MET, WEAKLY, PART}:
        gaps.append("measured")
        word = WEAKLY if word == MET else word
    if question.obligation == "addressable":
        if question.decision == "neither" and word == GAP:
            return Verdict(MET, None, tuple(carriers))
        if not question.decision:
            gaps.append("decision")
            word = PART if word in {MET, WEAKLY} else word
    return Verdict(word, health, tuple(carriers), tuple(gaps))


def _strength(said: Said, question: Question) -> str:
    """How far a control carries: in some places only is in part; an agreed alternative carries as a whole."""
    if said.only_in:
        return "partial" if said.strength == "full" else said.strength
    if said.strength == "partial" and question.decision == "alternative":
        return "full"
    return said.strength


def verdicts(
    questions: Sequence[Question], said: Mapping[str, Sequence[Said]], works: Mapping[str, Works]
) -> dict[str, Verdict]:
    """Judge every requirement. One that asks nothing itself stands as what lies below it: the worst of those asked."""
    found = {each.code: verdict(each, said.get(each.code, ()), works) for each in questions}
    children: dict[str, list[str]] = {}
    for each in questions:
        if each.parent in found:
            children.setdefault(each.parent, []).append(each.code)
    done: set[str] = set()

    def settle(code: str) -> Verdict:
        """A requirement's verdict once all below it are settled."""
        if code in done:
            return found[code]
        done.add(code)  # before its children, so that a circle in an imported file ends
        below = [settle(child) for child in children.get(code, ())]
        if found[code].word == AIM:
            asked = [each for each in below if each.asked]
            if asked:
                found[code] = _rolled(asked)
        return found[code]

    for each in questions:
        settle(each.code)
    return found


def _rolled(below: Sequence[Verdict]) -> Verdict:
    """The verdict of what lies below: met only when all is, a gap only when all is, else in part or weak."""
    words = {each.word for each in below}
    word = next(iter(words)) if len(words) == 1 else (WEAKLY if words == {MET, WEAKLY} else PART)
    known = [each.health for each in below if each.health is not None]
    return Verdict(word, min(known) if known else None, (), (), below=len(below))


def tally(questions: Iterable[Question], found: Mapping[str, Verdict]) -> Tally:
    """Count a framework's requirements, those apart that only gather others below them."""
    counts: dict[str, int] = {}
    for each in questions:
        stands = found[each.code]
        word = AIM if stands.below else stands.word
        counts[word] = counts.get(word, 0) + 1
    return Tally(counts)


def mean_health(found: Iterable[Verdict]) -> float | None:
    """The mean health behind the requirements that are asked; one that nothing carries counts as nothing."""
    asked = [each for each in found if each.asked and not each.below]
    if not asked:
        return None
    return sum(1.0 if each.word == MET and each.health is None else each.health or 0.0 for each in asked) / len(asked)


def reaching(place: str, unit: str) -> str | None:
    """How a control at unit path ``place`` counts for ``unit``: "" as a whole, "below" in part, None not at all."""
    if not unit or unit.startswith(place):
        return ""
    return "below" if place.startswith(unit) else None
