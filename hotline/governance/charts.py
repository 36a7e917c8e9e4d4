"""Small pictures as SVG files: they carry no style and no script, and stand beside a table of the same.

Drawn on a light ground of their own, because a picture does not know whether the page is dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from hotline.governance.measures import Bin

WIDTH, HEIGHT = 480, 300
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 16, 36
GROUND, INK, LINE, MARK, SOFT = "#fffdf9", "#1c2a29", "#dcd6ca", "#1e5f5a", "#84897f"
_FONT = 'font-family="sans-serif" font-size="12"'


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _frame(title: str, inner: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img"><title>{escape(title)}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{GROUND}"/>{inner}</svg>'
    )


def _grid(top: float = 1.0, *, percent: bool = True) -> str:
    """Lines at every quarter, with their numbers at the left."""
    parts = []
    for quarter in range(5):
        y = _y(quarter / 4)
        value = top * quarter / 4
        text = f"{value * 100:.0f} %" if percent else f"{value:.2f}"
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{LINE}"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" {_FONT} fill="{INK}">{text}</text>'
        )
    return "".join(parts)


def calibration_chart(bins: Sequence[Bin], title: str) -> str:
    """Predicted chance to the right, how often people said so upwards; the diagonal would be perfect.

    Bars are 95 % intervals. Bins with too few contacts are left out.
    """
    parts = [_grid()]
    parts += [
        f'<text x="{_x(quarter / 4):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle" {_FONT} '
        f'fill="{INK}">{quarter * 25} %</text>'
        for quarter in range(5)
    ]
    parts.append(
        f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="{SOFT}" '
        'stroke-dasharray="5 4"/>'
    )
    for each in bins:
        if each.seen.hidden or each.seen.value is None:
            continue
        x = _x(each.predicted)
        low, high = each.seen.interval
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_y(low):.1f}" y2="{_y(high):.1f}" stroke="{MARK}"/>'
            f'<circle cx="{x:.1f}" cy="{_y(each.seen.value):.1f}" r="5" fill="{MARK}"/>'
        )
    return _frame(title, "".join(parts))


def line_chart(
    points: Sequence[tuple[str, float | None]], title: str, *, top: float = 1.0,
    percent: bool = True,
) -> str:
    """A value for each stretch of time, oldest first; a gap where there is none."""
    parts = [_grid(top, percent=percent)]
    count = max(len(points), 1)
    places = [(index + 0.5) / count for index in range(count)]
    step = max(1, -(-count // 6))
    path, last = "", False
    for place, (name, value) in zip(places, points, strict=False):
        if round(place * count - 0.5) % step == 0:
            parts.append(
                f'<text x="{_x(place):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle" {_FONT} '
                f'fill="{INK}">{escape(name)}</text>'
            )
        if value is None:
            last = False
            continue
        y = _y(min(max(value / top, 0.0), 1.0))
        path += f"{'L' if last else 'M'}{_x(place):.1f} {y:.1f}"
        parts.append(f'<circle cx="{_x(place):.1f}" cy="{y:.1f}" r="4" fill="{MARK}"/>')
        last = True
    if path:
        parts.append(f'<path d="{path}" fill="none" stroke="{MARK}" stroke-width="2"/>')
    return _frame(title, "".join(parts))
