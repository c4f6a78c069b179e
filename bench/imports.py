"""Importing large reports and catalogues, whole process: the limits of the product's own design."""

import compileall
import os
import tempfile
from pathlib import Path

from bench import files
from bench.measure import ROOT, garrison, python, say

COUNT = """
import sys
from pathlib import Path
from garrison.core import setup
setup.start()
from django.db import connection
from django.utils import timezone
from garrison.core import selectors
from garrison.core.imports.run import run_import
count = 0
def watch(execute, sql, params, many, context):
    global count
    count += 1
    return execute(sql, params, many, context)
with connection.execute_wrapper(watch):
    run_import(actor=selectors.system_actor(), paths=[Path(sys.argv[1])], at=timezone.now())
print(count)
"""


def main() -> bool:
    """Run all; tells whether every limit holds."""
    good = True
    compileall.compile_dir(ROOT / "src", quiet=2)  # as installed: Python may be told not to keep what it compiles
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        cost = garrison(["--help"], place)
        good &= say("garrison --help", cost.cpu_s, 0.3, "s CPU")
        cost = garrison(["migrate"], place / "empty")
        good &= say("empty migrate (a peer: over 8 minutes)", cost.cpu_s, 10, "s CPU")
        home = place / "home"
        garrison(["migrate"], home)
        report = files.trivy(place / "trivy.json", 10_000)
        cost = garrison(["import", str(report)], home)
        good &= say("10,000 Trivy findings, whole process (a peer: 211 s)", cost.cpu_s, 5, "s CPU")
        good &= say("  its memory", cost.peak_mb, 300, "MB")
        changed = files.trivy(place / "again.json", 10_000)
        changed.write_text(changed.read_text().replace("1.0.1", "1.0.2"))
        cost = garrison(["import", str(changed)], home)
        good &= say("  the report again, a tenth of it changed (a peer: 27.9 s)", cost.cpu_s, 2.5, "s CPU")
        statements = {}
        for number in (10_000, 20_000):
            path = files.trivy(place / f"{number}.json", number, seed=number)
            fresh = place / f"home-{number}"
            garrison(["migrate"], fresh)
            statements[number] = int(python(["-c", COUNT, str(path)], fresh).output.split()[-1])
        growth = (statements[20_000] - statements[10_000]) / 10
        print(f"     SQL statements: {statements[10_000]} for 10,000 findings, {statements[20_000]} for 20,000")
        good &= say("  statements for each further 1,000 findings (a peer: 6,037)", growth, 10, "statements")
        corpus = Path(os.environ.get("GARRISON_CORPUS") or ROOT.parent / "shared" / "corpus")
        if corpus.is_dir():
            cost = garrison(["import", str(corpus / "attack/enterprise-attack-18.1.stix20.assembled.json.gz")], home)
            good &= say("ATT&CK enterprise, 24,771 objects", cost.cpu_s, 5, "s CPU")
            cost = garrison(["import", str(corpus / "oscal/800-53r5_full_groups.json.gz")], home)
            good &= say("800-53 catalogue (a peer: 11.7 s)", cost.cpu_s, 1.5, "s CPU")
        else:
            print("     ATT&CK and 800-53 not measured: the corpus is not here")
    return good


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
