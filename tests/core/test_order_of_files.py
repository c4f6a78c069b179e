"""Files of one run may come in any order, and what they name in vain is said."""

from pathlib import Path

import pytest

from garrison.apps.budget.models import Initiative
from garrison.apps.controls.models import Control
from garrison.apps.organization.models import Unit
from garrison.apps.risk.models import Scenario
from garrison.core.imports.run import run_import

pytestmark = pytest.mark.django_db(databases="__all__")


def test_units_find_their_parents_in_another_file(system, now, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("unit_code,unit_name,parent_code\nER,Emergency,LHG\n")
    (tmp_path / "b.csv").write_text("unit_code,unit_name,parent_code\nLHG,Larkmere,\n")
    (tmp_path / "c.csv").write_text("unit_code,unit_name,parent_code\nICU,Intensive care,NONE\n")
    _, readings = run_import(actor=system, paths=[tmp_path], at=now)
    assert [reading.status for reading in readings] == ["imported", "imported", "refused"]
    assert Unit.objects.get(code="ER").parent == Unit.objects.get(code="LHG")
    (reason,) = [message.reason for message in readings[2].told]
    assert "The parent NONE of unit ICU is not known" in reason


def test_an_initiative_says_what_it_names_in_vain(system, now, tmp_path: Path, chief, client) -> None:
    head = "initiative_code,initiative_name,cost,effectiveness,requires,excludes\n"
    (tmp_path / "a.csv").write_text(head + "I-1,Guards,5,R-9:0.5,I-2; I-3,I-8\n")
    (tmp_path / "b.csv").write_text(head + "I-2,Locks,5,,,\n")
    _, (first, second) = run_import(actor=system, paths=[tmp_path], at=now)
    assert (first.status, second.status) == ("imported", "imported")
    assert [(message.row, message.field, message.refused) for message in first.told] == [
        (2, "requires", False),
        (2, "excludes", False),
        (2, "effectiveness", False),
    ]
    assert "I-1 names I-3, which is no initiative here: it cannot be chosen" in first.told[0].reason
    assert "R-9" in first.told[2].reason
    client.force_login(chief, backend="allauth.account.auth_backends.AuthenticationBackend")
    initiative = Initiative.objects.get(code="I-1")
    page = client.get(f"/plan/initiatives/{initiative.uuid}/").content.decode()
    assert "It cannot be chosen: it requires I-3" in page
    assert "It excludes I-8" in page
    assert "no such scenario in sight" in page
    late = tmp_path / "c.csv"
    late.write_text(head + "I-3,Lights,5,,,\nI-8,Fence,5,,,\n")
    run_import(actor=system, paths=[late], at=now)
    assert "cannot be chosen" not in client.get(f"/plan/initiatives/{initiative.uuid}/").content.decode()


def test_a_control_and_a_scenario_say_what_they_name_in_vain(system, now, tmp_path: Path, chief, client) -> None:
    (tmp_path / "a.csv").write_text("control_code,control_name,bears_on\nC-1,Guards,R-1:0.5; R-9:0.2\n")
    (tmp_path / "b.csv").write_text(
        "scenario_code,scenario_name,events_per_year,loss_low,loss_high,asset\n"
        "R-1,Fire,0.1,1,9,D-1\nR-2,Flood,0.1,1,9,srv-x\nR-3,Theft,0.1,1,9,10.0.0.7\n"
    )
    (tmp_path / "c.csv").write_text("device_code,device_name,device_kind\nd-1,Front door,door\n")
    (tmp_path / "d.csv").write_text("host_name,addresses,exposed\nweb,10.0.0.7,yes\n")
    _, readings = run_import(actor=system, paths=[tmp_path], at=now)
    assert [reading.status for reading in readings] == ["imported"] * 4
    assert [[(m.row, m.field, m.refused, m.reason) for m in reading.told] for reading in readings] == [
        [(2, "bears_on", False,
          "C-1 bears on R-9, which is no scenario here: it counts nothing until a table tells of it")],
        [(3, "asset", False, "R-2 is about srv-x, which is no asset here until a table tells of it")],
        [],
        [],
    ]  # fmt: skip
    client.force_login(chief, backend="allauth.account.auth_backends.AuthenticationBackend")
    told = "which no imported table has told of"
    scenarios = {
        row.code: client.get(f"/risk/scenarios/{row.uuid}/").content.decode() for row in Scenario.objects.all()
    }
    assert {code: told in page for code, page in scenarios.items()} == {"R-1": False, "R-2": True, "R-3": False}
    page = client.get(f"/controls/{Control.objects.get().uuid}/").content.decode()
    assert f"It is said to bear on R-9, {told}" in page
    assert "Fire" in page
