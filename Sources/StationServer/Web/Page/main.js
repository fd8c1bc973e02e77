// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// The page: its head, its views, and which of them is shown.

import { onLocked, token } from "/page/api.js";
import { make, write } from "/page/dom.js";
import { clock } from "/page/format.js";
import { imagesView } from "/page/images.js";
import { logView } from "/page/log.js";
import { probesView } from "/page/probes.js";
import { recipesView } from "/page/recipes.js";
import { recordsView } from "/page/records.js";
import { stationView } from "/page/station.js";
import { store } from "/page/store.js";
import { accessForm, tokensView } from "/page/tokens.js";
import { unitsView } from "/page/units.js";
import { yieldView } from "/page/yield.js";

const byId = id => document.getElementById(id);

/** In the order of the head; the operator sees those before `probes`. */
const views = {
    station: { title: "Station", role: "reader", create: stationView },
    units: { title: "Units", role: "reader", create: unitsView },
    yield: { title: "Yield", role: "reader", create: yieldView },
    probes: { title: "Probes", role: "engineer", create: probesView },
    recipes: { title: "Recipes", role: "engineer", create: recipesView },
    images: { title: "Images", role: "engineer", create: imagesView },
    log: { title: "Log", role: "engineer", create: logView },
    records: { title: "Records", role: "engineer", create: recordsView },
    tokens: { title: "Tokens", role: "engineer", create: tokensView },
};
const made = new Map();
let shown = null;

/** `#units?text=S1` shows the units with that serial. */
function route() {
    const [name, rest] = location.hash.slice(1).split("?");
    const view = views[name] && store.may(views[name].role) ? name : "station";
    return { view, values: Object.fromEntries(new URLSearchParams(rest || "")) };
}

function show() {
    if (!store.me) return;
    if (location.hash === "#main") return byId("main").focus();
    const { view, values } = route();
    if (!made.has(view)) made.set(view, views[view].create());
    const next = made.get(view);
    if (shown !== next) {
        if (shown && shown.hide) shown.hide();
        byId("main").replaceChildren(next.element);
        // The heading is read out, but a page that was just opened keeps its focus.
        if (shown) byId("main").focus();
        shown = next;
    }
    for (const link of byId("nav").children) {
        if (link.hash === "#" + view) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
    }
    title();
    next.show(values);
}

function title() {
    const view = views[route().view];
    const mark = store.link === "stale" ? "OLD – " : "";
    document.title = mark + (view ? view.title + " – " : "") + store.title;
    write(byId("title"), store.title);
}

function head() {
    const links = Object.entries(views).filter(([, view]) => store.may(view.role));
    if (byId("nav").children.length !== links.length) {
        byId("nav").replaceChildren(...links.map(([name, view]) => make("a", { href: "#" + name }, view.title)));
    }
    byId("who").replaceChildren(`${store.me.name} (${store.me.role})`, make("button", {
        type: "button", onclick: () => { token.value = ""; location.reload(); },
    }, "Sign out"));
}

function link() {
    const texts = { connecting: "Connecting", live: "Live", stale: "Not live", locked: "Closed" };
    byId("link").className = store.link;
    write(byId("link"), texts[store.link]);
    document.body.classList.toggle("stale", store.link === "stale");
    byId("stale").hidden = store.link !== "stale";
    if (store.link === "stale") {
        const since = store.heardAt ? `since ${clock(store.heardAt)}` : "yet";
        write(byId("stale"), `Not connected to the station ${since}: what is shown is old. Trying again…`);
    }
    if (store.link === "locked") lock();
    else title();
}

function lock() {
    // The token was good until now: nothing of what it showed stays.
    if (made.size > 0) return location.reload();
    const form = accessForm(token.value !== "", () => store.retry());
    byId("main").replaceChildren(form);
    form.querySelector("input").focus();
}

/** Verdicts for those who do not see them. */
function announce(slot) {
    const words = { good: "pass", failed: "fail", refused: "refused", cancelled: "cancelled", interrupted: "cut off" };
    const failure = slot.failure ? `. ${slot.failure.summary}` : "";
    const box = byId("announce");
    box.append(make("p", {}, `Slot ${slot.name}: ${words[slot.verdict]}. ${slot.label || ""}${failure}`));
    while (box.children.length > 8) box.firstChild.remove();
}

store.on("station", () => { head(); show(); });
store.on("link", link);
store.on("verdict", announce);
onLocked(() => store.setLink("locked"));
window.addEventListener("hashchange", show);
window.addEventListener("online", () => store.retry());
document.addEventListener("visibilitychange", () => { if (!document.hidden) store.retry(); });
link();
store.follow();
