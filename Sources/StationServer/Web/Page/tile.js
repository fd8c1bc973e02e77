// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// One slot. Its elements stay while their texts change: focus and screen reader are left where they are.

import { make, sign, write } from "/page/dom.js";
import { look, rate, seconds } from "/page/format.js";
import { showFailure, showUnit } from "/page/unit.js";

export class Tile {
    #parts = {};
    #slot = null;

    /** `act` starts, cancels and resumes; without it the tile only shows. */
    constructor(name, act) {
        const parts = this.#parts;
        parts.serial = make("span", { class: "serial" });
        parts.given = make("span", { class: "given mono" });
        parts.word = make("span", { class: "word" });
        parts.verdict = make("div", { class: "verdict" }, parts.word);
        parts.fill = make("span");
        parts.bar = make("div", { class: "bar", role: "progressbar", "aria-label": `Progress of slot ${name}`,
            "aria-valuemin": "0", "aria-valuemax": "100" }, parts.fill);
        parts.percent = make("span", { class: "percent" });
        parts.rest = make("span", { class: "rest" });
        parts.work = make("div", { class: "work" }, parts.bar,
            make("p", { class: "figures" }, parts.percent, parts.rest));
        parts.summary = make("span");
        parts.code = make("span", { class: "code" });
        parts.remedy = make("p", { class: "remedy" });
        parts.why = make("div", { class: "why" }, make("p", {}, parts.code, " ", parts.summary), parts.remedy);
        parts.counts = make("p", { class: "counts" });
        const button = (text, onclick) =>
            make("button", { type: "button", "aria-label": `${text} slot ${name}`, onclick }, text);
        parts.details = button("Details", () => this.#details());
        if (act) {
            parts.start = button("Start", act.start(name));
            parts.cancel = button("Cancel", act.cancel(name));
            parts.resume = button("Resume", act.resume(name));
        }
        parts.buttons = make("div", { class: "buttons" }, parts.details, parts.start, parts.cancel, parts.resume);
        this.element = make("section", { class: "tile", "aria-label": `Slot ${name}`, "data-slot": name },
            make("div", {}, make("div", { class: "head" }, make("h2", {}, name),
                make("p", { class: "names" }, parts.serial, parts.given)),
                parts.verdict, parts.work, parts.why,
                make("div", { class: "foot" }, parts.counts, parts.buttons)));
    }

    show(slot, step) {
        this.#slot = slot;
        const parts = this.#parts, appearance = look(slot, step), isRunning = slot.activity === "running";
        if (this.element.dataset.kind !== appearance.kind || parts.sign !== appearance.sign) {
            this.element.dataset.kind = appearance.kind;
            parts.sign = appearance.sign;
            parts.verdict.replaceChildren(sign(appearance.sign), parts.word);
        }
        parts.verdict.style.setProperty("--letters", appearance.word.length);
        write(parts.word, appearance.word);
        write(parts.serial, slot.label || slot.unit || "");
        // Beside what was scanned, what the unit was given: an address, say.
        const given = Object.values(slot.serials || {}).filter(value => value !== slot.label).join(" ");
        write(parts.given, given);
        parts.work.hidden = !isRunning;
        if (isRunning) this.#progress(step);
        const failure = slot.probeProblem || slot.failure;
        parts.why.hidden = isRunning || !failure;
        if (failure) {
            write(parts.code, failure.code);
            write(parts.summary, failure.summary);
            write(parts.remedy, failure.remedies[0] || "");
            parts.remedy.hidden = failure.remedies.length === 0;
        }
        write(parts.counts, `${slot.good} good, ${slot.failed} failed`
            + (slot.queued ? `, ${slot.queued} waiting` : ""));
        this.#buttons(slot, isRunning);
    }

    #progress(step) {
        const parts = this.#parts, total = step ? step.total : 0;
        const share = total > 0 ? Math.min(100, Math.floor(100 * step.done / total)) : 0;
        parts.fill.style.width = share + "%";
        parts.bar.setAttribute("aria-valuenow", share);
        write(parts.percent, step ? share + " %" : "");
        const left = step && step.secondsLeft !== undefined ? seconds(Number(step.secondsLeft)) + " left" : "";
        write(parts.rest, [step && step.rate ? rate(step.rate) : "", left].filter(Boolean).join("\n"));
    }

    #buttons(slot, isRunning) {
        const parts = this.#parts;
        parts.details.hidden = isRunning || !(slot.probeProblem || slot.verdict || slot.failure);
        if (!parts.start) return;
        const halted = slot.activity === "stopped" || slot.activity === "trouble";
        const wanted = isRunning ? parts.cancel : halted ? parts.resume : parts.start;
        const hadFocus = [parts.start, parts.cancel, parts.resume].includes(document.activeElement);
        for (const button of [parts.start, parts.cancel, parts.resume]) button.hidden = button !== wanted;
        // The one that had the focus is gone: its successor at the same place has it.
        if (hadFocus && document.activeElement !== wanted) wanted.focus();
        parts.start.disabled = slot.isLeaving || slot.activity === "parked";
    }

    #details() {
        const slot = this.#slot;
        if (slot.probeProblem) return showFailure(`Slot ${slot.name}`, slot.probeProblem);
        if (slot.activity === "trouble" && slot.failure) return showFailure(`Slot ${slot.name}`, slot.failure);
        return slot.unit ? showUnit(slot.unit) : showFailure(`Slot ${slot.name}`, slot.failure);
    }
}
