"""Every notebook runs from top to bottom on this checkout alone, and is kept without outputs."""

from __future__ import annotations

import ast
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from traitlets.config import Config

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# a notebook reads; whatever writes the log or speaks to the web is none of its business
READABLE = ("dashboard.log.", "dashboard.projections.", "dashboard.reports.")
CELL_S = 120
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


@pytest.fixture
def folder() -> Iterator[Path]:
    # not tmp_path: the names of sockets lie below it, and those must be short
    with tempfile.TemporaryDirectory(prefix="nb-") as name:
        yield Path(name)


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@every_notebook
def test_a_notebook_runs_from_top_to_bottom_without_a_word_on_stderr(
    path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "run"))
    monkeypatch.setenv("IPYTHONDIR", str(folder / "ipython"))  # nobody's own start-up files
    notebook = nbformat.read(path, 4)
    # sockets in a folder of our own: TCP ports are open to every user of the machine
    line = {"transport": "ipc", "ip": str(folder / "kernel")}
    client = NotebookClient(
        notebook, timeout=CELL_S, kernel_name="python3", config=Config(KernelManager=line),
        resources={"metadata": {"path": str(folder)}},
    )  # fmt: skip
    here = {"PYTHONPATH": str(ROOT), "PLOTLY_RENDERER": "plotly_mimetype"}
    client.execute(env={**os.environ, **here})
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert outputs
    assert [o.text for o in outputs if o.get("name") == "stderr"] == []


@every_notebook
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    kept = [cell.id for cell in code(path) if cell.outputs or cell.execution_count is not None]
    assert kept == []


@every_notebook
def test_a_notebook_imports_nothing_that_writes_or_serves(path: Path) -> None:
    imported = {name for cell in code(path) for name in imports(cell.source)}
    assert "layers" in {name.partition(".")[0] for name in imported}
    assert forbidden(imported) == []


def forbidden(imported: Iterable[str]) -> list[str]:
    ours = (n for n in imported if n.partition(".")[0] in ("dashboard", "data", "tests"))
    return sorted(n for n in ours if not f"{n}.".startswith(READABLE))


def imports(source: str) -> Iterator[str]:
    """Yield what a cell imports, as ``package.module.name``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_test_of_imports_sees_what_is_forbidden() -> None:
    lines = (
        "import dashboard.app, pandas",
        "from dashboard import log",
        "from dashboard import push",
    )
    seen = [name for line in lines for name in imports(line)]
    assert forbidden(seen) == ["dashboard.app", "dashboard.push"]
