"""Brushes for the sample pictures: sky, hills, water, roads, trees. All in numbers 0…1.

A ``Canvas`` is twice as large as the picture and shrunk at the end, which smooths every
edge. x runs to the right, y downwards, both 0…1, so a scene reads like a sketch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT, FINE = 1600, 1200, 2
Colour = tuple[int, int, int]
Point = tuple[float, float]


class Canvas:
    """A picture being painted, with its own dice."""

    def __init__(self, seed: int) -> None:
        self.dice = np.random.default_rng(seed)
        self.image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE))
        self.draw = ImageDraw.Draw(self.image)
        self.veil: Image.Image | None = None  # rain, in front of everything

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return pixels of a place on the canvas."""
        return x * WIDTH * FINE, y * HEIGHT * FINE

    def between(self, low: float, high: float) -> float:
        """Return a random number."""
        return float(self.dice.uniform(low, high))

    def area(self, points: Sequence[Point], colour: Colour) -> None:
        """Fill a polygon."""
        self.draw.polygon([self.at(*p) for p in points], fill=colour)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """Draw a line; ``width`` is a share of the picture's width."""
        pixels = [self.at(*p) for p in points]
        self.draw.line(pixels, colour, max(1, round(width * WIDTH * FINE)), joint="curve")

    def blob(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        """Fill an ellipse; the radii are shares of width and of height."""
        self.draw.ellipse((*self.at(x - rx, y - ry), *self.at(x + rx, y + ry)), fill=colour)

    def finished(self) -> Image.Image:
        """Return the picture at its real size, with the grain of a small camera."""
        small = self.image.reduce(FINE)
        if self.veil is not None:
            small.paste((226, 232, 236), mask=self.veil)
        grain = self.dice.integers(-3, 4, (HEIGHT, WIDTH, 1), dtype=np.int16)
        picture = np.asarray(small) + grain
        return Image.fromarray(np.clip(picture, 0, 255, out=picture).astype(np.uint8))


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """Return a colour between two."""
    red, green, blue = (round(p + (q - p) * share) for p, q in zip(a, b, strict=True))
    return red, green, blue


def sky(c: Canvas, top: Colour, low: Colour, clouds: Colour) -> None:
    """Paint an overcast sky over the whole canvas."""
    size = (WIDTH // 8, HEIGHT // 8)
    fade = np.linspace(0, 1, size[1])[:, None, None] ** 0.8
    plain = np.array(top) * (1 - fade) + np.array(low) * fade
    small = Image.fromarray(np.repeat(plain, size[0], axis=1).astype(np.uint8))
    veil = Image.new("L", size)
    pen = ImageDraw.Draw(veil)
    for _ in range(26):
        x, y = c.between(-10, size[0]), c.between(-8, size[1] * 0.42)
        w, h = c.between(20, 70), c.between(5, 14)
        pen.ellipse((x, y, x + w, y + h), fill=int(c.between(60, 150)))
    small.paste(clouds, mask=veil.filter(ImageFilter.GaussianBlur(7)))
    c.image.paste(_enlarged(small.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)))


def _enlarged(layer: Image.Image) -> Image.Image:
    """To the size of the canvas; shrinking gives the very same pixels back, so nearest will do."""
    return layer.resize((WIDTH * FINE, HEIGHT * FINE), Image.Resampling.NEAREST)


def ridge(c: Canvas, y: float, height: float, colour: Colour, *, waves: float = 2.0) -> None:
    """Paint a line of hills or mountains from ``y`` down to the bottom."""
    phase = [c.between(0, math.tau) for _ in range(4)]
    top = []
    for i in range(97):
        x = i / 96
        up = sum(
            math.sin(x * math.tau * waves * (k + 1) * 0.7 + phase[k]) / (k + 1.4) for k in range(4)
        )
        top.append((x, y - height * (0.5 + 0.32 * up)))
    c.area([*top, (1, 1), (0, 1)], colour)


def fields(c: Canvas, y: float, colours: Sequence[Colour]) -> None:
    """Paint the patchwork of Biei's hills: bands that widen towards the viewer."""
    for i, colour in enumerate(colours):
        ridge(c, y + (1 - y) * (i / len(colours)) ** 1.3, 0.05 + 0.02 * i, colour, waves=0.8)


def water(c: Canvas, points: Sequence[Point], colour: Colour) -> None:
    """Paint a sheet of water with ripples that grow towards the viewer."""
    mask = Image.new("L", c.image.size)
    ImageDraw.Draw(mask).polygon([c.at(*p) for p in points], fill=255)
    sheet = Image.new("RGB", (WIDTH, HEIGHT), colour)
    pen = ImageDraw.Draw(sheet)
    top, low = min(p[1] for p in points), max(p[1] for p in points)
    for _ in range(420):
        deep = c.between(0, 1) ** 0.7
        x, y = c.between(-0.1, 1) * WIDTH, (top + (low - top) * deep) * HEIGHT
        long = (20 + 150 * deep) * c.between(0.4, 1)
        tone = mix(colour, (232, 220, 196) if c.between(0, 1) < 0.6 else (60, 48, 36), 0.28)
        pen.line((x, y, x + long, y + c.between(-2, 2)), tone, max(1, round(1 + 3 * deep)))
    sheet = sheet.filter(ImageFilter.GaussianBlur(1.2))
    c.image.paste(_enlarged(sheet), mask=mask)


def road(c: Canvas, near: tuple[float, float], far: tuple[float, float], y: float) -> None:
    """Paint a two-lane road from ``near`` (left, right at the bottom) to ``far`` at ``y``."""
    verge = 0.012
    edge = [(near[0] - 0.05, 1), (near[1] + 0.05, 1), (far[1] + verge, y), (far[0] - verge, y)]
    c.area(edge, (128, 126, 108))
    c.area([(near[0], 1), (near[1], 1), (far[1], y), (far[0], y)], (92, 95, 99))
    for k in range(9):
        a, b = (k / 9) ** 2, ((k + 0.55) / 9) ** 2
        _dash(c, near, far, y, a, b)
    for side in (0, 1):
        c.line([(_inside(near, side), 1), (_inside(far, side), y)], (212, 212, 206), 0.004)


def _inside(pair: tuple[float, float], side: int) -> float:
    share = 0.05 if side == 0 else 0.95
    return pair[0] + (pair[1] - pair[0]) * share


def _dash(
    c: Canvas,
    near: tuple[float, float],
    far: tuple[float, float],
    y: float,
    a: float,
    b: float,
) -> None:
    points = []
    for share, sign in ((a, -1), (b, -1), (b, 1), (a, 1)):
        left, right = (f + (n - f) * share for n, f in zip(near, far, strict=True))
        half = (right - left) * 0.012
        points.append(((left + right) / 2 + sign * half, y + (1 - y) * share))
    c.area(points, (226, 222, 200))


def conifer(c: Canvas, x: float, y: float, height: float, colour: Colour = (38, 66, 50)) -> None:
    """Paint a fir that stands at (x, y)."""
    c.area([(x - 0.004, y), (x + 0.004, y), (x, y - height)], (70, 54, 42))
    for k in range(5):
        low = y - height * (0.1 + 0.16 * k)
        half = height * 0.2 * (1 - k / 6)
        tone = mix(colour, (96, 122, 98), c.between(0, 0.3))
        c.area([(x - half, low), (x + half, low), (x, low - height * 0.3)], tone)


def wood(c: Canvas, left: float, right: float, y: float, height: float, count: int) -> None:
    """Paint a row of firs, the far ones first."""
    for x in sorted(c.between(left, right) for _ in range(count)):
        conifer(c, x, y + c.between(-0.01, 0.015), height * c.between(0.65, 1.15))


def rain(c: Canvas, strength: float) -> None:
    """Paint slanting rain over everything; 0 is none."""
    veil = Image.new("L", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(veil)
    for _ in range(int(900 * strength)):
        x, y, long = c.between(0, WIDTH), c.between(-40, HEIGHT), c.between(14, 46)
        pen.line((x, y, x - long * 0.18, y + long), int(c.between(30, 80)), 1)
    c.veil = veil


def clods(c: Canvas, points: Sequence[Point], colours: Sequence[Colour], count: int) -> None:
    """Strew stones and clods over the box around ``points``, larger ones in front."""
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    for _ in range(count):
        deep = c.between(0, 1)
        x, y = c.between(min(xs), max(xs)), min(ys) + (max(ys) - min(ys)) * deep
        size = (0.003 + 0.014 * deep) * c.between(0.5, 1.3)
        colour = mix(colours[int(c.between(0, len(colours)))], (40, 32, 26), c.between(0, 0.35))
        c.blob(x, y, size, size * 0.8, colour)
