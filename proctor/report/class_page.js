"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const WORDS = { p: "met", h: "partly met", f: "not met", w: "waits", "-": "not asked" };
const SYMBOLS = { p: "✓", h: "◐", f: "✗", w: "…", "-": "–" };
const table = document.getElementById("students");
const body = table.tBodies[0];
const search = document.getElementById("search");
const count = document.getElementById("count");
const number = (value) => (value === null ? "" : String(Math.round(value * 100) / 100));

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const rows = data.students.map(([id, name]) => {
  const results = data.exercises.map((exercise) => exercise.rows[id] || null);
  const points = results.map((result) => (result ? result[0] : null));
  const total = points.reduce((sum, value) => sum + (value || 0), 0);
  const reached = data.totals ? data.totals[id] || [null, [], []] : null;
  return { id, name, results, reached, keys: [name || id, ...(reached ? [reached[0]] : []), total, ...points] };
});

/* The criteria of one student's exercises, made when they are first asked for. */
function describe(row) {
  const cell = element("td", "", { colspan: String(row.keys.length) });
  const all = element("div");
  cell.append(all);
  if (row.reached) {
    const [, dropped, unmarked] = row.reached;
    if (dropped.length) all.append(element("p", `Dropped, as the lowest of its group: ${dropped.join(", ")}`));
    if (unmarked.length) all.append(element("p", `No total, since there is no mark yet for: ${unmarked.join(", ")}`));
  }
  row.results.forEach((result, index) => {
    if (!result) return;
    const exercise = data.exercises[index];
    const [points, late, marks, earned, reasons] = result;
    const parts = [points === null ? "no mark" : `${number(points)} of ${number(exercise.worth)} points`];
    if (late) parts.push(`${number(late / 3600)} hours late`);
    all.append(element("h4", `${exercise.name}: ${parts.join(", ")}`));
    const list = element("ul", "", { class: "criteria" });
    exercise.criteria.forEach(([title, worth, hidden], place) => {
      const mark = marks[place];
      const item = element("li");
      item.append(element("span", SYMBOLS[mark], { class: `mark ${mark}`, role: "img", "aria-label": WORDS[mark] }));
      item.append(` ${title} (${number(earned[place])} of ${number(worth)}${hidden ? ", hidden" : ""})`);
      if (reasons[place] !== undefined) item.append(element("span", data.sentences[reasons[place]], { class: "open" }));
      list.append(item);
    });
    all.append(list);
  });
  const made = element("tr", "", { class: "more" });
  made.append(cell);
  return made;
}

for (const row of rows) {
  const line = element("tr");
  const head = element("th", "", { scope: "row" });
  const button = element("button", row.name ? `${row.name} (${row.id})` : row.id, { "aria-expanded": "false" });
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") === "false";
    button.setAttribute("aria-expanded", String(open));
    row.more = row.more || describe(row);
    if (open) line.after(row.more);
    else row.more.remove();
  });
  head.append(button);
  line.append(head, ...row.keys.slice(1).map((value) => element("td", number(value))));
  row.line = line;
  row.text = `${row.name} ${row.id}`.toLowerCase();
}

let shown = rows;
function show() {
  const wanted = search.value.trim().toLowerCase();
  const lines = [];
  for (const row of shown) {
    if (!row.text.includes(wanted)) continue;
    lines.push(row.line);
    if (row.more && row.line.querySelector("button").getAttribute("aria-expanded") === "true") lines.push(row.more);
  }
  body.replaceChildren(...lines);
  const found = lines.filter((line) => line.className !== "more").length;
  count.textContent = wanted ? `${found} of ${rows.length} students` : `${rows.length} students`;
}

/* Those without a value come last, in either order. */
function compare(a, b, sign) {
  if (a === null || b === null) return (a === null) - (b === null);
  return sign * (typeof a === "string" ? a.localeCompare(b) : a - b);
}

function sortBy(column, heading) {
  const ascending = heading.getAttribute("aria-sort") !== "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  shown = [...rows].sort((a, b) => compare(a.keys[column], b.keys[column], ascending ? 1 : -1));
  show();
}

["student", ...(data.totals ? ["total, in %"] : []), "points", ...data.exercises.map((exercise) => exercise.name)].forEach((title, column) => {
  const heading = element("th", "", { scope: "col" });
  const button = element("button", title);
  button.addEventListener("click", () => sortBy(column, heading));
  heading.append(button);
  table.tHead.rows[0].append(heading);
});
search.addEventListener("input", show);
sortBy(0, table.tHead.rows[0].cells[0]);
