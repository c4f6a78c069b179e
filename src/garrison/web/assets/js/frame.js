// The frame: theme, search dialog, dialogs, popovers.
const YEAR = 31536000;
const THEMES = ["light", "dark", "auto"];

function store(theme) {
  document.documentElement.dataset.bsTheme = theme;
  document.cookie = `theme=${theme};path=/;max-age=${YEAR};samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // a browser may refuse storage; the cookie is enough
  }
}

function label(button) {
  const theme = document.documentElement.dataset.bsTheme || "auto";
  const text = button.dataset[`label${theme[0].toUpperCase()}${theme.slice(1)}`];
  if (text) {
    button.setAttribute("aria-label", text);
    button.title = text;
  }
}

const typing = (element) => element?.matches?.("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]");
export { typing };

/** What scrolls sideways can be reached by keyboard; what does not is no stop. */
function reach() {
  for (const box of document.querySelectorAll(".chart, .scroll")) {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

/** A field for a day shows it as the browser's country writes it; below it stands the day as the pages write it. */
function dayInWords(field) {
  let said = field.nextElementSibling;
  if (!said?.matches("[data-day]")) {
    said = document.createElement("output");
    said.className = "help";
    said.dataset.day = "";
    field.after(said);
  }
  const day = field.valueAsDate;
  const part = (what) => day.toLocaleDateString("en", { ...what, timeZone: "UTC" });
  const year = day && day.getUTCFullYear() !== new Date().getFullYear() ? ` ${day.getUTCFullYear()}` : "";
  said.textContent = day ? `${part({ weekday: "short" })} ${day.getUTCDate()} ${part({ month: "short" })}${year}` : "";
}

function days() {
  document.querySelectorAll(".fld input[type=date]").forEach(dayInWords);
}

export function frame() {
  reach();
  days();
  document.addEventListener("htmx:afterSettle", days);
  document.addEventListener("input", (event) => event.target.matches(".fld input[type=date]") && dayInWords(event.target));
  addEventListener("resize", reach);
  document.addEventListener("htmx:afterSettle", reach);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-theme-form]")) return;
    event.preventDefault();
    const now = document.documentElement.dataset.bsTheme || "auto";
    store(THEMES[(THEMES.indexOf(now) + 1) % THEMES.length]);
    label(form.querySelector("button"));
  });
  document.querySelectorAll("[data-theme-form] button").forEach(label);

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.open);
      if (dialog?.showModal) {
        event.preventDefault();
        dialog.showModal();
      }
    }
    if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
    if (event.target.matches("dialog")) event.target.close(); // a click on the backdrop
    if (event.target.closest("[data-print]")) window.print();
    for (const pop of document.querySelectorAll("details.pop[open]")) if (!pop.contains(event.target)) pop.open = false;
  });

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      const dialog = document.getElementById("find");
      if (dialog) {
        event.preventDefault();
        if (!dialog.open) dialog.showModal();
        dialog.querySelector("input")?.select();
      }
    }
    if (event.key === "Escape") {
      const pop = document.querySelector("details.pop[open]");
      if (pop) {
        pop.open = false;
        pop.querySelector("summary").focus();
      }
    }
    const results = event.target.closest?.("dialog.find-d");
    if (results && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      const stops = [results.querySelector("input"), ...results.querySelectorAll(".results a")];
      const at = stops.indexOf(document.activeElement);
      stops[(at + (event.key === "ArrowDown" ? 1 : stops.length - 1)) % stops.length]?.focus();
    }
    if (results && event.key === "Enter" && event.target.matches("input")) {
      const first = results.querySelector(".results a");
      if (first) {
        event.preventDefault();
        first.click();
      }
    }
  });
}
