// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Images, known by the hash of their contents.

import { ask, request } from "/page/api.js";
import { field, make, table } from "/page/dom.js";
import { bytes, moment } from "/page/format.js";
import { outcome } from "/page/outcome.js";

export function imagesView() {
    const result = outcome(), list = make("div", { class: "panel" });
    const file = make("input", { type: "file", required: true });

    const load = () => result.of(async () => {
        const images = await ask("GET", "/images");
        list.replaceChildren(table(images.length ? "Images" : "No image is here.",
            ["Name", "SHA-256", "#Size", "Stored"], images.map(image =>
                [image.name, make("code", {}, image.hash), bytes(image.size), moment(image.stored)])));
    });

    const send = event => {
        event.preventDefault();
        return result.of(async () => {
            const chosen = file.files[0], contents = await chosen.arrayBuffer();
            const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", contents));
            const hash = [...digest].map(byte => byte.toString(16).padStart(2, "0")).join("");
            await request("PUT", `/images/${hash}?${new URLSearchParams({ name: chosen.name })}`,
                { body: contents, type: "application/octet-stream" });
            await load();
            return `${chosen.name} is here: ${hash}`;
        });
    };
    return {
        element: make("div", { class: "view" }, make("h2", {}, "Images"), result.element,
            make("form", { class: "panel row", onsubmit: send },
                field("File", file), make("button", {}, "Send")),
            list),
        show: load,
    };
}
