"""The frameworks that we ship against the numbers that the laws and publishers give."""

from collections import Counter

import pytest

from garrison.apps.compliance.rules.frameworks import shipped

SHIPPED = {each.ident: each for each in shipped()}
APPENDIX = ("164.308", "164.310", "164.312")


def test_the_security_rule_has_the_rows_of_its_appendix():
    """Appendix A to subpart C of 45 CFR 164: 18 standards; 42 rows, 20 required and 22 addressable."""
    rows = [each for each in SHIPPED["hipaa-security"].requirements if each.code.startswith(APPENDIX)]
    assert sum(each.kind == "standard" for each in rows) == 18
    assert Counter(each.obligation for each in rows if each.obligation != "none") == {"required": 20, "addressable": 22}
    # A standard is a row itself exactly where it has no specification below it.
    parents = {each.parent for each in rows}
    assert all((each.code in parents) == (each.obligation == "none") for each in rows if each.kind == "standard")


def test_what_stands_outside_the_appendix_is_there():
    codes = {each.code for each in SHIPPED["hipaa-security"].requirements}
    assert {"164.306(d)(3)", "164.314(a)(2)(i)(C)", "164.316(b)(2)(i)", "P.L. 116-321"} <= codes
    assert SHIPPED["hipaa-security"].retention_years == 6
    breach = {each.code for each in SHIPPED["hipaa-breach"].requirements}
    assert {"164.402", "164.404(b)", "164.406", "164.408(c)", "164.410(b)", "164.412", "164.414(b)"} <= breach


def test_the_cybersecurity_framework_has_its_ids():
    rows = SHIPPED["nist-csf"].requirements
    assert sum("-" in each.code for each in rows) == 106
    assert sum("-" not in each.code for each in rows) == 22
    assert len({each.group for each in rows}) == 6


def test_sox_has_duties_and_the_four_domains():
    rows = SHIPPED["sox-itgc"].requirements
    assert {"302", "404(a)", "404(b)"} <= {each.code for each in rows}
    assert {each.code.split("-")[0] for each in rows if "-" in each.code} == {
        "SCOPE",
        "APD",
        "CHG",
        "DEV",
        "OPS",
        "TEST",
    }


@pytest.mark.parametrize("framework", SHIPPED.values(), ids=lambda each: each.ident)
def test_every_requirement_says_what_it_asks_and_what_shows_it(framework):
    for each in framework.requirements:
        if framework.ident != "nist-csf":
            assert all((each.guidance, each.shown_by)), each.code
        assert each.title == each.title.strip()


def test_links_between_shipped_frameworks_name_what_is_there():
    for framework in SHIPPED.values():
        for link in framework.links:
            if link.family in SHIPPED:
                assert link.to in {each.code for each in SHIPPED[link.family].requirements}, link
