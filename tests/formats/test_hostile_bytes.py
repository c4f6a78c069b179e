"""Every reader of the catalogue, given anything: it gives readings or calls the file damaged, and soon."""

import io
import json
import time
from typing import Any
from uuid import UUID

import msgspec
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.formats import (
    oscal_sample,
    test_epss,
    test_kev,
    test_scanners_bad_input,
    test_stix,
    test_tables_events,
    test_tables_own,
    test_tables_people,
    test_tables_reader,
    test_vulnrichment,
)
from tests.kit.plain import plain, survives

from garrison.formats import catalogue
from garrison.formats.facts import Fact
from garrison.formats.oscal import exchange
from garrison.formats.source import Damaged

LIMIT_S = 5.0
"""Of the processor's own time, for a few thousand bytes: far above what any of them needs, far below a loop's."""
SOME_UUID = UUID(int=7)

TABLES = {
    "business-units": test_tables_reader.UNITS,
    "hr-roster": test_tables_people.ROSTER,
    "directory": test_tables_people.ACCOUNTS,
    "badge-holders": test_tables_people.GENETEC,
    "badge-events": test_tables_events.OURS + "2031-02-03T07:08:09Z,North gate,0042,granted,in,Ida Quill,7,,\n",
    "devices": test_tables_own.DEVICES + "D-1,North gate,door,yes,,ok,2031-02-03,passed,well\n",
    "hosts-table": test_tables_own.HOSTS + "web-01,10.9.8.7;10.9.8.6,Linux,yes,no\n",
    "controls-table": test_tables_own.CONTROLS + "C-1,Guard,preventing,R-1:0.5;R-2:10%,80%,2031-02-03,90,D-1\n",
    "scenarios-table": test_tables_own.SCENARIOS + "R-1,Theft,0.5,0.1,2,lognormal,1000,,90000,own,yes,Ida,2031-02-03\n",
    "initiatives-table": test_tables_own.INITIATIVES + "I-1,Latch,40000,R-1:50%,I-2,I-3,30,Works,12,yes,law\n",
    "epss": test_epss.ABOUT + test_epss.SCORES,
    "kev-csv": test_kev.as_csv(test_kev.ENTRIES),
    "assets-list": f"uuid,kind,asset_code,asset_name,owner,critical,exposed\n{SOME_UUID},host,web-01,Web,Ida,yes,no\n",
    "findings-list": f"uuid,finding_code,finding,owner,due,note\n{SOME_UUID},FND-1,T,Ida,2031-02-03,soon\n",
    "report": "person,left,since,last_use_note\nIda,2031-02-03,3,Gate\n",
}
NO_SHEETS = ("epss", "kev-csv")
"""Catalogues that their makers give out as text."""

DOCUMENTS = {
    "directory-ldif": test_tables_people.LDIF,
    "kev-json": json.dumps(test_kev.CATALOGUE),
    "vulnrichment": json.dumps([test_vulnrichment.record({"title": "Quux"}, test_vulnrichment.cisa({"other": {}}))]),
    "stix": json.dumps(test_stix.bundle(test_stix.attack("attack-pattern", "T9001", description="Does it."))),
    "oscal-catalog-json": json.dumps(oscal_sample.CATALOGUE),
    "oscal-catalog-xml": oscal_sample.as_xml(oscal_sample.CATALOGUE),
    "oscal-catalog-yaml": exchange.write("catalog", oscal_sample.CATALOGUE["catalog"], "yaml").decode(),
    "oscal-profile-yaml": exchange.write("profile", oscal_sample.PROFILE["profile"], "yaml").decode(),
    "oscal-profile-json": json.dumps(oscal_sample.PROFILE),
    "oscal-profile-xml": oscal_sample.as_xml(oscal_sample.PROFILE),
    **{name: content for name, (_, content) in test_scanners_bad_input.SAMPLES.items()},
}


def workbook(table: str) -> bytes:
    """The same table as a spreadsheet."""
    book, held = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for line in table.splitlines():
        book.active.append(line.split(";" if ";" in line.partition(",")[0] else ","))
    book.save(held)
    return held.getvalue()


