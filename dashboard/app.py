"""The one place where things meet: settings in, a Flask application out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Flask

from dashboard import api, export_door, geo, health, media_door, security, uploads
from dashboard.answers import install_error_answers
from dashboard.clock import Clock
from dashboard.config import Settings, require_secret
from dashboard.log import Log
from dashboard.observe import install_request_log
from dashboard.people import People, open_people
from dashboard.push import Push
from dashboard.realm import Realm
from dashboard.realms import open_realms
from dashboard.views import register as pages


@dataclass(slots=True)
class Eoc:
    """What a running application is made of; ``app.extensions["eoc"]``."""

    settings: Settings
    people: People
    realms: dict[str, Realm]
    push: Push
    ahead: list[geo.Ahead] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Follow the logs, push parcels, watch for revoked sessions, build ahead: each a thread."""
        watch = security.RevocationWatch(self.people, self.push.cut)
        loops: list[Callable[[Callable[[], bool]], None]] = [
            *(realm.live.follow for realm in self.realms.values()),
            self.push.pump,
            watch.run,
            *(one.follow for one in self.ahead),
        ]
        for loop in loops:
            thread = threading.Thread(target=loop, args=(self.stopping.is_set,), daemon=True)
            thread.start()
            self.threads.append(thread)

    def stop(self) -> None:
        """Stop the threads and close the stores."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(timeout=3)
        for realm in self.realms.values():
            realm.log.close()
        self.people.close()


def create_app(
    settings: Settings,
    *,
    people: People | None = None,
    logs: Mapping[str, Log] | None = None,
    clock: Clock | None = None,
) -> Flask:
    """Return the application: doors over two realms. Nothing runs before ``Eoc.start``.

    Raises:
        Misconfigured: no secret key outside the demo.
    """
    app = Flask("dashboard", static_folder=None, template_folder="templates")
    app.config["SECRET_KEY"] = require_secret(settings)
    people = people or open_people(settings)
    realms = open_realms(settings, logs, clock)
    install_error_answers(app)
    install_request_log(app)
    security.init_security(app, people, settings)
    ahead: list[geo.Ahead] = []
    for realm in realms.values():
        places = geo.Places(realm)
        ahead += geo.ahead(realm, places)
        app.register_blueprint(api.blueprint(realm, people))
        app.register_blueprint(uploads.blueprint(realm, settings))
        app.register_blueprint(media_door.blueprint(realm, people))
        app.register_blueprint(export_door.blueprint(realm, people))
        app.register_blueprint(geo.blueprint(realm, people, settings, places))
    push = Push(app, realms, settings)
    app.register_blueprint(health.blueprint(realms, push))
    pages.register(app, realms, people, settings)
    app.extensions["eoc"] = Eoc(settings, people, realms, push, ahead)
    return app
