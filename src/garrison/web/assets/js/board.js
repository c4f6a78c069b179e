// The plan board: drag a row to the other list, or press Enter or Space on its handle.
// The row names where it goes: data-move is posted with {uuid, to}, and the answer replaces #board.
export function board(htmx) {
  let held = null;
  const send = (row, to) => {
    const scope = row.closest("[data-board]");
    if (!scope || row.closest("[data-side]")?.dataset.side === to) return;
    htmx.ajax("POST", scope.dataset.board, { target: scope.dataset.target || "#board", swap: "outerHTML", values: { uuid: row.dataset.uuid, to } });
  };
  document.addEventListener("dragstart", (event) => {
    const row = event.target.closest?.(".ini[draggable]");
    if (!row) return;
    held = row;
    row.classList.add("dragging");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.dataset.uuid ?? "");
  });
  document.addEventListener("dragend", () => {
    held?.classList.remove("dragging");
    held = null;
    document.querySelectorAll(".drop.over").forEach((drop) => drop.classList.remove("over"));
  });
  document.addEventListener("dragover", (event) => {
    const side = event.target.closest?.("[data-side]");
    if (!held || !side) return;
    event.preventDefault();
    document.querySelectorAll(".drop.over").forEach((drop) => drop.classList.remove("over"));
    side.querySelector(".drop")?.classList.add("over");
  });
  document.addEventListener("drop", (event) => {
    const side = event.target.closest?.("[data-side]");
    if (!held || !side) return;
    event.preventDefault();
    send(held, side.dataset.side);
  });
  document.addEventListener("click", (event) => {
    const handle = event.target.closest?.(".ini .grab");
    const row = handle?.closest(".ini[data-uuid]");
    if (!row) return;
    const scope = row.closest("[data-board]");
    if (!scope) return;
    event.preventDefault();
    send(row, row.closest("[data-side]").dataset.side === "in" ? "out" : "in");
  });
}
