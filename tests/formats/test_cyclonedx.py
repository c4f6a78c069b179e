import json
from datetime import UTC, datetime

import pytest
from tests.formats.samples import damage, findings, notes, of, read, refusals, services, software, source

from garrison.formats import cyclonedx
from garrison.formats.facts import FindingFact, ServiceFact, SoftwareFact, SubjectFact

BILL = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "serialNumber": "urn:uuid:1",
    "metadata": {
        "timestamp": "2031-02-03T04:05:06Z",
        "tools": {"components": [{"type": "application", "name": "maker"}]},
        "component": {
            "type": "application",
            "bom-ref": "app",
            "group": "quux",
            "name": "till",
            "version": "3",
            "components": [{"type": "file", "name": "part.bin"}],
        },
    },
    "components": [
        {
            "type": "library",
            "bom-ref": "one",
            "group": "org.quux",
            "name": "hinge",
            "version": "1.0",
            "purl": "pkg:maven/org.quux/hinge@1.0",
            "publisher": "Quux",
            "supplier": {"name": "Hinge Ltd"},
            "licenses": [{"license": {"id": "MIT"}}, {"license": {"name": "Own"}}],
            "components": [
                {"type": "library", "name": "pin", "publisher": "Pins", "licenses": [{"expression": "A OR B"}]}
            ],
        },
        {
            "type": "library",
            "bom-ref": "one",
            "name": "hinge",
            "version": "1.0",
            "purl": "pkg:maven/org.quux/hinge@1.0",
        },
    ],
    "services": [
        {
            "bom-ref": "s",
            "group": "quux",
            "name": "doors",
            "version": "2",
            "services": [{"bom-ref": "t", "name": "bell"}],
        }
    ],
    "vulnerabilities": [
        {
            "id": "CVE-2031-5000",
            "source": {"name": "Q", "url": "https://example/5000"},
            "references": [{"id": "CVE-2031-5001", "source": {"name": "x"}}],
            "ratings": [
                {"score": 5.0, "severity": "medium", "method": "CVSSv2", "vector": "AV:N"},
                {"score": 9.1, "severity": "critical", "method": "CVSSv31", "vector": "CVSS:3.1/X"},
                {"severity": "low", "method": "other"},
            ],
            "cwes": [22],
            "description": "It opens.",
            "recommendation": "Shut it.",
            "advisories": [{"url": "https://example/a"}],
            "analysis": {"state": "exploitable"},
            "affects": [
                {"ref": "one"},
                {"ref": "urn:cdx:1/1#s"},
                {"ref": "app", "versions": [{"version": "2", "status": "unaffected"}]},
            ],
        },
        {
            "id": "Q-1",
            "analysis": {"state": "resolved"},
            "ratings": [{"score": 0, "severity": "high", "method": "CVSSv3"}],
        },
    ],
}
XML = """<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" serialNumber="urn:uuid:1" version="1">
 <metadata><timestamp>2031-02-03T04:05:06Z</timestamp>
  <tools><components><component type="application"><name>maker</name></component></components></tools>
  <component type="application" bom-ref="app"><group>quux</group><name>till</name><version>3</version>
   <components><component type="file"><name>part.bin</name></component></components></component></metadata>
 <components>
  <component type="library" bom-ref="one"><supplier><name>Hinge Ltd</name></supplier><publisher>Quux</publisher>
   <group>org.quux</group><name>hinge</name><version>1.0</version>
   <licenses><license><id>MIT</id></license><license><name>Own</name></license></licenses>
   <purl>pkg:maven/org.quux/hinge@1.0</purl>
   <components><component type="library"><publisher>Pins</publisher><name>pin</name>
    <licenses><expression>A OR B</expression></licenses></component></components></component>
  <component type="library" bom-ref="one"><name>hinge</name><version>1.0</version>
   <purl>pkg:maven/org.quux/hinge@1.0</purl></component>
 </components>
 <services><service bom-ref="s"><group>quux</group><name>doors</name><version>2</version>
  <services><service bom-ref="t"><name>bell</name></service></services></service></services>
 <vulnerabilities>
  <vulnerability><id>CVE-2031-5000</id><source><name>Q</name><url>https://example/5000</url></source>
   <references><reference><id>CVE-2031-5001</id><source><name>x</name></source></reference></references>
   <ratings>
    <rating><score>5.0</score><severity>medium</severity><method>CVSSv2</method><vector>AV:N</vector></rating>
    <rating><score>9.1</score><severity>critical</severity><method>CVSSv31</method><vector>CVSS:3.1/X</vector></rating>
    <rating><severity>low</severity><method>other</method></rating></ratings>
   <cwes><cwe>22</cwe><cwe>x</cwe></cwes><description>It opens.</description><recommendation>Shut it.</recommendation>
   <advisories><advisory><url>https://example/a</url></advisory></advisories>
   <analysis><state>exploitable</state></analysis>
   <affects><target><ref>one</ref></target><target><ref>urn:cdx:1/1#s</ref></target>
    <target><ref>app</ref><versions><version><version>2</version><status>unaffected</status></version></versions></target>
   </affects></vulnerability>
  <vulnerability><id>Q-1</id><ratings><rating><score>0</score><severity>high</severity><method>CVSSv3</method></rating></ratings>
   <analysis><state>resolved</state></analysis></vulnerability>
 </vulnerabilities>
 <annotations><annotation><timestamp>2001-01-01T00:00:00Z</timestamp></annotation></annotations>
</bom>"""


