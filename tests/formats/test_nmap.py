from datetime import UTC, datetime

import pytest
from tests.formats.samples import damage, findings, hosts, notes, read, refusals, services, source

from garrison.formats import nmap
from garrison.formats.facts import HostFact, Note, ServiceFact

HEAD = '<?xml version="1.0"?>\n<!DOCTYPE nmaprun>\n<?xml-stylesheet href="x.xsl"?><!-- by hand -->'
FULL = (
    HEAD
    + """<nmaprun scanner="nmap" start="1900000000">
<host starttime="1900000100" endtime="1900000200"><status state="up"/>
 <address addr="10.9.8.7" addrtype="ipv4"/><address addr="fe80::1" addrtype="ipv6"/>
 <address addr="AA:BB:CC:00:11:22" addrtype="mac" vendor="Quux"/>
 <hostnames><hostname name="ptr.example." type="PTR"/><hostname name="Gate.Example" type="user"/></hostnames>
 <os><osmatch name="QuuxOS 3" accuracy="99"/><osmatch name="Other" accuracy="9"/></os>
 <ports>
  <port protocol="tcp" portid="443"><state state="open"/>
   <service name="https" product="quuxd" version="1.2" tunnel="ssl"/>
   <script id="vulners" output="..."><table key="cpe:/a:quux:quuxd:1.2">
    <table><elem key="id">CVE-2031-1000</elem><elem key="cvss">9.8</elem></table>
    <table><elem key="id">EDB-ID:1</elem><elem key="cvss">9.8</elem></table>
    <table><elem key="id">CVE-2031-1000</elem><elem key="cvss">1.0</elem></table>
   </table></script>
  </port>
  <port protocol="udp" portid="53"><state state="open|filtered"/></port>
  <port protocol="tcp" portid="22"><state state="closed"/></port>
  <port portid="80"><state state="open"/>
   <script id="vulners" output="&#10; cpe:/a:x&#10;&#9;cve-2031-1001&#9;5.0&#9;https://x&#10; x"/></port>
  <port protocol="tcp" portid="99999"><state state="open"/></port>
  <port protocol="tcp" portid="two"><state state="open"/></port>
 </ports>
 <hostscript><script id="quux-vuln" output="x"><table key="q">
   <elem key="title">Quux opens doors</elem><elem key="state">LIKELY VULNERABLE</elem>
   <table key="ids"><elem>CVE:CVE-2031-2000</elem></table>
   <table key="description"><elem>It opens.</elem></table><table key="refs"><elem>https://example/q</elem></table>
  </table><table key="r"><elem key="title">Not this</elem><elem key="state">NOT VULNERABLE</elem></table>
  <table key="s"><elem key="title">No id</elem><elem key="state">VULNERABLE</elem></table></script></hostscript>
</host>
<host><status state="down"/><address addr="10.9.8.8" addrtype="ipv4"/></host>
<host><status state="unknown"/><address addr="10.9.8.9" addrtype="ipv4"/></host>
<host><address addr="127.0.0.1" addrtype="ipv4"/><hostnames><hostname name="localhost"/></hostnames></host>
<host><status state="up"/></host>
<runstats/></nmaprun>"""
)


def test_a_host_is_told_whole():
    first, second = hosts(read(nmap, FULL))
    assert first == HostFact(
        row=1,
        ident="gate.example",
        name="gate.example",
        addresses=("10.9.8.7", "fe80::1"),
        names=("gate.example", "ptr.example"),
        mac="aa:bb:cc:00:11:22",
        vendor="Quux",
        os="QuuxOS 3",
        seen=datetime.fromtimestamp(1900000200, UTC),
    )
    assert (second.ident, second.names) == ("127.0.0.1", ("localhost",))
    assert second.seen == datetime.fromtimestamp(1900000000, UTC)


def test_only_open_ports_are_services():
    assert services(read(nmap, FULL)) == [
        ServiceFact(row=1, host="gate.example", port=443, name="https", product="quuxd", version="1.2", tunnel="ssl"),
        ServiceFact(row=1, host="gate.example", port=80),
    ]


def test_scripts_give_findings():
    told = findings(read(nmap, FULL))
    assert [(item.rule, item.location, item.severity, item.cvss) for item in told] == [
        ("CVE-2031-2000", "", "unknown", None),
        ("quux-vuln", "", "unknown", None),
        ("CVE-2031-1000", "443/tcp", "critical", 9.8),
        ("CVE-2031-1001", "80/tcp", "medium", 5.0),
    ]
    assert (told[0].title, told[0].description, told[0].url) == ("Quux opens doors", "It opens.", "https://example/q")
    assert (told[2].component, told[2].version, told[2].subject) == ("quuxd", "1.2", "gate.example")


def test_what_is_no_host_is_counted_and_what_is_wrong_named():
    told = read(nmap, FULL)
    assert notes(told) == [
        Note(
            field="status",
            reason="2 addresses without an answer: not stored as hosts.",
            counts={"hosts_down": 1, "hosts_unknown": 1},
        )
    ]
    assert [(item.row, item.field) for item in refusals(told)] == [(1, "portid"), (1, "portid"), (5, "address")]


def test_an_empty_run_is_no_damage():
    assert read(nmap, HEAD + "<nmaprun/>") == []


@pytest.mark.parametrize("content", ["", "<other/>", "{}", "nmaprun"])
def test_other_files_are_not_taken(content):
    assert not nmap.sniff(source(content, "scan-nmap.xml"))


def test_a_scan_that_was_stopped_is_damaged_with_its_line():
    assert damage(nmap, FULL[: FULL.index("<runstats")]).row == FULL[: FULL.index("<runstats")].count("\n") + 1
