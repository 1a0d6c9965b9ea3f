"""The law of roles on sockets: every namespace × every event × every role × anonymous."""

from __future__ import annotations

import pytest

from tests.conftest import event
from tests.web.security.test_roles import WHO

NAMESPACES = {"/live": "real", "/drill/live": "drill"}


@pytest.fixture
def socket(app):
    socketio = app.extensions["socketio"]

    def open_(namespace, token):
        auth = {"token": token} if token else None
        return socketio.test_client(app, namespace=namespace, auth=auth)

    return open_


@pytest.fixture
def incidents(app, browser, secret):
    """An incident ``inc`` in each realm, with a report that only headquarters sees."""
    for realm, prefix in (("real", ""), ("drill", "/drill")):
        headers = {"Authorization": f"Bearer {secret('desk', realm)}"}
        path = f"{prefix}/api/v1/incidents"
        made = browser().ask("POST", path, json={"id": "inc", "title": realm}, headers=headers)
        assert made.status_code == 201
        report = event("report.received", f"r-{realm}", {"text": realm})
        answer = browser().ask("POST", f"{path}/inc/events", json=report, headers=headers)
        assert answer.status_code == 200


def test_a_socket_opens_only_in_a_realm_where_a_role_is_held(incidents, socket, secret):
    follow = {"incident_id": "inc", "after": 0}
    for who in WHO:
        token = secret(*who) if who else None
        for namespace, realm in NAMESPACES.items():
            client = socket(namespace, token)
            allowed = who is not None and who[1] == realm
            assert client.is_connected(namespace) is allowed, who
            if not allowed:
                with pytest.raises(RuntimeError, match="not connected"):
                    client.emit("follow", follow, namespace=namespace)
                continue
            ack = client.emit("follow", follow, namespace=namespace, callback=True)
            assert ack["ok"] is True, who
            for unknown in ("parcel", "message", "report.received"):
                client.emit(unknown, follow, namespace=namespace)
            client.disconnect(namespace)


def test_no_other_namespace_answers(socket, secret):
    token = secret("admin")
    for namespace in ("/", "/admin", "/drill", "/live/live"):
        assert not socket(namespace, token).is_connected(namespace)


def test_only_the_declared_events_have_a_handler(app):
    server = app.extensions["socketio"].server
    handlers = {ns: set(events) for ns, events in server.handlers.items()}
    assert {ns for ns, events in handlers.items() if events} <= set(NAMESPACES)
    for namespace, handler in server.namespace_handlers.items():
        events = {name for name in dir(handler) if name.startswith("on_")}
        assert namespace in NAMESPACES
        assert events == {"on_connect", "on_disconnect", "on_follow"}
