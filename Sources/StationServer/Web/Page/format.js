// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// How numbers, times and verdicts are written.

export function bytes(count) {
    if (count < 1024) return count + " B";
    if (count < 1024 * 1024) return (count / 1024).toFixed(1) + " KiB";
    return (count / 1024 / 1024).toFixed(1) + " MiB";
}

export const rate = perSecond => bytes(perSecond) + "/s";

export function seconds(value) {
    if (value > 0 && value < 1) return value.toFixed(2) + " s";
    if (value < 10) return value.toFixed(1) + " s";
    if (value < 90) return Math.round(value) + " s";
    return Math.floor(value / 60) + " min " + String(Math.round(value) % 60).padStart(2, "0") + " s";
}

/** A moment as the clock of the place shows it. */
export function moment(text) {
    const time = new Date(text);
    if (Number.isNaN(time.getTime())) return text || "";
    const two = number => String(number).padStart(2, "0");
    return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock(time)}`;
}

export const clock = time => [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map(number => String(number).padStart(2, "0")).join(":");

export const percent = share => share === null ? "–" : (100 * share).toFixed(1) + " %";

/** Good ones among those whose flash was touched; null where there are none. */
export function yieldOf(units) {
    const good = units.good || 0;
    const tried = good + (units.failed || 0) + (units.interrupted || 0) + (units.cancelled || 0);
    return tried > 0 ? good / tried : null;
}

/** What people know a unit by. */
export function label(opened) {
    const given = Object.keys(opened.serials || {}).sort().map(name => opened.serials[name]);
    return (opened.fields && opened.fields.serial) || given[0] || opened.unit;
}

/** How a verdict looks: kind for the style, sign, word. */
export const verdicts = {
    good: { kind: "pass", sign: "pass", word: "PASS" },
    failed: { kind: "fail", sign: "fail", word: "FAIL" },
    interrupted: { kind: "fail", sign: "fail", word: "CUT OFF" },
    refused: { kind: "refused", sign: "refused", word: "REFUSED" },
    cancelled: { kind: "refused", sign: "stopped", word: "CANCELLED" },
    running: { kind: "working", sign: "working", word: "IN WORK" },
};

const phases = {
    connecting: "CONNECT", survey: "LOOK", erase: "ERASE", program: "PROGRAM", verify: "VERIFY", read: "READ",
};

/** How a slot looks to somebody three metres away. */
export function look(slot, step) {
    if (slot.activity === "running") {
        const phase = (step && step.phase) || "connecting";
        return { kind: "working", sign: "working", word: phases[phase] || phase.toUpperCase() };
    }
    if (slot.activity === "trouble") return { kind: "trouble", sign: "trouble", word: "TROUBLE" };
    if (slot.activity === "stopped") return { kind: "stopped", sign: "stopped", word: "STOPPED" };
    if (slot.probeProblem) return { kind: "trouble", sign: "trouble", word: "NO PROBE" };
    if (slot.verdict) return verdicts[slot.verdict] || verdicts.failed;
    if (slot.activity === "parked" || slot.isLeaving) return { kind: "stopped", sign: "stopped", word: "CLOSED" };
    if (slot.hasBoard === false) return { kind: "idle", sign: "ready", word: "EMPTY" };
    return { kind: "idle", sign: "ready", word: "READY" };
}
