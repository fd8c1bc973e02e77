// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Recipes with their approval, and batches.

import { ask, request } from "/page/api.js";
import { choices, field, make, table } from "/page/dom.js";
import { moment } from "/page/format.js";
import { outcome } from "/page/outcome.js";
import { store } from "/page/store.js";

const state = recipe => recipe.retired ? `retired ${moment(recipe.retired)}`
    : recipe.approved ? `approved by ${recipe.approver}, ${moment(recipe.approved)}` : "draft";

export function recipesView() {
    const result = outcome(), list = make("div"), batches = make("div"), shown = make("div");
    const text = make("textarea", { id: "recipe-text", spellcheck: "false" });
    const name = make("input", { maxlength: "64", required: true });
    const limit = make("input", { type: "number", min: "1" });
    const order = make("input", { maxlength: "128" }), recipe = make("select", {});

    const button = (label, about, onclick) =>
        make("button", { type: "button", "aria-label": `${label} ${about}`, onclick }, label);

    async function read(hash) {
        await result.of(async () => {
            const recipe = await ask("GET", "/recipes/" + hash);
            shown.replaceChildren(make("section", { class: "panel" },
                make("h2", {}, `${recipe.name} ${hash.slice(0, 12)}`),
                make("pre", { tabindex: "0", role: "region", "aria-label": `Text of ${recipe.name}` },
                    recipe.text)));
            text.value = recipe.text;
        });
    }

    const change = (recipe, what, done) => result.of(async () => {
        await ask("POST", `/recipes/${recipe.hash}/${what}`);
        await store.refreshWork();
        return `${recipe.name} ${recipe.hash.slice(0, 12)} is ${done}.`;
    });

    function render() {
        list.replaceChildren(table("Recipes; each change makes another one, known by its hash",
            ["Name", "Hash", "Stored", "State", "Actions"], store.recipes.map(recipe => {
                const about = `${recipe.name} ${recipe.hash.slice(0, 12)}`;
                return [recipe.name, make("code", {}, recipe.hash.slice(0, 12)), moment(recipe.stored), state(recipe),
                    make("div", { class: "buttons" }, button("Show", about, () => read(recipe.hash)),
                        recipe.approved && !recipe.retired
                            ? button("Retire", about, () => change(recipe, "retire", "retired"))
                            : button("Approve", about, () => change(recipe, "approve", "approved")))];
            })));
        batches.replaceChildren(table("Batches",
            ["Name", "Recipe", "Work order", "#Limit", "Opened", "Closed", "Actions"],
            store.batches.map(batch => [batch.name, store.recipeName(batch.recipe), batch.workOrder || "",
                batch.limit ? String(batch.limit) : "none", moment(batch.opened),
                batch.closed ? moment(batch.closed) : "",
                make("div", { class: "buttons" },
                    make("a", {
                        class: "button", href: "#yield?batch=" + encodeURIComponent(batch.name),
                        "aria-label": `Yield of ${batch.name}`,
                    }, "Yield"),
                    !batch.closed && button("Close", batch.name, () => result.of(async () => {
                        await ask("POST", `/batches/${encodeURIComponent(batch.name)}/close`);
                        await store.refreshWork();
                        return `Batch ${batch.name} is closed.`;
                    })))])));
        choices(recipe, store.usable.map(name => [name, name]));
    }

    const add = event => {
        event.preventDefault();
        return result.of(async () => {
            const reply = await request("POST", "/recipes", { body: text.value, type: "application/yaml" });
            const kept = await reply.json();
            await store.refreshWork();
            return `${kept.name} ${kept.hash.slice(0, 12)} is kept as a draft. It is used once it is approved.`;
        });
    };
    const openBatch = event => {
        event.preventDefault();
        return result.of(async () => {
            const body = { name: name.value.trim(), recipe: recipe.value };
            if (order.value.trim()) body.workOrder = order.value.trim();
            if (limit.value) body.limit = Number(limit.value);
            await ask("POST", "/batches", body);
            await store.refreshWork();
            name.value = "";
            return `Batch ${body.name} is open.`;
        });
    };
    store.on("work", render);
    return {
        element: make("div", { class: "view" }, make("h2", {}, "Recipes and batches"), result.element,
            make("div", { class: "panel" }, list), shown,
            make("form", { class: "panel", onsubmit: add }, field("A recipe's text (YAML)", text),
                make("div", {}, make("button", {}, "Keep as a draft"))),
            make("div", { class: "panel" }, batches),
            make("form", { class: "panel row", onsubmit: openBatch }, field("New batch", name),
                field("Recipe", recipe), field("Work order", order), field("Good units at most", limit),
                make("button", {}, "Open batch"))),
        show() {
            render();
            return store.refreshWork();
        },
    };
}
