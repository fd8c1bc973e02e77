// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// The view before which the operator stands: what to program, where a scan goes, and a tile for each slot.

import { ask, order } from "/page/api.js";
import { choices, field, make, write } from "/page/dom.js";
import { percent, yieldOf } from "/page/format.js";
import { catchScans } from "/page/scan.js";
import { store } from "/page/store.js";
import { Tile } from "/page/tile.js";

const KEPT = "extflash.work";
const GAP = 12;

/** What is said of the last thing that was asked. */
function messageLine() {
    const element = make("p", { class: "message", role: "alert" });
    return {
        element,
        say(text, kind = "") {
            element.className = "message " + kind;
            write(element, text);
        },
    };
}

/** Chosen once for many units; kept as long as the tab. */
class Work {
    recipe = make("select", { id: "recipe" });
    batch = make("select", { id: "batch" });
    operator = make("input", { id: "operator", size: "10", maxlength: "64", autocomplete: "off" });

    constructor() {
        const kept = JSON.parse(sessionStorage.getItem(KEPT) || "{}");
        this.refresh();
        for (const name of ["recipe", "batch", "operator"]) {
            if (kept[name]) this[name].value = kept[name];
            this[name].addEventListener("change", () => this.changed());
        }
        if (!this.operator.value && store.me) this.operator.value = store.me.name;
        this.changed();
    }

    refresh() {
        const { recipe, batch } = this;
        choices(recipe, store.usable.map(name => [name, name]));
        choices(batch, [["", "no batch"], ...store.batches.filter(batch => !batch.closed)
            .map(batch => [batch.name, batch.name])]);
        this.changed();
    }

    changed() {
        // A batch is of one recipe.
        const batch = store.batches.find(batch => batch.name === this.batch.value);
        const name = batch && store.recipeName(batch.recipe);
        if (batch && [...this.recipe.options].some(option => option.value === name)) this.recipe.value = name;
        this.recipe.disabled = Boolean(batch);
        sessionStorage.setItem(KEPT, JSON.stringify({
            recipe: this.recipe.value, batch: this.batch.value, operator: this.operator.value,
        }));
    }

    /** The body of a request; `serial` may be empty. */
    request(serial) {
        const batch = store.batches.find(batch => batch.name === this.batch.value);
        const body = { recipe: batch ? batch.recipe : this.recipe.value };
        if (!body.recipe) throw new Error("No recipe is approved: an engineer approves one under Recipes.");
        if (batch) body.batch = batch.name;
        if (this.operator.value.trim()) body.operator = this.operator.value.trim();
        if (serial) body.fields = { serial };
        return body;
    }
}

/** Columns and height of a row, so that the tiles are as large as they can be. */
export function layout(count, width, height, least) {
    let best = { columns: 1, row: least, size: 0 };
    for (let columns = 1; columns <= count; columns += 1) {
        const rows = Math.ceil(count / columns);
        const row = Math.max(least, Math.floor((height - GAP * (rows - 1)) / rows));
        const column = (width - GAP * (columns - 1)) / columns;
        if (columns > 1 && column < least * 1.07) break;
        // What does not fit has to be scrolled to.
        const share = row * rows + GAP * (rows - 1) <= height ? 1 : .7;
        const size = Math.min(column / 1.35, row) * share;
        if (size >= best.size) best = { columns, row, size };
    }
    return best;
}

