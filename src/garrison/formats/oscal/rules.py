"""Which controls of a catalogue are requirements, and what their facts are; the same for JSON and XML.

The rules, in order, for one control:

1. It is *withdrawn* when a ``status`` property says so, or a link says where it went: ``moved-to``,
   ``incorporated-into`` or ``superseded-by`` (catalogue model, values of the status property and of a control link's
   ``rel``; NIST also writes them with underscores). A withdrawn control is given, marked, and counted apart.
2. It is a *grouping* when it has controls below it and its class is the name of a division (category, family, ...).
3. It is a *heading* when it states nothing itself and a control below it does: the requirement is the one below, which
   takes the heading's title when it is the only one and its own title merely repeats its identifier or label.
4. It is *superseded*, and given as withdrawn, when the catalogue is one of NIST's Cybersecurity Framework 2.0, whose
   publisher keeps the identifiers of edition 1.1 beside the new ones with nothing to tell them but this: every
   control of the edition in force carries a property or an example in the framework's own namespace.
5. Anything else is a requirement, enhancements below other requirements included. Groups never are.
"""

import re
from collections.abc import Iterator

from garrison.formats.facts import FrameworkFact, Reading, Refusal, RequirementFact
from garrison.formats.oscal.model import Branch, Catalogue, Item, Metadata, Param
from garrison.formats.oscal.prose import Parameters, label, line, statement, states

WITHDRAWN = frozenset({"withdrawn", "deprecated", "superseded", "retired", "removed", "obsolete"})
WENT = frozenset({"moved-to", "incorporated-into", "superseded-by"})
DIVISIONS = frozenset({"category", "chapter", "division", "domain", "family", "function", "group", "section", "theme"})
CSF = "https://csrc.nist.gov/ns/csf"

_VERSION = re.compile(
    r"\b(?:rev(?:ision)?|ver(?:sion)?|release|edition|v|r)\.?\s{0,5}[0-9]+(?:\.[0-9]+){0,5}\b"
    r"|(?<![\w.-])[0-9]+(?:\.[0-9]+){1,5}\b",
    re.IGNORECASE,
)
_WORD_GAP = re.compile(r"[\W_]+")
_SP_800_53 = re.compile(r"[a-z]{2}-[0-9]{1,2}(\.[0-9]{1,2})?")
IDENT_CHARS = 100


def readings(catalogue: Catalogue) -> Iterator[Reading]:
    """The catalogue's FrameworkFact, then a RequirementFact for each requirement and withdrawn control, in order.

    A control without an identifier, or with one that another control has, is a Refusal.
    """
    framework = _framework(catalogue)
    yield framework
    branches = list(_branches(catalogue.root))
    params: list[Param] = [param for branch in branches for param in branch.item.params]
    facts = _Facts(framework.ident, Parameters(params), superseding_classes(branches))
    yield from facts.below(catalogue.root, "", "")


def ident(title: str) -> str:
    """A title as an identifier that the next version keeps: words joined by hyphens, version numbers left out."""
    words = _WORD_GAP.sub("-", _VERSION.sub(" ", title[:1_000].replace("*", "")).lower()).strip("-")
    return words[:IDENT_CHARS].rstrip("-")


def framework_fact(metadata: Metadata, kind: str, source: str = "") -> FrameworkFact:
    """What a catalogue or a profile says of itself. A profile's ident ends in ``-profile``: its resolved form is a
    catalogue with the same title.
    """
    title = line(metadata.title)
    name = ident(title) or f"untitled-{kind}"
    return FrameworkFact(
        ident=f"{name}-profile" if kind == "profile" and not name.endswith("-profile") else name,
        title=title or f"Untitled {kind}",
        version=metadata.version.strip(),
        kind=kind,
        published=metadata.published.strip(),
        source=source,
    )


def superseding_classes(branches: list[Branch]) -> frozenset[str]:
    """The classes of controls in which rule 4 applies: those that have an example in the framework's namespace."""
    return frozenset(
        branch.item.kind
        for branch in branches
        if branch.row and any(part.ns == CSF and part.name == "example" for part in branch.item.parts)
    )


def _framework(catalogue: Catalogue) -> FrameworkFact:
    if catalogue.metadata is not None:
        return framework_fact(catalogue.metadata, "catalogue")
    groups = [branch.item.id for branch in catalogue.root.groups]
    codes = [branch.item.id for branch in _branches(catalogue.root) if branch.row]
    if codes and 2 * sum(1 for code in codes if _SP_800_53.fullmatch(code)) > len(codes):
        return FrameworkFact(ident="nist-sp-800-53", title="NIST SP 800-53 (groups only)")
    first = ident(groups[0]) if groups else ""
    return FrameworkFact(ident=f"oscal-catalogue-fragment-{first or 'untitled'}", title="OSCAL catalogue (groups only)")


def _branches(root: Branch) -> Iterator[Branch]:
    """Every group and control below ``root``, in order, itself first; without recursion."""
    waiting = [root]
    while waiting:
        branch = waiting.pop()
        yield branch
        waiting.extend(reversed([*branch.controls, *branch.groups]))


class _Facts:
    """One pass over a catalogue: what was seen, and the number of the next requirement."""

    def __init__(self, framework: str, parameters: Parameters, superseding: frozenset[str]) -> None:
        self.framework, self.parameters, self.superseding = framework, parameters, superseding
        self.seen: set[str] = set()
        self.order = 0

    def below(self, branch: Branch, group: str, parent: str, title: str = "") -> Iterator[Reading]:
        """What lies below a group or control: its controls, then its groups."""
        for control in branch.controls:
            yield from self.control(control, group, parent, title)
        for inner in branch.groups:
            yield from self.below(inner, _path(group, inner.item), parent)

    def control(self, branch: Branch, group: str, parent: str, title: str) -> Iterator[Reading]:
        """One control by the rules above, then what lies below it. ``title`` is a heading's."""
        item = branch.item
        code = item.id.strip()
        gone = withdrawn(item)
        if branch.controls and not gone and item.kind.strip().lower() in DIVISIONS:
            yield from self.below(branch, _path(group, item), parent)
            return
        if branch.controls and not gone and not states(item) and any(states(each.item) for each in branch.controls):
            yield from self.below(branch, group, parent, line(item.title) if len(branch.controls) == 1 else "")
            return
        if not code:
            yield Refusal(row=branch.row, field="id", reason="The control has no identifier.")
        elif code in self.seen:
            yield Refusal(row=branch.row, field="id", reason=f"The identifier {code[:60]!r} occurs twice.")
        else:
            self.seen.add(code)
            self.order += 1
            printed = label(item.props)
            own = line(item.title)
            yield RequirementFact(
                row=branch.row,
                framework=self.framework,
                code=code,
                label=printed if printed != code else "",
                title=title if title and own in ("", code, printed) else own,
                parent=parent,
                group=group,
                text=statement(item, self.parameters),
                withdrawn=gone or (item.kind in self.superseding and not _in_force(item)),
                order=self.order,
            )
        yield from self.below(branch, group, code or parent)


def withdrawn(item: Item) -> bool:
    """Rule 1: whether the control is no longer in force."""
    return any(prop.name == "status" and prop.value.strip().lower() in WITHDRAWN for prop in item.props) or any(
        link.rel.strip().lower().replace("_", "-") in WENT for link in item.links
    )


def _in_force(item: Item) -> bool:
    return any(prop.ns == CSF for prop in item.props) or any(part.ns == CSF for part in item.parts)


def _path(group: str, item: Item) -> str:
    name = line(item.title) or item.id.strip()
    return f"{group} / {name}" if group and name else group or name
