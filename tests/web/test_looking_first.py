"""A table of ours shows what it would change before it does, and is taken back afterwards."""

from typing import Any

import pytest
from django.urls import reverse

from garrison.apps.assets.models import Asset, AssetName, DeviceTest
from garrison.apps.budget.models import Effect, Initiative
from garrison.apps.controls.models import ControlTest
from garrison.apps.organization.models import Unit
from garrison.apps.risk.models import Safeguard
from garrison.core.models import ImportRun, Job
from tests.web.test_importing import do, file
from tests.web.test_lists_come_back import DEVICES, HOSTS, UNITS, edited, exported
from tests.web.test_pages import sign_in

pytestmark = pytest.mark.django_db(databases="__all__")
INITIATIVES = (
    "initiative_code,initiative_name,cost,unit_code,effectiveness,requires\n"
    "I-1,Guards,100,ER,R-1:0.4; R-2:0.2,\nI-2,Locks,50,,R-1:0.1,I-1\n"
)
OTHERS = (
    "initiative_code,initiative_name,cost,unit_code,effectiveness,requires\n"
    "I-1,More guards,120.50,LHG,R-1:0.5; R-3:0.3,\nI-3,Lights,7,,R-1:0.1,\nI-4,Fence,9,XX,R-1:0.1,\n"
)


@pytest.fixture(autouse=True)
def _frame_alone() -> None:
    """The whole site, not the frame alone."""


def send(client: Any, *files: Any, look: bool = True) -> Job:
    client.post(reverse("web:upload"), {"files": files, **({"look_first": "1"} if look else {})})
    return do(Job.objects.latest("asked"))


@pytest.fixture
def stocked(chief: Any) -> Any:
    """A client signed in as the head of a small register."""
    client = sign_in(chief)
    for name, body in (("u.csv", UNITS), ("h.csv", HOSTS), ("d.csv", DEVICES), ("i.csv", INITIATIVES)):
        assert send(client, file(name, body), look=False).state == "done"
    return client


def state() -> Any:
    names = ("code", "name", "cost", "currency", "unit__code", "requires")
    return (
        list(Initiative.objects.order_by("code").values_list(*names)),
        list(Effect.objects.order_by("key").values_list("initiative__code", "scenario_code", "share")),
    )


def test_a_table_is_shown_first_then_imported_then_taken_back(stocked: Any) -> None:
    before, runs = state(), ImportRun.objects.count()
    job = send(stocked, file("more.csv", OTHERS))
    assert (state(), ImportRun.objects.count()) == (before, runs)
    address = reverse("web:import_preview", args=[job.uuid])
    told = stocked.get(reverse("web:job_progress", args=[job.uuid])).content.decode()
    assert "Nothing is changed yet. Rows: 1 new, 1 changed and 1 refused." in told
    assert address in told
    page = stocked.get(address).content.decode()
    assert "1 new, 1 changed, 0 unchanged, 1 refused" in page
    (one,) = job.result["preview"]
    fields = {row["name"]: {name: (was, now) for name, was, now in row["fields"]} for row in one["rows"]}
    assert fields["I-1"]["name"] == ("Guards", "More guards")
    assert fields["I-1"]["unit"] == ("Emergency", "Larkmere")
    assert fields["I-1"]["effect I-1|R-1: share"] == ("0.4", "0.5")
    assert fields["I-1"]["effect I-1|R-2: share"] == ("0.2", "")
    assert fields["I-3"]["cost"][1] == "7.00"
    assert "there is no unit XX" in page

    assert stocked.post(reverse("web:import_apply", args=[job.uuid])).status_code == 302
    applied = do(Job.objects.latest("asked"))
    assert Initiative.objects.get(code="I-1").name == "More guards"
    run = ImportRun.objects.get(uuid=applied.result["run"])
    shown = stocked.get(reverse("web:file", args=[run.files.get().uuid])).content.decode()
    assert "Undo this import" in shown
    undo = shown.split('action="/undo/')[1].split('"')[0]
    assert "files are no longer here" in stocked.get(address).content.decode()
    assert stocked.post(reverse("web:import_apply", args=[job.uuid])).status_code == 409
    assert stocked.post(f"/undo/{undo}").status_code == 302
    assert state() == before
    assert "Undo this import" not in stocked.get(reverse("web:file", args=[run.files.get().uuid])).content.decode()
    assert send(stocked, file("more.csv", OTHERS), look=False).state == "done"
    assert Initiative.objects.get(code="I-1").name == "More guards", "the same bytes are read again"


def undo_of(client: Any, job: Job) -> str:
    run = ImportRun.objects.get(uuid=job.result["run"])
    shown = client.get(reverse("web:file", args=[run.files.first().uuid])).content.decode()
    return "/undo/" + shown.split('action="/undo/')[1].split('"')[0]


