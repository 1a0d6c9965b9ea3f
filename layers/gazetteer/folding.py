"""Names as they are compared: width, kana, old characters, numbers and small words folded away.

Folding loses meaning on purpose, so a folded text is a key for finding and is never shown. Only
counted numbers become digits: 第三 and 三丁目 do, the 五 of 五稜 and the 三 of 三愛 stay.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200  # characters of a name or question that are looked at

# old and popular forms → the form of today; both sides of every comparison pass through it
OLD_FORMS = str.maketrans({
    "澤": "沢", "邊": "辺", "邉": "辺", "龍": "竜", "瀧": "滝", "國": "国", "櫻": "桜", "廣": "広",
    "嶋": "島", "嶌": "島", "濱": "浜", "髙": "高", "﨑": "崎", "齋": "斎", "齊": "斉", "學": "学",
    "會": "会", "舊": "旧", "驛": "駅", "縣": "県", "區": "区", "鐵": "鉄", "寶": "宝", "壽": "寿",
    "萬": "万", "榮": "栄", "德": "徳", "惠": "恵", "變": "変", "蕊": "蘂", "蕋": "蘂", "淵": "渕",
    "禮": "礼", "藏": "蔵", "眞": "真", "靜": "静", "聲": "声", "圓": "円", "號": "号",
    "條": "条", "當": "当", "黑": "黒", "瀨": "瀬", "溪": "渓", "鷗": "鴎",
    "驒": "騨", "增": "増", "橫": "横", "綠": "緑", "曾": "曽", "藪": "薮", "穗": "穂", "豐": "豊",
})  # fmt: skip
SMALL = str.maketrans("ぁぃぅぇぉっゃゅょゎゕ", "あいうえおつやゆよわか")
KATAKANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
HAN = "一-鿿々"
_GA = re.compile(f"[ゖけがヶ](?=[{HAN}])")  # 憩ヶ丘, 憩ケ丘, 憩が丘
_NO = re.compile(f"(?<=[{HAN}])[の之](?=[{HAN}])")  # 堀之沢, 堀ノ沢, 堀沢
_DIGITS = {digit: at for at, digit in enumerate("〇一二三四五六七八九")}
_TENS = {"十": 10, "百": 100}
_NUMERAL = "[〇一二三四五六七八九十百]+"
_COUNTED = re.compile(f"第(?:({_NUMERAL})|(?=[0-9]))|({_NUMERAL})(?=丁目|線|号|条|区|番|町内)")
_LINE = re.compile(r"(?<=[0-9])号線")
_PREFIX = re.compile(r"(?:北海道)?(?:上川(?:郡|総合振興局))?(?:美瑛町)?(?:大?字)?")
_STATE_ROAD = re.compile(r"^(?:北海道道+|(?:主要|一般)道道)")  # 北海道道966号


def fold(text: str) -> str:
    """Return the comparable form of a name: letters, kana and digits only.

    Half and full width (NFKC), katakana as hiragana, small kana as large, long vowel marks
    dropped, old characters as new, ヶ/ケ/が and の/之/ノ between characters, counted numbers
    (第三, 三丁目, 五線) as digits. Longer texts are cut at 200 characters.
    """
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    folded = folded.translate(KATAKANA).translate(OLD_FORMS)
    folded = _GA.sub("が", folded).translate(SMALL)
    folded = "".join(c for c in folded if c == "々" or unicodedata.category(c)[0] in "LN")
    folded = _NO.sub("", folded.replace("ー", ""))
    return _LINE.sub("号", _COUNTED.sub(_as_digits, folded))


def keys(text: str) -> tuple[str, ...]:
    """Return the folded name, and without 北海道, 上川郡, 美瑛町, 字 before it; none if empty."""
    whole = _STATE_ROAD.sub("道道", fold(text))
    short = whole[len(_prefix(whole)) :]
    return tuple(dict.fromkeys(key for key in (whole, short) if key))


def plain_number(numeral: str) -> int:
    """Return 二十三, 一〇五 or 三 as a number."""
    if not set(numeral) & set(_TENS):
        return int("".join(str(_DIGITS[digit]) for digit in numeral))
    total, digit = 0, 0
    for sign in numeral:
        if sign in _TENS:
            total, digit = total + (digit or 1) * _TENS[sign], 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def _prefix(folded: str) -> str:
    found = _PREFIX.match(folded)
    return found.group() if found else ""


def _as_digits(found: re.Match[str]) -> str:
    numeral = found.group(1) or found.group(2)
    return str(plain_number(numeral)) if numeral else ""
