"""Files of one run may come in any order, and what they name in vain is said."""

from pathlib import Path

import pytest

from garrison.apps.budget.models import Initiative
from garrison.apps.organization.models import Unit
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