def test_decisions_of_a_list_are_taken_back_unless_decided_again(stocked: Any) -> None:
    body = exported(stocked, reverse("assets:list"))
    ours = edited(body, {"ws-01": {"owner": "Bo", "exposed": "no"}, "D-1": {"critical": "yes"}}, by="asset_code")
    job = send(stocked, file("list.csv", ours))
    (one,) = job.result["preview"]
    assert (one["changed"], one["unchanged"], one["refused"]) == (2, 5, 0)
    assert ["owner", "Ann Vo", "Bo"] in next(row["fields"] for row in one["rows"] if row["name"] == "ws-01")
    stocked.post(reverse("web:import_apply", args=[job.uuid]))
    undo = undo_of(stocked, do(Job.objects.latest("asked")))
    Asset.objects.filter(code="ws-01").update(owner="Cy")
    refused = stocked.post(undo)
    assert refused.status_code == 409
    assert "ws-01 was changed again since the import" in refused.content.decode()
    assert Asset.objects.get(code="D-1").critical
    Asset.objects.filter(code="ws-01").update(owner="Bo")
    assert stocked.post(undo).status_code == 302
    host = Asset.objects.get(code="ws-01")
    assert (host.owner, host.exposed, Asset.objects.get(code="D-1").critical) == ("Ann Vo", True, False)


def test_new_devices_go_again_but_what_others_rest_on_stays(stocked: Any) -> None:
    more = (
        "device_code,device_name,device_kind,unit_code,site,tested,test_result\n"
        "D-8,New door,door,ER,North,2026-03-03,pass\nD-9,Last door,door,ER,North,,\n"
    )
    undo = undo_of(stocked, send(stocked, file("more.csv", more), look=False))
    assert DeviceTest.objects.filter(asset__code="D-8").exists()
    serving = "device_code,device_name,device_kind,serves\nC-9,Camera,camera,D-9\n"
    send(stocked, file("camera.csv", serving), look=False)
    assert stocked.post(undo).status_code == 302
    assert set(Asset.objects.filter(code__in=["D-8", "D-9"]).values_list("code", flat=True)) == {"D-9"}


def test_a_new_host_goes_with_its_names(stocked: Any) -> None:
    more = "host_name,addresses,exposed\nws-50,10.9.9.9,yes\nws-01,10.0.0.1;10.9.9.8,yes\n"
    undo = undo_of(stocked, send(stocked, file("more.csv", more), look=False))
    assert AssetName.objects.filter(name__startswith="10.9.9").count() == 2
    assert stocked.post(undo).status_code == 302
    assert not Asset.objects.filter(code="ws-50").exists()
    assert not AssetName.objects.filter(name__startswith="10.9.9").exists()
    assert Asset.objects.filter(code="ws-01").exists()


def test_controls_are_put_back_with_their_test_and_what_they_bear_on(stocked: Any) -> None:
    table = "control_code,control_name,bears_on,effectiveness,tested\nC-1,Lock,{},{},{}\n"
    send(stocked, file("a.csv", table.format("R-1:0.5; R-2:0.5", "0.8", "2026-03-01")), look=False)
    undo = undo_of(stocked, send(stocked, file("b.csv", table.format("R-1:0.6", "0.1", "2026-03-02")), look=False))
    assert ControlTest.objects.count() == 2
    assert stocked.post(undo).status_code == 302
    assert [(t.on.isoformat(), t.effectiveness) for t in ControlTest.objects.all()] == [("2026-03-01", 0.8)]
    assert dict(Safeguard.objects.values_list("scenario_code", "coverage")) == {"R-1": 0.5, "R-2": 0.5}


def test_units_are_put_back_with_their_budget_and_appetite(stocked: Any) -> None:
    table = (
        "unit_code,unit_name,currency,yearly_budget,appetite_loss_1,appetite_probability_1\nLHG,Lark,USD,{},{},0.1\n"
    )
    send(stocked, file("a.csv", table.format("5000000", "100")), look=False)
    undo = undo_of(stocked, send(stocked, file("b.csv", table.format("6000000.25", "200")), look=False))
    unit = Unit.objects.get(code="LHG")
    assert (str(unit.budget), [int(p.loss) for p in unit.appetite.all()]) == ("6000000.25", [200])
    assert stocked.post(undo).status_code == 302
    unit = Unit.objects.get(code="LHG")
    assert (str(unit.budget), [int(p.loss) for p in unit.appetite.all()]) == ("5000000.00", [100])


def test_what_is_no_table_of_ours_is_imported_at_once(stocked: Any, make_user: Any) -> None:
    job = send(stocked, file("i.csv", OTHERS), file("x.txt", "hello there"))
    assert "run" in job.result
    looked = send(stocked, file("j.csv", INITIATIVES))
    assert stocked.post(reverse("web:import_discard", args=[looked.uuid])).status_code == 302
    assert "no longer here" in stocked.get(reverse("web:import_preview", args=[looked.uuid])).content.decode()
    assert stocked.get(reverse("web:import_preview", args=[job.uuid])).status_code == 404
    other = sign_in(make_user("ann", "manager"))
    assert other.get(reverse("web:import_preview", args=[looked.uuid])).status_code == 404
