"""The tree of a framework with 1,189 requirements and their statuses, and its roll-up by unit: CPU and statements."""

import tempfile
from pathlib import Path

from bench.measure import garrison, python, say

FILL = """
from datetime import UTC, date, datetime
from garrison.core import setup
setup.start()
from garrison.apps.compliance.models import Decision, Framework, Mapping, Requirement
from garrison.apps.controls.models import Control, ControlTest
from garrison.apps.organization.models import Unit
now = datetime(2026, 3, 9, 8, tzinfo=UTC)
top = Unit.objects.create(key="org", code="ORG", name="Group", path="/ORG/")
units = [top, *(Unit.objects.create(key=f"u{i}", code=f"U{i}", name=f"Unit {i}", parent=top, path=f"/ORG/U{i}/")
                for i in range(12))]
framework = Framework.objects.create(key="fw|5", ident="fw", version="5", title="A large catalogue", family="fw")
asked = Requirement.objects.bulk_create([
    Requirement(key=f"r{i}", framework=framework, code=f"ac-{i}", label=f"AC-{i}", title=f"Requirement {i}",
                group=f"Family {i % 20}", order=i, parent=f"ac-{i - i % 4}" if i % 4 else "",
                measures=["door-tests"] if i % 9 == 0 else [])
    for i in range(1189)
])
controls = Control.objects.bulk_create([
    Control(key=f"c{i}", code=f"C-{i}", name=f"Control {i}", unit=units[i % 13]) for i in range(200)
])
ControlTest.objects.bulk_create([
    ControlTest(control=controls[i % 200], on=date(2026, 1 + i // 200, 5), effectiveness=0.4 + (i % 6) / 10,
                recorded_by="bench", recorded_at=now)
    for i in range(400)
])
Mapping.objects.bulk_create([
    Mapping(control=controls[i % 200], requirement=asked[(i * 7) % 1189],
            strength=("full", "partial", "supporting")[i % 3],
            said_by=f"source {i // 1189}", at=now, source=("own", "imported")[i // 1189 % 2])
    for i in range(2000)
], ignore_conflicts=True)
print(framework.uuid)
"""

MEASURE = """
import sys
import time
from garrison.core import setup
setup.start()
from django.db import connection
from django.test import Client
from garrison.core import selectors, services
system = selectors.system_actor()
user = services.add_user(actor=system, username="bench")
services.grant_role(actor=system, user=user.uuid, role="security head")
client = Client(HTTP_HOST="127.0.0.1")
client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
from django.test.utils import CaptureQueriesContext
OF_THE_FRAME = ("django_session", "core_user", "core_grant", "SAVEPOINT")
for name in ("", "units/"):
    address = f"/compliance/{sys.argv[1]}/{name}"
    client.get(address)
    with CaptureQueriesContext(connection) as told:
        body = client.get(address)
    assert body.status_code == 200, body.status_code
    every = list(told.captured_queries)
    own = [q["sql"] for q in every if not any(f'FROM "{t}"' in q["sql"] for t in OF_THE_FRAME)]
    best = 9.0
    for _ in range(5):
        begun = time.process_time()
        client.get(address)
        best = min(best, time.process_time() - begun)
    print("PAGE", name or "tree", round(best * 1000), len(own), len(every), len(body.content))
"""

MOST_MS, MOST_STATEMENTS = 300, 12


def main() -> bool:
    """Fill a home, ask each page six times, print the best CPU time and the statements; tells whether limits hold."""
    good = True
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        garrison(["migrate"], home)
        uuid = python(["-c", FILL], home).output.strip().splitlines()[-1]
        for line in python(["-c", MEASURE, uuid], home).output.splitlines():
            if line.startswith("PAGE "):
                _, name, spent, own, every, size = line.split()
                page = f"framework of 1,189 requirements, {name.rstrip('/')}"
                good &= say(page, float(spent), MOST_MS, "ms CPU", f"{int(size) // 1000} kB")
                good &= say(
                    "  its SQL without session and grants", float(own), MOST_STATEMENTS, "statements", f"{every} in all"
                )
    return good


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
