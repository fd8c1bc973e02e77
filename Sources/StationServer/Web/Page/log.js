// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// What happened, as the station tells it: the last changes, and those to come.

import { field, make, table } from "/page/dom.js";
import { clock } from "/page/format.js";
import { store } from "/page/store.js";

/** One line for a person. */
function words({ kind, data }) {
    if (kind === "slot") {
        const unit = data.label || data.unit || "";
        if (data.probeProblem) return `${data.name}: ${data.probeProblem.summary} [${data.probeProblem.code}]`;
        if (data.activity === "running") return `${data.name}: ${unit} begins, recipe ${store.recipeName(data.recipe)}`;
        const failure = data.failure ? `: ${data.failure.summary} [${data.failure.code}]` : "";
        return `${data.name}: ${data.activity}${data.verdict ? `, ${unit} ${data.verdict}` : ""}${failure}`;
    }
    if (kind === "input") {
        if (data.failure) return `${data.name}: ${data.failure.summary} [${data.failure.code}]`;
        if (data.isThere !== undefined) return `${data.name} is ${data.isThere ? "read" : "gone"}`;
        return `${data.name}: ${data.scanned || "pressed"}${data.slots ? " for slot " + data.slots.join(", ") : ""}`;
    }
    if (kind === "station") {
        const parts = Object.entries(data).filter(([, names]) => names.length)
            .map(([what, names]) => `${what} ${names.join(", ")}`);
        return `station file read again: ${parts.join("; ")}`;
    }
    return JSON.stringify(data);
}

export function logView() {
    const list = make("div", { class: "panel" }), filter = make("input", { type: "search", autocomplete: "off" });
    const hold = make("input", { type: "checkbox" });
    let isVisible = false, isDue = false;

    function render() {
        isDue = false;
        const wanted = filter.value.trim().toLowerCase();
        const rows = [...store.log].reverse()
            .map(event => [String(event.id), event.at ? clock(event.at) : "earlier", event.kind, words(event)])
            .filter(row => !wanted || row[3].toLowerCase().includes(wanted));
        list.replaceChildren(table(rows.length ? "The newest first" : "Nothing happened.",
            ["#Number", "Heard at", "Kind", "What"], rows, "log"));
    }

    store.on("log", () => {
        if (!isVisible || hold.checked || isDue) return;
        isDue = true;
        requestAnimationFrame(render);
    });
    filter.addEventListener("input", render);
    return {
        element: make("div", { class: "view" }, make("h2", {}, "Log"),
            make("div", { class: "row" }, field("Only with", filter, { class: "grow" }), field("Hold still", hold)),
            make("p", {}, "Details of every unit are in the journal: ",
                make("code", {}, "journalctl -u extflashd SLOT=A1")),
            list),
        show() { isVisible = true; render(); },
        hide() { isVisible = false; },
    };
}
