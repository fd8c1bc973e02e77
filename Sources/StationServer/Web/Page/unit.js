// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Everything about one unit, or one failure, in a dialog.

import { ask } from "/page/api.js";
import { make, sign, table } from "/page/dom.js";
import { bytes, label, moment, rate, seconds, verdicts } from "/page/format.js";

function open(title, ...contents) {
    const dialog = document.getElementById("details");
    dialog.replaceChildren(
        make("header", {}, make("h2", { id: "details-title" }, title),
            make("button", { type: "button", onclick: () => dialog.close() }, "Close")),
        make("div", {}, contents));
    if (!dialog.open) dialog.showModal();
}

/** What went wrong, why, and what to do: the same words as on the command line. */
export function failureBox(failure) {
    const list = (kind, name, texts) => texts.length > 0 && make("div", { class: kind },
        make("h3", {}, name), make("ul", {}, texts.map(text => make("li", {}, text))));
    return make("section", { class: "failure", "aria-label": "Failure" },
        make("p", { class: "summary" }, failure.summary),
        make("p", {}, "Code ", make("strong", {}, failure.code),
            failure.failureClass ? ` (${failure.failureClass})` : ""),
        list("remedies", "What to do", failure.remedies),
        list("causes", "Because", failure.causes));
}

export const showFailure = (title, failure) => open(title, failureBox(failure));

/** A verdict in a table. */
export function chip(verdict) {
    const { kind, sign: name, word } = verdicts[verdict] || verdicts.running;
    return make("span", { class: "chip", "data-kind": kind }, sign(name), word);
}

function facts(values) {
    const given = values.filter(([, value]) => value !== undefined && value !== null && value !== "");
    return make("dl", { class: "facts" }, given
        .flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, String(value))]));
}

export async function showUnit(name) {
    let unit;
    try { unit = await ask("GET", `/units/${encodeURIComponent(name)}`); } catch (error) {
        return open(name, make("p", { class: "message bad" }, error.text || error.message));
    }
    const { opened, closed } = unit;
    const board = (closed && closed.microcontroller) || {}, flash = (closed && closed.flash) || {};
    const pairs = values => Object.entries(values || {}).map(([key, value]) => [key, value]);
    open(`${label(opened)} in slot ${opened.slot}`,
        make("p", { class: "row" }, chip(closed ? closed.verdict : "running"),
            `${moment(opened.startedAt)}${closed ? " to " + moment(closed.endedAt).slice(11) : ""}`),
        closed && closed.error && failureBox(closed.error),
        facts([["Unit", opened.unit], ...pairs(opened.serials), ...pairs(opened.fields), ["Batch", opened.batch],
            ["Work order", opened.workOrder], ["Operator", opened.operatorName], ["Attempt", opened.attempt],
            ["Recipe", `${opened.recipe.name} (${opened.recipe.hash.slice(0, 12)})`],
            ["Images", opened.images.map(image => image.name).join(", ")], ["Board", opened.board],
            ["Probe", [opened.probe.kind, opened.probe.serial, opened.probe.firmware, "at " + opened.probe.path]
                .filter(Boolean).join(", ")],
            ["Microcontroller", [board.part, board.revision, board.uniqueID].filter(Boolean).join(", ")],
            ["Flash", [flash.jedecID, flash.uniqueID].filter(Boolean).join(", ")],
            ["Supply", closed && closed.millivolts ? (closed.millivolts / 1000).toFixed(2) + " V" : ""],
            ["SWD clock", closed && closed.clockHertz ? (closed.clockHertz / 1e6).toFixed(2) + " MHz" : ""],
            ["Contents (SHA-256)", closed && closed.contents]]),
        closed && closed.phases.length > 0 && table("Phases", ["Phase", "#Time", "#Bytes", "#Rate"],
            closed.phases.map(phase => [phase.name, seconds(phase.seconds), bytes(phase.bytes),
                phase.seconds > 0 && phase.bytes > 0 ? rate(phase.bytes / phase.seconds) : ""])));
}
