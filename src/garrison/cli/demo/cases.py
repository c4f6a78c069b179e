"""The incident of the planted story, and two older ones of its kind: what people wrote, told and decided in them.

Planted by the commands that a page would call, by the made-up security head, at the hours of the story: detected on
day -1 at 06:12, opened at 08:52, contained from 09:15. The older two are closed, and count for the scenario R-03.
"""

from datetime import datetime, time, timedelta
from typing import Any

from garrison.cli.demo.clock import Clock
from garrison.cli.demo.story import STORY

NUMBER = 14
"""The story's case is the fourteenth of its year."""

SCENARIO = "R-03"

LAWS = (
    ("hipaa", "A covered entity: three hospitals"),
    ("dea", "Registrant: the pharmacies of three sites"),
    ("new_york", "Hospitals in New York, and patients who live there"),
    ("sec", "Bonds of the group are registered"),
    ("gdpr", "A few patients live in the Union"),
)

TOLD_BY_LOGS: tuple[tuple[str, time, time | None, str, str, str, bool], ...] = (
    ("Local sign-in at PHARM-WS-07", time(21, 44, 31), None,
     "Shared account svc-dispense. Nobody on shift was badged into the room.", "host log, event 91,377", "certain",
     True),
    ("Dispensing history of 612 patients exported", time(21, 46), time(21, 55),
     "One file, 1.9 MB, to removable storage KX-2.", "host log, events 91,380 to 91,412", "likely", True),
)  # fmt: skip
"""Title, from, to, words, source, certainty and weight of what the host log told of the evening."""

OWNERS = {
    "close": "Mattias Orrel",
    "door": "Bram Tolliver",
    "pictures": "Teodor Brask",
    "who": "Odile Fenwright",
    "count": "Junia Halloway",
    "notify-dea": "Perpetua Lindqvar",
    "police": "Odile Fenwright",
    "assess": "Perpetua Lindqvar",
    "isolate": "Ephraim Koss",
    "shared": "Junia Halloway",
    "leavers": "Mattias Orrel",
    "hr": "Mattias Orrel",
}
DUE = {
    "close": (0, time(9)),
    "door": (0, time(16)),
    "who": (1, time(12)),
    "notify-dea": (0, time(17)),
    "police": (0, time(17)),
}
"""Days and hours by which the commander wants what presses; other steps keep the playbook's."""

DONE = {"pictures": time(9, 2), "isolate": time(9, 20), "count": time(10, 30)}


def plant(*, as_of: datetime, seed: int, actor: Any) -> None:
    """Plant the story's incident once, as ``actor`` wrote it on the day before ``as_of``."""
    from garrison.apps.incidents import selectors, services

    clock = Clock.of(as_of, seed)
    at = clock.at(-1, time(8, 52))
    code = f"INC-{clock.day(-1).year}-{NUMBER:03}"
    if selectors.of_code(viewer=actor, code=code) is not None:
        return
    _duties(actor, clock.at(-20, time(9)))
    _older(actor, clock)
    found = _exception(actor)
    if found is None:
        return
    incident = services.open_from_exception(
        actor=actor, exception=found, at=at, detected_at=clock.at(-1, time(6, 12)), number=NUMBER
    )
    told: dict[str, Any] = {"actor": actor, "uuid": incident.uuid}
    services.assign(**told, role="scribe", name="Teodor Brask", at=at)
    services.assign(**told, role="counsel", name="Perpetua Lindqvar", at=at)
    services.start_phase(**told, phase="triaged", at=at)
    services.mark(**told, restricted=False, privileged=True, at=at)
    services.start_phase(**told, phase="containing", at=clock.at(-1, time(9, 15)))
    _evening(told, clock)
    _work(told, clock)
    _duty_facts(told, clock)
    _telling(told, clock)
    _learning(told, clock)


def _exception(actor: Any) -> Any:
    """The access exception of the story's leaver."""
    from garrison.apps.access import selectors as access

    rows = access.open_exceptions(viewer=actor).filter(person__number=str(STORY.dorian_number))
    return rows.values_list("uuid", flat=True).first()


