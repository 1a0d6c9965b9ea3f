"""Things that stand in the sample pictures: rails, poles, signs, cones, a car."""

from __future__ import annotations

from dashboard.ingest.painting import Canvas


def rail(c: Canvas, y: float, top: float) -> None:
    """Paint a white guard rail across the picture."""
    c.line([(-0.02, y), (1.02, y - 0.015)], (206, 210, 212), 0.012)
    c.line([(-0.02, top), (1.02, top - 0.015)], (222, 226, 228), 0.009)
    for k in range(8):
        x = 0.03 + k * 0.135
        c.line([(x, 1.02), (x, top - 0.012)], (196, 200, 202), 0.008)


def pole(c: Canvas, x: float, y: float, height: float) -> None:
    """Paint a power pole and its wires."""
    c.line([(x, y), (x, y - height)], (92, 88, 84), 0.009)
    c.line([(x - 0.045, y - height + 0.03), (x + 0.045, y - height + 0.03)], (92, 88, 84), 0.006)
    for side in (-0.04, 0.04):
        c.line([(x + side, y - height + 0.03), (1.05, y - height * 1.25)], (58, 58, 60), 0.0015)


def sign(c: Canvas, x: float, y: float) -> None:
    """Paint a warning triangle on a post."""
    c.line([(x, y + 0.12), (x, y - 0.1)], (190, 190, 188), 0.006)
    c.area([(x - 0.045, y - 0.05), (x, y - 0.14), (x + 0.045, y - 0.05)], (214, 62, 48))
    c.area([(x - 0.03, y - 0.058), (x, y - 0.118), (x + 0.03, y - 0.058)], (244, 240, 230))


def cones(c: Canvas, row: tuple[float, float, float], count: int = 4) -> None:
    """Paint traffic cones from left to right at one height."""
    left, right, y = row
    for k in range(count):
        x = left + (right - left) * k / max(1, count - 1)
        c.area(
            [(x - 0.022, y), (x + 0.022, y), (x + 0.006, y - 0.1), (x - 0.006, y - 0.1)],
            (222, 84, 40),
        )
        c.area(
            [
                (x - 0.014, y - 0.035),
                (x + 0.014, y - 0.035),
                (x + 0.01, y - 0.06),
                (x - 0.01, y - 0.06),
            ],
            (244, 240, 232),
        )
        c.blob(x, y + 0.004, 0.028, 0.009, (196, 70, 34))


def car(c: Canvas, x: float, y: float) -> None:
    """Paint a car seen from behind."""
    c.area(
        [(x - 0.11, y), (x + 0.11, y), (x + 0.11, y - 0.08), (x - 0.11, y - 0.08)], (64, 84, 122)
    )
    c.area(
        [
            (x - 0.085, y - 0.08),
            (x + 0.085, y - 0.08),
            (x + 0.065, y - 0.16),
            (x - 0.065, y - 0.16),
        ],
        (78, 98, 136),
    )
    c.area(
        [
            (x - 0.07, y - 0.085),
            (x + 0.07, y - 0.085),
            (x + 0.055, y - 0.15),
            (x - 0.055, y - 0.15),
        ],
        (170, 188, 202),
    )
    for side in (-0.09, 0.09):
        c.blob(x + side, y - 0.045, 0.014, 0.014, (228, 88, 60))
