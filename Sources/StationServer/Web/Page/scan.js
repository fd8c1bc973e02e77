// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// A scanner types like a keyboard, wherever the focus is.

const typing = new Set(["INPUT", "TEXTAREA"]);

/** Leads what is typed into `input`, unless the focus is in another field that takes text, or a dialog is open. */
export function catchScans(input) {
    document.addEventListener("keydown", event => {
        const at = document.activeElement;
        if (!input.isConnected || at === input || document.querySelector("dialog[open]")) return;
        if (event.ctrlKey || event.altKey || event.metaKey) return;
        // A space presses the button that has the focus.
        if (event.key.length !== 1 || event.key === " " || typing.has(at?.tagName)) return;
        // The key goes to the field, because it has the focus before the key's default is done.
        input.focus();
    }, true);
    // After a choice the next thing is a scan.
    document.addEventListener("change", event => {
        if (event.target.tagName === "SELECT" && event.target.form === input.form && input.form) input.focus();
    });
}