def _duties(actor: Any, at: datetime) -> None:
    """Which laws apply, and what the insurer asks."""
    from garrison.apps.incidents import services

    for law, because in LAWS:
        services.apply_law(actor=actor, law=law, because=because, at=at)
    services.add_own_rule(
        actor=actor,
        recipient="Cyber insurer",
        article="Policy 8.2",
        starts="aware_at",
        amount=72,
        counted_in="hours",
        says="72 hours from awareness.",
        at=at,
    )


def _older(actor: Any, clock: Clock) -> None:
    """Two closed cases of the years before."""
    from garrison.apps.incidents import services
    from garrison.apps.organization import selectors as organization

    for days, number, title in (
        (-700, 9, "Count of Schedule II stock differed by 12 tablets"),
        (-310, 21, "Dispensing cabinet opened with a colleague's code"),
    ):
        at = clock.at(days, time(10, 5))
        made = services.open_incident(
            actor=actor,
            title=title,
            kind="physical",
            category="diversion",
            at=at,
            answers={"drugs": True},
            unit_path=organization.unit(viewer=actor, code="LG-PHARM").path,
            restricted=False,
            detected_at=at - timedelta(hours=3),
            links=(("scenario", None, SCENARIO),),
            number=number,
        )
        told: dict[str, Any] = {"actor": actor, "uuid": made.uuid}
        services.start_phase(**told, phase="triaged", at=at + timedelta(hours=1))
        services.start_phase(**told, phase="containing", at=at + timedelta(hours=2))
        services.start_phase(
            **told, phase="recovering", at=at + timedelta(hours=30), reason="counted anew, nothing open"
        )
        services.add_cause(
            **told, kind="process", text="The count was witnessed by one person", at=at + timedelta(days=9)
        )
        services.start_phase(**told, phase="reviewed", at=at + timedelta(days=9))
        reason = "no records of people were concerned, so no clock can start"
        services.start_phase(**told, phase="closed", reason=reason, at=at + timedelta(days=9, hours=1))


def _evening(told: dict[str, Any], clock: Clock) -> None:
    """What doors, camera and logs told of the evening, and what was decided next morning."""
    from garrison.apps.assets import selectors as assets
    from garrison.apps.incidents import services

    wrote = clock.at(-1, time(9, 40))
    for title, first, last, words, source, certainty, weighty in TOLD_BY_LOGS:
        services.record_entry(
            **told, kind="log", title=title, happened=clock.at(-3, first), latest=clock.at(-3, last) if last else None,
            text=words, source_words=source, certainty=certainty, weighty=weighty, at=wrote,
        )  # fmt: skip
    services.record_entry(
        **told, kind="door", title=f"{STORY.offline_camera} offline", happened=clock.at(-2, time(3, 10)),
        text="Switch port down. Not yet known whether linked.", source_words="monitor", certainty="possible", at=wrote,
    )  # fmt: skip
    actor = told["actor"]
    dock = assets.device(viewer=actor, named="D-022")
    if dock is not None:
        services.add_link(**told, kind="door", label=f"D-022 {dock.name}", target=dock.uuid, at=wrote)
    services.add_link(**told, kind="asset", label=STORY.pharmacy_station, at=wrote)
    services.add_link(**told, kind="account", label=STORY.shared_account, at=wrote)
    services.add_link(**told, kind="scenario", label=SCENARIO, at=wrote)
    purpose = "Who went through the pharmacy store that evening"
    begin, end = clock.at(-3, time(21, 50)), clock.at(-3, time(22, 10))
    offered = services.look_for_door_events(**told, purpose=purpose, at=wrote)
    rows = [f"{row.file}:{row.row}" for row in offered if begin <= row.at <= end and row.outcome in ("held", "exit")]
    if rows:
        services.add_door_events(**told, rows=rows, purpose=purpose, at=wrote)
    services.record_entry(
        **told, kind="decision", title="Count confirmed 38 tablets of a Schedule II drug missing", weighty=True,
        happened=clock.at(-1, time(10, 40)), text="The clock of the theft notice starts.",
        at=clock.at(-1, time(10, 40)),
    )  # fmt: skip


