"""Charts of an evaluation, as Vega-Lite specifications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval.compare import Rival
from eval.results import Summary

INK, MUTED, ACCENT, GRID = "#1f2933", "#7b8794", "#3457d5", "#e4e7eb"
_CONFIG = {
    "font": "DejaVu Sans, Verdana, sans-serif",
    "view": {"stroke": None},
    "axis": {"labelColor": MUTED, "titleColor": MUTED, "gridColor": GRID, "domain": False, "tickColor": GRID},
    "background": None,
}
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


def interval_chart(told: Sequence[Summary], width: int = 460) -> dict[str, Any]:
    """Each measure as a point with its 95 % interval, on 0..1, one colour a split."""
    rows = [
        {
            "measure": one.measure.name,
            "split": one.split,
            "mean": one.interval.mean,
            "low": _number(one.interval.low, one.interval.mean),
            "high": _number(one.interval.high, one.interval.mean),
        }
        for one in told
    ]
    y = {"field": "measure", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 300}}
    offset = {"field": "split", "type": "nominal"}
    colour = {"field": "split", "type": "nominal", "title": None, "scale": {"range": [ACCENT, "#b3402e", MUTED]}}
    scale = {"domain": [0, 1]}
    return {
        "$schema": _SCHEMA,
        "width": width,
        "height": {"step": 14},
        "config": _CONFIG,
        "data": {"values": rows},
        "encoding": {"y": y, "yOffset": offset, "color": colour},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {
                    "x": {"field": "low", "type": "quantitative", "title": None, "scale": scale},
                    "x2": {"field": "high"},
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 50, "opacity": 1},
                "encoding": {"x": {"field": "mean", "type": "quantitative", "scale": scale}},
            },
        ],
    }


def rival_chart(ours: float, rivals: Sequence[Rival], prefix: str, width: int = 460) -> dict[str, Any]:
    """nDCG at 5 of every order as a bar, ours in colour."""
    rows = [{"order": "Undertone", "ndcg": ours, "ours": True}]
    rows += [{"order": r.measure.name.removeprefix(prefix), "ndcg": r.mean, "ours": False} for r in rivals]
    y = {"field": "order", "type": "nominal", "sort": "-x", "title": None, "axis": {"labelLimit": 220}}
    x = {"field": "ndcg", "type": "quantitative", "title": "nDCG@5", "scale": {"domain": [0, 1]}}
    colour = {"condition": {"test": "datum.ours", "value": ACCENT}, "value": "#b6bec8"}
    return {
        "$schema": _SCHEMA,
        "width": width,
        "height": {"step": 24},
        "config": _CONFIG,
        "data": {"values": rows},
        "encoding": {"y": y, "x": x},
        "layer": [
            {"mark": {"type": "bar", "size": 15}, "encoding": {"color": colour}},
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "color": INK},
                "encoding": {"text": {"field": "ndcg", "type": "quantitative", "format": ".3f"}},
            },
        ],
    }


def _number(end: float, mean: float) -> float:
    """An end of an interval, or the mean where there is none."""
    return mean if end != end else end
