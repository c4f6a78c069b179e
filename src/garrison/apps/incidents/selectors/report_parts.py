"""The parts of an incident's reports: what the case says, as tables and lists of words."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from garrison.apps.incidents import rules
from garrison.apps.incidents.models import Cause, Entry, EvidenceItem, Incident, Lesson, Told
from garrison.apps.incidents.selectors import continuity, custody
from garrison.apps.incidents.selectors.cases import incidents, members, phases
from garrison.apps.incidents.selectors.duties import Clocks, clocks, current_facts
from garrison.apps.incidents.selectors.timeline import entries, written
from garrison.apps.incidents.selectors.work import tasks
from garrison.core.models import User
from garrison.core.ui import figures

KEY_ENTRIES = 7

Part = dict[str, Any]


class Drawn:
    """Everything that a report may draw on, read once."""

    def __init__(self, viewer: User, incident: Incident, at: datetime, privileged: bool) -> None:
        self.viewer, self.at, self.privileged = viewer, at, privileged
        self.incident = incidents(viewer=viewer).get(pk=incident.pk)
        self.clocks: Clocks = clocks(viewer=viewer, incident=incident, at=at)
        self.effect = continuity.effect(viewer=viewer, incident=incident, at=at)
        self.tasks = list(tasks(viewer=viewer, incident=incident))

    def _entries(self, *, every: bool = False) -> list[Entry]:
        """The entries that may be printed."""
        rows = written(viewer=self.viewer, incident=self.incident) if every else self._standing()
        return [row for row in rows if self.privileged or not row.privileged]

    def _standing(self) -> Any:
        """The entries as they stand."""
        return entries(viewer=self.viewer, incident=self.incident)

    def _items(self) -> list[EvidenceItem]:
        """The evidence that may be named."""
        rows = custody.of_incident(viewer=self.viewer, incident=self.incident)
        return [row for row in rows if self.privileged or not row.privileged]

    def lead(self) -> str:
        """Where, how grave, for how long."""
        incident = self.incident
        place = incident.site or incident.unit
        spent = rules.open_for(incident.opened_at, incident.closed_at, self.at).total_seconds()
        words = _("closed after %(time)s") if incident.closed_at else _("open for %(time)s")
        said = [incident.code, str(place) if place else "", words % {"time": figures.duration(spent)}]
        if incident.brief and (self.privileged or not incident.privileged):
            return f"{', '.join(part for part in said if part)}. {incident.brief}"
        return f"{', '.join(part for part in said if part)}."

    def figures(self) -> list[dict[str, str]]:
        """The numbers at the top."""
        open_clocks = [card for card in self.clocks.cards if card.open]
        soonest = min((card.left for card in open_clocks if card.left is not None), default=None)
        found = [
            {
                "label": _("Severity"),
                "figure": str(self.incident.severity),
                "under": self.incident.severity_reason if self.privileged or not self.incident.privileged else "",
            },
            {
                "label": _("Clocks running"),
                "figure": str(len(open_clocks)),
                "under": _soonest(soonest) if open_clocks else _("nothing is owed at present"),
            },
            {
                "label": _("Tasks"),
                "figure": f"{sum(task.state != 'open' for task in self.tasks)} / {len(self.tasks)}",
                "under": _("done"),
            },
        ]
        cost = " + ".join(figures.money(amount, currency) for currency, amount in self.effect.so_far)
        if cost:
            found.append(
                {
                    "label": _("Services stopped"),
                    "figure": str(len(self.effect.down)),
                    "under": _("%(cost)s so far") % {"cost": cost},
                }
            )
        return found

    def executive(self) -> list[Part]:
        """One page: what happened, effect, what we did, clocks, what we change."""
        rows = self._entries()
        key = [row for row in rows if row.weighty or row.kind == "decision"] or rows
        done = [task.title for task in self.tasks if task.state == "done"][-5:]
        left = [self._task(task) for task in self.tasks if task.state == "open"][:4]
        return [
            self._timeline(_("What happened"), key[:KEY_ENTRIES]),
            *self._effect(),
            {"title": _("What we did"), "list": done, "none": _("No task is done yet.")},
            {"title": _("What is still to do"), "list": left, "none": _("Nothing is open.")},
            self._clocks(most=4),
            *self._lessons(most=4),
        ]

    def regulator(self) -> list[Part]:
        """Facts, timeline, measures, and the content that each running clock's law asks for."""
        known = current_facts(viewer=self.viewer, incident=self.incident)
        rows = [[rules.label(name), rules.told_words(f.value), f.source] for name, f in known.items()]
        content = [
            [card.described.clock.rule.article, card.described.clock.rule.recipient, figures.listed(asked)]
            for card in self.clocks.cards
            if (asked := [str(word) for word in card.described.clock.rule.content])
        ]
        parts: list[Part] = [
            {
                "title": _("Facts"),
                "heads": [_("Fact"), _("As known"), _("Source")],
                "widths": ["1.2", "1", "1"],
                "rows": rows,
                "none": _("No fact is recorded yet."),
            },
            self._timeline(_("Timeline"), self._entries()),
            *self._effect(),
            {
                "title": _("Measures taken"),
                "list": [task.title for task in self.tasks if task.state == "done"],
                "none": _("No task is done yet."),
            },
            {
                "title": _("Measures under way"),
                "list": [self._task(task) for task in self.tasks if task.state == "open"],
                "none": _("Nothing is open."),
            },
            self._clocks(),
        ]
        if content:
            parts.append(
                {
                    "title": _("What the notice must contain"),
                    "heads": [_("Law"), _("Recipient"), _("Content")],
                    "widths": ["auto", "auto", "1"],
                    "rows": content,
                }
            )
        return [*parts, *self._lessons()]

    def file(self) -> list[Part]:
        """Everything: people, phases, the whole timeline with corrections, tasks, notices, custody, causes, lessons."""
        people = [[m.get_role_display(), m.name, figures.moment(m.since)] for m in self._members()]
        began = [
            [str(rules.PHASES[p.name]), figures.moment(p.started_at), figures.moment(p.ended_at) if p.ended_at else "–"]
            for p in phases(viewer=self.viewer, incident=self.incident)
        ]
        causes = [[str(cause)] for cause in Cause.objects.filter(incident__in=[self.incident]) if not self._withheld()]
        told = [
            [figures.moment(row.at), f"{row.name}, {row.way}\n{row.words}"]
            for row in Told.objects.filter(incident__in=[self.incident])
            if not self._withheld()
        ]
        tasks_ = [
            [task.title, task.owner or "–", figures.moment(task.due) if task.due else "–", task.get_state_display()]
            for task in self.tasks
        ]
        return [
            _table(_("People"), [_("Role"), _("Name"), _("Since")], ["auto", "1", "auto"], people, strong=1),
            _table(_("Phases"), [_("Phase"), _("From"), _("To")], ["1", "auto", "auto"], began),
            self._timeline(_("Timeline, with what was corrected"), self._entries(every=True)),
            *self._effect(),
            _table(_("Tasks"), [_("Task"), _("Owner"), _("Due"), _("State")], ["1", "auto", "auto", "auto"], tasks_),
            self._clocks(),
            *(
                [_table(_("Who was told"), [_("When"), _("Whom and what")], ["auto", "1"], told, strong=1)]
                if told
                else []
            ),
            *self.custody(),
            *([_table(_("Contributing causes"), [_("Cause")], ["1"], causes)] if causes else []),
            *self._lessons(),
        ]

    def _told(self, rows: list[list[str]]) -> list[Part]:
        """Who was told what."""
        heads = [_("When"), _("Whom and what")]
        return [_table(_("Who was told"), heads, ["auto", "1"], rows, strong=1)] if rows else []

    def _members(self) -> list[Any]:
        """Who works on the case."""
        return members(viewer=self.viewer, incident=self.incident)

    def _withheld(self) -> bool:
        """Whether words without a mark of their own stay out, because the case as a whole is privileged."""
        return self.incident.privileged and not self.privileged

    def _timeline(self, title: str, rows: list[Entry]) -> Part:
        """Entries as a table; certainty is said where it is not certain."""
        shown = []
        for row in rows:
            span = figures.moment(row.at)
            if row.at_latest:
                span += f"\n{_('to')} {figures.moment(row.at_latest)}"
            how = "" if row.certainty == "certain" else f" ({row.get_certainty_display()})"
            more = [part for part in (row.text, row.source_words) if part]
            shown.append([span, "\n".join([f"{row.title}{how}", " · ".join(more)] if more else [f"{row.title}{how}"])])
        hidden = 0 if self.privileged else sum(row.privileged for row in self._standing())
        note = (
            ngettext("%(n)s privileged entry is left out.", "%(n)s privileged entries are left out.", hidden)
            % {"n": hidden}
            if hidden
            else ""
        )
        heads = [_("When"), _("What")]
        return _table(title, heads, ["auto", "1"], shown, strong=1, none=_("Nothing is written yet."), note=note)

    def _effect(self) -> list[Part]:
        """What was stopped and what that costs."""
        rows = [
            [
                line.service.name,
                figures.moment(line.outage.down_at),
                _("down, %(place)s. to return") % {"place": line.place.place},
                figures.money(line.place.cost_so_far, line.service.currency),
            ]
            for line in self.effect.down
        ] + [
            [
                outage.service.name,
                figures.moment(outage.down_at),
                _("back %(when)s") % {"when": figures.moment(outage.up_at)},
                figures.money(spent, outage.service.currency),
            ]
            for outage, spent in self.effect.back
        ]
        heads = [_("Service"), _("Down since"), _("State"), _("Cost")]
        return [_table(_("Effect"), heads, ["1", "auto", "auto", "auto"], rows)] if rows else []

    def _clocks(self, most: int = 0) -> Part:
        """What is owed to whom by when."""
        rows = []
        for card in self.clocks.cards:
            rule = card.described.clock.rule
            due = card.described.clock.due_at
            state = {"met": _("met"), "missed": _("too late"), "overdue": _("overdue"), "needs": _("needs a fact")}.get(
                card.standing, figures.duration(card.left.total_seconds()) if card.left is not None else "–"
            )
            rows.append(
                [
                    rule.recipient[:1].upper() + rule.recipient[1:],
                    rule.article,
                    figures.moment(due) if due else "–",
                    state,
                ]
            )
        decided = [rules.law_name(decision.law) for decision in self.clocks.decisions]
        note = _("Decided that nothing is owed: %(laws)s.") % {"laws": figures.listed(decided)} if decided else ""
        heads = [_("To whom"), _("By which law"), _("Due"), _("State")]
        shown = rows[:most] if most else rows
        widths = ["1", "1", "auto", "auto"]
        return _table(_("Notification clocks"), heads, widths, shown, none=_("No clock runs."), note=note)

    def _lessons(self, most: int = 100) -> list[Part]:
        """What changes because of the case."""
        if self._withheld():
            return []
        rows = [
            [lesson.text, lesson.owner or _("nobody yet")]
            for lesson in Lesson.objects.filter(incident__in=[self.incident])[:most]
        ]
        return [_table(_("What we change"), [_("Lesson"), _("Owner")], ["1", "auto"], rows)] if rows else []

    def custody(self) -> list[Part]:
        """The evidence and every entry of its chain."""
        items = self._items()
        seen = {item.pk for item in items}
        rows = [
            [
                f"{item.code} {item.label}",
                f"{figures.moment(item.taken_at)}\n{item.taken_by}, {item.place}",
                str(item.holder) if item.holder else _("has left"),
                f"sha256:{item.sha256}" if item.sha256 else _("seal %(seal)s") % {"seal": item.seal},
            ]
            for item in items
        ]
        chain = [
            [
                str(entry.seq),
                figures.moment(entry.at),
                f"{entry.kind.capitalize()} {entry.item_code}".strip()
                + (f"\n{said}" if (said := self._said(entry.kind, entry.body)) else ""),
                entry.by_name,
                f"sha256:{entry.hash}",
            ]
            for entry in custody.chain(viewer=self.viewer, incident=self.incident)
            if entry.item_id is None or entry.item_id in seen
        ]
        return [
            _table(
                _("Evidence"),
                [_("Item"), _("Taken"), _("Held by"), _("SHA-256 or seal")],
                ["1.1", "1", "auto", "1.1"],
                rows,
                none=_("No evidence was taken in."),
            ),
            *(
                [
                    _table(
                        _("Chain of custody"),
                        ["#", _("When"), _("What"), _("By"), _("Hash")],
                        ["auto", "auto", "1.2", "1", "1.2"],
                        chain,
                        strong=2,
                        note=_("Each hash is SHA-256 over the hash before it and the entry."),
                    )
                ]
                if chain
                else []
            ),
        ]

    def _said(self, kind: str, body: dict[str, Any]) -> str:
        """What an entry of the chain tells besides its kind; why there is a hold stays with who may know."""
        if kind.startswith("hold") and self._withheld():
            return ""
        return next((str(body[key]) for key in ("purpose", "note", "reason", "to", "place") if body.get(key)), "")

    def _task(self, task: Any) -> str:
        """A task in a line."""
        by = _("by %(when)s") % {"when": figures.moment(task.due)} if task.due else ""
        return ", ".join(part for part in (task.title, task.owner, by) if part)


def _soonest(left: timedelta | None) -> str:
    """How the earliest clock stands."""
    if left is None:
        return ""
    if left < timedelta(0):
        return _("one is %(time)s past due") % {"time": figures.duration(-left.total_seconds())}
    return _("the first in %(time)s") % {"time": figures.duration(left.total_seconds())}


def _table(
    title: str,
    heads: list[str],
    widths: list[str],
    rows: list[list[str]],
    *,
    strong: int = 0,
    none: str = "",
    note: str = "",
) -> Part:
    """A part of a report that is a table."""
    return {
        "title": title,
        "heads": heads,
        "widths": widths,
        "rows": rows,
        "strong": strong,
        "none": none,
        "note": note,
    }
