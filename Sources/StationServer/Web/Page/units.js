// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Units that were programmed, and those in work: searched, page by page.

import { ask, query } from "/page/api.js";
import { choices, field, make, table } from "/page/dom.js";
import { label, moment, seconds, verdicts } from "/page/format.js";
import { store } from "/page/store.js";
import { chip, showUnit } from "/page/unit.js";

const PAGE = 50;

const spent = closed => closed ? closed.phases.reduce((sum, phase) => sum + phase.seconds, 0) : 0;

function row({ opened, closed }) {
    const time = spent(closed);
    return [
        make("button", { type: "button", class: "plain", onclick: () => showUnit(opened.unit) }, label(opened)),
        chip(closed ? closed.verdict : "running"), opened.slot, opened.batch || "", moment(opened.startedAt),
        time > 0 ? seconds(time) : "",
        closed && closed.error ? `${closed.error.code} ${closed.error.summary}` : "",
    ];
}

export function unitsView() {
    const text = make("input", {
        type: "search", id: "search", autocomplete: "off", placeholder: "serial, MAC or unit",
    });
    const verdict = make("select", {}), slot = make("select", {}), batch = make("select", {});
    const result = make("div", { class: "panel" }), message = make("p", { class: "message bad", role: "alert" });
    let units = [], isVisible = false, timer = null, isMore = false;

    const values = () => ({ text: text.value.trim(), verdict: verdict.value, slot: slot.value, batch: batch.value });

    function render() {
        const more = make("button", { type: "button", onclick: () => load(units.at(-1).sequence) }, "Older units");
        result.replaceChildren(
            table(units.length ? "Units, the newest first" : "No unit fits.",
                ["Serial", "Verdict", "Slot", "Batch", "Began", "#Time", "Cause"], units.map(row), "units"),
            ...(isMore ? [more] : []));
    }

    async function load(before) {
        try {
            const page = await ask("GET", "/units" + query({ ...values(), before, limit: PAGE }));
            units = before ? [...units, ...page] : page;
            isMore = page.length === PAGE;
            message.textContent = "";
            render();
        } catch (error) { message.textContent = error.text || error.message; }
    }

    function fill() {
        choices(verdict, [["", "any"], ...Object.entries(verdicts).filter(([name]) => name !== "running")
            .map(([name, { word }]) => [name, word.toLowerCase()])]);
        choices(slot, [["", "any"], ...[...store.slots.keys()].map(name => [name, name])]);
        choices(batch, [["", "any"], ...store.batches.map(batch => [batch.name, batch.name])]);
    }

    // New ones appear by themselves, unless somebody reads older pages.
    store.on("verdict", () => {
        if (!isVisible || timer || units.length > PAGE) return;
        timer = setTimeout(() => { timer = null; load(); }, 1000);
    });
    store.on("work", fill);
    const find = event => { event.preventDefault(); load(); };
    const search = make("form", { class: "row", role: "search", onsubmit: find },
        field("Serial, MAC address or unit", text, { class: "grow" }), field("Verdict", verdict),
        field("Slot", slot), field("Batch", batch), make("button", {}, "Search"));
    for (const select of [verdict, slot, batch]) select.addEventListener("change", () => load());
    return {
        element: make("div", { class: "view" }, make("h2", {}, "Units"), search, message, result),
        show(given) {
            isVisible = true;
            fill();
            if (given.text !== undefined) text.value = given.text;
            load();
        },
        hide() { isVisible = false; },
    };
}
