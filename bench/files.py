"""Files for benchmarks, made on the spot."""

import json
import random
from pathlib import Path


def trivy(path: Path, findings: int, *, seed: int = 7) -> Path:
    """A Trivy image report with so many findings of distinct ids."""
    rng = random.Random(seed)
    rows = []
    for number in range(findings):
        rows.append(
            {
                "VulnerabilityID": f"CVE-2025-{10_000 + number}",
                "PkgID": f"package-{number % 700}@1.{number % 9}.0",
                "PkgName": f"package-{number % 700}",
                "PkgIdentifier": {"PURL": f"pkg:deb/debian/package-{number % 700}@1.{number % 9}.0?arch=amd64"},
                "InstalledVersion": f"1.{number % 9}.0",
                "FixedVersion": f"1.{number % 9}.1",
                "Status": "fixed",
                "SeveritySource": "debian",
                "PrimaryURL": f"https://vulnerabilities.example/{number}",
                "Title": f"package-{number % 700}: a made-up flaw number {number}",
                "Description": "A made-up flaw in a made-up package lets a made-up attacker do harm. " * 6,
                "Severity": rng.choice(["LOW", "MEDIUM", "HIGH", "CRITICAL"]),
                "CweIDs": ["CWE-79"],
                "CVSS": {"nvd": {"V3Vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "V3Score": 9.8}},
                "PublishedDate": "2025-05-01T10:00:00Z",
                "LastModifiedDate": "2025-06-01T10:00:00Z",
            }
        )
    report = {
        "SchemaVersion": 2,
        "CreatedAt": "2026-03-01T08:00:00Z",
        "ArtifactName": "registry.example/app:1.0",
        "ArtifactType": "container_image",
        "Metadata": {"OS": {"Family": "debian", "Name": "12.5"}},
        "Results": [
            {
                "Target": "registry.example/app:1.0 (debian 12.5)",
                "Class": "os-pkgs",
                "Type": "debian",
                "Vulnerabilities": rows,
            }
        ],
    }
    path.write_text(json.dumps(report))
    return path
