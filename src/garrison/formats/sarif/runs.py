"""What the results of one SARIF run have in common."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote, urlsplit

import msgspec

from garrison.formats import findings, safejson
from garrison.formats.facts import Refusal
from garrison.formats.sarif.shape import Artifact, Automation, Driver, Invocation, Reference, Result, Rule, Run, Tool

_RULE = msgspec.json.Decoder(Rule)
_SOURCES = re.compile(r"SRC|REPO|PROJECT|SOURCE|ROOTPATH", re.IGNORECASE)
_DRIVE = re.compile(r"^/([A-Za-z]:)")


@dataclass(slots=True)
class Context:
    """What the results of one run share: tool, subject, time, rules by number and by id, paths of artifacts."""

    tool: str
    kind: str
    ident: str
    seen: datetime | None
    numbered: list[Rule] = field(default_factory=list)
    named: dict[str, Rule] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)

    def rule(self, result: Result) -> tuple[str, Rule]:
        """The id and the description of a result's rule (section 3.27.5 to 3.27.7), an empty one if there is none."""
        reference = result.rule or Reference()
        ident = result.rule_id or reference.id or ""
        index = result.rule_index if result.rule_index is not None else reference.index
        rule = self.named.get(ident)
        if rule is None and index is not None and 0 <= index < len(self.numbered):
            rule = self.numbered[index]
        if rule is None and "/" in ident:
            rule = self.named.get(ident.rpartition("/")[0])
        return ident or (rule.id if rule and rule.id else ""), rule or Rule()


def context(run: Run) -> Context:
    """What ``run`` is about, and how its rules and files are found."""
    tool = run.tool or Tool()
    driver = tool.driver or Driver()
    name = findings.name(driver.name) or findings.name(tool.name) or "unnamed tool"
    kind, ident = _subject(run, name)
    invoked = (run.invocations or [Invocation()])[0]
    seen = findings.moment(invoked.end_time_utc) or findings.moment(invoked.start_time_utc)
    context = Context(name, kind, ident, seen)
    for component in (driver, *(tool.extensions or ())):
        for taken in safejson.each(component.rules or (), _RULE):
            rule = Rule() if isinstance(taken, Refusal) else taken[1]
            if component is driver:
                context.numbered.append(rule)
            if rule.id:
                context.named.setdefault(rule.id, rule)
    listed = run.resources.rules if run.resources else None
    for key, taken in zip(listed or (), safejson.each((listed or {}).values(), _RULE), strict=True):
        if not isinstance(taken, Refusal):
            context.named.setdefault(key, taken[1])
    context.paths = [path_of(held.location) for held in run.artifacts or ()]
    return context


def _subject(run: Run, tool: str) -> tuple[str, str]:
    """What the run is about, by what stays the same from one run to the next.

    The image that Trivy names, else the repository of the version control, else the category of the run (its id
    without the last part, section 3.17.3), else the place of the sources, else the tool.
    """
    image = (run.properties or {}).get("imageName")
    if isinstance(image, str) and image.strip():
        return "image", findings.name(image)
    addresses = [_repository(item.repository_uri) for item in run.version_control_provenance or ()]
    category = ((run.automation_details or Automation()).id or "").rpartition("/")[0]
    bases = run.original_uri_base_ids or {}
    places = [path_of(bases[key]).rstrip("/") for key in sorted(bases) if _SOURCES.search(key)]
    return "repository", findings.first((*addresses, findings.name(category), *places, tool))


def _repository(address: str | None) -> str:
    """A repository's address without credentials, query and ``.git``."""
    try:
        parts = urlsplit(findings.name(address))
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2].lower()
    path = parts.path.rstrip("/").removesuffix(".git")
    return f"{parts.scheme}://{host}{path}" if host else path


def path_of(artifact: Artifact | str | None) -> str:
    """An artifact's path as people write it: without ``file://``, percent signs undone."""
    given = findings.name(artifact.uri if isinstance(artifact, Artifact) else artifact)
    if given.lower().startswith("file:"):
        given = _DRIVE.sub(r"\1", given[5:].removeprefix("//"))
    return findings.name(unquote(given))
