// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Yield and times, of a batch or of everything.

import { ask, query } from "/page/api.js";
import { barChart, median, timeChart } from "/page/charts.js";
import { choices, field, make, table } from "/page/dom.js";
import { moment, percent, seconds, yieldOf } from "/page/format.js";
import { store } from "/page/store.js";

const sum = counts => counts.reduce((all, { units }) => {
    for (const [verdict, count] of Object.entries(units)) all[verdict] = (all[verdict] || 0) + count;
    return all;
}, {});

function figures(total, times) {
    const middle = median(times.map(time => time.seconds));
    const entries = [
        ["Good", total.good || 0], ["Failed", (total.failed || 0) + (total.interrupted || 0)],
        ["Refused", total.refused || 0], ["Yield", percent(yieldOf(total))],
        ["Median time", middle === null ? "–" : seconds(middle)],
    ];
    return make("dl", { class: "panel tiles-of-figures" }, entries.map(([name, value]) =>
        make("div", {}, make("dt", {}, name), make("dd", {}, String(value)))));
}

/** The same as a chart, for those who want figures. */
const numbers = (caption, counts, name) => make("details", { "aria-label": caption }, make("summary", {}, "As a table"),
    table(caption, [name, "#Good", "#Failed", "#Refused", "#Cancelled", "#Yield"], counts.map(({ of, units }) => [
        of, String(units.good || 0), String((units.failed || 0) + (units.interrupted || 0)),
        String(units.refused || 0), String(units.cancelled || 0), percent(yieldOf(units))])));

const panel = (title, kind, ...contents) => make("figure", { class: "panel " + kind },
    make("figcaption", {}, make("h2", {}, title)), contents);

export function yieldView() {
    const batch = make("select", { id: "yield-batch" }), contents = make("div", { class: "charts" });
    const message = make("p", { class: "message bad", role: "alert" });
    let isVisible = false, timer = null;

    function render({ slots, hours, times }) {
        const what = batch.value ? `batch ${batch.value}` : "all units";
        const hour = of => moment(of + ":00:00Z").slice(5, 16);
        contents.replaceChildren(
            make("div", { class: "wide" }, figures(sum(slots), times)),
            panel(`Time per good unit against the median of ${what}`, "wide",
                times.length ? timeChart(times) : make("p", {}, "No good unit yet.")),
            panel("Yield by slot", "", barChart(slots), numbers("Yield by slot", slots, "Slot")),
            panel("Units by hour", "", barChart(hours.map(({ of, units }) => ({ of: hour(of), units }))),
                numbers("Units by hour", hours.map(({ of, units }) => ({ of: hour(of), units })), "Hour")));
    }

    async function load() {
        try {
            render(await ask("GET", "/yield" + query({ batch: batch.value })));
            message.textContent = "";
        } catch (error) { message.textContent = error.text || error.message; }
    }

    const fill = () => choices(batch, [["", "all units"], ...store.batches.map(({ name }) => [name, name])]);
    store.on("verdict", () => {
        if (!isVisible || timer || contents.querySelector("details[open]")) return;
        timer = setTimeout(() => { timer = null; load(); }, 3000);
    });
    store.on("work", fill);
    batch.addEventListener("change", load);
    return {
        element: make("div", { class: "view" }, make("h2", {}, "Yield"),
            make("div", { class: "row" }, field("Batch", batch)), message, contents),
        show(given) {
            isVisible = true;
            fill();
            if (given.batch !== undefined) batch.value = given.batch;
            load();
        },
        hide() { isVisible = false; },
    };
}