def _work(told: dict[str, Any], clock: Clock) -> None:
    """Answers to the playbook, and the tasks that follow."""
    from garrison.apps.incidents import selectors, services

    answered = clock.at(-1, time(10, 45))
    for question in ("used_inside", "drugs", "records"):
        services.answer_playbook(**told, playbook="leaver-badge", question=question, answer=True, at=answered)
    actor = told["actor"]
    incident = selectors.incident(viewer=actor, uuid=told["uuid"])
    for task in selectors.tasks(viewer=actor, incident=incident):
        owner = OWNERS.get(task.step)
        if owner:
            due = clock.at(*DUE[task.step]) if task.step in DUE else task.due
            services.assign_task(actor=actor, uuid=task.uuid, owner=owner, due=due, at=answered)
        if task.step in DONE:
            services.end_task(actor=actor, uuid=task.uuid, at=clock.at(-1, DONE[task.step]))
    services.set_severity(**told, severity=2, reason="drugs and records taken", at=answered)


def _duty_facts(told: dict[str, Any], clock: Clock) -> None:
    """The facts that start clocks, and what is not owed."""
    from garrison.apps.incidents import services
    from garrison.apps.incidents.rules import moment_value

    at = clock.at(-1, time(10, 50))
    known, knowable = clock.at(-1, time(6, 12)), clock.at(-3, time(21, 42, 5))
    for name, value, source, certainty in (
        (
            "discovered_at",
            moment_value(knowable, known),
            "badge log and detection: knowable from the evening on",
            "likely",
        ),
        ("aware_at", moment_value(known), "detection of the morning", "certain"),
        ("controlled_loss_discovered_at", moment_value(clock.at(-1, time(10, 40))), "count of two people", "certain"),
        ("individuals", {"low": 612, "high": 612}, "rows of the exported file", "likely"),
        ("new_york_hospital", True, "licence of the site", "certain"),
    ):
        services.record_fact(**told, name=name, value=value, source=source, certainty=certainty, at=at)
    services.decide_no_notice(
        **told, law="sec", at=clock.at(-1, time(11, 5)),
        reasons="Counsel and finance: 38 tablets and one file are not material to the holders of the bonds.",
    )  # fmt: skip
    services.decide_no_notice(
        **told, law="gdpr", at=clock.at(-1, time(11, 10)),
        reasons="No patient in the file lives in the Union, and the care was not offered there (article 3).",
    )  # fmt: skip


def _telling(told: dict[str, Any], clock: Clock) -> None:
    """Who must know, and the first words for outside."""
    from garrison.apps.incidents import services

    at = clock.at(-1, time(11, 30))
    for name, reason, outside in (
        ("DEA field division", "21 CFR 1301.76(b): theft of controlled substances", True),
        ("Cyber insurer", "Policy 8.2", True),
        ("Chief executive", "Severity 2", False),
        ("Pharmacy staff, Larkmere General", "They work in the room", False),
    ):
        services.add_recipient(**told, name=name, reason=reason, outside=outside, at=at)
    services.record_told(
        **told, name="Chief executive", words="What is known, what is not, next word at 18:00.", way="Call",
        told_at=clock.at(-1, time(11, 20)), at=at,
    )  # fmt: skip
    services.draft_statement(**told, template="holding", at=at)


def _learning(told: dict[str, Any], clock: Clock) -> None:
    """Causes, and lessons that wait to be adopted."""
    from garrison.apps.incidents import services

    at = clock.at(-1, time(16, 0))
    for kind, text in (
        ("process", "HR wrote the last day down three days late, and nobody asked"),
        ("place", "The latch of D-031 had failed its test the day before"),
        ("technology", "The shared account signs in without a person"),
    ):
        services.add_cause(**told, kind=kind, text=text, at=at)
    services.add_lesson(
        **told, text="Leavers were closed within a day less often than tested", owner="Mattias Orrel", kind="control",
        target=STORY.leaver_control, change={"effectiveness": 0.61}, due=clock.day(20), retest_on=clock.day(50), at=at,
    )  # fmt: skip
    services.add_lesson(
        **told, text="Third loss from the pharmacy store in 36 months", owner="Junia Halloway", kind="scenario",
        target=SCENARIO, at=at,
    )  # fmt: skip
