"""The register of policies: what is in sight, its versions, approvals and what enforces it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Case, CharField, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When

from garrison.apps.controls import selectors as controls
from garrison.apps.controls.models import Control
from garrison.apps.controls.rules import Standing
from garrison.apps.policies.models import OPEN, Approval, Enforcement, Policy, Version
from garrison.apps.policies.rules import Change, compare, review_standing
from garrison.core.commands import Missing
from garrison.core.models import User
from garrison.core.scopes import current_command, holds, may, paths, within

VIEW = "policies.view"


@dataclass(frozen=True, slots=True)
class Enforced:
    """What shows that a policy is kept, how well it works today, and whether the viewer may open it."""

    link: Enforcement
    standing: Standing | None
    openable: bool


def _above(held: Sequence[str]) -> set[str]:
    """The unit paths above some paths: a rule of the group binds the hospital below it."""
    found: set[str] = set()
    for path in held:
        parts = path.strip("/").split("/")
        found.update("/" + "/".join(parts[:n]) + "/" for n in range(1, len(parts)))
    return found


def bound_by(viewer: User, permission: str = VIEW, field: str = "unit") -> Q:
    """The condition that a rule belongs to a unit above the viewer's own, or to the whole organisation."""
    held = paths(viewer, current_command.get() or permission)
    if not held:
        return Q(pk__in=[])
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__path__in": _above(held)})


def policies(*, viewer: User) -> QuerySet[Policy]:
    """The policies in sight, by code: the viewer's units' own in every state, and published ones from above."""
    rows = Policy.objects.select_related("unit").order_by("code")
    if "/" in paths(viewer, current_command.get() or VIEW):
        return rows  # an empty condition beside an OR would narrow instead of widen
    published = Exists(Version.objects.filter(policy=OuterRef("pk"), state="published"))
    return rows.filter(within(viewer, VIEW) | (bound_by(viewer) & Q(published)))


