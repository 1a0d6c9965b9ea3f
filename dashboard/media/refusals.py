"""Why a file is refused: one table of reasons, with the words the sender reads.

``message`` is Japanese, as it appears on the phone; the browser shows another language
from the catalogue by ``refusal.<reason>``. ``detail`` holds ``reason`` and the values.
"""

from __future__ import annotations

from typing import Any

from dashboard.errors import BrokenMedia, EocError, TooLarge, UnsupportedMedia

MAX_PIXELS = 64_000_000
MAX_BYTES = 100_000_000

REASONS: dict[str, tuple[type[EocError], str]] = {
    "empty": (BrokenMedia, "ファイルが空です。写真を選び直してください。"),
    "not_a_picture": (
        UnsupportedMedia,
        "写真のファイルではありません。JPEG・HEIC・PNG・WebP・AVIF を送ってください。",
    ),
    "unsupported_type": (
        UnsupportedMedia,
        "{value} は受け付けていません。JPEG・HEIC・PNG・WebP・AVIF を送ってください。",
    ),
    "wrong_extension": (
        UnsupportedMedia,
        (
            "ファイル名の拡張子（{value}）と中身（{found}）が違います。"
            "名前を変えずに元の写真を送ってください。"
        ),
    ),
    "truncated": (
        BrokenMedia,
        "写真が途中で切れています。元の写真を確かめて、もう一度送ってください。",
    ),
    "damaged_header": (
        BrokenMedia,
        "写真の先頭部分が壊れていて読めません。撮り直すか、別の写真を送ってください。",
    ),
    "damaged_pixels": (
        BrokenMedia,
        "写真の画像データが壊れていて表示できません。撮り直すか、別の写真を送ってください。",
    ),
    "too_many_pixels": (
        TooLarge,
        (
            "写真の画素数が大きすぎます（{value} 画素、上限 6,400万画素）。"
            "カメラの設定を下げて撮り直してください。"
        ),
    ),
    "too_many_bytes": (
        TooLarge,
        (
            "ファイルが大きすぎます（{value} バイト、上限 100 MB）。"
            "カメラの設定を下げて撮り直してください。"
        ),
    ),
}


def refuse(reason: str, **values: Any) -> EocError:
    """Return the error of a reason; ``values`` fill its words and go into ``detail``."""
    kind, words = REASONS[reason]
    return kind(words.format(**values), reason=reason, **values)


def check_pixels(width: int, height: int) -> None:
    """Refuse a picture whose header says no pixels, or more than the cap."""
    if width < 1 or height < 1:
        raise refuse("damaged_header", value=f"{width}×{height}")
    if width * height > MAX_PIXELS:
        raise refuse("too_many_pixels", value=width * height)
