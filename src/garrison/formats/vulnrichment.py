"""CISA Vulnrichment: CVE records of format 5 to which CISA's container adds SSVC, KEV, CVSS and CWE.

A file is one record, or a list of records. What CISA adds lies in ``containers.adp``; what the record's author said
lies in ``containers.cna`` (CVE record format 5.1, cnaContainer and adpContainer; SSVC 2.0.3, CISA's coordinator tree).
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeVar

import msgspec

from garrison.formats import safejson
from garrison.formats.cve import cve_id, cwe_ids, day
from garrison.formats.facts import Reading, Refusal, VulnerabilityFact
from garrison.formats.fields import Text, mentions
from garrison.formats.source import Source

FORMAT = "vulnrichment"
TITLE = "CVE records (CISA Vulnrichment)"
VERSION = 1

TITLE_CHARS = 200

T = TypeVar("T")


class _Score(msgspec.Struct):
    baseScore: float | None = None  # noqa: N815
    vectorString: Text = ""  # noqa: N815


class _Other(msgspec.Struct):
    type: Text = ""
    content: msgspec.Raw = msgspec.Raw(b"{}")


class _Metric(msgspec.Struct, rename={"v4": "cvssV4_0", "v31": "cvssV3_1", "v30": "cvssV3_0", "v2": "cvssV2_0"}):
    v4: _Score | None = None
    v31: _Score | None = None
    v30: _Score | None = None
    v2: _Score | None = None
    other: _Other | None = None


class _Words(msgspec.Struct):
    value: Text = ""
    lang: Text = "en"
    description: Text = ""
    cweId: Text = ""  # noqa: N815


class _Problem(msgspec.Struct):
    descriptions: list[_Words] = []


class _Affected(msgspec.Struct):
    vendor: Text = ""
    product: Text = ""


class _Provider(msgspec.Struct):
    shortName: Text = ""  # noqa: N815


class _Container(msgspec.Struct):
    title: Text = ""
    providerMetadata: _Provider = msgspec.field(default_factory=_Provider)  # noqa: N815
    metrics: list[_Metric] = []
    problemTypes: list[_Problem] = []  # noqa: N815
    affected: list[_Affected] = []
    descriptions: list[_Words] = []
    rejectedReasons: list[_Words] = []  # noqa: N815


class _Containers(msgspec.Struct):
    cna: _Container = msgspec.field(default_factory=_Container)
    adp: list[_Container] = []


class _Metadata(msgspec.Struct):
    cveId: Text  # noqa: N815


class _Record(msgspec.Struct):
    cveMetadata: _Metadata  # noqa: N815
    containers: _Containers


class _Ssvc(msgspec.Struct):
    options: list[dict[Text, Text]] = []


class _Kev(msgspec.Struct):
    dateAdded: Text = ""  # noqa: N815


_ONE = msgspec.json.Decoder(msgspec.Raw)
_MANY = msgspec.json.Decoder(list[msgspec.Raw])
_RECORD = msgspec.json.Decoder(_Record)
_SSVC = msgspec.json.Decoder(_Ssvc)
_KEV = msgspec.json.Decoder(_Kev)

_EXPLOITATION = {"none": "none", "poc": "poc", "public poc": "poc", "active": "active"}
_AUTOMATABLE = {"yes": True, "no": False}
_IMPACT = {"total": True, "partial": False}


class _Wrong(Exception):
    """A value inside a record is wrong: the field and the reason."""


def sniff(source: Source) -> bool:
    """Whether this is a CVE record of format 5, or a list of them."""
    if not mentions(source.head, b"cveMetadata"):
        return False
    seen = safejson.opening(source)
    return seen is not None and {"cveMetadata", "containers"} <= seen.keys


def read(source: Source) -> Iterator[Reading]:
    """One VulnerabilityFact for each record; ``row`` is the record's number.

    The author's score and title go before CISA's, which are there where the author gave none; the newest version of
    CVSS goes first. A record without a title is named by the start of its description, a rejected one by the reason.
    Damaged when the document is no JSON. A record of another shape, or with an answer outside SSVC's, a score outside
    0 to 10 or a date that is none, is a Refusal.
    """
    seen = safejson.opening(source)
    several = seen is not None and seen.array
    records = safejson.decode(source, _MANY) if several else [safejson.decode(source, _ONE)]
    for item in safejson.each(records, _RECORD):
        if isinstance(item, Refusal):
            yield item
            continue
        row, record = item
        try:
            yield _fact(row, record)
        except _Wrong as wrong:
            yield Refusal(row=row, field=wrong.args[0], reason=wrong.args[1])


def _fact(row: int, record: _Record) -> VulnerabilityFact:
    cve = cve_id(record.cveMetadata.cveId)
    if cve is None:
        raise _Wrong("cveMetadata.cveId", f"{record.cveMetadata.cveId[:60]!r} is not a CVE identifier.")
    cna = record.containers.cna
    added = sorted(record.containers.adp, key=lambda each: each.providerMetadata.shortName != "CISA-ADP")
    containers = [cna, *added]
    affected = next((each for container in containers for each in container.affected), _Affected())
    score, vector = _score(containers)
    exploitation, automatable, total_impact, kev_added = _additions([*added, cna])
    return VulnerabilityFact(
        row=row,
        source="vulnrichment",
        cve=cve,
        title=_title(cna),
        vendor=_named(affected.vendor),
        product=_named(affected.product),
        kev_added=kev_added,
        exploitation=exploitation,
        automatable=automatable,
        total_impact=total_impact,
        cvss=score,
        cvss_vector=vector,
        cwes=cwe_ids(
            text.cweId or text.description
            for container in containers
            for problem in container.problemTypes
            for text in problem.descriptions
        ),
    )


def _title(cna: _Container) -> str:
    if cna.title.strip():
        return " ".join(cna.title.split())
    texts = cna.descriptions or cna.rejectedReasons
    english = (text for text in texts if text.lang.lower().startswith("en"))
    text = " ".join(next(english, texts[0] if texts else _Words()).value.split())
    if cna.rejectedReasons and not cna.descriptions:
        text = f"Rejected: {text}"
    return text if len(text) <= TITLE_CHARS else text[: TITLE_CHARS - 1].rstrip() + "…"


def _named(text: str) -> str:
    return "" if text.strip().lower() in ("n/a", "unknown", "unspecified") else " ".join(text.split())


def _score(containers: Iterable[_Container]) -> tuple[float | None, str]:
    """The first container's score of the newest CVSS version, and its vector."""
    for container in containers:
        for version in ("v4", "v31", "v30", "v2"):
            for metric in container.metrics:
                score: _Score | None = getattr(metric, version)
                if score is None or score.baseScore is None:
                    continue
                if not 0 <= score.baseScore <= 10:
                    raise _Wrong("metrics.baseScore", f"The score {score.baseScore} is not from 0 to 10.")
                return score.baseScore, score.vectorString.strip()
    return None, ""


