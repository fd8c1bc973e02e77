// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Asks the station. The token is typed once, kept as long as the tab, and sent in a header: never in an address.

const KEY = "extflash.token";

/** What the station refuses, with its own words. */
export class Refusal extends Error {
    constructor(status, error) {
        super(error.summary);
        Object.assign(this, { status, code: error.code, summary: error.summary });
        this.remedies = error.remedies || [];
        this.causes = (error.causes || []).map(cause => typeof cause === "string" ? cause
            : `${cause.summary} [${cause.code}]`);
    }

    /** All of it, a line each. */
    get text() {
        return [`${this.summary} [${this.code}]`, ...this.causes.map(cause => "because " + cause),
            ...this.remedies.map(remedy => "→ " + remedy)].join("\n");
    }
}

export const token = {
    get value() { return sessionStorage.getItem(KEY) || ""; },
    set value(text) { if (text) sessionStorage.setItem(KEY, text); else sessionStorage.removeItem(KEY); },
};

let locked = () => {};
/** Is called when the station wants another token. */
export const onLocked = listener => { locked = listener; };

/** A reply that is no refusal. */
export async function request(method, path, { body, type, signal, headers = {} } = {}) {
    const all = { ...headers };
    if (token.value) all.Authorization = "Bearer " + token.value;
    if (body !== undefined) all["Content-Type"] = type || "application/json";
    const reply = await fetch("/v1" + path, {
        method, signal, headers: all, cache: "no-store", credentials: "omit", redirect: "error",
        body: body === undefined || type ? body : JSON.stringify(body),
    }).catch(() => { throw new Error("The station does not answer: look at its slots before you try again."); });
    if (reply.ok) return reply;
    const refusal = new Refusal(reply.status, await reason(reply));
    if (reply.status === 401) locked();
    throw refusal;
}

async function reason(reply) {
    try {
        const value = await reply.json();
        if (value.error) return value.error;
    } catch { /* It is no answer of the station: a proxy's perhaps. Its status is told. */ }
    return { code: "HTTP " + reply.status, summary: reply.statusText || "the station refused" };
}

export const ask = async (method, path, body) => (await request(method, path, { body })).json();

/** Starts something; sent twice by a connection that stumbles, it happens once. */
export async function order(path, body) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const key = [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("");
    return (await request("POST", path, { body, headers: { "Idempotency-Key": key } })).json();
}

/** Query text of what is given. */
export function query(values) {
    const given = Object.entries(values).filter(([, value]) => value !== "" && value !== undefined && value !== null);
    return given.length ? "?" + new URLSearchParams(given) : "";
}
