"""What people say and decide about requirements: who may, what is refused, what is kept."""

from datetime import timedelta

import pytest
from tests.kit import money
from tests.kit.batches import store
from tests.kit.money import NOW, TODAY

from garrison.apps.compliance import selectors, services
from garrison.apps.compliance.models import (
    Applicability,
    Crosswalk,
    Decision,
    Evidence,
    Framework,
    Mapping,
    Requirement,
)
from garrison.apps.controls import services as controls_services
from garrison.apps.controls.models import Control
from garrison.core import services as core
from garrison.core.commands import Forbidden, Missing, Refused
from garrison.core.models import AuditEntry
from garrison.formats.facts import FrameworkFact, RequirementFact

pytestmark = pytest.mark.django_db(databases="__all__")
AT = NOW


@pytest.fixture
def here(system):
    """The tiny organisation, with what we ship."""
    money.everything()
    services.load_shipped(actor=system)
    return {row.code: row for row in Control.objects.all()}


def asked(code, ident="hipaa-security"):
    return Requirement.objects.get(framework__ident=ident, code=code)


def mapped(actor, control, requirement, strength="full", **other):
    return services.map_control(
        actor=actor, control=control.uuid, requirement=requirement.uuid, strength=strength, rationale="because", at=AT,
        **other,
    )  # fmt: skip


def test_what_we_ship_is_stored_once(here, system):
    before = (Framework.objects.count(), Requirement.objects.count(), Crosswalk.objects.count())
    again = services.load_shipped(actor=system)
    assert (again["stored"], again["updated"]) == (0, 0)
    assert (Framework.objects.count(), Requirement.objects.count(), Crosswalk.objects.count()) == before
    assert asked("164.308(a)(3)(ii)(C)").obligation == "addressable"


def test_a_mapping_keeps_every_source_and_can_be_undone(here, system):
    rule = asked("164.310(a)(1)")
    first = mapped(system, here["C-1"], rule)
    mapped(system, here["C-1"], rule, "partial", source="imported", said_by="a consultant")
    mapped(system, here["C-1"], rule, "partial", source="imported", said_by="another tool")
    assert Mapping.objects.filter(control=here["C-1"], requirement=rule).count() == 3
    again = mapped(system, here["C-1"], rule, "supporting")
    assert again.mapping.pk == first.mapping.pk
    core.undo(actor=system, uuid=again.undo.uuid, at=AT)
    assert Mapping.objects.get(pk=first.mapping.pk).strength == "full"
    core.undo(actor=system, uuid=first.undo.uuid, at=AT)
    assert Mapping.objects.filter(control=here["C-1"], requirement=rule).count() == 2
    with pytest.raises(Refused, match="say why"):
        services.map_control(
            actor=system, control=here["C-1"].uuid, requirement=rule.uuid, strength="full", rationale=" ", at=AT
        )


def test_a_withdrawn_requirement_is_refused_with_its_replacement(here, system):
    framework = FrameworkFact(ident="cat", title="Cat", version="1")
    rows = [
        RequirementFact(framework="cat", code="a-1", label="A-1", title="Old", withdrawn=True, order=1),
        RequirementFact(framework="cat", code="a-2", label="A-2", title="New", order=2),
        RequirementFact(framework="cat", code="a-3", title="Lost", withdrawn=True, order=3),
    ]
    store(services.import_frameworks, system, framework)
    store(services.import_requirements, system, *rows, beside=[framework])
    Requirement.objects.filter(code="a-1").update(replaced_by=["a-2"])
    with pytest.raises(Refused, match="A-1 was withdrawn; use A-2"):
        mapped(system, here["C-1"], asked("a-1", "cat"))
    with pytest.raises(Refused, match="names none in its place"):
        mapped(system, here["C-1"], asked("a-3", "cat"))
    assert AuditEntry.objects.filter(command="compliance.map_control", outcome="refused").count() == 2


def test_another_units_head_finds_nothing(here, system, make_user):
    rule = asked("164.310(a)(1)")
    made = mapped(system, here["C-1"], rule)
    other = make_user("bert", "manager", "/ORG/B/")
    assert not selectors.mappings(viewer=other).exists()
    with pytest.raises(Missing):
        services.unmap(actor=other, uuid=made.mapping.uuid)
    with pytest.raises(Missing):
        mapped(other, here["C-1"], rule)
    with pytest.raises(Refused, match="choose a unit"):
        services.set_applicability(actor=other, uuid=rule.uuid, applies=False, justification="no", at=AT)
    stands = selectors.standing(viewer=other, framework=rule.framework, as_of=TODAY)
    assert stands.tally.touched == 0
    assert Mapping.objects.filter(pk=made.mapping.pk).exists()