def _additions(containers: Iterable[_Container]) -> tuple[str, bool | None, bool | None, date | None]:
    """The SSVC answers and the day of the KEV listing, of the first container that has each."""
    answers: dict[str, str] = {}
    listed: date | None = None
    for other in (metric.other for each in containers for metric in each.metrics if metric.other):
        try:
            if other.type == "ssvc" and not answers:
                options = _SSVC.decode(other.content).options
                answers = {key.strip().lower(): value for option in options for key, value in option.items()}
            elif other.type == "kev" and listed is None:
                text = _KEV.decode(other.content).dateAdded
                listed = day(text)
                if listed is None:
                    raise _Wrong("kev.dateAdded", f"{text[:60]!r} is not a date (YYYY-MM-DD).")
        except msgspec.ValidationError as error:
            raise _Wrong(f"{other.type}.content", f"{error}.") from error
    return (
        _answer(answers, "exploitation", _EXPLOITATION) or "",
        _answer(answers, "automatable", _AUTOMATABLE),
        _answer(answers, "technical impact", _IMPACT),
        listed,
    )


def _answer(answers: dict[str, str], question: str, known: dict[str, T]) -> T | None:
    text = answers.get(question, "").strip().lower()
    if text and text not in known:
        raise _Wrong(f"ssvc.{question}", f"{text[:60]!r} is none of {', '.join(known)}.")
    return known.get(text)
