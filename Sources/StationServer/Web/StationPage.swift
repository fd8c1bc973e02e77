// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Hummingbird

/// The page at the station: a tile per slot, live.
///
/// It is served without a token because it holds no data: it asks the interface for them, with the token that is typed.
enum StationPage {
    static var response: Response {
        var response = Response.text(html, type: "text/html; charset=utf-8")
        // Nothing from elsewhere, whatever a serial number may contain.
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"
        return response
    }

    private static let html = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>extflash station</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <style>\(StationPageStyle.css)</style></head><body>
        <header><h1 id="title">Station</h1><p id="link" role="status">connecting…</p></header>
        <form id="access" hidden><label>Token <input id="token" type="password" autocomplete="off"></label>
        <button>Open</button></form>
        <form id="work"><label>Recipe <select id="recipe"></select></label>
        <label>Batch <select id="batch"><option value="">none</option></select></label>
        <label>Serial <input id="serial" autocomplete="off" placeholder="scan"></label>
        <button id="all" type="button">Start all</button></form>
        <p id="message" role="alert"></p>
        <main id="slots" aria-label="Slots"></main>
        <section id="recent"><h2>Last units</h2><table><thead><tr><th>Unit</th><th>Slot</th><th>Verdict</th>
        <th>Began</th><th>Cause</th></tr></thead><tbody id="units"></tbody></table></section>
        <script>\(StationPageScript.source)</script></body></html>

        """
}