def test_an_auditor_reads_and_asks_but_writes_nothing(here, system, make_user):
    auditor = make_user("aud", "auditor", "/")
    rule = asked("164.310(a)(1)")
    assert selectors.standing(viewer=auditor, framework=rule.framework, as_of=TODAY).tally.asked > 50
    for refused in (
        lambda: mapped(auditor, here["C-1"], rule),
        lambda: services.measure(actor=auditor, at=AT),
        lambda: services.set_applicability(actor=auditor, uuid=rule.uuid, applies=False, justification="x", at=AT),
    ):
        with pytest.raises(Forbidden):
            refused()
    assert AuditEntry.objects.filter(actor=auditor, outcome="refused").count() == 3
    made = services.request_evidence(actor=auditor, title="Door tests", requirement=rule.uuid, at=AT)
    core.grant_role(actor=system, user=auditor.uuid, role="auditor", path="/", until=AT - timedelta(days=1))
    ended = type(auditor).objects.get(pk=auditor.pk)
    assert not selectors.requests(viewer=ended).exists()
    with pytest.raises(Missing):
        selectors.framework(viewer=ended, uuid=rule.framework.uuid)
    with pytest.raises(Forbidden):
        services.request_evidence(actor=ended, title="More", at=AT)
    assert made.state == "asked"


def test_a_request_is_answered_and_judged(here, system, make_user):
    auditor = make_user("aud", "auditor", "/")
    made = services.request_evidence(actor=auditor, title="Door tests", at=AT, due=TODAY)
    with pytest.raises(Refused, match="no answer"):
        services.judge_answer(actor=auditor, uuid=made.uuid, accept=True)
    with pytest.raises(Refused, match="answer in words"):
        services.answer_request(actor=system, uuid=made.uuid, answer=" ", at=AT)
    item = services.cite_record(actor=system, title="Doors", url="/assets/", at=AT)
    services.answer_request(actor=system, uuid=made.uuid, answer="here", items=[item.uuid], at=AT)
    with pytest.raises(Refused, match="only who asked"):
        services.judge_answer(actor=system, uuid=made.uuid, accept=True)
    with pytest.raises(Refused, match="what is missing"):
        services.judge_answer(actor=auditor, uuid=made.uuid, accept=False)
    assert services.judge_answer(actor=auditor, uuid=made.uuid, accept=False, words="dates").state == "returned"
    services.answer_request(actor=system, uuid=made.uuid, answer="with dates", at=AT)
    assert services.judge_answer(actor=auditor, uuid=made.uuid, accept=True).state == "accepted"
    with pytest.raises(Refused, match="accepted already"):
        services.answer_request(actor=system, uuid=made.uuid, answer="again", at=AT)


def test_the_addressable_decision_is_kept_when_another_follows(here, system):
    rule = asked("164.308(a)(3)(ii)(C)")
    for wrong, words in (
        ({"choice": "implement", "reasons": " "}, "without its reasons"),
        ({"choice": "alternative", "reasons": "r"}, "describe the alternative"),
        ({"choice": "perhaps", "reasons": "r"}, "choose"),
        ({"choice": "implement", "reasons": "r", "review_on": TODAY}, "in the past"),
    ):
        with pytest.raises(Refused, match=words):
            services.decide_addressable(actor=system, uuid=rule.uuid, at=AT, **wrong)
    with pytest.raises(Refused, match="not addressable"):
        services.decide_addressable(
            actor=system, uuid=asked("164.308(a)(2)").uuid, choice="implement", reasons="r", at=AT
        )
    first = services.decide_addressable(actor=system, uuid=rule.uuid, choice="implement", reasons="r", at=AT)
    services.decide_addressable(actor=system, uuid=rule.uuid, choice="neither", reasons="s", at=AT + timedelta(days=9))
    first.refresh_from_db()
    assert first.ended_on is not None
    assert Decision.objects.filter(requirement=rule).count() == 2
    shown = selectors.shown(viewer=system, uuid=rule.uuid, as_of=TODAY)
    assert [keep.year - row.decided_on.year for row, keep in shown.decisions] == [6, 6]
    assert shown.line.verdict.word == "met", "neither, with reasons, meets it without a control"


def test_applicability_of_the_nearest_unit_counts(here, system):
    rule = asked("164.310(a)(1)")
    for unit, applies in (("", False), ("/ORG/A/", True)):
        services.set_applicability(actor=system, uuid=rule.uuid, applies=applies, justification="so", unit=unit, at=AT)

    def word(path):
        unit = selectors.unit_at(viewer=system, path=path) if path else None
        lines = selectors.standing(viewer=system, framework=rule.framework, as_of=TODAY, unit=unit).lines
        return next(line.verdict.word for line in lines if line.pk == rule.pk)

    assert (word(""), word("/ORG/A/A-1/"), word("/ORG/B/")) == ("not applicable", "gap", "not applicable")
    assert Applicability.objects.filter(requirement=rule).count() == 2
    with pytest.raises(Missing):
        word("/NOWHERE/")


