// The list: keyboard, selection, and what a swap must not lose.
import { typing } from "./frame.js";

const list = () => document.querySelector("[data-list]");
const rows = () => [...(list()?.querySelectorAll("tbody tr[data-row]") ?? [])];

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("cursor"));
  const to = Math.min(all.length - 1, Math.max(0, at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step));
  all.forEach((row, index) => row.classList.toggle("cursor", index === to));
  all[to].scrollIntoView({ block: "nearest" });
  const link = all[to].querySelector("a[data-open-row], a.t1");
  if (link) link.focus({ preventScroll: true });
}

function tell(scope) {
  const boxes = [...scope.querySelectorAll("input[name=ids]")];
  const chosen = boxes.filter((box) => box.checked).length;
  const count = scope.querySelector("[data-chosen]");
  if (count) count.textContent = String(chosen);
  const every = scope.querySelector("[data-every]");
  if (every) {
    every.checked = chosen > 0 && chosen === boxes.length;
    every.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  const all = scope.querySelector("input[name=all]");
  if (all && chosen < boxes.length) all.checked = false;
}

export function lists(htmx) {
  // What is cut to one line is whole under the pointer.
  document.addEventListener("pointerover", (event) => {
    const line = event.target.closest?.(".rows .t1, .rows .t2");
    if (line && line.scrollHeight > line.clientHeight + 1) line.title = line.textContent;
  });
  // Leaving the search field is no new question: what was typed has been asked already.
  document.addEventListener("change", (event) => event.target.id === "list-q" && event.stopPropagation(), true);
  document.addEventListener("change", (event) => {
    const scope = event.target.closest("[data-list]");
    if (!scope) return;
    if (event.target.matches("[data-every]")) {
      for (const box of scope.querySelectorAll("input[name=ids]")) box.checked = event.target.checked;
    }
    if (event.target.matches("input[name=all]") && event.target.checked) {
      for (const box of scope.querySelectorAll("input[name=ids]")) box.checked = true;
    }
    if (event.target.matches("[data-every], input[name=ids], input[name=all]")) tell(scope);
  });
  document.addEventListener("click", (event) => {
    const clear = event.target.closest("[data-unchoose]");
    if (!clear) return;
    const scope = clear.closest("[data-list]");
    for (const box of scope.querySelectorAll("input[name=ids], input[name=all]")) box.checked = false;
    tell(scope);
  });
  document.addEventListener("keydown", (event) => {
    if (!list() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    const row = list().querySelector("tr.cursor");
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "x" && row) row.querySelector("input[name=ids]")?.click();
    else if (event.key === "/") {
      const search = list().querySelector("input[type=search]");
      if (!search) return;
      search.focus();
      search.select();
    } else if (event.key === "Enter" && row && !event.target.closest("a, button, summary")) {
      row.querySelector("a[data-open-row], a.t1")?.click();
      return;
    } else return;
    event.preventDefault();
  });
  // A filter panel that was open stays open across the swap; the search field follows the address.
  let open = "";
  document.addEventListener("htmx:beforeRequest", () => {
    open = document.querySelector("[data-list] details.pop[open]")?.id ?? "";
  });
  document.addEventListener("htmx:afterSettle", () => {
    const scope = list();
    if (!scope) return;
    const panel = open && document.getElementById(open);
    if (panel) panel.open = true;
    open = "";
    const search = scope.querySelector("input[type=search][name=q]");
    if (search && document.activeElement !== search) search.value = new URLSearchParams(location.search).get("q") ?? "";
    tell(scope);
  });
  document.addEventListener("list:refresh", () => {
    const scope = list();
    if (!scope) return;
    htmx.ajax("GET", location.pathname + location.search, { target: "#list-rows", swap: "outerHTML" });
  });
}
