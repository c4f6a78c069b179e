"""What the address asks of a list: filters, search, order, page, columns. What it does not understand it ignores."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import DateTimeField, F, Model, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import OrderBy
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.timezone import get_current_timezone  # noqa: TID251 a zone, not the clock

from garrison.core.models import User
from garrison.core.ui.lists.definition import PER_PAGE, Choices, Column, Dates, Filter, ListPage, Value

SEARCH_LENGTH = 200
LAST_PAGE = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A list's parameters, understood. `values` are the active filters by key, `raw` what the address says of them."""

    page: ListPage
    values: Mapping[str, Value] = field(default_factory=dict)
    raw: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    text: str = ""
    sort: str = ""
    number: int = 1
    per: int = PER_PAGE[0]
    columns: tuple[str, ...] = ()

    @property
    def narrowed(self) -> int:
        """How many filters are at work, the search counting as one."""
        return len(self.values) + bool(self.text)

    def pairs(self, *, paging: bool = False) -> list[tuple[str, str]]:
        """The parameters as pairs, defaults left out, in a fixed order."""
        said = [("q", self.text)] if self.text else []
        for key in sorted(self.raw):
            said += [(key, value) for value in self.raw[key]]
        if self.sort and self.sort != self.page.sort:
            said.append(("sort", self.sort))
        if self.columns != shown_by_default(self.page):
            said += [("cols", key) for key in self.columns]
        if self.per != self.page.per_page:
            said.append(("per", str(self.per)))
        if paging and self.number > 1:
            said.append(("page", str(self.number)))
        return said

    def query(self, *, paging: bool = False) -> str:
        """The parameters as an address has them."""
        return urlencode(self.pairs(paging=paging))

    def without(self, key: str) -> "Asked":
        """The same without one filter."""
        return replace(
            self,
            number=1,
            values={k: v for k, v in self.values.items() if k != key},
            raw={k: v for k, v in self.raw.items() if k.removesuffix("_from").removesuffix("_to") != key and k != key},
        )

    def cleared(self) -> "Asked":
        """The same without any filter or search; order and columns stay."""
        return replace(self, values={}, raw={}, text="", number=1)

    def at_page(self, number: int) -> "Asked":
        """The same on another page."""
        return replace(self, number=number)

    def sorted_by(self, key: str) -> "Asked":
        """The same in another order, from the first page."""
        return replace(self, sort=key, number=1)

    def of_size(self, per: int) -> "Asked":
        """The same with another number of rows a page."""
        return replace(self, per=per, number=1)


def shown_by_default(page: ListPage) -> tuple[str, ...]:
    """The keys of the columns that are there until somebody chooses."""
    return tuple(column.key for column in page.columns if column.shown and not column.export_only)


def choices_of(spec: Filter, viewer: User) -> Choices:
    """The choices of a filter for this viewer."""
    return spec.choices(viewer=viewer) if callable(spec.choices) else spec.choices


def _integer(text: str, fallback: int) -> int:
    """A small positive whole number, or the fallback."""
    return int(text) if text.isdecimal() and len(text) < 9 else fallback


def _day(text: str) -> date | None:
    """A date, or None for anything else."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def _value(spec: Filter, asked: QueryDict, viewer: User) -> tuple[Value | None, dict[str, tuple[str, ...]]]:
    """What the address says about one filter: the value, and the pairs that say it; None when it says nothing valid."""
    if spec.kind == "dates":
        ends = {f"{spec.key}_{end}": _day(asked.get(f"{spec.key}_{end}", "")) for end in ("from", "to")}
        first, last = ends.values()
        if first is None and last is None:
            return None, {}
        return (first, last), {key: (value.isoformat(),) for key, value in ends.items() if value}
    given = [value.replace("\x00", "") for value in asked.getlist(spec.key) if value][:200]
    if not given:
        return None, {}
    if spec.kind == "text":
        words = given[-1][:SEARCH_LENGTH].strip()
        return (words, {spec.key: (words,)}) if words else (None, {})
    if spec.kind == "boolean":
        return (given[-1] == "yes", {spec.key: (given[-1],)}) if given[-1] in ("yes", "no") else (None, {})
    allowed = {str(key) for key, _label in choices_of(spec, viewer)}
    kept = [value for value in dict.fromkeys(given) if value in allowed]
    if not kept:
        return None, {}
    return (kept, {spec.key: tuple(kept)}) if spec.kind == "multi" else (kept[-1], {spec.key: (kept[-1],)})


def understand(page: ListPage, asked: QueryDict, viewer: User) -> Asked:
    """Read the parameters; what is unknown, malformed or not allowed is left out."""
    values: dict[str, Value] = {}
    raw: dict[str, tuple[str, ...]] = {}
    for spec in page.filters:
        value, pairs = _value(spec, asked, viewer)
        if value is not None:
            values[spec.key] = value
            raw.update(pairs)
    sort = asked.get("sort", "")
    column = page.column(sort.removeprefix("-"))
    wanted = [key for part in asked.getlist("cols") for key in part.split(",")]
    columns = tuple(c.key for c in page.columns if c.key in wanted and not c.export_only)
    per = _integer(asked.get("per", ""), page.per_page)
    return Asked(
        page=page,
        values=values,
        raw=raw,
        text=asked.get("q", "").replace("\x00", "").strip()[:SEARCH_LENGTH] if page.search else "",
        sort=sort if column and column.order else page.sort,
        number=min(max(1, _integer(asked.get("page", ""), 1)), LAST_PAGE),
        per=per if per in PER_PAGE else page.per_page,
        columns=columns or shown_by_default(page),
    )


def read_query(page: ListPage, query: str | Mapping[str, str | Sequence[str]], viewer: User) -> Asked:
    """The same from a stored query string or a built-in view's mapping."""
    text = query if isinstance(query, str) else urlencode(query, doseq=True)
    return understand(page, QueryDict(text.lstrip("?")[:4_000]), viewer)