def test_controls_count_by_unit_and_are_inherited(here, system):
    rule = asked("164.310(a)(1)")
    mapped(system, here["C-1"], rule)

    def word(path):
        unit = selectors.unit_at(viewer=system, path=path)
        lines = selectors.standing(viewer=system, framework=rule.framework, as_of=TODAY, unit=unit).lines
        return next(line.verdict.word for line in lines if line.pk == rule.pk)

    assert [word("/ORG/A/"), word("/ORG/A/A-1/"), word("/ORG/"), word("/ORG/B/")] == ["met", "met", "part", "gap"]
    for unit, more in (("A", {"share": 1.0}), ("B", {"share": None, "kind": "inherited", "inherited_from": "A"})):
        controls_services.say_in_place(actor=system, uuid=here["C-1"].uuid, unit=unit, on=TODAY, at=AT, **more)
    assert word("/ORG/B/") == "met"
    units = [selectors.unit_at(viewer=system, path=path) for path in ("/ORG/A/", "/ORG/B/")]
    totals = selectors.rolled_up(viewer=system, framework=rule.framework, as_of=TODAY, units=units)
    assert [total.tally.met for total in totals] == [1, 1]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"share": 1.2}, "between 0 and 100"),
        ({"share": None}, "between 0 and 100"),
        ({"share": 1.0, "kind": "borrowed"}, "done here, shared"),
        ({"share": 1.0, "on": TODAY + timedelta(days=2)}, "future"),
        ({"share": 1.0, "kind": "shared"}, "name the unit"),
        ({"share": None, "kind": "inherited", "inherited_from": "A", "unit": "A"}, "from itself"),
    ],
)
def test_wrong_words_about_places_are_refused(here, system, told, words):
    with pytest.raises(Refused, match=words):
        controls_services.say_in_place(actor=system, uuid=here["C-1"].uuid, at=AT, **({"on": TODAY} | told))


def test_evidence_is_kept_by_its_hash_and_a_change_on_disk_is_found(here, system, make_user):
    rule = asked("164.310(a)(1)")
    item = services.add_evidence(
        actor=system, title="Photo", name="..\\a/b.jpg", content=b"picture", at=AT, collected_on=TODAY,
        requirement=rule.uuid, control=here["C-1"].uuid,
    )  # fmt: skip
    assert (item.file_name, item.bytes, len(item.sha256)) == ("b.jpg", 7, 64)
    assert selectors.body(viewer=system, uuid=item.uuid)[1] == b"picture"
    mapped(system, here["C-1"], asked("164.312(b)"))
    ways = {way for _, way in selectors.of_requirement(viewer=system, requirement=asked("164.312(b)"))}
    assert "C-1" in ways
    place = selectors.place(item.sha256)
    place.write_bytes(b"Picture")
    with pytest.raises(Missing, match="changed on disk"):
        selectors.body(viewer=system, uuid=item.uuid)
    place.unlink()
    with pytest.raises(Missing, match="not there"):
        selectors.body(viewer=system, uuid=item.uuid)
    services.withdraw_evidence(actor=system, uuid=item.uuid, why="wrong door", at=AT)
    assert not selectors.current(viewer=system).filter(pk=item.pk).exists()
    with pytest.raises(Refused, match="already"):
        services.withdraw_evidence(actor=system, uuid=item.uuid, why="again", at=AT)
    for wrong, words in (
        ({"content": b""}, "empty"),
        ({"title": " "}, "title"),
        ({"collected_on": TODAY + timedelta(days=3)}, "future"),
        ({"valid_until": TODAY - timedelta(days=3)}, "end before"),
    ):
        told = {"title": "T", "name": "n", "content": b"x", "at": AT, "collected_on": TODAY} | wrong
        with pytest.raises(Refused, match=words):
            services.add_evidence(actor=system, **told)
    for url in ("//evil.example", "https://evil.example", "/\\evil"):
        with pytest.raises(Refused, match="address"):
            services.cite_record(actor=system, title="T", url=url, at=AT)


