// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Charts as SVG. Every mark has a text, and the same figures stand in a table beside them.

import { draw } from "/page/dom.js";
import { moment, percent, seconds, yieldOf } from "/page/format.js";

export function median(values) {
    if (values.length === 0) return null;
    const sorted = [...values].sort((a, b) => a - b), half = sorted.length >> 1;
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Steps of an axis that people can read: 1, 2 or 5 times a power of ten. */
export function steps(top, count = 5) {
    const rough = top / count, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map(factor => factor * power).find(step => step >= rough) || rough;
    return Array.from({ length: Math.floor(top / step) + 1 }, (_, at) => at * step);
}

/** A dot per unit in the order they began; the band is a tenth around the median, and what lies outside is marked. */
export function timeChart(times) {
    const [width, height, left, bottom] = [1100, 320, 64, 34];
    const middle = median(times.map(time => time.seconds));
    const top = Math.max(...times.map(time => time.seconds), middle * 1.3) * 1.05;
    const x = at => left + (width - left - 12) * (at + .5) / times.length;
    const y = value => 10 + (height - bottom - 10) * (1 - value / top);
    const all = times.map(time => time.seconds);
    const words = `Seconds of ${times.length} good units; median ${seconds(middle)}, `
        + `from ${seconds(Math.min(...all))} to ${seconds(Math.max(...all))}`;
    const dots = times.map((time, at) => {
        const isFar = Math.abs(time.seconds - middle) > middle * .1;
        const title = draw("title", {},
            `${time.unit}, slot ${time.slot}, ${moment(time.started)}: ${seconds(time.seconds)}`);
        // What is far off is of another shape as well.
        return isFar
            ? draw("rect",
                { class: "dot far", x: x(at) - 5, y: y(time.seconds) - 5, width: 10, height: 10 }, title)
            : draw("circle", { class: "dot", cx: x(at), cy: y(time.seconds), r: 4 }, title);
    });
    return draw("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words },
        draw("rect", {
            class: "range", x: left, width: width - left, y: y(middle * 1.1),
            height: y(middle * .9) - y(middle * 1.1),
        }),
        steps(top).map(value => [
            draw("line", { class: "grid", x1: left, x2: width, y1: y(value), y2: y(value) }),
            draw("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, seconds(value)),
        ]),
        draw("line", { class: "axis", x1: left, x2: width, y1: y(0), y2: y(0) }),
        draw("line", { class: "median", x1: left, x2: width, y1: y(middle), y2: y(middle) }),
        draw("text", { x: width - 4, y: y(middle * 1.1) - 5, "text-anchor": "end" },
            `median ${seconds(middle)} ± 10 %`),
        dots,
        draw("text", { x: left, y: height - 10 }, moment(times[0].started).slice(0, 16)),
        draw("text", { x: width - 4, y: height - 10, "text-anchor": "end" },
            moment(times.at(-1).started).slice(0, 16)));
}

const kinds = { good: "good", bad: "failed", other: "refused or cancelled" };

/** A row per slot or hour: good, failed and other units, and the yield. */
export function barChart(counts) {
    const [width, row, left, right] = [560, 26, 96, 120];
    const parts = ({ units }) => [
        ["good", units.good || 0], ["bad", (units.failed || 0) + (units.interrupted || 0)],
        ["other", (units.refused || 0) + (units.cancelled || 0)],
    ];
    const most = Math.max(1, ...counts.map(count => parts(count).reduce((sum, [, number]) => sum + number, 0)));
    const words = counts.map(count => `${count.of}: ${percent(yieldOf(count.units))}`).join(", ");
    const rows = counts.map((count, at) => {
        let x = left;
        const bars = parts(count).filter(([, number]) => number > 0).map(([kind, number]) => {
            const length = (width - left - right) * number / most;
            const bar = draw("rect",
                { class: kind, x, y: at * row + 4, width: Math.max(1, length - 1), height: row - 8 },
                draw("title", {}, `${count.of}: ${number} ${kinds[kind]}`));
            x += length;
            return bar;
        });
        const total = parts(count);
        return [draw("text", { x: left - 8, y: at * row + row / 2 + 5, "text-anchor": "end" }, count.of), bars,
            draw("text", { x: x + 8, y: at * row + row / 2 + 5 },
                `${percent(yieldOf(count.units))}  ${total[0][1]}/${total[0][1] + total[1][1]}`)];
    });
    return draw("svg", { class: "chart", viewBox: `0 0 ${width} ${Math.max(1, counts.length) * row}`, role: "img",
        "aria-label": words || "No units" }, rows);
}
