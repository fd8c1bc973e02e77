// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

enum StationPageStyle {
    /// Verdicts are told by word, sign and border as well as by colour.
    static let css = """
        :root{color-scheme:light dark;--ink:#14181d;--page:#f4f6f8;--tile:#fff;--line:#8a94a0;--good:#0b6b35;--bad:#b3261e;--busy:#0b57a4}
        @media(prefers-color-scheme:dark){:root{--ink:#eef2f6;--page:#14181d;--tile:#20262d;--line:#6b7681;--good:#4cc27f;--bad:#ff8a80;--busy:#78b7ff}}
        *{box-sizing:border-box}body{margin:0;padding:1rem 1.5rem;font:16px/1.4 system-ui,sans-serif;color:var(--ink);background:var(--page)}
        header{display:flex;align-items:baseline;justify-content:space-between;gap:1rem}h1{margin:0;font-size:1.6rem}
        #link{margin:0;font-weight:600}#link.stale{color:var(--bad)}
        form{display:flex;flex-wrap:wrap;gap:.8rem;margin:1rem 0;align-items:end}form[hidden]{display:none}label{display:grid;font-size:.9rem}
        input,select,button{font:inherit;padding:.5rem .8rem;border:1px solid var(--line);border-radius:.4rem;background:var(--tile);color:inherit;min-height:2.8rem}
        button{cursor:pointer;font-weight:600}:focus-visible{outline:3px solid var(--busy);outline-offset:2px}
        #message{color:var(--bad);font-weight:600;min-height:1.4rem;margin:.2rem 0}
        main{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1rem}
        .slot{background:var(--tile);border:3px solid var(--line);border-radius:.8rem;padding:1rem;display:grid;gap:.4rem;align-content:start;min-height:15rem}
        .slot h2{margin:0;font-size:1.5rem;display:flex;justify-content:space-between}.slot .sign{font-size:3.4rem;font-weight:800;line-height:1.1}
        .slot p{margin:0;overflow-wrap:anywhere}.slot progress{width:100%;height:1.4rem}.slot .row{display:flex;gap:.5rem;margin-top:auto}
        .good{border-color:var(--good)}.good .sign{color:var(--good)}.bad{border-color:var(--bad);border-style:double;border-width:6px}.bad .sign{color:var(--bad)}
        .busy{border-color:var(--busy)}.busy .sign{color:var(--busy)}
        table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line)}
        """
}