def test_the_system_measures_itself_and_keeps_each_run(here, system, make_user):
    ann = make_user("ann", "manager", "/ORG/A/")
    items = services.measure(actor=system, at=AT)
    found = {item.measure: item for item in items}
    assert {"door-tests", "control-tests", "second-factor", "audit-chain"} <= set(found)
    assert (found["control-tests"].population, found["control-tests"].agrees) == (2, True)
    assert all(item.query and item.read_words and item.recount_words and item.by for item in items)
    again = {item.measure: item for item in services.measure(actor=system, at=AT + timedelta(days=1))}
    found["door-tests"].refresh_from_db()
    assert (found["door-tests"].newest, again["door-tests"].newest) == (False, True)
    assert Evidence.objects.filter(measure="door-tests").count() == 2
    with pytest.raises(Refused, match="whole organisation"):
        services.measure(actor=ann, at=AT)
    with pytest.raises(Refused, match="measure anew"):
        services.withdraw_evidence(actor=system, uuid=again["door-tests"].uuid, why="x", at=AT)


def test_what_was_said_is_carried_to_the_next_version(here, system):
    old, new = (FrameworkFact(ident="cat", title="Cat", version=version) for version in ("1", "2"))
    rows = [RequirementFact(framework="cat", code=f"r{n}", title=f"Rule {n}", order=n) for n in range(4)]
    later = [
        rows[0],
        RequirementFact(framework="cat", code="r1", title="Another rule", order=1),
        RequirementFact(framework="cat", code="m2", title="Rule 2", order=2),
    ]
    for framework, told in ((old, rows), (new, later)):
        store(services.import_frameworks, system, framework)
        store(services.import_requirements, system, *told, beside=[framework])
    one, two = (Framework.objects.get(ident="cat", version=version) for version in ("1", "2"))
    for code in ("r0", "r1", "r2"):
        mapped(system, here["C-1"], Requirement.objects.get(framework=one, code=code))
    services.set_applicability(
        actor=system, uuid=Requirement.objects.get(framework=one, code="r2").uuid, applies=False, justification="j",
        at=AT,
    )  # fmt: skip
    plan = services.plan_assessment(
        actor=system, title="A", framework=one.uuid, period_from=TODAY, period_until=TODAY, lead="L", at=AT
    )
    for code in ("r0", "r1"):
        services.assess(
            actor=system, uuid=plan.uuid, requirement=Requirement.objects.get(framework=one, code=code).uuid,
            aspect="design", outcome="effective", note="read", at=AT,
        )  # fmt: skip
    told = services.carry_over(actor=system, before=one.uuid, after=two.uuid, at=AT)
    assert told == {
        "mappings": 2, "applicability": 1, "decisions": 0, "evidence": 0, "assessments": 1, "tests": 1,
    }  # fmt: skip
    codes = set(Mapping.objects.filter(requirement__framework=two).values_list("requirement__code", flat=True))
    assert codes == {"r0", "m2"}, "the changed one is to be looked at again"
    assert not any(services.carry_over(actor=system, before=one.uuid, after=two.uuid, at=AT).values())
    with pytest.raises(Refused, match="same family"):
        services.carry_over(actor=system, before=one.uuid, after=one.uuid, at=AT)


def test_links_between_frameworks_keep_each_source(here, system):
    one, two = asked("164.310(a)(1)"), asked("D-2", "garrison-physical")
    for source in ("a consultant", "our counsel"):
        services.link_requirements(actor=system, uuid=one.uuid, other=two.uuid, relation="overlaps", source=source)
    with pytest.raises(Refused, match="already"):
        services.link_requirements(actor=system, uuid=one.uuid, other=two.uuid, relation="same", source="our counsel")
    with pytest.raises(Refused, match="one family"):
        services.link_requirements(
            actor=system, uuid=one.uuid, other=asked("164.312(b)").uuid, relation="same", source="x"
        )
    there = [each for each in selectors.crosswalk(viewer=system, requirement=two) if each.code == one.code]
    assert {"a consultant", "our counsel"} <= {each.link.source for each in there}, "seen from the other side too"


def test_a_service_organisations_report(here, system):
    told = {
        "provider": "Payco", "service": "Payroll", "kind": "SOC 1 type 2", "period_from": TODAY, "period_until": TODAY,
        "opinion": "qualified", "at": AT,
    }  # fmt: skip
    made = services.record_report(actor=system, expected=[("Leavers end", None), (" ", None)], **told)
    expected = made.expected.get()
    services.match_expectation(actor=system, uuid=expected.uuid, control=here["C-1"].uuid)
    expected.refresh_from_db()
    assert expected.control == here["C-1"]
    for wrong, words in (
        ({}, "recorded already"),
        ({"provider": " "}, "name the provider"),
        ({"period_until": TODAY - timedelta(days=1)}, "before it begins"),
        ({"bridged_until": TODAY}, "beyond"),
        ({"kind": "SOC 9"}, "choose the kind"),
    ):
        with pytest.raises(Refused, match=words):
            services.record_report(actor=system, **(told | wrong))
