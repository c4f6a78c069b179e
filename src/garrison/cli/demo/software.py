"""What is known of software in images, applications and code: Trivy, CycloneDX and SARIF."""

import uuid
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from garrison.cli.demo.clock import Clock, iso
from garrison.cli.demo.packing import json_bytes
from garrison.cli.demo.story import STORY
from garrison.cli.demo.weaknesses import FLAWS, LIBRARIES, Package, packages, word

NAMESPACE = uuid.UUID("5b1a8f0e-6a55-5c1e-9d5e-2a7a40c0ffee")
"""Names of the demo's own documents hang from this."""

IMAGES = (("portal-upload", "4.2.1", 128, 95_000), ("lab-interface", "2.9.0", 104, 95_600),
          ("appointment-forms", "1.14.3", 90, 96_200))  # fmt: skip
"""Container images: name, tag, number of findings and first CVE number."""

BILLS = (("pharm-app-01", "3.4.0", 33, 97_000), ("patient-portal", "4.2.1", 24, 97_300))
"""Applications with a bill of material: name, version, number of weaknesses beside planted ones, first CVE number."""


def name_uuid(name: str) -> str:
    """A UUID that depends on the name alone."""
    return str(uuid.uuid5(NAMESPACE, name))


def trivy(clock: Clock) -> dict[str, bytes]:
    """A Trivy report for each image, by file name."""
    made = clock.at(-1, time(23, 15))
    return {
        f"trivy-{name}.json": _trivy_report(name, tag, list(packages(f"image {name}", count, first, clock)), made)
        for name, tag, count, first in IMAGES
    }


def _trivy_report(name: str, tag: str, found: list[Package], made: datetime) -> bytes:
    half = len(found) // 2
    artefact = f"registry.larkmere.example/{name}:{tag}"
    results = [
        {"Target": f"{artefact} (debian 12.9)", "Class": "os-pkgs", "Type": "debian",
         "Vulnerabilities": [_trivy_item(one, "deb/debian") for one in found[:half]]},
        {"Target": "Python", "Class": "lang-pkgs", "Type": "python-pkg",
         "Vulnerabilities": [_trivy_item(one, "pypi") for one in found[half:]]},
    ]  # fmt: skip
    return json_bytes({
        "SchemaVersion": 2,
        "CreatedAt": iso(made),
        "ArtifactName": artefact,
        "ArtifactType": "container_image",
        "Metadata": {"OS": {"Family": "debian", "Name": "12.9"}, "RepoTags": [artefact],
                     "ImageID": "sha256:" + name_uuid(artefact).replace("-", "") * 2},
        "Results": results,
    })  # fmt: skip


def _trivy_item(one: Package, ecosystem: str) -> dict[str, Any]:
    flaw = one.flaw
    return {
        "VulnerabilityID": one.cve,
        "PkgID": f"{one.name}@{one.version}",
        "PkgName": one.name,
        "PkgIdentifier": {"PURL": f"pkg:{ecosystem}/{one.name}@{one.version}"},
        "InstalledVersion": one.version,
        "FixedVersion": one.fixed,
        "Status": "fixed",
        "SeveritySource": "nvd",
        "Title": one.title,
        "Description": f"In {one.name} before {one.fixed} {flaw.phrase}.",
        "Severity": word(flaw.score),
        "CweIDs": [f"CWE-{flaw.cwe}"],
        "CVSS": {"nvd": {"V3Vector": flaw.vector, "V3Score": flaw.score}},
    }


def bills(clock: Clock) -> dict[str, bytes]:
    """CycloneDX bills of the group's own applications, by file name."""
    made = clock.at(-8, time(9, 30))
    result = {}
    for name, version, count, first in BILLS:
        found = list(packages(f"bill {name}", count, first, clock))
        if name == STORY.pharmacy_host:
            found.insert(0, Package(STORY.pharmacy_cve, "sqlburrow-orders", "1.8.2", "2.0.0", FLAWS["read"],
                                    "Old database library in pharmacy orders"))  # fmt: skip
        result[f"sbom-{name}.cdx.json"] = json_bytes(_bill(name, version, found, made))
    return result


def _bill(name: str, version: str, found: list[Package], made: datetime) -> dict[str, Any]:
    parts = {one.name: _part(one.name, one.version) for one in found}
    for place, library in enumerate(LIBRARIES):
        parts.setdefault(f"{library}-core", _part(f"{library}-core", f"2.{place}.0"))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{name_uuid(name)}",
        "version": 1,
        "metadata": {
            "timestamp": iso(made),
            "component": {"type": "application", "bom-ref": name, "name": name, "version": version},
        },
        "components": list(parts.values()),
        "vulnerabilities": [
            {
                "id": one.cve,
                "ratings": [{"score": one.flaw.score, "severity": word(one.flaw.score).lower(), "method": "CVSSv31",
                             "vector": one.flaw.vector}],
                "cwes": [one.flaw.cwe],
                "description": f"{one.title}.",
                "recommendation": f"Update {one.name} to {one.fixed}.",
                "affects": [{"ref": parts[one.name]["bom-ref"]}],
            }
            for one in found
        ],
    }  # fmt: skip


def _part(name: str, version: str) -> dict[str, Any]:
    purl = f"pkg:pypi/{name}@{version}"
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
            "licenses": [{"license": {"id": "MIT"}}]}  # fmt: skip


RULES = (
    ("FL101", "Secret in source", "A password or key stands in the source text.", "error", "8.1"),
    ("FL204", "Query built from text", "A database query is put together from what a caller sends.", "error", "8.6"),
    ("FL310", "File name not checked", "A file name from outside reaches the file system.", "warning", "6.8"),
    ("FL402", "Old hash", "A hash function that is no longer safe is used.", "warning", "5.0"),
    ("FL505", "Error swallowed", "An error is caught and nothing is told of it.", "note", "2.0"),
)
"""The code checker's rules: id, name, description, level and security severity."""

CODE_FINDINGS = 36
"""How many results the code report has."""


def code_report(clock: Clock) -> bytes:
    """A SARIF 2.1.0 log over the appointment forms' repository."""
    results = list(_code_results(clock))
    rules = [
        {"id": rule, "name": name.title().replace(" ", ""), "shortDescription": {"text": name},
         "fullDescription": {"text": text}, "defaultConfiguration": {"level": level},
         "properties": {"security-severity": severity, "tags": ["security"]}}
        for rule, name, text, level, severity in RULES
    ]  # fmt: skip
    run = {
        "tool": {"driver": {"name": "Fencelint", "version": "1.8.0", "rules": rules}},
        "versionControlProvenance": [{"repositoryUri": "https://code.larkmere.example/appointment-forms"}],
        "invocations": [{"executionSuccessful": True, "endTimeUtc": iso(clock.at(-1, time(18, 20)))}],
        "results": results,
    }
    return json_bytes({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]})


def _code_results(clock: Clock) -> Iterator[dict[str, Any]]:
    dice = clock.dice("code")
    folders = ("forms", "slots", "letters", "api")
    for place in range(CODE_FINDINGS):
        index = (0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 4)[place % 12]
        rule, name, text, level, _ = RULES[index]
        path = f"src/{folders[place % 4]}/{LIBRARIES[place % len(LIBRARIES)]}_view.py"
        yield {
            "ruleId": rule,
            "ruleIndex": index,
            "level": level,
            "message": {"text": f"{name}: {text}"},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": path},
                                                "region": {"startLine": dice.randint(10, 400) + place}}}],
            "partialFingerprints": {"primaryLocationLineHash": name_uuid(f"{rule}:{path}").replace("-", "")[:16]},
        }  # fmt: skip