def bill(**changes: object) -> str:
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", **changes})


def test_both_encodings_give_the_same_facts():
    assert read(cyclonedx, json.dumps(BILL)) == read(cyclonedx, XML)


def test_software_is_told_with_its_parts():
    told = read(cyclonedx, json.dumps(BILL))
    assert told[0] == SubjectFact(kind="application", ident="quux/till", name="quux/till")
    assert [(item.name, item.kind) for item in software(told)] == [
        ("part.bin", "file"),
        ("org.quux/hinge", "library"),
        ("pin", "library"),
        ("hinge", "library"),
    ]
    assert software(told)[1] == SoftwareFact(
        row=2,
        subject_kind="application",
        subject="quux/till",
        name="org.quux/hinge",
        version="1.0",
        purl="pkg:maven/org.quux/hinge@1.0",
        supplier="Hinge Ltd",
        licences=("MIT", "Own"),
    )
    assert (software(told)[2].supplier, software(told)[2].licences) == ("Pins", ("A OR B",))


def test_services_are_told_and_their_parts_counted():
    told = read(cyclonedx, json.dumps(BILL))
    assert services(told) == [ServiceFact(row=1, host="quux/till", name="quux/doors", version="2")]
    assert notes(told)[0].counts == {"service_parts": 1}


def test_a_vulnerability_is_a_finding_for_each_component():
    told = findings(read(cyclonedx, json.dumps(BILL)))
    assert told[0] == FindingFact(
        row=1,
        tool="cyclonedx",
        kind="vulnerability",
        rule="CVE-2031-5000",
        title="CVE-2031-5000 in org.quux/hinge",
        subject_kind="application",
        subject="quux/till",
        severity="critical",
        cves=("CVE-2031-5000", "CVE-2031-5001"),
        cwes=("CWE-22",),
        component="org.quux/hinge",
        version="1.0",
        purl="pkg:maven/org.quux/hinge@1.0",
        description="It opens.",
        advice="Shut it.",
        cvss=9.1,
        cvss_vector="CVSS:3.1/X",
        url="https://example/5000",
        seen=datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC),
    )
    assert [(item.component, item.location, item.status) for item in told[1:]] == [
        ("doors", "", ""),
        ("quux/till", "2", "not_affected"),
        ("", "", "fixed"),
    ]
    assert (told[3].title, told[3].severity, told[3].cvss) == ("Q-1", "high", None)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("not_affected", "not_affected"),
        ("false_positive", "false_positive"),
        ("resolved_with_pedigree", "fixed"),
        ("in_triage", "in_triage"),
        ("exploitable", ""),
        (None, ""),
    ],
)
def test_what_the_maker_judged(state, status):
    told = findings(read(cyclonedx, bill(vulnerabilities=[{"id": "Q", "analysis": {"state": state}}])))
    assert [item.status for item in told] == [status]


@pytest.mark.parametrize(
    ("ref", "component", "version"),
    [
        ("urn:cdx:x/1#pkg:maven/org.quux/hinge@1.0?type=jar", "org.quux/hinge", "1.0"),
        ("pkg:npm/%40quux/pin", "@quux/pin", ""),
        ("urn:cdx:x/1", "urn:cdx:x/1", ""),
        ("nothing", "nothing", ""),
    ],
)
def test_references_into_other_bills(ref, component, version):
    told = findings(read(cyclonedx, bill(vulnerabilities=[{"id": "Q", "affects": [{"ref": ref}]}])))
    assert [(item.component, item.version) for item in told] == [(component, version)]


