"""What a GeoJSON says of itself in its member ``metadata``, and what a person says instead.

A stranger may have written it: types and lengths are checked, and nothing of it is a reason to
refuse the layer. Where it is doubtful the layer is taken as the less sure: 概略, for show only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from layers.importers.report import printable
from layers.schema import ROLES

LINE, WORDS = 200, 2_000  # characters a published layer may have in a line and in its note
MOST_M = 10_000_000
SHOWN = 40
LABELS = {
    "title_ja": "表示名", "title_en": "英語の表示名", "role": "用途", "source": "出典",
    "licence": "利用条件", "attribution": "出典表示", "date": "データの時点", "schematic": "概略",
    "uncertainty_m": "位置の誤差", "note_ja": "備考",
}  # fmt: skip
CALLED = {
    "reference": "参考（地図に出すだけ）", "network": "道路網（孤立の計算）", "hazard": "危険区域",
    "shelters": "避難所・避難場所", "boundary": "行政界", "gazetteer": "地名",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claims:
    """Fields of :class:`layers.schema.Metadata` but its name, valid; ``faults`` in Japanese."""

    words: dict[str, Any] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


class Settled(NamedTuple):
    """Fields for the Metadata of a layer, and what its report must say of them."""

    words: dict[str, Any]
    notes: list[str]
    warnings: list[str]


def read(member: Any) -> Claims:
    """Return what the member ``metadata`` of a file says; what is no metadata says nothing."""
    if not isinstance(member, Mapping):
        return Claims()
    words, faults = {}, []
    for name, take in TAKEN.items():
        given = member.get(name)
        if given is None or given == "":
            continue
        value, fault = take(given)
        if value is not None:
            words[name] = value
        if fault:
            faults.append(f"ファイルの記載「{LABELS[name]}」{fault}")
    return Claims(words, tuple(faults))


def settle(claims: Claims, chosen: Mapping[str, Any]) -> Settled:
    """Return what a layer says of itself: a person's words go before those of its file."""
    words = {name: value for name, value in claims.words.items() if name not in chosen}
    if "title_ja" in chosen:
        words.pop("title_en", None)  # a translation of the title that was not kept
    warnings = list(claims.faults)
    if words.get("role", "reference") != "reference":
        warnings.append(
            f"用途はファイルの記載により「{CALLED[words['role']]}」とします。"
            "違うときは用途を指定して読み込み直してください。"
        )
    if claims.words.get("schematic") and chosen.get("schematic") is False:
        warnings.append("ファイルには概略とありますが、指定により概略としません。")
    said = "、".join(text for name, value in words.items() if (text := _shown(name, value)))
    return Settled(
        {**words, **chosen}, [f"ファイルの記載を引き継ぐ：{said}"] if said else [], warnings
    )


def _shown(name: str, value: Any) -> str:
    if name == "schematic":
        return LABELS[name] if value else ""
    if name == "uncertainty_m":
        return f"{LABELS[name]} {value:,.0f} m"
    text = printable(CALLED[value] if name == "role" else value)
    return f"{LABELS[name]}「{text if len(text) <= SHOWN else text[:SHOWN] + '…'}」"


Taken = tuple[Any, str]  # the value, None where there is none; what is wrong with it


def _text(most: int) -> Callable[[Any], Taken]:
    def take(given: Any) -> Taken:
        if not isinstance(given, str):
            return None, "は文字ではないため使わない"
        # the wide space of Japanese is not printable to Python
        plain = "".join(c if c.isprintable() or c == "\u3000" else " " for c in given).strip()
        if len(plain) > most:
            return plain[: most - 1] + "…", f"は長いため {most:,}字で切った"
        return plain or None, ""

    return take


def _role(given: Any) -> Taken:
    if given == "lahar":
        return "reference", "は泥流の到達時間表ですが、表は読み込みでは使えないため「参考」とする"
    if given not in ROLES:
        return "reference", f"は知らない値（{printable(str(given))[:SHOWN]}）のため「参考」とする"
    return given, ""


def _schematic(given: Any) -> Taken:
    if isinstance(given, bool):
        return given, ""
    return True, "は「はい・いいえ」として読めないため、概略として扱う"


def _metres(given: Any) -> Taken:
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    if is_number and 0 <= given <= MOST_M:
        return float(given), ""
    return None, "は 0 以上の数（m）ではないため使わない"


TAKEN: dict[str, Callable[[Any], Taken]] = {
    **dict.fromkeys(LABELS, _text(LINE)), "role": _role, "schematic": _schematic,
    "uncertainty_m": _metres, "note_ja": _text(WORDS),
}  # fmt: skip
