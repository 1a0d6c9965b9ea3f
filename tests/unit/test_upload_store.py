from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dashboard.errors import ChecksumMismatch, Locked, Malformed, NotFound, StorageFull
from dashboard.uploads.protocol import Announced, Checksum
from dashboard.uploads.receive import LARGEST, SMALLEST, _next_size, receive
from dashboard.uploads.store import Upload, UploadStore, new_id

GOOD = Checksum("sha1", bytes.fromhex("a9993e364706816aba3e25717850c26c9cd0d89d"))


@pytest.fixture
def store(tmp_path: Path) -> UploadStore:
    return UploadStore(tmp_path / "uploads")


@pytest.fixture
def upload(store: UploadStore) -> Upload:
    made = Upload(new_id(), "p1", Announced(6, "inc-1", "ab" * 32, "写真.jpg"), 1, 2, "p1")
    store.create(made)
    return made


def _append(store: UploadStore, upload: Upload, *body: bytes, length: int = 3, **how: Any) -> None:
    with store.writing(upload.id) as fd:
        receive(store, upload, fd, iter(body), length=length, **how)


def test_an_upload_is_found_again_by_another_process(store: UploadStore, upload: Upload) -> None:
    _append(store, upload, b"abc")
    again = UploadStore(store.folder)
    assert again.get(upload.id) == upload
    assert again.offset(upload) == 3


def test_a_torn_record_is_no_upload(store: UploadStore, upload: Upload) -> None:
    (store.folder / f"{upload.id}.json").write_text('{"id": "x')
    with pytest.raises(NotFound):
        store.get(upload.id)
    assert store.all() == []


@pytest.mark.parametrize("bad", ["../real.db", "", "x" * 32, "A" * 32])
def test_an_id_never_leaves_the_folder(store: UploadStore, bad: str) -> None:
    with pytest.raises(NotFound):
        store.get(bad)


def test_the_second_writer_is_locked_out(store: UploadStore, upload: Upload) -> None:
    with store.writing(upload.id), pytest.raises(Locked), store.writing(upload.id):
        pass


def test_bytes_before_a_cut_are_kept(store: UploadStore, upload: Upload) -> None:
    with pytest.raises(Malformed, match="2 of 3"):
        _append(store, upload, b"ab")
    assert store.offset(upload) == 2


def test_a_chunk_with_a_wrong_hash_is_discarded(store: UploadStore, upload: Upload) -> None:
    _append(store, upload, b"abc", promised=GOOD)
    with pytest.raises(ChecksumMismatch):
        _append(store, upload, b"abd", promised=GOOD)
    assert store.offset(upload) == 3
    assert store.bin(upload.id).read_bytes() == b"abc"


def test_a_hashed_chunk_cut_in_the_middle_is_discarded(store: UploadStore, upload: Upload) -> None:
    with pytest.raises(Malformed):
        _append(store, upload, b"ab", promised=GOOD)
    assert store.offset(upload) == 0


def test_unproven_bytes_do_not_count_after_the_process_died(
    store: UploadStore, upload: Upload
) -> None:
    store.hold(upload.id, 0)
    store.bin(upload.id).write_bytes(b"ab")  # kill -9 here
    assert UploadStore(store.folder).offset(upload) == 0
    _append(store, upload, b"abc")
    assert store.bin(upload.id).read_bytes() == b"abc"


def test_no_room_is_told_before_a_byte_is_sent(store: UploadStore) -> None:
    huge = Upload(new_id(), "p1", Announced(10**15, "inc-1", "ab" * 32), 1, 2)
    with pytest.raises(StorageFull, match="いっぱい"):
        store.create(huge)
    assert store.all() == []


def test_pieces_shrink_on_a_slow_line_and_grow_on_a_quick_one() -> None:
    assert _next_size(LARGEST, 2.0) == LARGEST // 2
    assert _next_size(SMALLEST, 2.0) == SMALLEST
    assert _next_size(SMALLEST, 0.01) == 2 * SMALLEST
    assert _next_size(LARGEST, 0.01) == LARGEST
    assert _next_size(65_536, 0.3) == 65_536


def test_removing_leaves_nothing(store: UploadStore, upload: Upload) -> None:
    store.hold(upload.id, 0)
    store.remove(upload.id)
    assert list(store.folder.iterdir()) == []
