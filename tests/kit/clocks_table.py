"""Prints the page of the notification clocks from the rules themselves: ``make clocks-table``."""

from garrison.apps.incidents.rules import LAWS, known_facts, law_rules
from garrison.engines.clocks import Condition, Length, Rule

HEAD = """# Notification clocks

`garrison calc clocks FILE.json --json` says who has to be told of an incident by when. It needs no database. The rules are
data (`src/garrison/apps/incidents/data/clocks.toml`), written by us in our own words; this page is made from them
(`make clocks-table`). They are a reading aid: have counsel confirm a clock before you rely on it.

## Input

```json
{
  "time_zone": "America/New_York",
  "laws": ["hipaa", "us_states"],
  "facts": {
    "discovered_at": "2026-01-05T09:00:00-05:00",
    "individuals": 520,
    "residents": {"CA": 510, "TX": 10}
  }
}
```

- `laws`: any of LAWS_LISTED, or `us_states` for all states that we hold and a word on those that we do not. Without it: all.
- A fact that ends in `_at` or `_until` is a time in ISO 8601. Without an offset it is a time of `time_zone`; a day is its
  first moment. An uncertain one is `{"earliest": ..., "latest": ...}`: the clock runs from the earliest and
  `due_at_if_latest` says when it would run out from the latest.
- A count is a whole number, or `{"low": ..., "high": ...}`. Where `individuals` is missing it is at least the residents.
- `what_if: true` adds rules that are only proposed. `holidays` adds days to every calendar. `member_state` names the
  country whose bank holidays count for DORA.
- `own_rules` adds contracts, insurers and card brands: `article`, `recipient`, `starts` (a fact), and one of `hours`,
  `days`, `business_days`, `months`; also `law`, `says`, `calendar` (such as "US" or "DE"), `stops`, `when`.

Facts: FACTS_LISTED.

## Output

A list, the earliest due first: `law`, `article`, `recipient`, `starts_at`, `due_at`, `basis`, `as_read_on`, then `rule`,
`status`, `read_how` and `needs`: the facts for which the clock waits. A duty without a number of days ("without undue
delay") has no `due_at` and says so in `basis`. `met_at` and `in_time` follow from the fact that stops a clock.
A clock of days ends with the last second of its day; one of hours runs through changes of the wall clock.

## Rules
"""


def length(told: Length | None) -> str:
    """A length in words."""
    if told is None:
        return "no number of days"
    if told.unit == "month_day":
        return f"{told.amount} of the next year"
    unit = told.unit.replace("_", " ")
    words = f"{told.amount} {unit.removesuffix('s') if told.amount == 1 else unit}"
    return f"{words} after the end of the year" if told.from_year_end else words


def condition(told: Condition) -> str:
    """A condition in words."""
    value = {True: "yes", False: "no"}.get(told.value, told.value) if isinstance(told.value, bool) else told.value
    words = {"is": "is", "is_not": "is not", "at_least": "at least", "above": "above", "below": "below"}
    return f"`{told.fact}` is known" if told.test == "given" else f"`{told.fact}` {words[told.test]} {value}"


def row(rule: Rule) -> str:
    """One rule as a row of the table."""
    when = [condition(each) for each in rule.when]
    if rule.per_resident is not None:
        where = f" of {', '.join(rule.states)}" if rule.states else " of one state"
        when.append(f"more than {rule.per_resident} residents{where}")
    cells = (
        rule.article,
        rule.recipient,
        ", ".join(f"`{start}`" for start in rule.starts),
        length(rule.length) + (f", at most {rule.cap.hours} hours from `{rule.cap.starts}`" if rule.cap else ""),
        "; ".join(when) or "always",
        f"`{rule.stops}`" if rule.stops else "",
        f"{rule.status}; {rule.sure}, {rule.read_on.isoformat()}",
    )
    return "| " + " | ".join(cells) + " |"


def page() -> str:
    """The whole page."""
    head = HEAD.replace("LAWS_LISTED", ", ".join(f"`{law}`" for law in LAWS))
    head = head.replace("FACTS_LISTED", ", ".join(f"`{fact}`" for fact in sorted(known_facts())))
    parts = [head]
    for law, name in LAWS.items():
        rows = [row(rule) for rule in law_rules(proposed=True) if rule.law == law]
        parts.append(f"### {name}\n\n| article | tell | starts | runs | where | stops | status, how read, when |")
        parts.append("|---|---|---|---|---|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    print(page(), end="")
