"use strict";
/* Tables are sorted by their headings, filtered by suite, cap and outcome, and a row says more when it is pointed at or
   opened: its repetitions, its intervals, and the figures for which there is no room. Without this script the whole
   table is there. There is neither a less-than sign nor an ampersand here: the page is XML as well. */
const root = document.documentElement;
const rows = Array.from(document.querySelectorAll(".mlm-table tbody tr"));

function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
}

function term(title, text) {
    return make("div", {}, make("dt", {textContent: title}), make("dd", {textContent: text}));
}

/* The cells of a row that `chosen` accepts, each with its heading. */
function say(row, chosen) {
    const titles = row.closest("table").tHead.rows[0].cells;
    const cells = Array.from(row.cells).filter(cell => ["", "-"].includes(cell.textContent) ? false : chosen(cell));
    return make("dl", {}, ...cells.map(cell => term(titles[cell.cellIndex].textContent, cell.textContent)));
}

/* The notes whose letters stand behind the row's outcome: "ok [a,c]". */
function notesOf(row) {
    const letters = row.querySelector("td.outcome").textContent.match(/\[([a-z,]+)\]$/)?.[1].split(",") ?? [];
    const labels = Array.from(row.closest(".mlm-part").parentNode.querySelectorAll(".mlm-notes dt"));
    return letters.map(letter => labels.find(label => label.textContent === `[${letter}]`)).filter(label => label)
        .map(label => term(label.textContent, label.nextElementSibling.textContent));
}

/* To open a row, and to close it. */
function fold(row) {
    const button = row.querySelector(".more");
    if (button?.ariaExpanded !== "true")
        return false;
    row.nextElementSibling.remove();
    button.ariaExpanded = "false";
    return true;
}

function open(row) {
    const cell = make("td", {colSpan: row.cells.length}, say(row, cell => cell.offsetParent === null));
    cell.firstChild.append(...notesOf(row));
    row.after(make("tr", {className: "told"}, cell));
    row.querySelector(".more").ariaExpanded = "true";
    hush();
}

/* To sort: upwards, and downwards when the heading is pressed again. Figures go by data-value, which has no unit and is
   not rounded, texts as people count (batch=64 before batch=1024), and what was not had stays last. */
const collator = new Intl.Collator("en", {numeric: true});

function key(cell) {
    const value = cell.dataset.value;
    const text = value === undefined ? cell.textContent.trim() : value;
    return text === "" || text === "-" ? null : value === undefined ? text : Number(text);
}

function compare(a, b) {
    return typeof a === "number" ? a - b : collator.compare(a, b);
}

function sort(table, heading) {
    const body = table.tBodies[0], column = heading.cellIndex;
    const sign = heading.ariaSort === "ascending" ? -1 : 1;
    Array.from(body.rows).forEach(fold);
    const keyed = Array.from(body.rows, row => ({row, key: key(row.cells[column])}));
    keyed.sort((a, b) => {
        if (a.key === null || b.key === null)
            return (a.key === null) - (b.key === null);
        return sign * compare(a.key, b.key);
    });
    for (const other of heading.parentNode.cells)
        other.removeAttribute("aria-sort");
    heading.ariaSort = sign === 1 ? "ascending" : "descending";
    body.append(...keyed.map(({row}) => row));
}

/* To filter: a row has a suite, a cap and, unless it compares machines, an outcome. */
const suites = Array.from(document.querySelectorAll(".suite > h2"), heading => heading.textContent);

function factsOf(row) {
    const suite = row.closest(".suite")?.querySelector("h2").textContent;
    const outcome = row.querySelector("td.outcome")?.className.split(" ").pop();
    return {suite: suite ?? suites.find(name => row.cells[0].textContent.startsWith(`${name}/`)),
        cap: row.closest("[data-cap]").dataset.cap, outcome: outcome === "partly" ? "ok in part" : outcome};
}

function filter(facts, choices, status) {
    rows.forEach(fold);
    for (const row of rows)
        row.hidden = choices.some(({name, value}) => value ? (facts.get(row)[name] ?? value) !== value : false);
    for (const part of document.querySelectorAll(".suite, .mlm-part, .mlm-scroll:has(.mlm-table)"))
        part.hidden = part.querySelector("tbody tr:not([hidden])") === null;
    if (choices.some(({value}) => value))
        document.querySelectorAll("details.fold").forEach(part => part.open = true);
    const results = rows.filter(row => facts.get(row).outcome);
    status.textContent = `${results.filter(row => !row.hidden).length} of ${results.length} rows`;
}