def policy(*, viewer: User, uuid: UUID) -> Policy:
    """One policy. Raises ``Missing`` outside the viewer's sight."""
    found = policies(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such policy")
    return found


def own(*, viewer: User) -> QuerySet[Policy]:
    """The policies of the viewer's own units: those which they may change where their role lets them."""
    return Policy.objects.select_related("unit").filter(within(viewer, VIEW)).order_by("code")


def own_policy(*, viewer: User, uuid: UUID) -> Policy:
    """One policy of the viewer's own units. Raises ``Missing`` outside of them."""
    found = own(viewer=viewer).filter(uuid=uuid).first()
    if found is None:
        raise Missing("no such policy")
    return found


def listed(*, viewer: User) -> QuerySet[Policy]:
    """The policies in sight with how they stand: ``standing`` (published, or how far the first version is)."""
    of = Version.objects.filter(policy=OuterRef("pk"))
    published, opened = of.filter(state="published"), of.filter(state__in=OPEN)
    return policies(viewer=viewer).annotate(
        in_force=Subquery(published.values("number")[:1]),
        in_work=Subquery(opened.values("state")[:1]),
        standing=Case(
            When(Exists(published), then=Value("published")),
            When(Exists(opened), then=Subquery(opened.values("state")[:1])),
            default=Value("retired"),
            output_field=CharField(),
        ),
    )


def versions(*, viewer: User, policy: Policy) -> list[Version]:
    """The versions of a policy, newest first; those who are only bound by it see what was published."""
    rows = Version.objects.filter(policy=policy, policy__in=policies(viewer=viewer)).select_related("edited_by")
    if not own(viewer=viewer).filter(pk=policy.pk).exists():
        rows = rows.filter(published_at__isnull=False)
    named = Prefetch("approvals", Approval.objects.select_related("user").order_by("round", "pk"))
    return list(rows.prefetch_related(named).order_by("-number"))


def version(*, viewer: User, uuid: UUID, number: int) -> Version:
    """One version of a policy. Raises ``Missing`` outside the viewer's sight."""
    subject = policy(viewer=viewer, uuid=uuid)
    found = next((row for row in versions(viewer=viewer, policy=subject) if row.number == number), None)
    if found is None:
        raise Missing("no such version")
    found.policy = subject
    return found


def newest(*, rows: Sequence[Version], state: str) -> Version | None:
    """The newest of some versions in a state: "open" is any state of work."""
    wanted = OPEN if state == "open" else (state,)
    return next((row for row in rows if row.state in wanted), None)


def difference(*, viewer: User, uuid: UUID, old: int, new: int) -> tuple[Version, Version, list[Change]]:
    """Two versions and what became of the one in the other."""
    before = version(viewer=viewer, uuid=uuid, number=old)
    now = version(viewer=viewer, uuid=uuid, number=new)
    return before, now, compare(before.body, now.body)


def enforced(*, viewer: User, policy: Policy, as_of: date) -> list[Enforced]:
    """What shows that a policy is kept, with each control's measured effectiveness. Three statements.

    A control that enforces the policy is named wherever it stands; only those in sight can be opened.
    """
    tested = Prefetch("control", Control.objects.prefetch_related("tests__device_test"))
    links = Enforcement.objects.filter(policy__in=policies(viewer=viewer), policy=policy).prefetch_related(tested)
    rows = list(links.order_by("control__code", "pk"))
    seen = set(
        controls.controls(viewer=viewer)
        .filter(pk__in=[row.control_id for row in rows if row.control_id])
        .values_list("pk", flat=True)
    )
    return [Enforced(row, row.control.standing(as_of) if row.control else None, row.control_id in seen) for row in rows]


def of_control(*, viewer: User, control: Control) -> list[Enforcement]:
    """The policies in sight that a control enforces."""
    rows = Enforcement.objects.filter(control=control, policy__in=policies(viewer=viewer))
    return list(rows.select_related("policy").order_by("policy__code"))


def in_review_of(*, viewer: User) -> QuerySet[Version]:
    """The versions in review that wait for the viewer's own decision."""
    mine = Approval.objects.filter(version=OuterRef("pk"), round=OuterRef("round"), user=viewer, decision="")
    return Version.objects.filter(Exists(mine), state="review").select_related("policy")


def reviews_due(*, viewer: User) -> int:
    """How many policies of the viewer's units were marked due or overdue when the day began."""
    return own(viewer=viewer).exclude(marked="").count()


def standing_of(policy: Policy, as_of: date) -> str:
    """How a policy's review stands: none, ok, due or overdue."""
    return review_standing(policy.review_due, as_of)


def found(*, viewer: User, text: str, limit: int) -> list[Policy]:
    """Policies whose code or title has ``text`` in it, or whose text in force has."""
    words = Exists(Version.objects.filter(policy=OuterRef("pk"), state="published", body__icontains=text))
    return list(policies(viewer=viewer).filter(Q(code__icontains=text) | Q(title__icontains=text) | Q(words))[:limit])


def approver_choices(*, viewer: User, path: str) -> list[tuple[str, str]]:
    """(uuid, name) of those who may approve a policy that belongs to a unit; the viewer left out."""
    rows = User.objects.filter(is_active=True, is_system=False).exclude(pk=viewer.pk).prefetch_related("grants")
    if not may(viewer, "policies.submit"):
        return []
    named = []
    for row in rows.order_by("first_name", "username"):
        if any(holds(grant.role, "policies.approve") for grant in row.grants.all()) and may(
            row, "policies.approve", path
        ):
            named.append((str(row.uuid), str(row)))
    return named


def control_choices(*, viewer: User) -> list[tuple[str, str]]:
    """(uuid, code and name) of the controls in sight."""
    rows = controls.controls(viewer=viewer).order_by("code").values_list("uuid", "code", "name")
    return [(str(uuid), f"{code} {name}") for uuid, code, name in rows]


def policy_choices(*, viewer: User) -> list[tuple[str, str]]:
    """(uuid, code and title) of the policies in force in sight."""
    force = Exists(Version.objects.filter(policy=OuterRef("pk"), state="published"))
    rows = policies(viewer=viewer).filter(force).values_list("uuid", "code", "title")
    return [(str(uuid), f"{code} {title}") for uuid, code, title in rows]


def counts(*, viewer: User) -> dict[str, int]:
    """How many of each record type are in sight."""
    return {"policies": policies(viewer=viewer).count()}


def requirement_suggestions(*, viewer: User) -> dict[int, list[str]]:
    """The ids of requirements that each policy in sight was written for, by primary key, for compliance to map."""
    rows = policies(viewer=viewer).exclude(requirements=[]).values_list("pk", "requirements")
    return dict(rows)


def in_force(*, viewer: User) -> QuerySet[Version]:
    """The wording in force of each policy in sight."""
    rows = Version.objects.filter(policy__in=policies(viewer=viewer), state="published")
    return rows.select_related("policy").annotate(code=F("policy__code"))


ACTIONS = (
    "save_text", "submit", "publish", "retire", "revise", "confirm_review", "set_facts", "link_enforcement", "remind",
    "request_exception",
)  # fmt: skip
"""What may be done from a policy's page."""


def allowed_here(*, viewer: User, policy: Policy) -> dict[str, bool]:
    """Which actions the viewer may take with a policy, by the command's name; ``people`` is to see who acknowledged."""
    allowed = {verb: may(viewer, f"policies.{verb}", policy.path) for verb in ACTIONS}
    return allowed | {
        "request_exception": may(viewer, "policies.request_exception"),
        "remind": may(viewer, "policies.remind"),
        "people": may(viewer, "people.view"),
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """What the list of policies offers to its viewer."""

    may_create: bool
    may_ask: bool
    waiting: tuple[Version, ...]


def shown_for(*, viewer: User) -> Shown:
    """What the viewer may begin, and which versions wait for their decision."""
    return Shown(
        may(viewer, "policies.create"),
        may(viewer, "policies.request_exception"),
        tuple(in_review_of(viewer=viewer)[:5]),
    )
