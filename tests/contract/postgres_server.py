"""A private PostgreSQL server from Debian's programs, for as long as a test session."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

FAST_TO_START = ["-c", "shared_buffers=32MB", "-c", "max_connections=60"]


def programs() -> Path | None:
    """Return the folder of initdb and postgres, the newest version first, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    return found[0].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def server(bin_dir: Path) -> Iterator[str]:
    """Yield the URL of a server on a free loopback port; it is gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="eoc-pg-"))
    as_user = _as_postgres(home)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = home / "data"
    init = [bin_dir / "initdb", "-D", data, "-A", "trust", "-U", "eoc", "--no-sync", "-E", "UTF8"]
    subprocess.run([*as_user, *map(str, init)], check=True, capture_output=True, cwd=home)
    options = f"-h 127.0.0.1 -p {port} -k {home} {' '.join(FAST_TO_START)}"
    control = [*as_user, str(bin_dir / "pg_ctl"), "-D", str(data), "-w"]
    start = [*control, "-l", str(home / "log"), "-o", options, "start"]
    subprocess.run(start, check=True, capture_output=True, cwd=home, timeout=60)
    try:
        yield f"postgresql://eoc@127.0.0.1:{port}/postgres"
    finally:
        stop = [*control, "-m", "immediate", "stop"]
        subprocess.run(stop, check=False, capture_output=True, cwd=home)
        shutil.rmtree(home, ignore_errors=True)


def _as_postgres(home: Path) -> list[str]:
    if os.getuid() != 0:
        return []
    user = pwd.getpwnam("postgres")  # the server refuses to run as root
    os.chown(home, user.pw_uid, user.pw_gid)
    return ["runuser", "-u", "postgres", "--"]


def new_database(url: str, name: str) -> str:
    """Make an empty database on a server and return its URL."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return url.rpartition("/")[0] + "/" + name
