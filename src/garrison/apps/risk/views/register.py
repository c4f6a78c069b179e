"""The list of scenarios."""

from collections.abc import Callable
from decimal import Decimal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from garrison.apps.organization import selectors as organization
from garrison.apps.risk import selectors
from garrison.apps.risk.models import Scenario
from garrison.apps.risk.rules import PRIOR
from garrison.core.http import user_of
from garrison.core.ui import cells, figures, lists


def _standing(scenario: Scenario, look: lists.Look) -> SafeString:
    """Whether it counts."""
    if scenario.status == "approved":
        prior = scenario.basis == PRIOR
        return cells.state(
            _("Approved; sector prior, not yours") if prior else _("Approved"), "mute" if prior else "ok"
        )
    return cells.state(_("Sector prior, not yours") if scenario.basis == PRIOR else _("Draft"), "mute", "pencil")


def _loss(scenario: Scenario, look: lists.Look) -> object:
    """What one loss costs, as judged."""
    if scenario.low is None or scenario.high is None or scenario.distribution == "gamma":
        return cells.text("" if scenario.low is None else figures.money(scenario.low, scenario.currency))
    return cells.two(figures.interval(scenario.low, scenario.high, scenario.currency), scenario.distribution)


def _rate(scenario: Scenario, look: lists.Look) -> SafeString:
    """How often, as judged."""
    if scenario.rate_low is None or scenario.rate_high is None:
        return cells.two(f"{scenario.rate:.3g}")
    return cells.two(
        f"{scenario.rate:.3g}",
        _("judged %(low)s to %(high)s")
        % {
            "low": f"{scenario.rate_low:.3g}",
            "high": f"{scenario.rate_high:.3g}",
        },
    )


def _amount(name: str) -> Callable[[Scenario], object]:
    """An amount as an export holds it, without the zeros that its column stores."""

    def told(scenario: Scenario) -> object:
        value: Decimal | None = getattr(scenario, name)
        if value is None:
            return None
        return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()

    return told


SCENARIOS = lists.ListPage(
    key="risk.scenarios",
    title=_("Scenarios"),
    noun=_("scenarios"),
    columns=[
        lists.Column(
            "scenario",
            _("Scenario and owner"),
            header="scenario_name",
            order=("code",),
            value="name",
            cell=lambda row, look: cells.two(
                row.name,
                " · ".join(part for part in (row.code, row.owner) if part),
                url=reverse("risk:scenario", args=[row.uuid]),
            ),
        ),
        lists.Column(
            "status", _("Counts"), value="status", header="status", cell=_standing, order=("status",), nowrap=True
        ),
        lists.Column(
            "rate", _("Times a year"), header="events_per_year", order=("rate",), priority=2, numeric=True, cell=_rate
        ),
        lists.Column(
            "loss",
            _("One loss"),
            header="loss_low",
            value=_amount("low"),
            cell=_loss,
            order=("high",),
            numeric=True,
            priority=2,
            nowrap=True,
        ),
        lists.Column(
            "unit",
            _("Unit"),
            header="unit_code",
            value="unit.code",
            order=("unit__name",),
            priority=3,
            cell=lambda row, look: row.unit.name if row.unit else "–",
        ),
        lists.Column(
            "estimator",
            _("Estimator"),
            order=("estimator",),
            priority=3,
            cell=lambda row, look: cells.two(
                row.estimator or "–", _("calibrated") if row.calibrated else _("not calibrated")
            ),
        ),
        lists.Column(
            "approved_on",
            _("Approved"),
            order=("approved_on",),
            priority=3,
            nowrap=True,
            cell=lambda row, look: cells.two(figures.day(row.approved_on, at=look.at), row.approved_by),
        ),
        lists.Column("scenario_code", "scenario_code", value="code", export_only=True),
        lists.Column("owner", _("Owner"), order=("owner",), shown=False),
        lists.Column("currency", _("Currency"), shown=False),
        lists.Column("events_low", "events_low", value="rate_low", export_only=True),
        lists.Column("events_high", "events_high", value="rate_high", export_only=True),
        lists.Column("distribution", _("Distribution"), shown=False),
        lists.Column("loss_mode", "loss_mode", value=_amount("mode"), export_only=True),
        lists.Column("loss_high", "loss_high", value=_amount("high"), export_only=True),
        lists.Column("basis", _("Basis"), shown=False),
        lists.Column("calibrated", "calibrated", value=lambda row: "yes" if row.calibrated else "no", export_only=True),
        lists.Column("approved_by", _("Approved by"), shown=False),
        lists.Column("asset", _("About"), value="about", shown=False),
    ],
    filters=[
        lists.Filter("status", _("Counts"), "choice", choices=[("approved", _("approved")), ("draft", _("drafts"))]),
        lists.Filter("unit", _("Unit"), "choice", lookup="unit__path__startswith", choices=organization.unit_choices),
        lists.Filter("basis", _("Basis"), "choice", choices=[("own", _("own")), ("sector prior", _("sector prior"))]),
        lists.Filter("calibrated", _("Calibrated"), "boolean", shown=False),
        lists.Filter("owner", _("Owner"), "text", shown=False),
    ],
    search=("code", "name", "owner", "estimator", "about"),
    sort="scenario",
    import_url_name="web:imports",
    views=[
        lists.View("all", _("All"), {}),
        lists.View("approved", _("Approved"), {"status": "approved"}),
        lists.View("drafts", _("Drafts"), {"status": "draft"}),
    ],
    empty=lists.Empty(
        _("No scenarios yet"),
        _(
            "Drop the risk register here: CSV or XLSX with scenario_code, scenario_name, events_per_year, "
            "loss_low, loss_high."
        ),
        _("Import"),
        "web:imports",
    ),
    rule=_("A draft counts nowhere until its owner, or the security head for its owner, approves it."),
    name=lambda row: row.name,
    crumbs=((_("Risk"), "/risk/"),),
)


@require_GET
def scenario_list(request: HttpRequest) -> HttpResponseBase:
    """Every scenario in sight; exports hold the columns that an import reads."""
    rows = selectors.scenarios(viewer=user_of(request))
    line = _("How often each happens before controls, what one loss costs, and who judged it.")
    return lists.respond(request, SCENARIOS, rows, {"scope_line": line}, at=timezone.now())
