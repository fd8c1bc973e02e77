// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Says how something went that was asked of the station.

import { make } from "/page/dom.js";

/** A line of its own for what was done last. */
export function outcome() {
    const element = make("p", { class: "message", role: "alert" });
    return {
        element,
        /** Does it, and tells; what `body` returns is the text. */
        async of(body) {
            try {
                const text = await body();
                element.className = "message good";
                element.textContent = text || "";
            } catch (error) {
                element.className = "message bad";
                element.textContent = error.text || error.message;
            }
        },
    };
}
