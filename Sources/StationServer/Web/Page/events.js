// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Listens to the station. `EventSource` cannot send a token, so the stream is read here.

import { request } from "/page/api.js";

/** Nothing heard for this long, not even that the station is there: the connection is dead. */
const SILENCE = 13000;

/** Events of the stream's text, with what is left of it (HTML standard, section 9.2.6). */
export function parse(text) {
    const events = [];
    for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) {
        const event = {};
        for (const line of text.slice(0, end).split("\n")) {
            const colon = line.indexOf(":");
            if (colon <= 0) continue;
            const value = line.slice(colon + 1).replace(/^ /, "");
            if (line.slice(0, colon) === "id") event.id = Number(value);
            if (line.slice(0, colon) === "event") event.kind = value;
            if (line.slice(0, colon) === "data") event.data = JSON.parse(value);
        }
        if (event.kind) events.push(event);
    }
    return { events, rest: text };
}

/** Tells each event after `last`, until the connection ends or falls silent; then it throws. */
export async function listen(last, { opened, heard, take }) {
    const stop = new AbortController();
    let timer = setTimeout(() => stop.abort(), SILENCE);
    const alive = () => {
        clearTimeout(timer);
        timer = setTimeout(() => stop.abort(), SILENCE);
        heard();
    };
    try {
        const reply = await request("GET", "/events",
            { signal: stop.signal, headers: { "Last-Event-ID": String(last) } });
        opened();
        alive();
        const reader = reply.body.getReader(), decoder = new TextDecoder();
        let text = "";
        for (;;) {
            const { done, value } = await reader.read();
            if (done) throw new Error("the station ended the connection");
            alive();
            const parsed = parse(text + decoder.decode(value, { stream: true }));
            text = parsed.rest;
            parsed.events.forEach(take);
        }
    } finally {
        clearTimeout(timer);
        stop.abort();
    }
}
