"""A chart of ours in a real browser, without a server: its module, and a model that remembers."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
from effort import PATIENCE
from paths import ROOT
from playwright.sync_api import Page, Route

from ganglioside.charts.interactive import InteractiveChart
from ganglioside_widgets.elements.chart import Chart

_ADDRESS = "http://charts.test/"

_STYLES = (ROOT / "widgets" / "ganglioside_widgets" / "panels" / "panels.css").read_text()
_HTML = f"""<!doctype html><html lang="en"><head><style>{_STYLES}</style></head>
<body style="margin: 8px"><div class="gg-root"><div id="place"></div></div></body>"""

#: What anywidget gives to a module, kept in the page.
_BEGIN = """async ({state, width}) => {
  const handlers = {};
  state.shown = new DataView(new ArrayBuffer(0));
  window.told = [];
  window.model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = value; },
    save_changes() {},
    send: (content) => window.told.push(content),
    on: (event, act) => (handlers[event] ??= []).push(act),
  };
  window.change = (name, value) => {
    state[name] = value;
    for (const act of handlers[`change:${name}`] ?? []) act();
  };
  const place = document.getElementById("place");
  place.style.width = `${width}px`;
  const module = await import("/chart.js");
  module.default.render({model: window.model, el: place});
}"""

_SHOW_ONLY = """(text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  document.querySelector(".gg-chart").dataset.drawn = "";
  change("shown", new DataView(bytes.buffer));
  change("filtered", bytes.length > 0);
}"""

#: Middle of the first marks of a colour below the legends, in the coordinates of the page.
_FIND = """([red, green, blue]) => {
  const canvas = document.querySelector("canvas");
  const ratio = canvas.width / canvas.clientWidth;
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  for (let at = Math.round(70 * ratio) * canvas.width * 4; at < data.length; at += 4) {
    const near = (value, wanted) => Math.abs(value - wanted) < 9;
    if (data[at + 3] < 200 || !near(data[at], red) || !near(data[at + 1], green)) continue;
    if (!near(data[at + 2], blue)) continue;
    const place = canvas.getBoundingClientRect();
    const x = (at / 4) % canvas.width, y = Math.floor(at / 4 / canvas.width);
    return [place.left + x / ratio, place.top + y / ratio + 1];
  }
  return null;
}"""

#: Whether anything is painted on the edges of the canvas, where it would be cut.
_IS_CUT = """() => {
  const canvas = document.querySelector("canvas");
  const {width, height} = canvas;
  const context = canvas.getContext("2d");
  const edges = [[0, 0, 1, height], [width - 1, 0, 1, height], [0, 0, width, 1],
                 [0, height - 1, width, 1]];
  const painted = (edge) => context.getImageData(...edge).data.some((v, k) => k % 4 === 3 && v);
  return edges.some(painted);
}"""


_HEAR_THE_WHEEL = """() => {
  window.wheeled = false;
  const hear = () => { window.wheeled = true; };
  window.addEventListener("wheel", hear, {capture: true, once: true, passive: true});
}"""


@dataclass
class DrawnChart:
    """A chart in a page."""

    page: Page

    @classmethod
    def draw(cls, page: Page, chart: InteractiveChart, width: int = 620) -> DrawnChart:
        """Draw a chart with its tools, and wait until it is there."""
        widget = Chart("Chart", has_tools=True, file_name="porcine_chart")
        widget.show(chart)
        module = str(widget._esm)

        def answer(route: Route) -> None:
            is_module = route.request.url.endswith(".js")
            kind = "text/javascript" if is_module else "text/html"
            route.fulfill(body=module if is_module else _HTML, content_type=kind)

        page.route(f"{_ADDRESS}**", answer)
        page.goto(_ADDRESS)
        state = {name: getattr(widget, name) for name in _STATE}
        page.evaluate(_BEGIN, {"state": state, "width": width})
        page.locator("canvas").wait_for(timeout=1000 * PATIENCE)
        return cls(page)

    def show_only(self, feature_ids: list[int]) -> None:
        """Filter to some features; to all for an empty list."""
        data = np.array(feature_ids, dtype="<i4").tobytes()
        self.page.evaluate(_SHOW_ONLY, base64.b64encode(data).decode())
        self.page.wait_for_function("document.querySelector('.gg-chart').dataset.drawn")

    def settle(self) -> None:
        """Wait until what was done before is drawn: Vega does one thing after the other."""
        self.show_only([])

    def wheel(self) -> None:
        """Turn the wheel over the middle of the chart, as if to look closer."""
        place = self._place()
        self.page.evaluate(_HEAR_THE_WHEEL)
        self.page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
        self.page.mouse.wheel(0, -600)
        self.page.wait_for_function("window.wheeled")
        self.settle()

    def boxed(self) -> set[int]:
        """Features in a box around all that is drawn."""
        place = self._place()
        mouse = self.page.mouse
        mouse.move(place["x"] + 1, place["y"] + 1)
        mouse.down()
        mouse.move(place["x"] + place["width"] - 1, place["y"] + place["height"] - 1, steps=3)
        mouse.up()
        told: list[dict[str, Any]] = self.page.evaluate("told.splice(0)")
        return {feature for content in told for feature in content["box"]}

    def find(self, colour: str) -> tuple[float, float]:
        """Place of a mark of a colour."""
        channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        found = self.page.evaluate(_FIND, channels)
        assert found is not None, colour
        return found[0], found[1]

    def empty_place(self) -> tuple[float, float]:
        """Place within the chart where there is no mark."""
        place = self._place()
        return place["x"] + 2, place["y"] + place["height"] - 2

    def selected(self) -> int:
        return int(self.page.evaluate("model.get('selected')"))

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=label).click()

    def is_cut(self) -> bool:
        return bool(self.page.evaluate(_IS_CUT))

    def _place(self) -> dict[str, float]:
        place = self.page.locator("canvas").bounding_box()
        assert place is not None
        return dict(place)


_STATE = ("_spec", "_data", "_label", "_title", "_caption", "_picked", "_has_tools", "selected",
          "filtered", "file_name")  # fmt: skip