SAMPLES: dict[str, bytes] = {
    **{
        name: content.encode() if isinstance(content, str) else content
        for name, content in {**TABLES, **DOCUMENTS}.items()
    },
    **{f"{name} (xlsx)": workbook(content) for name, content in TABLES.items() if name not in NO_SHEETS},
}
READERS = {reader.FORMAT: reader for reader in catalogue.readers()}
READERS_OF = {name: reader for name in SAMPLES if (reader := catalogue.recognise(plain(SAMPLES[name])))}
quick = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

JUNK = st.sampled_from(
    [b"\x00", b"\xff", b"\xfe\xff", b"\r", b"\n", b'"', b"'", b"<", b">", b"&", b"{", b"}", b"[", b"]", b",", b";",
     b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b"&#0;", b"<![CDATA[", b"null", b"-1", b"1e999", b"NaN",
     b"9" * 400, b"0001-01-01", b"9999-12-31T23:59:59+14:00", b"\t" * 50, b"=1+1", "\u202e\u0130".encode()]
)  # fmt: skip
"""What files are broken with: bytes of no encoding, marks of every syntax, numbers and days beyond every range."""


@st.composite
def broken(draw: Any, samples: st.SearchStrategy[bytes]) -> bytes:
    """A sample that was cut, had pieces taken out, doubled or overwritten, or has junk in it."""
    content = draw(samples)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(content)))
        width = draw(st.integers(0, 40))
        how = draw(st.sampled_from(["cut", "out", "twice", "over", "in"]))
        if how == "cut":
            content = content[:place]
        elif how == "out":
            content = content[:place] + content[place + width :]
        elif how == "twice":
            content = content[: place + width] + content[place:]
        elif how == "over":
            content = content[:place] + draw(JUNK) + content[place + width :]
        else:
            content = content[:place] + draw(JUNK) + content[place:]
    return content


def survives_soon(reader: catalogue.Reader, content: bytes) -> None:
    began = time.process_time()
    survives(reader, content)
    assert time.process_time() - began < LIMIT_S


def test_every_reader_has_a_sample_that_it_reads() -> None:
    assert READERS_OF.keys() == SAMPLES.keys()
    assert {reader.FORMAT for reader in READERS_OF.values()} == READERS.keys()
    for name, reader in READERS_OF.items():
        if reader.FORMAT != "report":  # known in order to be refused
            assert any(isinstance(each, Fact) for each in reader.read(plain(SAMPLES[name]))), name


@pytest.mark.parametrize("name", READERS)
@quick
@given(content=st.one_of(st.binary(max_size=400), st.text(max_size=200).map(lambda s: s.encode("utf-16")), JUNK))
def test_any_bytes(name: str, content: bytes) -> None:
    survives_soon(READERS[name], content)


@pytest.mark.parametrize("name", SAMPLES)
@quick
@given(data=st.data())
def test_broken_samples(name: str, data: st.DataObject) -> None:
    content = data.draw(broken(st.just(SAMPLES[name])))
    reader = READERS_OF[name]
    survives_soon(reader, content)
    recognised = catalogue.recognise(plain(content))
    if recognised is not None and recognised is not reader:
        survives_soon(recognised, content)


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1", "utf-8-sig"])
def test_other_encodings(name: str, encoding: str) -> None:
    text = SAMPLES[name].decode()
    survives_soon(READERS_OF[name], text.encode(encoding, "replace"))


def test_what_is_read_can_be_kept() -> None:
    """Facts of samples with half a character in them still go through the staging file's encoding."""
    for name, content in SAMPLES.items():
        for piece in (b"\\ud800", b"\xed\xa0\x80"):
            for place in range(0, len(content), max(1, len(content) // 40)):
                reader = READERS_OF[name]
                try:
                    readings = list(reader.read(plain(content[:place] + piece + content[place:])))
                except Damaged:
                    continue
                for reading in readings:
                    msgspec.msgpack.encode(reading)
