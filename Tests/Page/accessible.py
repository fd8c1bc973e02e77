"""What a page must be for those who do not see it well, or not at all."""

# Roles whose elements are of no use without a name (WAI-ARIA 1.2, section 5.2.8.4 and the like).
NAMED = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "spinbutton", "progressbar", "img", "image", "dialog",
         "region", "navigation", "table", "heading", "group", "log"}

# Text against what is behind it (WCAG 2.2, 1.4.3): relative luminance as in its glossary.
CONTRAST = """(() => {
    const numbers = text => text.match(/[\\d.]+/g).map(Number);
    const channel = value => { value /= 255; return value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4; };
    const luminance = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
    function behind(node) {
        for (; node; node = node.parentElement) {
            const colour = numbers(getComputedStyle(node).backgroundColor);
            if (colour.length < 4 || colour[3] === 1) return colour;
            if (colour[3] > 0) throw new Error("half a background: " + node.outerHTML.slice(0, 80));
        }
        return [255, 255, 255];
    }
    const poor = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let seen = 0;
    for (let text; (text = walker.nextNode());) {
        const node = text.parentElement, style = getComputedStyle(node), box = node.getBoundingClientRect();
        if (!text.textContent.trim() || ["SCRIPT", "NOSCRIPT", "OPTION", "TITLE"].includes(node.tagName)) continue;
        if (style.visibility !== "visible" || box.width < 2 || box.right < 0 || node.closest("[hidden], .unseen")) continue;
        const size = parseFloat(style.fontSize), isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        const colour = numbers(node.namespaceURI.endsWith("svg") ? style.fill : style.color);
        const [a, b] = [luminance(colour), luminance(behind(node))];
        const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        seen += 1;
        if (ratio < (isLarge ? 3 : 4.5)) poor.push(`${ratio.toFixed(2)} "${text.textContent.trim().slice(0, 40)}" <${node.tagName} class="${node.className}">`);
    }
    return { seen, poor };
})()"""

# Targets for gloves (WCAG 2.2, 2.5.5): 44 pixels.
SMALL = """[...document.querySelectorAll("button, input:not([type=checkbox]), select, nav a, .button")]
    .filter(node => node.getBoundingClientRect().height > 0 && node.getBoundingClientRect().height < 43.5)
    .map(node => node.outerHTML.slice(0, 80))"""

# What stands in a tile is seen whole, but for texts that end with an ellipsis.
CLIPPED = """[...document.querySelectorAll(".tile")].flatMap(tile => {
    const box = tile.getBoundingClientRect();
    return [...tile.querySelectorAll("button, .word, .percent, .bar, h2")].filter(node => {
        const inner = node.getBoundingClientRect();
        return inner.height > 0 && (inner.bottom > box.bottom - 2 || inner.right > box.right - 2 || inner.left < box.left + 2);
    }).map(node => `${tile.dataset.slot} ${tile.dataset.kind}: ${node.textContent || node.className}`);
})"""


def check(browser, what):
    """Complaints about the page as it is now."""
    complaints = []
    for node in browser.call("Accessibility.getFullAXTree")["nodes"]:
        role = node.get("role", {}).get("value", "")
        if node.get("ignored") or role.lower() not in NAMED:
            continue
        if not node.get("name", {}).get("value", "").strip():
            complaints.append(f"{what}: a {role} has no name")
    contrast = browser.run(CONTRAST)
    assert contrast["seen"] > 3, f"{what}: no text was looked at"
    complaints += [f"{what}: contrast {text}" for text in contrast["poor"]]
    complaints += [f"{what}: too small to touch: {text}" for text in browser.run(SMALL)]
    complaints += [f"{what}: cut off: {text}" for text in browser.run(CLIPPED)]
    if browser.run("document.documentElement.scrollWidth > window.innerWidth"):
        complaints.append(f"{what}: wider than the screen")
    ids = browser.run("[...document.querySelectorAll('[id]')].map(node => node.id)")
    complaints += [f"{what}: two elements are `{name}`" for name in sorted({name for name in ids if ids.count(name) > 1})]
    return complaints
