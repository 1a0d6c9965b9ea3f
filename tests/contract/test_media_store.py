"""The media store: whole files by hash, nothing outside its folder, a full disk said as such."""

from __future__ import annotations

import errno
import hashlib
from pathlib import Path

import pytest

from dashboard.errors import Malformed, NotFound, StorageFull
from dashboard.media.store import MediaStore

PICTURE = b"\xff\xd8\xff" + b"picture" * 100
SHA = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media")


def upload(tmp_path: Path, data: bytes = PICTURE) -> Path:
    path = tmp_path / "upload"
    path.write_bytes(data)
    return path


def test_an_adopted_upload_lies_under_its_hash_and_left_its_old_place(store, tmp_path):
    source = upload(tmp_path)
    path = store.adopt(source, SHA)
    assert path == store.path(SHA)
    assert path.read_bytes() == PICTURE
    assert store.has(SHA)
    assert not source.exists()
    assert list(store.hashes()) == [SHA]
    assert store.content_type(SHA) == "image/jpeg"


def test_adopting_twice_gives_the_same_file(store, tmp_path):
    first = store.adopt(upload(tmp_path), SHA)
    assert store.adopt(upload(tmp_path), SHA) == first
    assert store.adopt(tmp_path / "upload", SHA) == first  # the retry of a lost answer
    assert first.read_bytes() == PICTURE


def test_a_lost_upload_is_not_found(store, tmp_path):
    with pytest.raises(NotFound):
        store.adopt(tmp_path / "upload", SHA)


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "a" * 63, "A" * 64, "g" * 64, "a" * 64 + "\n", "a" * 65]
)
def test_only_64_hex_digits_name_a_file(store, name):
    for call in (store.path, store.has, store.remove):
        with pytest.raises(Malformed):
            call(name)


@pytest.mark.parametrize("name", ["", "..", "../320", "320/..", "32\x00", "a" * 17, "1600\n"])
def test_only_plain_words_name_a_variant(store, name):
    with pytest.raises(Malformed):
        store.variant_path(SHA, name)


def test_a_variant_is_replaced_whole_and_stands_in_its_own_tree(store, tmp_path):
    store.adopt(upload(tmp_path), SHA)
    store.write_variant(SHA, "320", b"first")
    path = store.write_variant(SHA, "320", b"second")
    assert path.read_bytes() == b"second"
    assert [p.name for p in path.parent.iterdir()] == ["320"]
    assert list(store.hashes()) == [SHA]
    assert store.path(SHA).read_bytes() == PICTURE


def test_removing_takes_original_and_variants(store, tmp_path):
    store.adopt(upload(tmp_path), SHA)
    store.write_variant(SHA, "320", b"small")
    store.remove(SHA)
    store.remove(SHA)
    assert not store.has(SHA)
    assert not store.variant_path(SHA, "320").exists()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_and_the_upload_stays(store, tmp_path, monkeypatch, code):
    def full(handle: int) -> None:
        raise OSError(code, "full")

    source = upload(tmp_path)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageFull):
        store.adopt(source, SHA)
    with pytest.raises(StorageFull):
        store.write_variant(SHA, "320", b"small")
    monkeypatch.undo()
    assert source.read_bytes() == PICTURE
    assert not store.has(SHA)
    assert not store.variant_path(SHA, "320").exists()
    assert store.adopt(source, SHA).read_bytes() == PICTURE  # recovers without a restart
