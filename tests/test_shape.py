"""The shape of the house: sizes, what lies at the top, no address of a registry."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

TOP = {
    "dashboard", "layers", "data", "notebooks", "tests", "docs", "pyproject.toml", "Procfile",
    "README.md", "Makefile", "constraints.txt", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md",
}  # fmt: skip
DEGREES = re.compile(rb"\d{2,3}\.\d{3,}")  # of a position, in whatever format it is written
POSITIONS = 9  # in a row, that nobody types alike by chance
REGISTRIES = re.compile(rb"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian|unpkg|jsdelivr|cdnjs")


def tracked() -> list[Path]:
    """The files git knows, or skip outside a checkout."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [Path(name) for name in listed.stdout.decode().split("\0") if name]


def test_no_module_has_more_than_300_lines() -> None:
    long = {
        str(path): lines
        for path in tracked()
        if path.suffix == ".py" and (ROOT / path).exists()
        and (lines := len((ROOT / path).read_text().splitlines())) > 300
    }  # fmt: skip
    assert long == {}


def test_nothing_unexpected_lies_at_the_top() -> None:
    top = {path.parts[0] for path in tracked() if not path.parts[0].startswith(".")}
    assert top - TOP == set()


def test_no_file_names_a_registry_or_a_cdn() -> None:
    found = [
        str(path)
        for path in tracked()
        if path != Path("tests/test_shape.py") and (ROOT / path).is_file()
        and REGISTRIES.search((ROOT / path).read_bytes())
    ]  # fmt: skip
    assert found == []


def test_nothing_of_third_parties_lies_in_the_tree() -> None:
    assert [str(p) for p in tracked() if "node_modules" in p.parts or ".min." in p.name] == []


def runs(content: bytes) -> set[int]:
    """Return the hashes of every nine positions that stand one after another."""
    numbers, width = DEGREES.findall(content), 2 * POSITIONS
    return {hash(tuple(numbers[i : i + width])) for i in range(len(numbers) - width + 1)}


def shared_runs(shared: Path) -> set[int]:
    files = [path for path in (shared / "geo").iterdir() if path.suffix in (".geojson", ".json")]
    assert files
    return set().union(*(runs(path.read_bytes()) for path in files))


def test_no_file_holds_coordinates_copied_from_the_shared_input(shared: Path) -> None:
    given = shared_runs(shared)
    found = [
        str(path)
        for path in tracked()
        if (ROOT / path).is_file() and given & runs((ROOT / path).read_bytes())
    ]
    assert found == []


def test_a_trimmed_copy_in_another_format_would_be_seen(shared: Path) -> None:
    outline = (shared / "geo" / "biei_boundary_n03.geojson").read_bytes()
    numbers = DEGREES.findall(outline)[1000 : 1000 + 2 * POSITIONS]
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    given = shared_runs(shared)
    assert given & runs(b"LINESTRING (" + b", ".join(b" ".join(pair) for pair in pairs) + b")")
    assert not given & runs(b" ".join(numbers[:-1]))