def _last_field(model: type[Model], path: str) -> Any:
    """The model field at the end of an ORM path; None for annotations, transforms and whatever else has none."""
    found: Any = None
    for name in path.split(LOOKUP_SEP):
        found = next((f for f in model._meta.get_fields() if name in (f.name, getattr(f, "attname", ""))), None)
        if found is None:
            return None
        model = found.related_model or model
    return found


def _between(model: type[Model], lookup: str, days: Dates) -> Q:
    """A range of days. Over moments it is a plain range of times, which an index serves and a cast would not."""
    first, last = days
    moments = isinstance(_last_field(model, lookup.removesuffix("__date")), DateTimeField)
    if not moments:
        found = Q(**{f"{lookup}__gte": first}) if first else Q()
        return found & Q(**{f"{lookup}__lte": last}) if last else found
    name, zone = lookup.removesuffix("__date"), get_current_timezone()
    found = Q(**{f"{name}__gte": datetime.combine(first, time.min, zone)}) if first else Q()
    if last and last < date.max:
        found &= Q(**{f"{name}__lt": datetime.combine(last + timedelta(days=1), time.min, zone)})
    return found


def condition(spec: Filter, value: Value, model: type[Model]) -> Q:
    """One filter as a condition on `model`."""
    if spec.q is not None:
        return spec.q(value)
    lookup = spec.lookup or spec.key
    if isinstance(value, tuple):
        return _between(model, lookup, value)
    if isinstance(value, list):
        return Q(**{f"{lookup}__in": value})
    if spec.kind == "text":
        return Q(**{f"{lookup}__icontains": value})
    return Q(**{lookup: value})


def filtered(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """The rows that match the filters and the search."""
    page = asked.page
    for spec in page.filters:
        if spec.key in asked.values:
            rows = rows.filter(condition(spec, asked.values[spec.key], rows.model))
    if asked.text and page.search:
        if callable(page.search):
            found_rows: QuerySet[Any] = page.search(rows, asked.text)
            return found_rows
        for word in asked.text.split()[:8]:
            found = Q()
            for lookup in page.search:
                found |= Q(**{f"{lookup}__icontains": word})
            rows = rows.filter(found)
    return rows


def _nullable(model: type[Model], path: str) -> bool:
    """Whether an ORM path may come out null; unknown paths (annotations) are taken to be."""
    names = path.split(LOOKUP_SEP)
    fields = [_last_field(model, LOOKUP_SEP.join(names[: index + 1])) for index in range(len(names))]
    return any(found is None or getattr(found, "null", True) for found in fields)


def ordered(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """The rows in the order asked for, nothing-said last, ties by key so that pages never overlap."""
    column: Column | None = asked.page.column(asked.sort.removeprefix("-"))
    if column is None or not column.order:
        return rows if rows.query.order_by or rows.query.get_meta().ordering else rows.order_by("pk")
    down = asked.sort.startswith("-")
    terms: list[OrderBy | str] = []
    for name in column.order:
        falls = down != name.startswith("-")
        path = name.removeprefix("-")
        last = True if _nullable(rows.model, path) else None
        terms.append(F(path).desc(nulls_last=last) if falls else F(path).asc(nulls_last=last))
    return rows.order_by(*terms, "-pk" if down else "pk")


def matching(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """Filtered and ordered."""
    return ordered(filtered(rows, asked), asked)


def labels(spec: Filter, raw: Iterable[str], viewer: User) -> list[str]:
    """The names of the chosen values."""
    names = {str(key): str(label) for key, label in choices_of(spec, viewer)}
    return [names.get(value, value) for value in raw]