def test_versions_affected_are_the_location():
    versions = [
        {"version": "1", "status": "affected"},
        {"range": "vers:x/>2"},
        {"version": "9", "status": "unaffected"},
        {},
    ]
    told = findings(
        read(cyclonedx, bill(vulnerabilities=[{"id": "Q", "affects": [{"ref": "a", "versions": versions}]}]))
    )
    assert [(item.location, item.status) for item in told] == [("1, vers:x/>2", "")]


def test_vulnerabilities_inside_a_component():
    content = """<bom xmlns="http://cyclonedx.org/schema/bom/1.2" xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0">
    <metadata><component type="container"><name>quux:1</name></component></metadata>
    <components><component type="library"><name>pin</name><version>2</version><v:vulnerabilities>
     <v:vulnerability ref="urn:uuid:9"><v:id>CVE-2031-6000</v:id><v:source name="q"><v:url>https://example/6</v:url></v:source>
      <v:ratings><v:rating><v:score><v:base>7.5</v:base></v:score><v:method>CVSSv3</v:method></v:rating></v:ratings>
      <v:recommendations><v:recommendation>Shut</v:recommendation></v:recommendations>
      <v:advisories><v:advisory>https://example/b</v:advisory></v:advisories></v:vulnerability>
    </v:vulnerabilities></component></components>
    <v:vulnerabilities><v:vulnerability ref="pkg:npm/x@1"><v:id>Q</v:id></v:vulnerability></v:vulnerabilities></bom>"""
    told = read(cyclonedx, content)
    inner, outer = findings(told)
    assert (inner.component, inner.version, inner.cvss, inner.severity) == ("pin", "2", 7.5, "high")
    assert (inner.advice, inner.subject_kind, inner.subject) == ("Shut", "image", "quux:1")
    assert (outer.component, outer.version) == ("x", "1")


def test_a_bill_is_named_by_its_subject_else_serial_else_file():
    assert of(SubjectFact, read(cyclonedx, bill(serialNumber="urn:uuid:7")))[0].ident == "urn:uuid:7"
    assert of(SubjectFact, read(cyclonedx, bill(), "folder/till.json"))[0].ident == "till.json"
    assert of(SubjectFact, read(cyclonedx, "<bom/>", ""))[0].ident == "unnamed"


def test_rows_without_a_name_or_of_another_shape_are_refused():
    content = bill(
        components=[{"type": "library"}, {"name": 5}, {"name": "pin", "licenses": {"expression": "MIT"}}],
        services=[{"group": ""}, {"name": 5}, {"name": "doors"}],
        vulnerabilities=[{}, {"id": 5}, {"bom-ref": "v"}],
    )
    told = read(cyclonedx, content)
    assert [(item.row, item.field) for item in refusals(told)] == [
        (1, "components.name"),
        (2, "name"),
        (1, "services.name"),
        (2, "name"),
        (1, "vulnerabilities.id"),
        (2, "id"),
    ]
    assert software(told)[0].licences == ("MIT",)
    assert [item.rule for item in findings(told)] == ["v"]


def test_sections_out_of_place_are_passed_over():
    content = "<bom><timestamp>x</timestamp><metadata><service><name>s</name></service></metadata><components/></bom>"
    assert [type(item) for item in read(cyclonedx, content)] == [SubjectFact]


def test_components_nested_deep_are_bounded():
    assert len(software(read(cyclonedx, deep(50)))) == 50
    assert "too deep" in damage(cyclonedx, deep(5000)).reason
    xml = "<bom><components>" + "<component><name>x</name><components>" * 150 + "</components></component>" * 150
    assert "deeper" in damage(cyclonedx, xml + "</components></bom>").reason


def deep(levels: int) -> str:
    return bill(components=[]).replace("[]", '[{"name": "x", "components": ' * levels + "[]" + "}]" * levels)


@pytest.mark.parametrize("name", ["bom.xml", "bom.json"])
@pytest.mark.parametrize("content", ["", "{}", "[]", "<bom xmlns='urn:other'/>", "<bombs/>", '{"bomFormat": "SPDX"}'])
def test_other_files_are_not_taken(content, name):
    assert not cyclonedx.sniff(source(content, name))
