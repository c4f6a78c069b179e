"""Any list page over 100,000 findings: CPU and SQL statements of one request."""

import tempfile
from pathlib import Path

from bench.measure import garrison, python, say

FILL = """
import hashlib
from datetime import UTC, datetime, timedelta
from garrison.core import setup
setup.start()
from garrison.apps.assets.models import Asset
from garrison.apps.vulnerabilities.models import Finding
now = datetime(2026, 3, 9, 8, tzinfo=UTC)
assets = Asset.objects.bulk_create(
    [Asset(key=f"host:h{i}", kind="host", code=f"h{i}", name=f"host {i}") for i in range(500)]
)
rows = []
for i in range(100_000):
    level = 1 + i % 5
    rows.append(Finding(
        key=hashlib.sha256(str(i).encode()).hexdigest(), asset=assets[i % 500], tool="Nessus", kind="vulnerability",
        rule=f"CVE-2025-{10000 + i}", title=f"Made-up flaw {i}", severity=("low", "medium", "high")[i % 3],
        cve=f"CVE-2025-{10000 + i}", first_seen=now, last_seen=now, level=level, deadline="14 days",
        reason="Internal only", due=(now + timedelta(days=i % 90)).date() if level > 1 else None,
        in_kev=i % 97 == 0, search=f"made-up flaw {i} cve-2025-{10000 + i} h{i % 500}",
    ))
Finding.objects.bulk_create(rows, batch_size=1000)
"""

MEASURE = """
import time
from garrison.core import setup
setup.start()
from django.db import connection
from django.test import Client
from garrison.core import selectors, services
from garrison.core.commands import Missing
system = selectors.system_actor()
user = services.add_user(actor=system, username="bench")
services.grant_role(actor=system, user=user.uuid, role="security head")
client = Client(HTTP_HOST="127.0.0.1")
client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
PAGES = (
    "/findings/?status=open",
    "/findings/?status=open&q=flaw+77",
    "/findings/?status=open&sort=-due&page=40",
    "/assets/",
    "/people/",
)
for path in PAGES:
    client.get(path)
    count = 0
    def watch(execute, sql, params, many, context):
        global count
        count += 1
        return execute(sql, params, many, context)
    begun = time.process_time()
    with connection.execute_wrapper(watch):
        answer = client.get(path)
    said = answer.get("Location", answer.status_code)
    print(path, said, time.process_time() - begun, count)
"""


def main() -> bool:
    """Run all; tells whether every limit holds."""
    good = True
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        garrison(["migrate"], home)
        python(["-c", FILL], home)
        for line in python(["-c", MEASURE], home).output.splitlines():
            path, status, cpu, count = line.split()
            if status != "200":
                raise RuntimeError(line)
            good &= say(f"page {path} over 100,000 findings", float(cpu) * 1000, 100, "ms CPU")
            good &= say("  its SQL", float(count), 12, "statements")
    return good


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
