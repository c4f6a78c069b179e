"""Reads of the compliance app. Frameworks belong to no unit: everyone who may see one sees them all."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from garrison.apps.compliance.models import Framework, Requirement
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import may

VIEW = "compliance.view"


def frameworks(*, viewer: User) -> QuerySet[Framework]:
    """Frameworks with ``in_force`` and ``gone``: how many requirements hold and how many were withdrawn."""
    if not may(viewer, VIEW):
        return Framework.objects.none()
    return Framework.objects.annotate(
        in_force=Count("requirements", filter=Q(requirements__withdrawn=False)),
        gone=Count("requirements", filter=Q(requirements__withdrawn=True)),
    ).order_by("title", "version")


def framework(*, viewer: User, uuid: UUID) -> Framework:
    """One framework. Raises ``Missing``."""
    found = frameworks(viewer=viewer).select_related("source").filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such framework")
    return found


def requirements(*, viewer: User) -> QuerySet[Requirement]:
    """Requirements of all frameworks, in their publishers' order."""
    if not may(viewer, VIEW):
        return Requirement.objects.none()
    return Requirement.objects.select_related("framework").order_by("framework", "order", "code")


def requirements_of(*, viewer: User, framework: Framework, text: str = "") -> QuerySet[Requirement]:
    """The requirements of one framework, those with ``text`` in code, title or wording when it is given."""
    rows = requirements(viewer=viewer).filter(framework=framework)
    if text:
        named = Q(code__icontains=text) | Q(label__icontains=text) | Q(title__icontains=text) | Q(text__icontains=text)
        rows = rows.filter(named)
    return rows


def requirement(*, viewer: User, uuid: UUID) -> Requirement:
    """One requirement. Raises ``Missing``."""
    found = requirements(viewer=viewer).select_related("framework", "source").filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such requirement")
    return found


@dataclass(frozen=True, slots=True)
class Branch:
    """One requirement in the tree: how deep it lies, and a title, its catalogue's where a profile gives none."""

    requirement: Requirement
    depth: int
    title: str


@dataclass(frozen=True, slots=True)
class Group:
    """The requirements of one group of a framework, in its publisher's order."""

    name: str
    branches: list[Branch]

    @property
    def in_force(self) -> int:
        """How many of them are in force."""
        return sum(not branch.requirement.withdrawn for branch in self.branches)


def tree(*, viewer: User, framework: Framework, text: str = "") -> list[Group]:
    """A framework's requirements by group, without their wording; two statements whatever their number."""
    rows = list(requirements_of(viewer=viewer, framework=framework, text=text).defer("text"))
    titles = _titles(viewer, framework) if any(not row.title for row in rows) else {}
    depths: dict[str, int] = {}
    groups: dict[str, list[Branch]] = {}
    for row in rows:
        depth = depths[row.code] = min(3, depths.get(row.parent, -1) + 1) if row.parent else 0
        groups.setdefault(row.group, []).append(Branch(row, depth, row.title or titles.get(row.code, "")))
    return [Group(name, branches) for name, branches in groups.items()]


def _titles(viewer: User, framework: Framework) -> dict[str, str]:
    """What catalogues call the requirements that a profile names by code only."""
    named = requirements(viewer=viewer).filter(framework__kind="catalogue").exclude(title="").order_by("framework_id")
    picked = requirements_of(viewer=viewer, framework=framework).order_by().values("code")
    return dict(named.filter(code__in=picked).values_list("code", "title"))


@dataclass(frozen=True, slots=True)
class Near:
    """What lies about a requirement: the one above, those below, and the same code in other frameworks."""

    parent: Requirement | None
    children: list[Requirement]
    same: list[Requirement]


def near(*, viewer: User, requirement: Requirement) -> Near:
    """What lies about a requirement; two statements. The first fifty of other frameworks."""
    around = (
        Q(code=requirement.parent) | Q(parent=requirement.code) if requirement.parent else Q(parent=requirement.code)
    )
    family = list(requirements(viewer=viewer).filter(around, framework=requirement.framework_id).defer("text"))
    same = requirements(viewer=viewer).filter(code=requirement.code).exclude(pk=requirement.pk)
    return Near(
        parent=next((row for row in family if row.code == requirement.parent), None),
        children=[row for row in family if row.parent == requirement.code],
        same=list(same[:50]),
    )


def found(*, viewer: User, text: str, limit: int) -> list[Requirement]:
    """Requirements by code, label or title."""
    named = Q(code__istartswith=text) | Q(label__istartswith=text) | Q(title__icontains=text)
    return list(requirements(viewer=viewer).filter(named, withdrawn=False)[:limit])


def counts(*, viewer: User) -> dict[str, int]:
    """How many frameworks and requirements are known; withdrawn ones apart."""
    rows = requirements(viewer=viewer).order_by()
    return {
        "frameworks": frameworks(viewer=viewer).count(),
        **rows.aggregate(
            requirements=Count("pk", filter=Q(withdrawn=False)), withdrawn=Count("pk", filter=Q(withdrawn=True))
        ),
    }
