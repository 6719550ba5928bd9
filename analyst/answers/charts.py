"""Charts as Vega-Lite specifications, drawn to SVG or PNG by vl-convert: no browser, no network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyst.answers.ledger import ledger_rows
from analyst.answers.wording import METRIC_NAMES, signed
from analyst.core.errors import UsageProblem

if TYPE_CHECKING:
    from analyst.answers.gather import PeriodEstimate
    from analyst.findings.types import Movement

INK, MUTED, ACCENT, BAD, GOOD = "#1f2933", "#7b8794", "#3457d5", "#b3402e", "#2f7d4f"
FONT = 12  # points of a label


def _config(font: int) -> dict[str, Any]:
    return {
        "font": "DejaVu Sans, Verdana, sans-serif",
        "view": {"stroke": None},
        "axis": {
            "labelColor": MUTED,
            "labelFontSize": font,
            "titleColor": MUTED,
            "titleFontSize": font,
            "gridColor": "#e4e7eb",
            "domain": False,
            "tickColor": "#e4e7eb",
        },
        "background": None,
    }


def series_chart(
    series: list[PeriodEstimate], metric: str, width: int = 640, height: int = 180, font: int = FONT
) -> dict[str, Any]:
    """The score by period with its 95 % interval; the window under discussion stands out."""
    rows = [
        {
            "period": short_period(p.period),
            "score": p.estimate.value,
            "low": p.estimate.low,
            "high": p.estimate.high,
            "now": p.in_window,
        }
        for p in series
    ]
    axis = {"labelAngle": 0, "labelOverlap": True}
    x = {"field": "period", "type": "ordinal", "sort": None, "title": None, "axis": axis}
    scale = {"zero": False, "nice": True}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "height": height,
        "config": _config(font),
        "data": {"values": rows},
        "encoding": {"x": x},
        "layer": [
            {
                "mark": {"type": "area", "color": ACCENT, "opacity": 0.15},
                "encoding": {
                    "y": {"field": "low", "type": "quantitative", "title": METRIC_NAMES[metric], "scale": scale},
                    "y2": {"field": "high"},
                },
            },
            {
                "mark": {"type": "line", "color": ACCENT, "strokeWidth": 2},
                "encoding": {"y": {"field": "score", "type": "quantitative", "scale": scale}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
                "encoding": {
                    "y": {"field": "score", "type": "quantitative", "scale": scale},
                    "color": {"condition": {"test": "datum.now", "value": BAD}, "value": ACCENT},
                },
            },
        ],
    }


def short_period(period: str) -> str:
    """W46 for 2026-W46, and the month as it is: what fits under an axis."""
    return period.partition("-")[2] if "W" in period else period


def ledger_chart(movement: Movement, width: int = 640, font: int = FONT, labels: int = 340) -> dict[str, Any]:
    """The ledger as a waterfall: from the baseline's score, term by term, to the window's. A term's name has room for
    `labels` points."""
    before = movement.before.value if movement.before else 0.0
    rows, at = (
        [{"term": "before", "from": 0.0, "to": before, "kind": "level", "order": 0, "text": f"{before:.1f}"}],
        before,
    )
    for place, row in enumerate(ledger_rows(movement), start=1):
        points = row.estimate.value
        rows.append(
            {
                "term": row.label,
                "from": at,
                "to": at + points,
                "kind": "up" if points >= 0 else "down",
                "order": place,
                "text": signed(points),
            }
        )
        at += points
    rows.append({"term": "now", "from": 0.0, "to": at, "kind": "level", "order": len(rows), "text": f"{at:.1f}"})
    y: dict[str, Any] = {"field": "term", "type": "nominal", "sort": {"field": "order"}, "title": None}
    y["axis"] = {"labelLimit": labels}
    x = {"field": "from", "type": "quantitative", "title": METRIC_NAMES[movement.metric], "scale": {"zero": True}}
    colours = {"domain": ["level", "up", "down"], "range": [MUTED, GOOD, BAD]}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "height": {"step": 2 * font + 2},
        "config": _config(font),
        "data": {"values": rows},
        "encoding": {"y": y},
        "layer": [
            {
                "mark": {"type": "bar", "size": 16},
                "encoding": {
                    "x": x,
                    "x2": {"field": "to"},
                    "color": {"field": "kind", "type": "nominal", "scale": colours, "legend": None},
                },
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "color": INK, "fontSize": font},
                "transform": [{"calculate": "max(datum.from, datum.to)", "as": "end"}],
                "encoding": {"x": {"field": "end", "type": "quantitative"}, "text": {"field": "text"}},
            },
        ],
    }


def on_paper(spec: dict[str, Any]) -> dict[str, Any]:
    """The chart on white with a margin: readable on any background that a mail reader puts behind it."""
    return {**spec, "background": "#ffffff", "padding": 14}


def to_svg(spec: dict[str, Any]) -> str:
    """The chart as an SVG document."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(spec)
    return drawn


def to_png(spec: dict[str, Any], scale: float = 2.0) -> bytes:
    """The chart as PNG bytes, `scale` pixels a point."""
    import vl_convert

    drawn: bytes = vl_convert.vegalite_to_png(spec, scale=scale)
    return drawn


def save(spec: dict[str, Any], path: Path) -> None:
    """Draw the chart to `path`, whose ending (.svg or .png) chooses the format; raises UsageProblem for others."""
    kind = path.suffix.lower()
    if kind not in (".svg", ".png"):
        raise UsageProblem(f"'{path.name}' names no picture format.", "End it in .svg or .png.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(to_svg(spec).encode() if kind == ".svg" else to_png(spec))
