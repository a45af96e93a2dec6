// The drawings of a page, each by uPlot from the table beside it: the cells with data-value are what is drawn. A table
// whose drawing stands is folded away; without scripts, or if a drawing fails, it stays open.

// Heights of a drawing with columns, and of a row of ranks. One on paper has twice the pixels of one on screen, since a
// screen's are coarse for a printer, and the width of its place there (panel.css).
const SCREEN = { scale: 1, columns: 220, row: 44, font: 13 };
const PAPER = { scale: 2, columns: 150, row: 32, font: 11, whole: 700, half: 334 };
const WHOLE_STEPS = [1, 2, 5].flatMap((first) => [0, 1, 2, 3, 4, 5, 6].map((zeros) => first * 10 ** zeros)).sort((a, b) => a - b);
const LABEL_STEPS = [1, 2, 3, 4, 6, 7, 10, 14, 21, 28];

const drawn = new Map();
// Those that view `panel` counts on, too.
const MOST_RANKS = 12;
const written = (number) => number.toLocaleString("pt-BR");

function read(figure) {
  const rows = [...figure.querySelectorAll("tbody tr")].map((row) => [...row.cells]);
  const values = rows.map((cells) => cells.filter((cell) => cell.dataset.value).map((cell) => Number(cell.dataset.value)));
  return { labels: rows.map(([first]) => first.textContent), values };
}

// What recado.css says of colours and font, at the scale of the drawing.
function styleOf(box, { scale, font }) {
  const style = getComputedStyle(box);
  const colour = (name) => style.getPropertyValue(`--rc-chart-${name}`).trim();
  return {
    colours: [colour("first"), colour("second")],
    text: style.color,
    line: colour("line"),
    size: font * scale,
    family: style.fontFamily,
  };
}

// The second series is hatched: it is told from the first without colours too.
function hatched(context, colour, scale) {
  const size = Math.round(6 * scale * uPlot.pxRatio);
  const tile = Object.assign(document.createElement("canvas"), { width: size, height: size });
  const pen = tile.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = colour;
  pen.lineWidth = size / 3;
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 1, size + 1);
    pen.lineTo(shift + size + 1, -1);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat");
}

function series(place, style, scale, share) {
  const colour = style.colours[place];
  return {
    stroke: colour,
    width: scale,
    fill: (plot) => (place ? hatched(plot.ctx, colour, scale) : colour),
    paths: uPlot.paths.bars({ size: [share] }),
    points: { show: false },
  };
}

// Each piece stands on those before it: the whole column is drawn first, what is below its last piece over it.
function columns({ labels, values }, style, { scale, columns: height }) {
  const pieces = values[0].map((_, place) => values.map((row) => row.slice(0, place + 1).reduce((sum, value) => sum + value, 0)));
  const most = Math.max(1, ...pieces.at(-1));
  const short = labels.map((label) => label.replace(/\/\d{4}$/, ""));
  const axis = { stroke: style.text, font: `${style.size}px ${style.family}`, ticks: { show: false }, gap: 6 * scale };
  return {
    height: height * scale,
    padding: [12 * scale, 0, 0, 0],
    data: [labels.map((_, place) => place), ...[...pieces].reverse()],
    scales: { x: { time: false, range: [-0.5, labels.length - 0.5] }, y: { range: [0, most] } },
    axes: [
      {
        ...axis,
        size: 28 * scale,
        space: 46 * scale,
        incrs: LABEL_STEPS,
        values: (_, places) => places.map((place) => short[place]),
        grid: { show: false },
        border: { show: true, stroke: style.line, width: scale },
      },
      {
        ...axis,
        size: (_, figures) => (14 + 8 * Math.max(...(figures || [""]).map((figure) => figure.length))) * scale,
        space: 36 * scale,
        incrs: WHOLE_STEPS,
        values: (_, numbers) => numbers.map(written),
        grid: { stroke: style.line, width: scale / 2 },
      },
    ],
    series: [{}, ...pieces.map((_, place) => series(place, style, scale, 0.8)).reverse()],
  };
}

// A row's words stand above its bar, where they have the whole width, and its figure behind it.
function ranks({ labels, values }, style, { scale, row }) {
  const lengths = values.slice(0, MOST_RANKS).map(([value]) => value);
  const write = (plot) => {
    plot.ctx.save();
    plot.ctx.fillStyle = style.text;
    plot.ctx.font = `${style.size * uPlot.pxRatio}px ${style.family}`;
    plot.ctx.textBaseline = "middle";
    plot.ctx.textAlign = "left";
    lengths.forEach((length, place) => {
      plot.ctx.fillText(labels[place], plot.bbox.left, plot.valToPos(place - 0.2, "x", true));
      const end = plot.valToPos(length, "y", true) + 6 * scale * uPlot.pxRatio;
      plot.ctx.fillText(written(length), end, plot.valToPos(place + 0.22, "x", true));
    });
    plot.ctx.restore();
  };
  return {
    height: row * lengths.length * scale,
    padding: [0, 80 * scale, 0, 1],
    data: [lengths.map((_, place) => place + 0.22), lengths],
    scales: {
      x: { time: false, ori: 1, dir: -1, range: [-0.5, lengths.length - 0.5] },
      y: { ori: 0, range: [0, Math.max(1, ...lengths)] },
    },
    axes: [
      { side: 3, scale: "x", show: false },
      { side: 2, scale: "y", show: false },
    ],
    series: [{}, series(0, style, scale, 0.4)],
    hooks: { draw: [write] },
  };
}

const KINDS = { columns, ranks };

function draw(box, width, medium) {
  drawn.get(box)?.destroy();
  const { data, ...rest } = KINDS[box.dataset.chart](read(box.closest(".rc-figure")), styleOf(box, medium), medium);
  const options = { width: width * medium.scale, legend: { show: false }, cursor: { show: false }, ...rest };
  drawn.set(box, new uPlot(options, data, box));
}

const drawOnScreen = (box) => draw(box, box.clientWidth, SCREEN);
const drawOnPaper = (box) => draw(box, box.closest(".rc-wide") ? PAPER.whole : PAPER.half, PAPER);

// What zooming makes of a pixel uPlot hears of by itself; here is when the width changes.
const widths = new ResizeObserver((changes) => changes.forEach(({ target }) => target.clientWidth && drawOnScreen(target)));

addEventListener("beforeprint", () => {
  drawn.forEach((_, box) => drawOnPaper(box));
  const now = new Date().toLocaleString("pt-BR", { dateStyle: "short", timeStyle: "short" });
  document.querySelectorAll("[data-printed-at]").forEach((place) => (place.textContent = now));
});
addEventListener("afterprint", () => drawn.forEach((_, box) => drawOnScreen(box)));

document.querySelectorAll("[data-chart]").forEach((box) => {
  const figure = box.closest(".rc-figure");
  figure.querySelectorAll("[data-drawing]").forEach((part) => (part.hidden = false));
  drawOnScreen(box);
  figure.querySelector("details").open = false;
  widths.observe(box);
});