function offerFilter() {
    const facts = new Map(rows.map(row => [row, factsOf(row)])), choices = [];
    const bar = make("div", {className: "filter", role: "search", ariaLabel: "Filter the tables"});
    const status = make("output", {});
    for (const name of ["suite", "cap", "outcome"]) {
        const values = new Set(Array.from(facts.values(), fact => fact[name]).filter(value => value));
        if (values.size === 1)
            continue;
        const select = make("select", {name}, new Option("all", ""), ...Array.from(values, value => new Option(value, value)));
        select.addEventListener("change", () => filter(facts, choices, status));
        choices.push(select);
        bar.append(make("label", {}, `${name} `, select));
    }
    if (document.querySelector(".results .rest")) {
        const every = make("input", {type: "checkbox"});
        every.addEventListener("change", () => root.classList.toggle("every", every.checked));
        bar.append(make("label", {}, every, " every column"));
    }
    filter(facts, choices, status);
    bar.append(status);
    document.querySelector(".suite").before(bar);
}

/* To look closer: a note beside what is pointed at. */
const tip = make("div", {id: "tip", role: "tooltip", hidden: true});

function hush() {
    tip.hidden = true;
}

function tell(content, x, y) {
    tip.replaceChildren(content);
    tip.hidden = !tip.textContent;
    const {width, height} = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(x + 12, innerWidth - width - 8))}px`;
    tip.style.top = `${y + height + 20 > innerHeight ? Math.max(8, y - height - 40) : y + 6}px`;
}

function tellRow(row, x) {
    if (row.querySelector(".more").ariaExpanded !== "true")
        tell(say(row, cell => cell.matches(".each")), x, row.getBoundingClientRect().bottom);
}

function tellFocused(more) {
    if (more.matches(".more:focus-visible"))
        tellRow(more.closest("tr"), more.getBoundingClientRect().x);
    else
        hush();
}

/* The points of a picture are small: the nearest one speaks, if it is not far. */
function tellPoint(points, event) {
    let best = null, least = 30;
    for (const point of points) {
        const box = point.getBoundingClientRect();
        const distance = Math.hypot(Math.max(box.left - event.clientX, 0, event.clientX - box.right),
            box.y + box.height / 2 - event.clientY);
        if (least > distance)
            [best, least] = [point, distance];
    }
    if (best)
        tell(make("p", {textContent: best.dataset.said}), event.clientX, event.clientY + 10);
    else
        hush();
}

for (const table of document.querySelectorAll(".mlm-table"))
    for (const heading of table.tHead.rows[0].cells) {
        const button = make("button", {type: "button"}, ...heading.childNodes);
        button.addEventListener("click", () => sort(table, heading));
        heading.append(button);
    }
for (const row of document.querySelectorAll(".results tbody tr")) {
    const name = row.cells[0];
    const more = make("button", {type: "button", className: "more", ariaExpanded: "false",
        ariaLabel: `more about ${name.textContent}`});
    name.append(more);
    more.addEventListener("focus", () => tellFocused(more));
    more.addEventListener("blur", hush);
    row.addEventListener("pointerenter", event => event.pointerType === "mouse" ? tellRow(row, event.clientX) : null);
    row.addEventListener("pointerleave", hush);
    row.addEventListener("click", () => String(getSelection()) ? null : fold(row) || open(row));
}
for (const svg of document.querySelectorAll(".picture svg")) {
    const points = Array.from(svg.querySelectorAll(".mlm-point"));
    for (const point of points) {
        point.dataset.said = point.querySelector("title").textContent;
        point.querySelector("title").remove();
    }
    svg.addEventListener("pointermove", event => tellPoint(points, event));
    svg.addEventListener("pointerdown", event => tellPoint(points, event));
    svg.addEventListener("pointerleave", event => event.pointerType === "mouse" ? hush() : null);
}
/* What has the focus may have been scrolled to just now. */
addEventListener("scroll", () => tellFocused(document.activeElement), {passive: true});
addEventListener("keydown", event => event.key === "Escape" ? hush() : null);

/* Paper cannot be unfolded. */
let unfolded = [];
addEventListener("beforeprint", () => {
    unfolded = Array.from(document.querySelectorAll("details:not([open])"));
    unfolded.forEach(part => part.open = true);
});
addEventListener("afterprint", () => unfolded.forEach(part => part.open = false));

if (matchMedia("(max-width: 48rem)").matches)
    for (const notes of document.querySelectorAll(".mlm-notes")) {
        const folded = make("details", {}, make("summary", {textContent: "Notes"}));
        notes.replaceWith(folded);
        folded.append(notes);
    }
root.classList.add("live");
document.body.append(tip);
if (rows.length)
    offerFilter();
