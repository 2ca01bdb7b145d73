// The durations of a test, with uPlot: drag over a part to look at it closely. Without this script the drawing of the server stays.
(() => {
  "use strict";
  const read = (source) => {
    const { first, times, seconds, failed, days } = JSON.parse(source.textContent);
    // uPlot wants each moment once: of several in one the later ones are moved by a millisecond.
    let at = first;
    let last = -1;
    const xs = times.map((step) => { at += step; last = Math.max(at, last + 1); return last / 1000; });
    const only = (wanted) => seconds.map((value, index) => (failed[index] === wanted ? value : null));
    const points = [xs, only(0), only(1)];
    const lines = [days.map((day) => day[0] / 1000), days.map((day) => day[1]), days.map((day) => day[2])];
    return uPlot.join([points, lines]);
  };
  const text = (value) => {
    if (value == null) return "–";
    if (value < 0.9995) return `${(value * 1000).toFixed(value < 0.01 ? 1 : 0)} ms`;
    return value < 60 ? `${value.toFixed(2)} s` : `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
  };
  // The viewer's own words for days and hours; the first moment of a day is named by the day.
  const moment = (at, step) => {
    const time = new Date(at * 1000);
    const isDay = step >= 86400 || (time.getHours() === 0 && time.getMinutes() === 0);
    return isDay ? time.toLocaleDateString(undefined, { month: "short", day: "numeric" }) : time.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
  };
  const draw = (place, data) => {
    const color = (name) => getComputedStyle(place).getPropertyValue(name).trim();
    const dot = (label, name) => ({ label, stroke: color(name), paths: () => null, points: { show: true, size: 5, fill: color(name) }, value: (_, value) => text(value) });
    const line = (label, name, dash) => ({ label, stroke: color(name), width: 2, dash, spanGaps: false, points: { show: false }, value: (_, value) => text(value) });
    const axis = { stroke: color("--muted"), grid: { stroke: color("--border"), width: 1 }, ticks: { stroke: color("--border") } };
    const width = () => Math.max(240, place.clientWidth);
    const plot = new uPlot({
      width: width(), height: 240,
      cursor: { drag: { x: true, y: false } },
      scales: { y: { range: (_, low, high) => [0, (high || 1) * 1.05] } },
      axes: [{ ...axis, values: (_, splits, _axis, _space, step) => splits.map((at) => moment(at, step)) }, { ...axis, size: 70, values: (_, values) => values.map(text) }],
      series: [{ label: "When", value: (_, at) => (at == null ? "–" : new Date(at * 1000).toLocaleString()) }, dot("Passed", "--pass"), dot("Failed", "--fail"), line("p50 of the day", "--accent"), line("p95 of the day", "--info", [6, 4])],
    }, data, place);
    return { plot, resize: () => plot.setSize({ width: width(), height: 240 }) };
  };
  const start = () => {
    const place = document.getElementById("durations-plot");
    const source = document.getElementById("durations-data");
    if (!place || !source || typeof uPlot === "undefined") return;
    const data = read(source);
    const still = document.getElementById("durations-still");
    const reset = document.getElementById("durations-reset");
    place.hidden = false;
    if (still) still.hidden = true;
    let drawn = draw(place, data);
    const bounds = () => ({ min: data[0][0], max: data[0][data[0].length - 1] });
    if (reset) {
      reset.hidden = false;
      reset.addEventListener("click", () => drawn.plot.setScale("x", bounds()));
    }
    // For tests and for people with a console.
    const tell = () => { const { min, max } = drawn.plot.scales.x; place.dataset.from = min; place.dataset.until = max; };
    const follow = () => { drawn.plot.hooks.setScale = [tell]; tell(); };
    follow();
    new ResizeObserver(() => drawn.resize()).observe(place.parentElement);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { drawn.plot.destroy(); drawn = draw(place, data); follow(); });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
