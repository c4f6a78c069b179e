"""Reads of the compliance app. Frameworks belong to no unit: everyone who may see one sees them all."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from garrison.apps.compliance.models import Crosswalk, Framework, Mapping, Requirement
from garrison.apps.compliance.rules import Change, Entry, compared
from garrison.apps.organization import selectors as organization
from garrison.apps.organization.models import Unit
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import may, narrow

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


def titles(*, viewer: User, framework: Framework) -> dict[str, str]:
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


def mappings(*, viewer: User) -> QuerySet[Mapping]:
    """Mappings of the controls in sight, with both ends."""
    rows = Mapping.objects.select_related("control__unit", "requirement__framework")
    return narrow(rows, viewer, VIEW, field="control__unit__path")


def mapping(*, viewer: User, uuid: UUID | str) -> Mapping:
    """One mapping. Raises ``Missing`` where its control is out of sight."""
    found = mappings(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such mapping")
    return found


def mappings_of(*, viewer: User, requirement: Requirement) -> QuerySet[Mapping]:
    """What is said of a requirement, or of the same code in its family's other frameworks of this kind of text.

    A profile picks from its catalogue, so what is said of either counts for both; versions stand apart.
    """
    same = Q(requirement=requirement)
    if requirement.framework.kind == "profile":
        same |= Q(
            requirement__code=requirement.code,
            requirement__framework__family=requirement.framework.family,
            requirement__framework__kind="catalogue",
        )
    return mappings(viewer=viewer).filter(same).order_by("control__code", "source", "said_by")


def of_control(*, viewer: User, control: UUID) -> QuerySet[Mapping]:
    """The requirements that a control meets, by framework."""
    rows = mappings(viewer=viewer).filter(control__uuid=control)
    return rows.order_by("requirement__framework__title", "requirement__order", "source")


def replacements(*, viewer: User, requirement: Requirement) -> list[str]:
    """The codes that took a withdrawn requirement's place, as they are printed, where that is known."""
    codes = [code for code in requirement.replaced_by if isinstance(code, str)]
    rows = requirements(viewer=viewer).filter(framework=requirement.framework_id, code__in=codes)
    labels = {row.code: row.label or row.code for row in rows}
    return [labels.get(code, code) for code in codes]


def unit_at(*, viewer: User, path: str) -> Unit:
    """The unit at a path in sight. Raises ``Missing``."""
    found = organization.units(viewer=viewer).filter(path=path).first()
    if found is None:
        raise Missing("no such unit")
    return found


@dataclass(frozen=True, slots=True)
class Crossed:
    """A requirement of another framework that somebody says belongs to this one."""

    link: Crosswalk
    family: str
    code: str
    requirement: Requirement | None


def crosswalk(*, viewer: User, requirement: Requirement) -> list[Crossed]:
    """Where else a requirement is asked for, each source's word by itself; two statements.

    A link whose other framework was not imported is given without a requirement: nothing is dropped.
    """
    if not may(viewer, VIEW):
        return []
    family, code = requirement.framework.family, requirement.code
    here = Q(family=family, code=code)
    links = list(Crosswalk.objects.filter(here | Q(other_family=family, other_code=code)))
    ends = {
        link.pk: (link.other_family, link.other_code)
        if (link.family, link.code) == (family, code)
        else (link.family, link.code)
        for link in links
    }
    if not links:
        return []
    wanted = Q(pk__in=[])
    for family_there in {there for there, _ in ends.values()}:
        codes = [code_there for there, code_there in ends.values() if there == family_there]
        wanted |= Q(framework__family=family_there, code__in=codes)
    rows = requirements(viewer=viewer).filter(wanted, framework__kind="catalogue").order_by("framework__version")
    known = {(row.framework.family, row.code): row for row in rows}
    found = [Crossed(link, *ends[link.pk], known.get(ends[link.pk])) for link in links]
    return sorted(found, key=lambda each: (each.family, each.code, each.link.source))


def versions(*, viewer: User, framework: Framework) -> list[Framework]:
    """The other versions of a framework that are here, newest first."""
    rows = frameworks(viewer=viewer).filter(family=framework.family, kind=framework.kind)
    return list(rows.exclude(pk=framework.pk).order_by("-published", "-version"))


def diff(*, viewer: User, before: Framework, after: Framework) -> list[Change]:
    """What became of each requirement from one version to another."""
    return compared(_entries(viewer, before), _entries(viewer, after))


def _entries(viewer: User, framework: Framework) -> list[Entry]:
    """A framework's requirements as versions are compared by; what we ship has our words for a text."""
    rows = requirements(viewer=viewer).filter(framework=framework)
    told = rows.values_list("code", "title", "text", "guidance", "withdrawn", "replaced_by")
    return [
        Entry(code, title, text or guidance, withdrawn, tuple(str(into) for into in replaced))
        for code, title, text, guidance, withdrawn, replaced in told
    ]


def requirement_choices(*, viewer: User, framework: Framework) -> list[tuple[str, str]]:
    """(uuid, code and title) of each requirement in force of a framework, for a form."""
    rows = requirements(viewer=viewer).filter(framework=framework, withdrawn=False)
    return [
        (str(uuid), f"{label or code} {title}")
        for uuid, code, label, title in rows.values_list("uuid", "code", "label", "title")
    ]


def asked_count(*, viewer: User, framework: Framework) -> int:
    """How many requirements of a framework are in force and ask for something."""
    return requirements(viewer=viewer).filter(framework=framework, withdrawn=False).exclude(obligation="none").count()
