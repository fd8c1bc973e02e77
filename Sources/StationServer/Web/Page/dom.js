// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Makes elements. Nothing is ever parsed as markup: what a serial number holds stays text.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (value === undefined || value === null || value === false) continue;
        if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
        else if (value === true) node.setAttribute(name, "");
        else node.setAttribute(name, value);
    }
    node.append(...children.flat(Infinity).filter(child => child !== undefined && child !== null && child !== false));
    return node;
}

/** An element with attributes (`onclick` and the like are listeners) and children. */
export const make = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);

/** The same of a picture. */
export const draw = (name, attributes = {}, ...children) =>
    fill(document.createElementNS(SVG, name), attributes, children);

/** One of the signs of index.html; what it means is said beside it. */
export function sign(name) {
    return draw("svg", { class: "sign", "aria-hidden": "true", focusable: "false" },
        draw("use", { href: "#sign-" + name }));
}

/** Sets a text only where it changes, so that a screen reader is left in peace. */
export function write(node, text) {
    if (node.textContent !== text) node.textContent = text;
}

/** Options for a choice; keeps what is chosen, if it is still there. */
export function choices(select, entries) {
    const chosen = select.value;
    select.replaceChildren(...entries.map(([value, text]) => make("option", { value }, text)));
    if (entries.some(([value]) => value === chosen)) select.value = chosen;
}

/** A field with its name above it. */
export const field = (text, control, more = {}) => make("label", more, make("span", {}, text), control);

/** A table; `columns` are names, those that begin with `#` are of numbers. */
export function table(caption, columns, rows, kind = "") {
    const isNumber = columns.map(column => column.startsWith("#"));
    const cells = row => row.map((cell, at) => make("td", { class: isNumber[at] ? "number" : null }, cell));
    return make("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: "0" },
        make("table", { class: kind },
            make("caption", {}, caption),
            make("thead", {}, make("tr", {}, columns.map((column, at) =>
                make("th", { scope: "col", class: isNumber[at] ? "number" : null }, column.replace("#", ""))))),
            make("tbody", {}, rows.map(row => make("tr", {}, cells(row))))));
}
