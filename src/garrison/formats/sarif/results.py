"""What one SARIF result says."""

import re
from typing import Any

from garrison.formats import findings
from garrison.formats.facts import FindingFact
from garrison.formats.sarif.runs import Context, path_of
from garrison.formats.sarif.shape import Artifact, Location, Message, Physical, Region, Result, Rule

_LEVELS = {"error": "high", "warning": "medium", "note": "low", "none": "none"}
_PLACEHOLDER = re.compile(r"\{(\d+)\}")
_TRIVY = re.compile(r"^(Package|Installed Version|Fixed Version):[ \t]*(.*)$", re.MULTILINE)
_SECRET = re.compile(r"\bsecrets?\b|\bgitleaks\b|\btrufflehog\b|\bcredentials?\b", re.IGNORECASE)
_MISCONFIGURATION = re.compile(r"misconfiguration", re.IGNORECASE)


def finding(result: Result, context: Context, row: int) -> FindingFact:
    """The finding that a result of a run is."""
    ident, rule = context.rule(result)
    properties = {**(rule.properties or {}), **(result.properties or {})}
    tags = [tag for tag in _list(properties.get("tags")) + _list(properties.get("cwe")) if isinstance(tag, str)]
    message = _message(result.message, rule)
    short = _said(rule.short_description) or _said(rule.full_description)
    cves = findings.cves(ident)
    name = findings.name(ident) or findings.name(rule.name) or "unnamed rule"
    location, element = _location(result, context)
    package = dict(_TRIVY.findall(message[: findings.TEXT_CHARS])) if context.tool == "Trivy" else {}
    severity, score = _severity(result, rule, properties)
    words = " ".join((context.tool, ident, rule.name or "", *tags))
    return FindingFact(
        row=row,
        tool=context.tool,
        kind=_kind(result, words, bool(cves)),
        rule=cves[0] if cves and cves[0] == name.upper() else name,
        title=findings.name(short or message or rule.name) or name,
        subject_kind=context.kind,
        subject=context.ident,
        severity=severity,
        cves=cves,
        cwes=_weaknesses(result, rule, tags),
        component=findings.name(package.get("Package")) or element,
        version=findings.name(package.get("Installed Version")),
        fixed=findings.name(package.get("Fixed Version")),
        location=location,
        description=findings.text(message or _said(rule.full_description)),
        advice=findings.text(_said(rule.help)),
        cvss=score,
        url=findings.name(rule.help_uri),
        seen=context.seen,
        status=_status(result),
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _said(message: Message | None) -> str:
    return ((message.text or message.markdown or "") if message else "").strip()


def _message(message: Message | None, rule: Rule) -> str:
    """A result's text, looked up in its rule by id if need be, its placeholders filled (section 3.11)."""
    if message is None:
        return ""
    found = _said(message) or _said((rule.message_strings or {}).get(message.id or ""))
    given = message.arguments or []

    def filled(place: re.Match[str]) -> str:
        number = int(place[1]) if len(place[1]) < 4 else len(given)
        return given[number] if number < len(given) else place[0]

    return _PLACEHOLDER.sub(filled, found[: 2 * findings.TEXT_CHARS]) if given else found


def _location(result: Result, context: Context) -> tuple[str, str]:
    """The first place as ``file:line``, and the code element there (a function, a class) if it is named."""
    place = (result.locations or [Location()])[0]
    physical = place.physical_location or Physical()
    artifact = physical.artifact_location or physical.file_location or Artifact()
    path = path_of(artifact)
    if not path and artifact.index is not None and 0 <= artifact.index < len(context.paths):
        path = context.paths[artifact.index]
    line = (physical.region or Region()).start_line
    element = findings.first(item.fully_qualified_name or item.name or "" for item in place.logical_locations or ())
    return (f"{path}:{line}" if path and line else path), findings.name(element)


def _severity(result: Result, rule: Rule, properties: dict[str, Any]) -> tuple[str, float | None]:
    """The severity, and the score that gave it, if any (sections 3.27.10 and 3.58.6 for the level)."""
    given = properties.get("security-severity")
    score = findings.score(given) if isinstance(given, str | int | float) else None
    if score is not None:
        return findings.severity_of_score(score), score
    default = rule.default_configuration.level if rule.default_configuration else None
    level = result.level or ("none" if result.kind not in (None, "fail") else default or "warning")
    return _LEVELS.get(level, "unknown"), None


def _weaknesses(result: Result, rule: Rule, tags: list[str]) -> tuple[str, ...]:
    """Weaknesses by tags such as ``external/cwe/cwe-079``, and by relations to the taxonomy named CWE."""
    taxa = [relation.target for relation in rule.relationships or () if relation.target] + (result.taxa or [])
    related = [
        f"CWE-{(taxon.id or '').upper().removeprefix('CWE-')}"
        for taxon in taxa
        if taxon.tool_component is not None and (taxon.tool_component.name or "").upper() == "CWE"
    ]
    return findings.cwes(*tags, *related)


def _kind(result: Result, words: str, known: bool) -> str:
    if known:
        return "vulnerability"
    if result.kind == "informational":
        return "observation"
    if _SECRET.search(words):
        return "secret"
    return "misconfiguration" if _MISCONFIGURATION.search(words) else "code"


def _status(result: Result) -> str:
    if result.baseline_state == "absent":
        return "fixed"
    judged = result.suppressions or []
    if judged and all((item.status or item.state or "accepted") == "accepted" for item in judged):
        return "suppressed"
    return "in_triage" if result.kind in ("review", "open") else ""
