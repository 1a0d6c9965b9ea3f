"""The law of roles on sockets: every namespace × every event × every role × anonymous."""

from __future__ import annotations

from dashboard.people import Grant, NewPerson, NewToken
from tests.laws.roles import WHO
from tests.web.security.conftest import FAR_US
from tests.web.security.line import Socket

NAMESPACES = {"/live": "real", "/drill/live": "drill"}


def _token(store, role: str, realm: str) -> str:
    partner = role == "partner"
    grants = (Grant(realm, role, "kaihatsu" if partner else None, FAR_US if partner else None),)
    person, _ = store.roster.put(NewPerson(f"{role}-{realm}", role, team="1班", grants=grants))
    return store.access.add_token(NewToken(role, person.id, frozenset({role}), realm))[1]


def test_a_socket_opens_only_in_a_realm_where_a_role_is_held(told, store):
    for who in WHO:
        token = _token(store, *who) if who else ""
        for namespace, realm in NAMESPACES.items():
            with Socket(told, token=token, namespace=namespace) as socket:
                allowed = who is not None and who[1] == realm
                assert socket.let_in is allowed, (who, namespace)
                if not allowed:
                    assert _no_parcel(socket), (who, namespace)
                    continue
                for unknown in ("parcel", "message", "report.received", "connect"):
                    socket.emit(unknown, {"incident_id": told["incident_id"]})
                answer = socket.follow()
                # the incident of this server is in the real realm: a drill knows nothing of it
                assert ("ok" in answer) is (realm == "real"), (who, answer)


def _no_parcel(socket: Socket) -> bool:
    """Ask although refused; only the end may come."""
    socket.emit("follow", {"incident_id": socket.incident_id, "after": 0})
    socket.line.settimeout(0.2)
    return socket.silent_or_ended()


def test_no_other_namespace_answers(told, store):
    token = _token(store, "admin", "real")
    for namespace in ("/", "/admin", "/drill", "/live/live"):
        with Socket(told, token=token, namespace=namespace) as socket:
            assert not socket.let_in, namespace


def test_only_the_declared_events_have_a_handler(app):
    server = app.extensions["socketio"].server
    handlers = {ns: set(events) for ns, events in server.handlers.items()}
    assert {ns for ns, events in handlers.items() if events} <= set(NAMESPACES)
    for namespace, handler in server.namespace_handlers.items():
        events = {name for name in dir(handler) if name.startswith("on_")}
        assert namespace in NAMESPACES
        assert events == {"on_connect", "on_disconnect", "on_follow"}
