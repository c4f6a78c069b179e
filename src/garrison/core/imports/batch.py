"""What an importer is given: the staged facts of one kind, and a way to say what became of each."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from garrison.core.models import ImportedFile
from garrison.formats.facts import Fact, count_name


@dataclass(frozen=True, slots=True)
class Staged:
    """A fact and the file it came from."""

    file: ImportedFile
    fact: Fact


@dataclass(slots=True)
class FileTally:
    """What became of one file's rows: how many by verdict, and the refused ones also by the name of their count."""

    verdicts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    refusals: list[tuple[int, str, str]] = field(default_factory=list)
    notes: list[tuple[int, str, str]] = field(default_factory=list)


def _nothing(kind: type[Fact]) -> Iterator[Staged]:
    """What stands beside a batch that was made alone."""
    return iter(())


class Batch:
    """All staged facts of one kind from one group of files. It may be walked more than once."""

    def __init__(
        self,
        kind: type[Fact],
        facts: Callable[[], Iterator[Staged]],
        at: datetime,
        tallies: dict[int, FileTally],
        others: Callable[[type[Fact]], Iterator[Staged]] = _nothing,
        *,
        shared: bool = True,
    ) -> None:
        self.kind, self.at = kind, at
        self._facts, self._tallies, self._others = facts, tallies, others
        self._shared = shared  # only where a second app may amend a verdict is each one kept
        self._verdicts: dict[tuple[int, int], str] = {}

    def __iter__(self) -> Iterator[Staged]:
        """The facts, in the order in which the files told them."""
        return self._facts()

    def beside(self, kind: type[Fact]) -> Iterator[Staged]:
        """The facts of another kind that the same group of files told, stored already or not."""
        return self._others(kind)

    def settle(self, staged: Sequence[Staged], verdicts: Sequence[str]) -> None:
        """Count what became of ``staged``: "stored", "updated" or "unchanged" for each, in order."""
        for item, verdict in zip(staged, verdicts, strict=True):
            self._tallies[item.file.pk].verdicts[verdict] += 1
            if self._shared:
                self._verdicts[item.file.pk, item.fact.row] = verdict

    def amend(self, staged: Staged) -> None:
        """Say that a second app changed something for a fact that the first app had found unchanged."""
        place = (staged.file.pk, staged.fact.row)
        if self._verdicts.get(place) == "unchanged":
            self._verdicts[place] = "updated"
            self._tallies[staged.file.pk].verdicts.subtract(["unchanged"])
            self._tallies[staged.file.pk].verdicts["updated"] += 1

    def refuse(self, staged: Staged, name: str, reason: str) -> None:
        """Refuse one fact whose fields do not fit what is stored, by field and reason."""
        tally = self._tallies[staged.file.pk]
        tally.verdicts["refused"] += 1
        tally.refused[count_name(staged.fact)] += 1
        tally.refusals.append((staged.fact.row, name, reason))

    def note(self, file: ImportedFile, reason: str, *, row: int = 0, name: str = "") -> None:
        """Tell something worth knowing about one file that refuses nothing."""
        self._tallies[file.pk].notes.append((row, name, reason))
