"""The parts of a SARIF document that are read; names as in the standard, section 3."""

from typing import Any

import msgspec


class Struct(msgspec.Struct, rename="camel"):
    """Names as SARIF writes them."""


class Message(Struct):
    """A text, or the id of one among the rule's."""

    text: str | None = None
    markdown: str | None = None
    id: str | None = None
    arguments: list[str] | None = None


class Configuration(Struct):
    """How a rule is set by default."""

    level: str | None = None


class Component(Struct):
    """The name of a tool or taxonomy."""

    name: str | None = None


class Taxon(Struct):
    """A class of weaknesses in a taxonomy."""

    id: str | None = None
    tool_component: Component | None = None


class Relationship(Struct):
    """How a rule relates to a taxon."""

    target: Taxon | None = None


class Rule(Struct):
    """What a tool says of one of its rules."""

    id: str | None = None
    name: str | None = None
    short_description: Message | None = None
    full_description: Message | None = None
    help: Message | None = None
    help_uri: str | None = None
    default_configuration: Configuration | None = None
    message_strings: dict[str, Message] | None = None
    relationships: list[Relationship] | None = None
    properties: dict[str, Any] | None = None


class Driver(Struct):
    """A tool or an extension of it."""

    name: str | None = None
    rules: list[msgspec.Raw] | None = None


class Tool(Struct):
    """The tool of a run."""

    driver: Driver | None = None
    name: str | None = None
    extensions: list[Driver] | None = None


class Artifact(Struct):
    """Where a file lies, itself or by its number in the run."""

    uri: str | None = None
    uri_base_id: str | None = None
    index: int | None = None


class Region(Struct):
    """A part of a file."""

    start_line: int | None = None


class Physical(Struct):
    """A file and a part of it."""

    artifact_location: Artifact | None = None
    file_location: Artifact | None = None
    region: Region | None = None


class Logical(Struct):
    """An element of code."""

    fully_qualified_name: str | None = None
    name: str | None = None


class Location(Struct):
    """A place in the code."""

    physical_location: Physical | None = None
    logical_locations: list[Logical] | None = None


class Suppression(Struct):
    """Somebody's decision not to act on a result."""

    status: str | None = None
    state: str | None = None


class Reference(Struct):
    """A rule by id or number."""

    id: str | None = None
    index: int | None = None
    tool_component: msgspec.Raw | None = None


class Result(Struct):
    """One result."""

    rule_id: str | None = None
    rule_index: int | None = None
    rule: Reference | None = None
    kind: str | None = None
    level: str | None = None
    message: Message | None = None
    locations: list[Location] | None = None
    baseline_state: str | None = None
    suppressions: list[Suppression] | None = None
    taxa: list[Taxon] | None = None
    properties: dict[str, Any] | None = None


class Held(Struct):
    """A file of the run."""

    location: Artifact | None = None


class Provenance(Struct):
    """The repository that was scanned."""

    repository_uri: str | None = None


class Automation(Struct):
    """The series that a run belongs to."""

    id: str | None = None


class Invocation(Struct):
    """When a tool ran."""

    end_time_utc: str | None = None
    start_time_utc: str | None = None


class Resources(Struct):
    """Rules where the draft 2.0.0 kept them."""

    rules: dict[str, msgspec.Raw] | None = None


class Run(Struct):
    """One run of one tool."""

    tool: Tool | None = None
    results: list[msgspec.Raw] | None = None
    artifacts: list[Held] | None = None
    version_control_provenance: list[Provenance] | None = None
    automation_details: Automation | None = None
    original_uri_base_ids: dict[str, Artifact | str] | None = None
    resources: Resources | None = None
    invocations: list[Invocation] | None = None
    properties: dict[str, Any] | None = None


class Log(Struct):
    """A whole document."""

    version: str | None = None
    runs: list[Run] | None = None
