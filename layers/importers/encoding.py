"""Which encoding a text is in, and why: never a replacement character, never a silent guess."""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Sequence
from typing import NamedTuple

from layers.errors import BrokenFile

# what .cpg files, XML declarations and people write → the codec of Python
ALIASES = {
    "932": "cp932", "ansi 932": "cp932", "sjis": "cp932", "shift_jis": "cp932",
    "shift-jis": "cp932", "ms932": "cp932", "windows-31j": "cp932", "x-sjis": "cp932",
    "oem 932": "cp932", "65001": "utf-8", "utf8": "utf-8", "utf-8-sig": "utf-8",
    "euc-jp": "euc_jp",
    "ansi 1252": "cp1252", "1252": "cp1252", "88591": "iso8859-1", "20932": "euc_jp",
}  # fmt: skip
SHOWN = {"utf-8": "UTF-8", "cp932": "CP932（シフトJIS）", "euc_jp": "EUC-JP", "utf-16": "UTF-16"}
BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
WIDE = ("utf-8", "cp932", "euc_jp", "utf-16")  # a one-byte codec reads anything: it proves nothing
JAPANESE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


class Choice(NamedTuple):
    """A codec and the reason for it, in Japanese."""

    codec: str
    why: str

    @property
    def shown(self) -> str:
        """The name an officer knows."""
        return SHOWN.get(self.codec, self.codec)


def codec_of(name: str, *, where: str = "") -> str:
    """Return Python's name of an encoding.

    Raises:
        BrokenFile: nobody knows an encoding of this name.
    """
    plain = name.strip().lower()
    try:
        found = codecs.lookup(ALIASES.get(plain, plain)).name
        b"".decode(found)  # codecs that are no text encodings (hex, zip) are refused here
    except (LookupError, ValueError):
        raise BrokenFile(
            f"文字コード {name[:40]!r} は知られていません。CP932 か UTF-8 などを指定してください。",
            where=where,
        ) from None
    return {"shift_jis": "cp932"}.get(found, found)


def choose(
    values: Sequence[bytes], *, said: str | None, given: str | None, where: str, said_by: str
) -> Choice:
    """Return the encoding of all ``values``: as given, else told by strict decoding.

    ``said`` is what the file claims of itself (by ``said_by``), believed only while the bytes
    bear it out.

    Raises:
        BrokenFile: no encoding reads every value, or the one given does not.
    """
    if given:
        return _as_given(values, codec_of(given), where)
    claim = _claim(said)
    if all(value.isascii() for value in values):
        return Choice(claim or "utf-8", "英数字だけのため、どの文字コードでも同じ")
    strong = claim if claim in WIDE else None
    for codec in dict.fromkeys(("utf-8", strong, "cp932", claim)):
        if codec and _believable(values, codec, claim):
            return Choice(codec, _why(codec, claim, said, said_by))
    raise BrokenFile(
        "文字コードが分かりません（UTF-8 でも CP932 でも読めない文字がある）。"
        "文字コードを指定してください。",
        where=where,
    )


def bom_of(data: bytes) -> str | None:
    """Return the codec a byte order mark names."""
    return next((codec for mark, codec in BOMS if data.startswith(mark)), None)


def decode(data: bytes, *, given: str | None, where: str) -> tuple[str, Choice]:
    """Return a whole text, strictly decoded and without its byte order mark, and the choice.

    Raises:
        BrokenFile: no encoding reads all of it.
    """
    marked = bom_of(data)
    if marked and not given:
        choice = Choice(marked, "ファイル先頭の印（BOM）による")
    else:
        choice = choose([data], said=None, given=given, where=where, said_by="")
    try:
        return data.decode(choice.codec).removeprefix("\ufeff"), choice
    except UnicodeDecodeError as error:
        raise BrokenFile(
            f"{choice.shown} として読めない文字が {error.start + 1} バイト目にあります。",
            where=where,
        ) from None


def _as_given(values: Sequence[bytes], codec: str, where: str) -> Choice:
    if not _fits(values, codec):
        shown = SHOWN.get(codec, codec)
        raise BrokenFile(f"指定された文字コード {shown} では読めない文字があります。", where=where)
    return Choice(codec, "指定による")


def _claim(said: str | None) -> str | None:
    try:
        return codec_of(said) if said else None
    except BrokenFile:
        return None


def _fits(values: Sequence[bytes], codec: str) -> bool:
    """Tell whether all decode; a character cut off at the end of a field is let pass."""
    with contextlib.suppress(UnicodeDecodeError):
        b"\n".join(values).decode(codec)
        return True
    try:
        for value in values:
            codecs.getincrementaldecoder(codec)().decode(value)
    except UnicodeDecodeError:
        return False
    return True


def _believable(values: Sequence[bytes], codec: str, claim: str | None) -> bool:
    if not _fits(values, codec):
        return False
    if codec == claim and codec in WIDE:
        return True
    if claim is None:
        return True
    # against the claim only on evidence: half-width kana may pass for two-byte UTF-8
    text = "".join(codecs.getincrementaldecoder(codec)().decode(value) for value in values)
    return codec == claim or JAPANESE.search(text) is not None


def _why(codec: str, claim: str | None, said: str | None, said_by: str) -> str:
    if codec == claim:
        return f"{said_by}による"
    if claim:
        return f"{said_by}は {said} としているが、中身はそうではない"
    unread = f"（{said_by}の {said[:20]} は知られていない）" if said else ""
    return f"中身から判断{unread}"
