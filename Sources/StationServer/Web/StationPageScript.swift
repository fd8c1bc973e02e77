// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

enum StationPageScript {
    /// No library: reads the events as a stream, because `EventSource` cannot send a token.
    static let source = #"""
        "use strict";
        const $ = id => document.getElementById(id), slots = new Map(), progress = new Map();
        if (location.hash.startsWith("#token=")) { sessionStorage.setItem("token", location.hash.slice(7)); history.replaceState(null, "", location.pathname); }
        let token = sessionStorage.getItem("token") || "", last = 0;
        const headers = more => Object.assign(token ? {Authorization: "Bearer " + token} : {}, more);
        async function ask(method, path, body) {
          const reply = await fetch("/v1" + path, {method, headers: headers(body ? {"Content-Type": "application/json"} : {}), body: body && JSON.stringify(body)});
          if (reply.status === 401) { $("access").hidden = false; $("token").focus(); throw new Error("a token is needed"); }
          const value = await reply.json();
          if (!reply.ok) throw new Error([value.error.summary + " [" + value.error.code + "]", ...value.error.remedies.map(r => "try: " + r)].join(" — "));
          return value;
        }
        const say = text => { $("message").textContent = text; };
        const tried = work => async event => { event && event.preventDefault(); try { say(""); await work(event); } catch (error) { say(error.message); } };
        function request() {
          const body = {recipe: $("recipe").value};
          if ($("batch").value) body.batch = $("batch").value;
          if ($("serial").value.trim()) body.fields = {serial: $("serial").value.trim()};
          return body;
        }
        const words = {idle: "ready", running: "working", stopped: "stopped", parked: "parked", trouble: "trouble"};
        function look(slot) {
          if (slot.activity === "running") return ["busy", "…"];
          if (slot.activity === "trouble" || slot.activity === "stopped") return ["bad", "!"];
          if (slot.verdict === "good") return ["good", "✓ PASS"];
          if (slot.verdict) return ["bad", slot.verdict === "refused" ? "✗ REFUSED" : slot.verdict === "cancelled" ? "✗ STOPPED" : "✗ FAIL"];
          return ["", "–"];
        }
        const element = (name, text, kind) => { const node = document.createElement(name); if (text !== undefined) node.textContent = text; if (kind) node.className = kind; return node; };
        function draw(slot) {
          let tile = $("slot-" + slot.name);
          if (!tile) { tile = element("article"); tile.id = "slot-" + slot.name; tile.setAttribute("aria-live", "polite"); $("slots").append(tile); }
          const [kind, sign] = look(slot), step = progress.get(slot.name);
          tile.className = "slot " + kind;
          tile.setAttribute("aria-label", "Slot " + slot.name + ", " + words[slot.activity] + (slot.verdict ? ", last unit " + slot.verdict : ""));
          const head = element("h2", slot.name); head.append(element("span", words[slot.activity]));
          const rest = [head, element("p", slot.activity === "running" && step ? step.phase : sign, "sign")];
          if (slot.label || slot.unit) rest.push(element("p", slot.label || slot.unit));
          if (slot.activity === "running" && step) {
            const bar = element("progress"); bar.max = step.total || 1; bar.value = step.done; bar.setAttribute("aria-label", step.phase);
            rest.push(bar, element("p", (step.rate ? Math.round(step.rate / 1024) + " KiB/s, " : "") + Math.ceil(step.secondsLeft) + " s left"));
          }
          if (slot.failure) { rest.push(element("p", slot.failure.summary + " [" + slot.failure.code + "]")); for (const r of slot.failure.remedies.slice(0, 2)) rest.push(element("p", "→ " + r)); }
          if (slot.probeProblem) { rest.push(element("p", slot.probeProblem.summary + " [" + slot.probeProblem.code + "]")); for (const r of slot.probeProblem.remedies) rest.push(element("p", "→ " + r)); }
          rest.push(element("p", slot.good + " good, " + slot.failed + " failed" + (slot.queued ? ", " + slot.queued + " waiting" : "")));
          const row = element("div", undefined, "row"), button = (text, path, body) => { const b = element("button", text); b.setAttribute("aria-label", text + " slot " + slot.name); b.onclick = tried(() => ask("POST", "/slots/" + slot.name + path, body && body())); row.append(b); };
          if (slot.activity === "running") button("Cancel", "/cancel");
          else if (slot.activity === "stopped" || slot.activity === "trouble") button("Resume", "/resume");
          else button("Start", "/units", request);
          rest.push(row); tile.replaceChildren(...rest);
        }
        async function recent() {
          const units = await ask("GET", "/units?limit=12");
          $("units").replaceChildren(...units.map(unit => { const row = element("tr"); const closed = unit.closed || {};
            for (const text of [unit.opened.fields.serial || Object.values(unit.opened.serials)[0] || unit.opened.unit, unit.opened.slot, closed.verdict || "in work", unit.opened.startedAt.slice(0, 19).replace("T", " "), closed.error ? closed.error.code + " " + closed.error.summary : ""]) row.append(element("td", text));
            return row; }));
        }
        function take(event) {
          if (event.id) last = event.id;
          if (event.kind === "slot") { const before = slots.get(event.data.name); slots.set(event.data.name, event.data); if (event.data.activity !== "running") progress.delete(event.data.name);
            draw(Object.assign({}, event.data, {queued: event.data.queued || (before && before.queued) || 0})); if (event.data.verdict) recent().catch(() => {}); }
          if (event.kind === "station") start().catch(() => {});
          if (event.kind === "progress") { progress.set(event.data.name, event.data); if (slots.has(event.data.name)) draw(slots.get(event.data.name)); }
        }
        async function listen() {
          const reply = await fetch("/v1/events?after=" + last, {headers: headers({})});
          if (!reply.ok) throw new Error("events: " + reply.status);
          const reader = reply.body.getReader(), decoder = new TextDecoder(); let text = "";
          $("link").textContent = "live"; $("link").className = "";
          for (;;) {
            const {done, value} = await reader.read(); if (done) throw new Error("closed");
            text += decoder.decode(value, {stream: true});
            for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) {
              const event = {}; for (const line of text.slice(0, end).split("\n")) { const at = line.indexOf(": "); if (at <= 0) continue; const key = line.slice(0, at), rest = line.slice(at + 2);
                if (key === "id") event.id = Number(rest); if (key === "event") event.kind = rest; if (key === "data") event.data = JSON.parse(rest); }
              if (event.kind) take(event);
            }
          }
        }
        async function start() {
          const station = await ask("GET", "/station"); $("title").textContent = station.title; last = station.lastEvent;
          slots.clear(); $("slots").replaceChildren();
          for (const slot of station.slots) { slots.set(slot.name, slot); draw(slot); }
          const recipes = (await ask("GET", "/recipes")).filter(r => r.approved && !r.retired), names = [...new Set(recipes.map(r => r.name))];
          $("recipe").replaceChildren(...names.map(name => { const o = element("option", name); o.value = name; return o; }));
          const batches = (await ask("GET", "/batches")).filter(b => !b.closed);
          $("batch").replaceChildren(element("option", "none"), ...batches.map(b => { const o = element("option", b.name); o.value = b.name; return o; })); $("batch").firstChild.value = "";
          await recent();
        }
        async function forever() {
          for (;;) {
            try { await start(); $("access").hidden = true; await listen(); } catch (error) { $("link").textContent = "stale: not connected, trying again"; $("link").className = "stale"; if (!$("access").hidden) say(error.message); }
            await new Promise(done => setTimeout(done, 2000));
          }
        }
        $("access").onsubmit = tried(async () => { token = $("token").value.trim(); sessionStorage.setItem("token", token); $("access").hidden = true; });
        $("work").onsubmit = tried(async () => { const free = [...slots.values()].find(s => s.activity === "idle"); if (!free) throw new Error("no slot is free"); await ask("POST", "/slots/" + free.name + "/units", request()); $("serial").value = ""; $("serial").focus(); });
        $("all").onclick = tried(async () => { const reply = await ask("POST", "/start", request()); const refused = Object.entries(reply.refused); if (refused.length) say("not started: " + refused.map(([n, w]) => n + " (" + w + ")").join(", ")); });
        forever();
        """#
}
