// Draws a chart from the table it stands above. Without this script the table says everything.
"use strict";

(() => {
  const INK = "#1f2329", SOFT = "#565e6a", LINE = "#dfe3e9";
  const COLOURS = ["#1456b8", "#d58a00", "#17763f", "#7a4fb5", "#b4231a", "#0d8a8a", "#8a6d3b",
    "#5f6875", "#c05a9a", "#3f7f2f"];

  const number = (cell) => {
    const text = cell.textContent.replace(/[,%\s]/g, "");
    return text === "" || text === "—" ? null : Number(text);
  };

  const read = (table) => {
    const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
    const columns = heads.map((head, at) => ({ at, name: head.textContent.trim(),
      axis: head.dataset.axis || "" })).filter((c) => heads[c.at].dataset.series !== undefined);
    const rows = [...table.tBodies[0].rows];
    return {
      labels: rows.map((row) => row.cells[0].textContent.trim()),
      series: columns.map((c) => ({ ...c, values: rows.map((row) => number(row.cells[c.at])) })),
    };
  };

  const base = (data) => ({
    color: COLOURS,
    animation: false,
    textStyle: { color: INK, fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true },
    legend: { top: 0, type: "scroll", textStyle: { color: INK } },
    grid: { left: 8, right: 8, top: 44, bottom: 8, containLabel: true },
    aria: { enabled: false },
    labels: data.labels,
  });

  const axis = (name, more) => ({ type: "value", name, nameTextStyle: { color: SOFT },
    axisLabel: { color: SOFT }, splitLine: { lineStyle: { color: LINE } }, ...more });
  const names = (labels) => ({ type: "category", data: labels, axisLabel: { color: SOFT },
    axisTick: { show: false }, axisLine: { lineStyle: { color: LINE } } });

  const SHAPES = {
    // Numbers on the left, a share in percent on the right.
    line: (data) => {
      const shares = data.series.some((s) => s.axis === "percent");
      return {
        ...base(data), xAxis: names(data.labels),
        yAxis: [axis("家"), axis("%", { max: 100, show: shares, splitLine: { show: false } })],
        series: data.series.map((s) => ({ type: "line", name: s.name, data: s.values,
          yAxisIndex: s.axis === "percent" ? 1 : 0, symbolSize: 7,
          lineStyle: { type: s.axis === "percent" ? "dashed" : "solid" } })),
      };
    },
    // One bar a row, its parts side by side: who is at which stage.
    stack: (data) => ({
      ...base(data), xAxis: axis("（家）", { minInterval: 1, nameLocation: "end", nameGap: 4 }),
      grid: { left: 8, right: 40, top: 44, bottom: 8, containLabel: true },
      yAxis: { ...names(data.labels), inverse: true },
      series: data.series.map((s) => ({ type: "bar", stack: "all", name: s.name, data: s.values,
        barMaxWidth: 26 })),
      tooltip: { trigger: "item", renderMode: "richText", confine: true },
    }),
    bar: (data) => ({
      ...base(data), xAxis: names(data.labels), yAxis: axis(""),
      series: data.series.map((s) => ({ type: "bar", name: s.name, data: s.values,
        barMaxWidth: 34 })),
    }),
  };

  for (const place of document.querySelectorAll("[data-chart]")) {
    const table = document.getElementById(place.dataset.of);
    const data = table && read(table);
    if (!data || !data.labels.length || !window.echarts) continue;
    place.hidden = false;
    const { labels, ...option } = SHAPES[place.dataset.chart](data);
    const chart = window.echarts.init(place, null, { renderer: "canvas" });
    chart.setOption(option);
    const fit = () => chart.resize();
    addEventListener("resize", fit);
    addEventListener("beforeprint", fit);
    addEventListener("afterprint", fit);
  }
})();