export function stationView() {
    const message = messageLine(), work = new Work(), tiles = new Map(), mayOperate = store.may("operator");
    const scan = make("input", {
        id: "scan", autocomplete: "off", spellcheck: "false", maxlength: "128", enterkeyhint: "go",
        placeholder: "scan, or type and press Enter",
    });
    const target = make("select", { id: "target" });
    const grid = make("div", { class: "slots", role: "group", "aria-label": "Slots" });
    const totals = { good: make("dd"), failed: make("dd"), share: make("dd") };

    const tried = body => async event => {
        if (event) event.preventDefault();
        message.say("");
        try { await body(); } catch (error) { message.say(error.text || error.message, "bad"); }
    };

    /** Starts a unit where the choice says; the choice goes back to the next free slot. */
    async function start(serial) {
        const body = work.request(serial), slot = target.value;
        scan.value = "";
        target.value = "";
        const job = await order(slot ? `/slots/${slot}/units` : "/units", body);
        message.say(`${serial ? serial + " is" : "A unit is"} in slot ${job.slot}.`);
    }

    /** A code that is a slot's name says where the next one goes. */
    const scanned = text => tried(async () => {
        if (!text) return message.say("Nothing was scanned.", "bad");
        const slot = [...store.slots.keys()].find(name => name.toLowerCase() === text.toLowerCase());
        if (!slot) return start(text);
        scan.value = "";
        target.value = slot;
        message.say(`The next scan goes to slot ${slot}.`);
    })();

    async function startAll() {
        const reply = await order("/start", work.request(""));
        const refused = Object.entries(reply.refused).map(([name, why]) => `${name} (${why})`);
        const started = reply.jobs.map(job => job.slot);
        message.say((started.length ? `Started: ${started.join(", ")}.` : "No slot is free.")
            + (refused.length ? ` Not started: ${refused.join(", ")}.` : ""), started.length ? "" : "bad");
    }

    scan.addEventListener("keydown", event => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        scanned(scan.value.trim());
    });
    const form = make("form", { class: "toolbar", onsubmit: tried(() => start(scan.value.trim())) },
        mayOperate && [
            field("Recipe", work.recipe), field("Batch", work.batch), field("Operator", work.operator),
            field("Serial number", scan, { class: "scan" }), field("Goes to", target),
            make("button", { class: "main" }, "Start"),
            make("button", { type: "button", id: "start-all", onclick: tried(startAll) }, "Start all free slots"),
        ],
        make("dl", { class: "totals", "aria-label": "Units of this station" },
            make("div", {}, make("dt", {}, "Good"), totals.good),
            make("div", {}, make("dt", {}, "Failed"), totals.failed),
            make("div", {}, make("dt", {}, "Yield"), totals.share)));
    if (mayOperate) catchScans(scan);

    const act = {
        start: name => tried(async () => {
            const serial = scan.value.trim(), body = work.request(serial);
            scan.value = "";
            await order(`/slots/${name}/units`, body);
        }),
        cancel: name => tried(() => ask("POST", `/slots/${name}/cancel`)),
        resume: name => tried(() => ask("POST", `/slots/${name}/resume`)),
    };

    function count() {
        write(totals.good, String(store.units.good || 0));
        write(totals.failed, String((store.units.failed || 0) + (store.units.interrupted || 0)));
        write(totals.share, percent(yieldOf(store.units)));
    }

    function fit() {
        if (!grid.isConnected || tiles.size === 0) return;
        const size = parseFloat(getComputedStyle(document.documentElement).fontSize);
        const height = window.innerHeight - grid.getBoundingClientRect().top - window.scrollY - size;
        const { columns, row } = layout(tiles.size, grid.clientWidth, height, 13 * size);
        grid.style.setProperty("--columns", columns);
        grid.style.setProperty("--row", row + "px");
    }

    function all() {
        for (const name of [...tiles.keys()]) if (!store.slots.has(name)) tiles.delete(name);
        for (const slot of store.slots.values()) {
            if (!tiles.has(slot.name)) tiles.set(slot.name, new Tile(slot.name, mayOperate && act));
            tiles.get(slot.name).show(slot, store.progress.get(slot.name));
        }
        const wanted = [...store.slots.keys()].map(name => tiles.get(name).element);
        if (wanted.length !== grid.children.length || wanted.some((tile, at) => grid.children[at] !== tile)) {
            grid.replaceChildren(...wanted);
            choices(target, [["", "next free slot"],
                ...[...store.slots.keys()].map(name => [name, "slot " + name])]);
        }
        count();
        fit();
    }

    store.on("station", all);
    store.on("work", () => work.refresh());
    store.on("slot", slot => tiles.get(slot.name)?.show(slot, store.progress.get(slot.name)));
    store.on("verdict", count);
    store.on("input", ({ name, scanned, slots, failure, isThere }) => {
        const what = scanned ? `${scanned} from ${name}` : name;
        if (failure) message.say(`${what}: ${failure.summary} [${failure.code}]`, "bad");
        else if (slots) message.say(`${what}: slot ${slots.join(", ")}.`);
        else if (scanned) message.say(`The next scan of ${name} goes to slot ${scanned}.`);
        else message.say(isThere ? "" : `${name} was unplugged.`, isThere ? "" : "bad");
    });
    new ResizeObserver(fit).observe(form);
    window.addEventListener("resize", fit);
    const element = make("div", { class: "view" },
        make("h2", { class: "unseen" }, "Slots"), form, message.element, grid);
    new MutationObserver(fit).observe(message.element, { childList: true, characterData: true, subtree: true });
    return { element, show: all };
}
