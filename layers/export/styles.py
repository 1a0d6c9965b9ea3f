"""How a layer is drawn: one small row per layer, as QML for QGIS and as styles for KML."""

from __future__ import annotations

from dataclasses import dataclass

from layers.export.rows import LINE, POINT, POLYGON


@dataclass(frozen=True, slots=True)
class Style:
    """``colour`` is ``#rrggbb``; sizes are millimetres on screen; ``opacity`` is of areas."""

    colour: str = "#1f6fb4"
    size_mm: float = 3.0
    width_mm: float = 0.8
    opacity: float = 0.35
    shape: str = "circle"  # a QGIS marker: circle, square, diamond, triangle, cross2


PLAIN = Style()
# QGIS: symbol type, class of its layer, and the options that say colour and size
SYMBOLS = {POINT: ("marker", "SimpleMarker"), LINE: ("line", "SimpleLine"),
           POLYGON: ("fill", "SimpleFill")}  # fmt: skip
PIXELS_PER_MM = 3.0


def qml(style: Style, family: str) -> str:
    """Return a QGIS style (QML) for one family of geometry, empty for collections and tables."""
    if family not in SYMBOLS:
        return ""
    kind, layer_class = SYMBOLS[family]
    options = "".join(
        f'<Option name="{name}" type="QString" value="{value}"/>'
        for name, value in _options(style, family).items()
    )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        '<qgis version="3.28.0" styleCategories="Symbology">'
        '<renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" forceraster="0">'
        f'<symbols><symbol type="{kind}" name="0" alpha="1" clip_to_extent="1">'
        f'<layer class="{layer_class}" enabled="1" pass="0" locked="0">'
        f'<Option type="Map">{options}</Option></layer></symbol></symbols>'
        "</renderer-v2></qgis>"
    )


def _options(style: Style, family: str) -> dict[str, str]:
    solid, dark = _rgba(style.colour, 255), "35,35,35,255"
    table = {
        POINT: {
            "name": style.shape, "color": solid, "outline_color": "255,255,255,255",
            "outline_width": "0.4", "size": f"{style.size_mm}", "size_unit": "MM",
        },
        LINE: {
            "line_color": solid, "line_width": f"{style.width_mm}", "line_width_unit": "MM",
            "line_style": "solid", "capstyle": "round", "joinstyle": "round",
        },
        POLYGON: {
            "color": _rgba(style.colour, round(style.opacity * 255)), "style": "solid",
            "outline_color": dark, "outline_width": "0.3", "outline_width_unit": "MM",
        },
    }  # fmt: skip
    return table[family]


def _rgba(colour: str, alpha: int) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + f",{alpha}"


def kml(style: Style, id_: str, icon: str | None) -> str:
    """Return a KML style; ``icon`` is the address of a white picture that takes the colour.

    The balloon shows the description and nothing else: anything Google Earth would fill in
    by itself stands there as markup, not as text.
    """
    red, green, blue = (style.colour[at : at + 2] for at in (1, 3, 5))
    colour, alpha = f"{blue}{green}{red}", round(style.opacity * 255)
    image = f"<Icon><href>{icon}</href></Icon>" if icon else ""
    return (
        f'<Style id="{id_}"><IconStyle><color>ff{colour}</color>'
        f"<scale>{style.size_mm / 4:g}</scale>{image}</IconStyle>"
        f"<LineStyle><color>ff{colour}</color><width>{style.width_mm * PIXELS_PER_MM:g}</width>"
        f"</LineStyle><PolyStyle><color>{alpha:02x}{colour}</color></PolyStyle>"
        "<BalloonStyle><text>$[description]</text></BalloonStyle></Style>"
    )
