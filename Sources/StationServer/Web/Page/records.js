// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// The chain of records: whether it is whole, and how it leaves the station.

import { ask, query, request } from "/page/api.js";
import { choices, field, make, sign } from "/page/dom.js";
import { outcome } from "/page/outcome.js";
import { store } from "/page/store.js";

const formats = {
    jsonl: "JSON Lines", csv: "CSV", junit: "JUnit XML", openhtf: "OpenHTF JSON",
    html: "Report to print (HTML)",
};

export function recordsView() {
    const result = outcome(), verdict = make("section", { class: "panel", "aria-live": "polite" });
    const format = make("select", {}, Object.entries(formats).map(([value, text]) => make("option", { value }, text)));
    const batch = make("select", {});

    const verify = () => result.of(async () => {
        verdict.replaceChildren(make("p", {}, "Every record is read and hashed…"));
        const { isWhole, findings, publicKey } = await ask("GET", "/records/verify");
        verdict.replaceChildren(
            make("p", { class: "chip", "data-kind": isWhole ? "pass" : "fail" }, sign(isWhole ? "pass" : "fail"),
                isWhole ? "The records are whole." : "The records are not as they were written."),
            make("ul", { hidden: isWhole }, findings.map(text => make("li", {}, text))),
            make("p", {}, "Public key of the station: ", make("code", {}, publicKey)));
    });

    const save = event => {
        event.preventDefault();
        return result.of(async () => {
            const reply = await request("GET", "/records/export" + query({ format: format.value, batch: batch.value }));
            const address = URL.createObjectURL(await reply.blob());
            const ending = { jsonl: "jsonl", csv: "csv", junit: "xml", openhtf: "json", html: "html" }[format.value];
            make("a", { href: address, download: `${batch.value || "records"}.${ending}` }).click();
            setTimeout(() => URL.revokeObjectURL(address), 60000);
        });
    };
    const fill = () => choices(batch, [["", "all units"], ...store.batches.map(({ name }) => [name, name])]);
    store.on("work", fill);
    return {
        element: make("div", { class: "view" }, make("h2", {}, "Records"), result.element, verdict,
            make("div", { class: "row" }, make("button", { type: "button", onclick: verify }, "Verify again")),
            make("form", { class: "panel row", onsubmit: save }, field("Format", format), field("Of", batch),
                make("button", {}, "Save"))),
        show() { fill(); return verify(); },
    };
}
