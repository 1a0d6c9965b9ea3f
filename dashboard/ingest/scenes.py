"""The scenes of the sample pictures, one function a category, in a table at the end."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.ingest.painting import (
    Canvas,
    Colour,
    clods,
    conifer,
    fields,
    mix,
    rain,
    ridge,
    road,
    sky,
    water,
    wood,
)
from dashboard.ingest.props import car, cones, pole, rail, sign

BROWN: Colour = (134, 106, 74)
MUD: Colour = (112, 84, 58)
GREENS: tuple[Colour, ...] = ((118, 140, 92), (142, 150, 96), (96, 126, 82), (112, 134, 78))


def _land(c: Canvas, horizon: float = 0.42) -> None:
    sky(c, (112, 126, 140), (198, 204, 206), (226, 230, 232))
    ridge(c, horizon, 0.16, (120, 134, 148), waves=1.4)
    ridge(c, horizon + 0.02, 0.09, (92, 116, 108))
    fields(c, horizon + 0.03, GREENS)


def _river(c: Canvas) -> None:
    _land(c, 0.36)
    wood(c, -0.02, 0.34, 0.47, 0.15, 22)
    wood(c, 0.62, 1.02, 0.46, 0.16, 22)
    bank = [(0.36, 0.44), (0.6, 0.44), (0.86, 0.7), (1.1, 1.05), (-0.2, 1.05), (0.1, 0.7)]
    c.area([(x + (0.05 if x > 0.5 else -0.05), y - 0.01) for x, y in bank], (104, 108, 74))
    water(c, bank, BROWN)
    for _ in range(4):
        x, y = c.between(0.2, 0.7), c.between(0.55, 0.9)
        c.line([(x, y), (x + c.between(0.04, 0.1), y - c.between(0, 0.03))], (70, 52, 38), 0.008)
    rail(c, 0.93, 0.86)


def _flooding(c: Canvas) -> None:
    _land(c)
    wood(c, 0.66, 1.02, 0.52, 0.13, 14)
    road(c, (0.12, 0.98), (0.47, 0.54), 0.5)
    water(
        c,
        [(-0.05, 0.64), (0.4, 0.61), (0.72, 0.625), (1.05, 0.66), (1.05, 0.9), (-0.05, 0.94)],
        BROWN,
    )
    pole(c, 0.2, 0.66, 0.42)
    sign(c, 0.84, 0.72)


def _sediment(c: Canvas) -> None:
    _land(c)
    wood(c, -0.02, 0.42, 0.52, 0.26, 26)
    road(c, (0.14, 1.02), (0.5, 0.58), 0.5)
    tongue = [(-0.05, 0.5), (0.28, 0.53), (0.6, 0.63), (0.74, 0.74), (0.6, 0.86), (-0.05, 0.9)]
    c.area(tongue, MUD)
    clods(c, tongue[:4], (MUD, (146, 118, 86), (120, 116, 110)), 190)
    clods(c, [(0.0, 0.68), (0.55, 0.87)], (MUD, (150, 124, 92), (132, 128, 122)), 170)
    for _ in range(5):
        x, y = c.between(0.0, 0.5), c.between(0.6, 0.84)
        c.line([(x, y), (x + c.between(0.08, 0.2), y + c.between(-0.05, 0.04))], (74, 56, 42), 0.01)
    cones(c, (0.5, 0.9, 0.96))


def _slope(c: Canvas) -> None:
    _land(c, 0.34)
    c.area([(-0.05, 0.1), (0.3, 0.22), (0.56, 0.6), (0.4, 1.05), (-0.05, 1.05)], (92, 116, 72))
    wood(c, -0.03, 0.26, 0.2, 0.2, 12)
    road(c, (0.36, 1.08), (0.6, 0.68), 0.52)
    scar = [(0.12, 0.26), (0.25, 0.27), (0.46, 0.56), (0.64, 0.8), (0.4, 0.95), (0.16, 0.84)]
    c.area(scar, (138, 104, 70))
    clods(c, [(0.2, 0.62), (0.6, 0.9)], ((138, 104, 70), MUD, (160, 130, 96)), 210)
    for k in range(3):
        conifer(c, 0.3 + 0.08 * k, 0.74 + 0.04 * k, 0.14)
    cones(c, (0.66, 0.94, 0.9), 3)


def _tree(c: Canvas) -> None:
    _land(c)
    wood(c, -0.02, 0.26, 0.6, 0.36, 16)
    wood(c, 0.78, 1.02, 0.58, 0.34, 14)
    road(c, (0.1, 0.98), (0.47, 0.54), 0.5)
    c.line([(0.02, 0.86), (0.98, 0.7)], (86, 62, 44), 0.03)
    c.line([(0.02, 0.855), (0.98, 0.697)], (118, 90, 64), 0.009)
    for k in range(26):
        x = 0.4 + 0.56 * k / 25
        y = 0.86 - 0.16 * (x - 0.02) / 0.96
        tip = (x + c.between(-0.03, 0.09), y + c.between(-0.16, 0.12))
        c.line([(x, y), tip], (70, 58, 42), 0.004)
        c.blob(*tip, 0.03, 0.022, mix((52, 84, 54), (96, 122, 72), c.between(0, 1)))
    clods(c, [(0.0, 0.78), (0.08, 0.92)], (MUD, (90, 70, 52)), 60)


def _road(c: Canvas) -> None:
    _land(c)
    road(c, (0.06, 0.92), (0.46, 0.54), 0.5)
    hole = [(0.6, 0.66), (0.72, 0.72), (0.84, 0.86), (1.05, 1.05), (1.05, 0.7), (0.78, 0.63)]
    c.area(hole, (86, 68, 52))
    c.area([(x + 0.03, y + 0.03) for x, y in hole], (118, 92, 66))
    clods(c, [(0.76, 0.74), (1.0, 1.0)], (MUD, (104, 102, 100)), 120)
    for k in range(4):
        y = 0.66 + 0.09 * k
        c.line(
            [(0.44 - 0.02 * k, y), (0.5 + 0.01 * k, y + 0.03), (0.6 + 0.06 * k, y + 0.01)],
            (48, 48, 50),
            0.003,
        )
    cones(c, (0.5, 0.72, 0.93), 3)
    wood(c, -0.02, 0.3, 0.53, 0.12, 10)


def _bridge(c: Canvas) -> None:
    _land(c, 0.34)
    wood(c, -0.02, 0.3, 0.5, 0.2, 16)
    wood(c, 0.7, 1.02, 0.5, 0.2, 16)
    water(c, [(0.2, 0.5), (0.82, 0.5), (1.1, 1.05), (-0.12, 1.05)], BROWN)
    concrete, shade = (186, 188, 186), (134, 136, 136)
    for x in (0.16, 0.46):
        c.area([(x, 0.54), (x + 0.06, 0.54), (x + 0.07, 0.8), (x - 0.01, 0.8)], shade)
    c.area([(-0.05, 0.5), (0.5, 0.5), (0.5, 0.56), (-0.05, 0.57)], concrete)
    c.area([(0.52, 0.52), (0.88, 0.74), (0.86, 0.8), (0.51, 0.59)], concrete)
    c.area([(0.51, 0.59), (0.86, 0.8), (0.85, 0.82), (0.505, 0.61)], shade)
    c.area([(0.9, 0.5), (1.05, 0.5), (1.05, 0.8), (0.92, 0.76)], shade)
    for k in range(10):
        x = -0.03 + 0.055 * k
        c.line([(x, 0.5), (x, 0.45)], (222, 224, 222), 0.004)
    c.line([(-0.05, 0.455), (0.49, 0.455)], (222, 224, 222), 0.005)


def _building(c: Canvas) -> None:
    _land(c)
    wall, roof = (214, 206, 190), (122, 62, 54)
    c.area([(0.3, 0.46), (0.74, 0.46), (0.74, 0.78), (0.3, 0.78)], wall)
    c.area([(0.26, 0.48), (0.4, 0.26), (0.66, 0.26), (0.78, 0.48)], roof)
    for x in (0.36, 0.62):
        c.area([(x, 0.54), (x + 0.08, 0.54), (x + 0.08, 0.64), (x, 0.64)], (98, 118, 132))
    c.area([(0.49, 0.56), (0.57, 0.56), (0.57, 0.78), (0.49, 0.78)], (108, 84, 66))
    water(c, [(-0.05, 0.74), (1.05, 0.73), (1.05, 1.05), (-0.05, 1.05)], BROWN)
    for row in range(2):
        for k in range(9):
            x, y = 0.32 + 0.048 * k + 0.02 * row, 0.765 - 0.03 * row
            c.blob(x, y, 0.027, 0.019, mix((196, 188, 166), (150, 142, 122), c.between(0, 0.6)))
    wood(c, 0.84, 1.02, 0.7, 0.3, 8)


def _power(c: Canvas) -> None:
    _land(c)
    road(c, (0.02, 0.7), (0.42, 0.48), 0.5)
    pole(c, 0.74, 0.84, 0.66)
    pole(c, 0.58, 0.6, 0.26)
    for k in range(9):
        x, y = 0.8 + 0.018 * k, 0.2 + 0.012 * k
        c.line([(x, y), (x + 0.06, y + 0.1)], (78, 62, 44), 0.004)
        c.blob(x + 0.06, y + 0.1, 0.04, 0.03, mix((54, 88, 54), (100, 126, 74), c.between(0, 1)))
    cones(c, (0.66, 0.86, 0.92), 3)


def _water_supply(c: Canvas) -> None:
    c.area([(0, 0), (1, 0), (1, 1), (0, 1)], (206, 212, 212))
    for k in range(1, 9):
        c.line([(0, k / 8), (1, k / 8)], (190, 197, 198), 0.003)
        c.line([(k / 8, 0), (k / 8, 1)], (190, 197, 198), 0.003)
    c.blob(0.5, 0.84, 0.44, 0.2, (232, 234, 232))
    water(c, [(0.12, 0.8), (0.88, 0.8), (0.8, 0.96), (0.2, 0.96)], (160, 128, 86))
    c.line([(0.3, 0.3), (0.5, 0.3), (0.5, 0.44)], (150, 156, 160), 0.05)
    c.line([(0.3, 0.295), (0.5, 0.295)], (196, 202, 206), 0.016)
    c.blob(0.3, 0.26, 0.05, 0.05, (136, 142, 148))
    c.area([(0.484, 0.46), (0.516, 0.46), (0.524, 0.82), (0.476, 0.82)], (172, 138, 94))


def _snow(c: Canvas) -> None:
    sky(c, (168, 178, 190), (224, 228, 232), (240, 242, 244))
    ridge(c, 0.45, 0.14, (196, 204, 214))
    ridge(c, 0.5, 0.08, (222, 227, 233), waves=1.2)
    ridge(c, 0.62, 0.06, (234, 238, 242), waves=0.8)
    road(c, (0.16, 0.9), (0.48, 0.53), 0.56)
    for side in (-1, 1):
        edge = 0.5 + side * 0.03
        c.area(
            [
                (edge, 0.55),
                (edge + side * 0.08, 0.54),
                (0.5 + side * 0.9, 1.05),
                (0.5 + side * 0.3, 1.05),
            ],
            (242, 244, 248),
        )
    c.area([(0.1, 0.78), (0.52, 0.69), (0.95, 0.76), (0.8, 0.9), (0.2, 0.93)], (246, 248, 250))
    car(c, 0.55, 0.76)
    for _ in range(700):
        x, y, size = c.between(0, 1), c.between(0, 1), c.between(0.001, 0.004)
        c.blob(x, y, size, size * 1.2, (250, 251, 253))


def _people(c: Canvas) -> None:
    _land(c)
    c.area([(0.08, 0.3), (0.94, 0.3), (0.94, 0.74), (0.08, 0.74)], (198, 192, 180))
    c.area([(0.04, 0.32), (0.98, 0.32), (0.98, 0.25), (0.04, 0.25)], (116, 122, 128))
    for k in range(6):
        x = 0.14 + 0.135 * k
        c.area([(x, 0.4), (x + 0.09, 0.4), (x + 0.09, 0.54), (x, 0.54)], (238, 224, 176))
    c.area([(-0.05, 0.74), (1.05, 0.74), (1.05, 1.05), (-0.05, 1.05)], (132, 132, 128))
    coats: tuple[Colour, ...] = ((206, 120, 44), (64, 96, 140), (92, 92, 96), (168, 60, 60))
    for k in range(7):
        x, y = 0.16 + 0.11 * k + c.between(-0.02, 0.02), 0.86 + c.between(-0.03, 0.05)
        c.blob(x, y, 0.03, 0.1, coats[k % len(coats)])
        c.blob(x, y - 0.125, 0.018, 0.026, (196, 164, 138))


def _normal(c: Canvas) -> None:
    sky(c, (120, 158, 192), (214, 224, 228), (242, 244, 244))
    ridge(c, 0.4, 0.16, (128, 146, 166), waves=1.4)
    fields(c, 0.44, ((126, 152, 92), (172, 170, 102), (104, 140, 84), (126, 152, 88)))
    road(c, (0.14, 0.92), (0.48, 0.53), 0.5)
    wood(c, 0.66, 0.98, 0.56, 0.16, 9)
    pole(c, 0.24, 0.7, 0.36)


def _other(c: Canvas) -> None:
    _land(c)
    for k in range(26):
        size = 0.02 + 0.005 * k
        x, y = 0.62 + 0.012 * k + c.between(-0.02, 0.02), 0.46 - 0.017 * k
        c.blob(x, y, size, size, mix((150, 152, 154), (206, 208, 210), k / 26))
    wood(c, 0.4, 0.9, 0.5, 0.1, 26)


def _volcano(c: Canvas) -> None:
    sky(c, (148, 164, 182), (222, 226, 230), (238, 240, 242))
    for k in range(44):
        size = 0.025 + 0.0034 * k
        x, y = 0.52 + 0.004 * k + c.between(-0.03, 0.03), 0.4 - 0.009 * k
        c.blob(x, y, size, size, mix((96, 92, 92), (176, 174, 174), k / 60 + c.between(0, 0.2)))
    c.area(
        [(0.04, 0.62), (0.46, 0.36), (0.58, 0.37), (1.02, 0.66), (1.02, 1), (0.04, 1)],
        (206, 212, 220),
    )
    for k in range(9):
        x = 0.2 + 0.08 * k
        c.line([(0.5 + 0.02 * (k - 4), 0.4), (x, 0.64)], (142, 148, 158), 0.006)
    ridge(c, 0.66, 0.08, (232, 236, 240), waves=1.1)
    wood(c, -0.02, 1.02, 0.84, 0.2, 40)
    c.area([(-0.05, 0.83), (1.05, 0.82), (1.05, 1.05), (-0.05, 1.05)], (240, 243, 246))


# what is drawn, and how hard it rains
SCENES: dict[str, tuple[Callable[[Canvas], None], float]] = {
    "sediment": (_sediment, 0.7),
    "flooding": (_flooding, 1.0),
    "river": (_river, 0.8),
    "road": (_road, 0.5),
    "bridge": (_bridge, 0.6),
    "slope": (_slope, 0.7),
    "tree": (_tree, 0.6),
    "power": (_power, 0.5),
    "water": (_water_supply, 0.0),
    "building": (_building, 0.9),
    "snow": (_snow, 0.0),
    "people": (_people, 0.5),
    "other": (_other, 0.2),
    "normal": (_normal, 0.0),
    "volcano": (_volcano, 0.0),
}


def paint(scene: str, seed: int) -> Canvas:
    """Return a painted scene, the same for the same seed."""
    canvas = Canvas(seed)
    brush, wet = SCENES[scene]
    brush(canvas)
    if wet:
        rain(canvas, wet * canvas.between(0.6, 1.2))
    return canvas
