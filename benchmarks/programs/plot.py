"""Curves over logarithmic axes as an SVG file."""

import math

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 420, 80, 40, 20, 50
COLOURS = ("#d95f02", "#1b6ca8", "#4d9221", "#7b3294")


def _decades(low, high):
    return range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)


def _text(x, y, text, anchor="middle", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{text}</text>'


def curves(path, title, across, up, xs, series):
    """Writes ``series``, a dictionary of a name and values for ``xs`` each; axes are named ``across`` and ``up``."""
    values = [v for ys in series.values() for v in ys]
    powers = _decades(min(values), max(values))
    low, high = powers[0], powers[-1]

    def at(x, y):
        right = LEFT + (math.log(x / xs[0]) / math.log(xs[-1] / xs[0])) * (WIDTH - LEFT - RIGHT)
        return right, HEIGHT - BOTTOM - (math.log10(y) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        _text(WIDTH / 2, 22, title, more='font-size="15"'),
        _text(WIDTH / 2, HEIGHT - 10, across),
        _text(16, HEIGHT / 2, up, more=f'transform="rotate(-90 16 {HEIGHT / 2})"'),
    ]
    for power in powers:
        left, y = at(xs[0], 10.0**power)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 8, y + 4, f"{10.0**power:g}", "end"))
    for x in (x for x in xs if math.log2(x).is_integer()):
        place, bottom = at(x, 10.0**low)
        parts.append(f'<line x1="{place:.1f}" y1="{TOP}" x2="{place:.1f}" y2="{bottom}" stroke="#eee"/>')
        parts.append(_text(place, bottom + 18, str(x)))
    for number, (name, ys) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        points = [at(x, y) for x, y in zip(xs, ys, strict=True)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        parts.append(_text(LEFT + 14, TOP + 16 + 18 * number, name, "start", f'fill="{colour}" font-weight="bold"'))
    path.write_text("\n".join([*parts, "</svg>"]) + "\n")
