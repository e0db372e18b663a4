
"use strict";
(() => {
  const words = document.body.dataset;
  const main = document.getElementById("main");

  // Buttons that copy commands, and a word at those that change the cluster.
  const copied = async (code, button) => {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(code);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      document.execCommand("copy");
    }
    button.textContent = words.copied;
    setTimeout(() => { button.textContent = words.copy; }, 2000);
  };
  for (const box of main.querySelectorAll(".command")) {
    const code = box.firstElementChild;
    if (box.classList.contains("changes")) {
      const mark = document.createElement("span");
      mark.className = "warn";
      mark.textContent = words.changes;
      box.append(mark);
    }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.copy;
    button.addEventListener("click", () => copied(code, button));
    box.append(button);
  }

  // Sorting. Ages as kubectl writes them are compared by their length.
  const seconds = { y: 31536000, d: 86400, h: 3600, m: 60, s: 1 };
  const key = (text) => {
    if (/^(\d+[ydhms])+$/.test(text)) {
      return [...text.matchAll(/(\d+)([ydhms])/g)].reduce((sum, [, n, unit]) => sum + n * seconds[unit], 0);
    }
    return /^-?\d/.test(text) ? parseFloat(text) : text;
  };
  const order = (a, b) =>
    typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  const sort = (head, index) => {
    const body = head.closest("table").tBodies[0];
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rows = [...body.rows].map((row) => [key(row.cells[index].textContent.trim()), row]);
    rows.sort((a, b) => order(a[0], b[0]) * (down ? -1 : 1));
    body.append(...rows.map(([, row]) => row));
  };
  for (const table of main.querySelectorAll("table")) {
    if (table.tBodies[0].rows.length < 3) continue;
    [...table.tHead.rows[0].cells].forEach((head, index) => {
      if (!head.textContent) return;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => sort(head, index));
    });
  }

  // The filter of rows and incidents.
  const input = document.getElementById("filter");
  const rows = [...main.querySelectorAll("tbody tr, .incident")];
  let opened = [];
  const filter = () => {
    const wanted = input.value.trim().toLowerCase().split(/\s+/);
    for (const details of opened) details.open = false;
    opened = [];
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !wanted.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
      const details = row.hidden || !wanted[0] ? null : row.closest("details:not([open])");
      if (details) {
        details.open = true;
        opened.push(details);
      }
    }
    document.getElementById("filtered").textContent = wanted[0]
      ? words.filtered.replace("{shown}", shown).replace("{all}", rows.length)
      : "";
  };
  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(filter, 150);
  });
  document.querySelector(".filter").hidden = false;

  // A printed page shows what is folded.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...main.querySelectorAll("details:not([open])")];
    for (const details of folded) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
  });
})();
