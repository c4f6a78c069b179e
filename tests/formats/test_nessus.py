from datetime import UTC, datetime

import pytest
from tests.formats.samples import findings, hosts, of, read, refusals, services, source

from garrison.formats import nessus
from garrison.formats.facts import FindingFact, HostFact, ServiceFact, SubjectFact


def report(*hosts_: str) -> str:
    told = f'<Policy/><Report name="r">{"".join(hosts_)}</Report>'
    return f'<?xml version="1.0" ?>\n<NessusClientData_v2>{told}</NessusClientData_v2>'


def host(name: str, items: str = "", **properties: str) -> str:
    tags = "".join(f'<tag name="{key.replace("_", "-")}">{value}</tag>' for key, value in properties.items())
    return f'<ReportHost name="{name}"><HostProperties>{tags}</HostProperties>{items}</ReportHost>'


ITEM = """<ReportItem port="8443" svc_name="www?" protocol="tcp" severity="3" pluginID="77001"
 pluginName="Quux &lt;b&gt; opens" pluginFamily="Doors">
 <cve>CVE-2031-3000</cve><cve>CVE-2031-3001</cve><cwe>79</cwe><cwe>x</cwe>
 <cvss_base_score>5.0</cvss_base_score><cvss_vector>CVSS2#AV:N</cvss_vector>
 <cvss3_base_score>8.1</cvss3_base_score><cvss3_vector>CVSS:3.0/AV:N</cvss3_vector>
 <description>It opens.</description><plugin_output> seen </plugin_output><solution>Close it.</solution>
 <see_also>https://example/a
https://example/b</see_also></ReportItem>"""
TOLD = '<ReportItem port="0" svc_name="general" protocol="tcp" severity="0" pluginID="77002" pluginName="Facts"/>'
CHECK = """<ReportItem port="0" protocol="tcp" severity="3" pluginID="21157" pluginName="Unix" xmlns:cm="urn:cm">
 <cm:compliance-check-name>1.1 Doors are shut</cm:compliance-check-name>
 <cm:compliance-solution>Shut</cm:compliance-solution>
 </ReportItem>"""


def test_a_host_with_a_name():
    content = report(
        host(
            "10.9.8.7",
            host_ip="10.9.8.7",
            host_fqdn="Gate.Example",
            mac_address="AA:BB:CC:00:11:22\nAA:BB:CC:00:11:23",
            operating_system="QuuxOS 3\nor 4",
            HOST_END_TIMESTAMP="1900000000",
            netbios_name="GATE",
        ).replace("HOST-END-TIMESTAMP", "HOST_END_TIMESTAMP")
    )
    assert read(nessus, content) == [
        HostFact(
            row=1,
            ident="gate.example",
            name="gate.example",
            addresses=("10.9.8.7",),
            names=("gate.example", "gate"),
            mac="aa:bb:cc:00:11:22",
            os="QuuxOS 3",
            seen=datetime.fromtimestamp(1900000000, UTC),
        )
    ]


@pytest.mark.parametrize(
    ("content", "ident", "addresses"),
    [
        (host("10.9.8.7"), "10.9.8.7", ("10.9.8.7",)),
        (host("fe80::1"), "fe80::1", ("fe80::1",)),
        (host("Gate"), "gate", ()),
        (host("Gate", host_ip="10.9.8.7"), "gate", ("10.9.8.7",)),
        ('<ReportHost name="10.9.8.7"/>', "10.9.8.7", ("10.9.8.7",)),
    ],
)
def test_a_host_is_known_by_its_best_name(content, ident, addresses):
    found = hosts(read(nessus, report(content)))
    assert [(item.ident, item.addresses) for item in found] == [(ident, addresses)]


def test_every_item_is_a_finding_and_every_port_a_service_once():
    told = read(nessus, report(host("gate", ITEM + TOLD + ITEM + CHECK)))
    assert services(told) == [ServiceFact(row=1, host="gate", port=8443, name="www")]
    vulnerability, observation, again, check = findings(told)
    assert vulnerability == FindingFact(
        row=1,
        tool="nessus",
        kind="vulnerability",
        rule="77001",
        title="Quux <b> opens",
        subject_kind="host",
        subject="gate",
        severity="high",
        cves=("CVE-2031-3000", "CVE-2031-3001"),
        cwes=("CWE-79",),
        component="Doors",
        location="8443/tcp",
        description="It opens.\n\nseen",
        advice="Close it.",
        cvss=8.1,
        cvss_vector="CVSS:3.0/AV:N",
        url="https://example/a",
    )
    assert (observation.kind, observation.severity, observation.location) == ("observation", "none", "")
    assert (again.row, again.location) == (3, "8443/tcp (2)")
    assert (check.kind, check.rule, check.title) == (
        "misconfiguration",
        "21157:1.1 Doors are shut",
        "1.1 Doors are shut",
    )
    assert check.advice == "Shut"


def test_a_web_scan_is_of_a_site():
    told = read(nessus, report(host("https://user:x@Gate.Example/app/?q=1", ITEM)))
    assert of(SubjectFact, told) == [
        SubjectFact(row=1, kind="site", ident="https://gate.example/app", name="https://gate.example/app")
    ]
    assert services(told) == []
    assert (findings(told)[0].subject_kind, findings(told)[0].subject) == ("site", "https://gate.example/app")
    assert of(SubjectFact, read(nessus, report(host("http://[broken"))))[0].ident == "http://[broken"


def test_what_is_wrong_is_named():
    told = read(
        nessus, report(host("", TOLD), host("gate", TOLD.replace("77002", "") + TOLD.replace('"0"', '"-1"', 1)))
    )
    assert [(item.row, item.field) for item in refusals(told)] == [(1, "ReportHost"), (2, "pluginID"), (3, "port")]
    assert [item.subject for item in findings(told)] == ["unnamed host 1"]


def test_an_unknown_severity():
    assert (
        findings(read(nessus, report(host("a", TOLD.replace('severity="0"', 'severity="9"')))))[0].severity == "unknown"
    )


@pytest.mark.parametrize("content", ["", "<NessusClientData/>", "{}"])
def test_other_files_are_not_taken(content):
    assert not nessus.sniff(source(content, "scan.nessus"))
