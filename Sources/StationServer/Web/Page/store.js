// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// What is known of the station, and who wants to be told when it changes.

import { ask, token } from "/page/api.js";
import { listen } from "/page/events.js";

/** Changes that are kept for the log. */
const KEPT = 500;
/** Of the past, those that are asked for when the page is opened. */
const PAST = 200;

class Store extends EventTarget {
    me = null;
    title = "Station";
    slots = new Map();
    units = {};
    progress = new Map();
    recipes = [];
    batches = [];
    log = [];
    /** `connecting`, `live`, `stale` or `locked`. */
    link = "connecting";
    /** When something was last heard. */
    heardAt = null;
    #last = null;
    #snapshot = 0;
    #wake = () => {};

    tell(topic, detail) { this.dispatchEvent(new CustomEvent(topic, { detail })); }
    on(topic, listener) { this.addEventListener(topic, event => listener(event.detail)); }

    setLink(link) {
        if (link === this.link) return;
        this.link = link;
        this.tell("link");
    }

    /** Goes on for as long as the page is open. */
    async follow() {
        for (let pause = 500; ; pause = Math.min(pause * 2, 5000)) {
            try {
                if (!token.value) throw Object.assign(new Error("no token yet"), { status: 401 });
                await this.refresh();
                const first = this.#last ?? Math.max(0, this.#snapshot - PAST);
                await listen(first, {
                    opened: () => { pause = 250; this.setLink("live"); },
                    heard: () => { this.heardAt = new Date(); },
                    take: event => this.take(event),
                });
            } catch (error) {
                this.setLink(error.status === 401 ? "locked" : "stale");
            }
            await new Promise(done => {
                this.#wake = done;
                if (this.link !== "locked") setTimeout(done, pause);
            });
        }
    }

    /** Tries again at once: there is a token, or the network is back. */
    retry() {
        if (this.link === "locked") this.setLink("connecting");
        this.#wake();
    }

    async refresh() {
        this.me = await ask("GET", "/whoami");
        const station = await ask("GET", "/station");
        this.#snapshot = station.lastEvent;
        this.title = station.title;
        this.units = station.units;
        this.progress.clear();
        this.slots = new Map(station.slots.map(slot => [slot.name, slot]));
        for (const slot of station.slots) {
            if (slot.activity === "running" && slot.phase) this.progress.set(slot.name, slot);
        }
        await this.refreshWork();
        this.tell("station");
    }

    /** Recipes and batches that units can be started with. */
    async refreshWork() {
        this.recipes = await ask("GET", "/recipes");
        this.batches = await ask("GET", "/batches");
        this.tell("work");
    }

    take(event) {
        if (event.id) {
            this.#last = event.id;
            this.log.push({ ...event, at: event.id > this.#snapshot ? new Date() : null });
            if (this.log.length > KEPT) this.log.shift();
            this.tell("log");
            // What happened before the slots were asked for is in them already.
            if (event.id <= this.#snapshot) return;
        }
        if (event.kind === "slot") this.takeSlot(event.data);
        // The station does not keep events for ever.
        if (event.kind === "station" || event.kind === "missed") this.refresh().catch(() => this.setLink("stale"));
        if (event.kind === "input") this.tell("input", event.data);
        if (event.kind === "queue") this.change(event.data.name, slot => ({ ...slot, queued: event.data.queued }));
        if (event.kind === "progress") {
            this.progress.set(event.data.name, event.data);
            this.change(event.data.name, slot => slot);
        }
    }

    takeSlot(slot) {
        const before = this.slots.get(slot.name);
        if (slot.activity !== "running" || (before && before.unit !== slot.unit)) this.progress.delete(slot.name);
        const isDone = slot.verdict && before && before.activity === "running" && slot.activity !== "running";
        if (isDone) this.units = { ...this.units, [slot.verdict]: (this.units[slot.verdict] || 0) + 1 };
        this.change(slot.name, () => slot);
        if (isDone) this.tell("verdict", slot);
    }

    change(name, body) {
        const slot = this.slots.get(name);
        if (!slot) return;
        this.slots.set(name, body(slot));
        this.tell("slot", this.slots.get(name));
    }

    /** Recipes that may be used, by name. */
    get usable() {
        return [...new Set(this.recipes.filter(recipe => recipe.approved && !recipe.retired)
            .map(recipe => recipe.name))];
    }

    recipeName(text) {
        const recipe = this.recipes.find(recipe => recipe.hash === text);
        return recipe ? recipe.name : text;
    }

    may(role) {
        const order = ["reader", "operator", "engineer"];
        return this.me !== null && order.indexOf(this.me.role) >= order.indexOf(role);
    }
}

export const store = new Store();
