// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Tokens: the form that asks for one, and the view that makes and revokes them.

import { ask, token } from "/page/api.js";
import { field, make, table } from "/page/dom.js";
import { moment } from "/page/format.js";
import { outcome } from "/page/outcome.js";
import { store } from "/page/store.js";

/** Asks for a token; `wasRefused`: the one there was is unknown or revoked. */
export function accessForm(wasRefused, opened) {
    const input = make("input", { id: "token", type: "password", autocomplete: "off", required: true });
    return make("form", { class: "access", onsubmit: event => {
        event.preventDefault();
        token.value = input.value.trim();
        opened();
    } },
    make("h2", {}, "This station asks for a token"),
    wasRefused && make("p", { class: "message bad", role: "alert" }, "The token is unknown or revoked."),
    field("Token", input),
    make("p", {}, "An engineer makes one under Tokens, or with ",
        make("code", {}, "extflash station token create NAME --role operator"),
        ". It is kept until this tab is closed."),
    make("button", { class: "main" }, "Open"));
}

export function tokensView() {
    const result = outcome(), list = make("div"), fresh = make("div", { "aria-live": "polite" });
    const name = make("input", { maxlength: "64", required: true, autocomplete: "off" });
    const role = make("select", {}, ["operator", "engineer", "reader"].map(value => make("option", { value }, value)));

    function render(tokens) {
        list.replaceChildren(table("Tokens; what they are is kept nowhere",
            ["Name", "Role", "Made", "State", "Actions"], tokens.map(entry => [
                entry.name, entry.role, moment(entry.created),
                entry.revoked ? `revoked ${moment(entry.revoked)}` : entry.name === store.me?.name ? "yours" : "valid",
                !entry.revoked && make("button", { type: "button", "aria-label": `Revoke ${entry.name}`,
                    onclick: () => revoke(entry.name) }, "Revoke") || ""])));
    }

    const load = () => result.of(async () => render(await ask("GET", "/tokens")));
    const revoke = name => result.of(async () => {
        if (!confirm(`Revoke the token ${name}? Whoever uses it is shut out at once.`)) return "";
        render(await ask("DELETE", "/tokens/" + encodeURIComponent(name)));
        return `${name} is revoked.`;
    });
    const create = event => {
        event.preventDefault();
        return result.of(async () => {
            const made = await ask("POST", "/tokens", { name: name.value.trim(), role: role.value });
            fresh.replaceChildren(make("p", {}, `The token of ${made.name}, shown this once:`),
                make("p", { class: "key mono" }, made.token));
            name.value = "";
            render(await ask("GET", "/tokens"));
        });
    };
    return {
        element: make("div", { class: "view" }, make("h2", {}, "Tokens"), result.element, fresh,
            make("form", { class: "panel row", onsubmit: create }, field("Name", name), field("Role", role),
                make("button", {}, "Make a token")),
            make("div", { class: "panel" }, list)),
        show() { fresh.replaceChildren(); return load(); },
        hide() { fresh.replaceChildren(); },
    };
}
