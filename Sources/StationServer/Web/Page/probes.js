// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Every probe of the machine, those that belong to no slot among them: for whoever sets the fixture up.

import { ask } from "/page/api.js";
import { make, table } from "/page/dom.js";
import { store } from "/page/store.js";

export function probesView() {
    const contents = make("div", { class: "panel" }), message = make("p", { class: "message", role: "status" });

    async function load() {
        const slots = [...store.slots.values()];
        const slotRows = slots.map(slot => [slot.name, slot.probe, slot.board || "by recipe",
            slot.probeProblem ? `${slot.probeProblem.summary} [${slot.probeProblem.code}]` : "there",
            slot.hasBoard === undefined || slot.hasBoard === null ? "" : slot.hasBoard ? "yes" : "no"]);
        let rows = [], problem = "";
        try {
            const probes = await ask("GET", "/probes");
            rows = probes.map(({ probe, slot }) => [probe.path, probe.product, probe.kind, probe.serial || "none",
                slot || "no slot", probe.obstacle || ""]);
        } catch (error) { problem = error.text || error.message; }
        contents.replaceChildren(
            table("Slots of the station file", ["Slot", "Probe", "Board", "State", "Board in it"], slotRows),
            table(rows.length ? "Probes on this machine's USB" : "No probe is on this machine's USB",
                ["Path", "Product", "Kind", "Serial", "Slot", "Obstacle"], rows));
        message.className = problem ? "message bad" : "message";
        message.textContent = problem;
    }

    async function reload() {
        try {
            const report = await ask("POST", "/station/reload");
            const parts = Object.entries(report).filter(([, names]) => names.length)
                .map(([what, names]) => `${what}: ${names.join(", ")}`);
            message.className = "message good";
            message.textContent = "The station file was read again. " + parts.join("; ");
        } catch (error) {
            message.className = "message bad";
            message.textContent = error.text || error.message;
        }
    }

    return {
        element: make("div", { class: "view" }, make("h2", {}, "Probes"),
            make("div", { class: "row" },
                make("button", { type: "button", onclick: load }, "Look again"),
                make("button", { type: "button", onclick: reload }, "Read the station file again")),
            message, contents),
        show: load,
    };
}
