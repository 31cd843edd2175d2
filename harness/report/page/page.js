"use strict";
/* Tables are sorted by the heading that is pressed: upwards, and downwards when it is pressed again. Figures go by
   data-value, which has no unit and is not rounded, texts as people count (batch=64 before batch=1024), and what was
   not had stays last. There is neither a less-than sign nor an ampersand here: the page is XML as well. */
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
    const rows = Array.from(body.rows, row => ({row, key: key(row.cells[column])}));
    rows.sort((a, b) => {
        if (a.key === null || b.key === null)
            return (a.key === null) - (b.key === null);
        return sign * compare(a.key, b.key);
    });
    for (const other of heading.parentNode.cells)
        other.removeAttribute("aria-sort");
    heading.ariaSort = sign === 1 ? "ascending" : "descending";
    const sorted = document.createDocumentFragment();
    for (const {row} of rows)
        sorted.append(row);
    body.append(sorted);
}

for (const table of document.querySelectorAll("table.mlm-table"))
    for (const heading of table.tHead.rows[0].cells) {
        const button = document.createElement("button");
        button.type = "button";
        button.append(...heading.childNodes);
        button.addEventListener("click", () => sort(table, heading));
        heading.append(button);
    }
