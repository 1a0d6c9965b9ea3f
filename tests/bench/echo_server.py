"""The reference of the push rows: bare Flask-SocketIO on gevent, what one says all hear.

``python -m tests.bench.echo_server FOLDER PORT`` prints ``{url, port, pid, tokens}``.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import json
import os
import signal
import sys
from typing import Any

import gevent
from flask import Flask
from flask_socketio import SocketIO
from gevent import pywsgi

app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent", cors_allowed_origins="*")


@socketio.on("say")
def say(given: Any) -> None:
    """Tell everybody."""
    socketio.emit("said", given)


def main(port: int) -> None:
    """Serve until SIGTERM."""
    server = pywsgi.WSGIServer(("127.0.0.1", port), app, log=None, error_log=None)
    server.start()
    url = f"http://127.0.0.1:{server.server_port}"
    said = {"url": url, "port": server.server_port, "pid": os.getpid(), "tokens": {}}
    print(json.dumps(said), flush=True)
    gevent.signal_handler(signal.SIGTERM, server.stop, 1)
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[2]))
