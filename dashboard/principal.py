"""Who is asking: one object for a session, a token or a device, the same at every door.

The guard of ``dashboard.security`` puts it on ``flask.g``; doors read it from here, so
that no door imports another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import g

from dashboard.errors import Forbidden, Unauthenticated

COMMANDER, DESK, FIELD, VIEWER = "commander", "desk", "field", "viewer"
PARTNER, CONTROLLER, EVALUATOR, ADMIN = "partner", "controller", "evaluator", "admin"
ROLES = (COMMANDER, DESK, FIELD, VIEWER, PARTNER, CONTROLLER, EVALUATOR, ADMIN)
DRILL_ONLY = frozenset({CONTROLLER, EVALUATOR})

# the widest sight first: a person with several roles sees what the widest of them sees
AUDIENCES = (
    (frozenset({COMMANDER, DESK, ADMIN}), "hq"),
    (DRILL_ONLY, "controller"),
    (frozenset({VIEWER}), "wall"),
)


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or program as the doors see it.

    ``roles_by_realm`` maps ``real`` and ``drill`` to role names. Exactly one of
    ``session_id``, ``token_id`` or (a device's own token) ``device_id`` alone signed it in;
    a session also carries the ``device_id`` of its browser.
    """

    person_id: str
    name: str
    roles_by_realm: Mapping[str, frozenset[str]] = field(default_factory=dict)
    team: str | None = None
    scope: str | None = None
    device_id: str | None = None
    token_id: str | None = None
    session_id: str | None = None

    def roles(self, realm: str) -> frozenset[str]:
        """Return the role names held in a realm; empty when none."""
        return self.roles_by_realm.get(realm, frozenset())

    def audience(self, realm: str) -> str | None:
        """Return the audience key of ``visible()`` in a realm, or None: sees nothing."""
        held = self.roles(realm)
        for roles, key in AUDIENCES:
            if held & roles:
                return key
        if FIELD in held:
            return f"field:{self.team or '-'}"
        return f"partner:{self.scope or '-'}" if PARTNER in held else None

    @property
    def keys(self) -> frozenset[str]:
        """The names a revocation may call it by: person:…, session:…, token:…, device:…."""
        named = {
            "person": self.person_id, "session": self.session_id,
            "token": self.token_id, "device": self.device_id,
        }  # fmt: skip
        return frozenset(f"{kind}:{value}" for kind, value in named.items() if value)


def current_principal() -> Principal:
    """Return who sends the current request.

    Raises:
        Unauthenticated: nobody signed in.
    """
    principal: Principal | None = g.get("principal")
    if principal is None:
        raise Unauthenticated("Nobody is signed in; sign in or send a Bearer token.")
    return principal


def require(realm_name: str, *roles: str) -> Principal:
    """Return who sends the current request, holding one of ``roles`` in the realm.

    Raises:
        Unauthenticated: nobody signed in.
        Forbidden: none of the roles is held in this realm.
    """
    principal = current_principal()
    held = principal.roles(realm_name)
    if not held & set(roles):
        raise Forbidden(
            f"This needs one of {', '.join(sorted(roles))} in the {realm_name} realm.",
            needs=sorted(roles), roles=sorted(held), realm=realm_name,
        )  # fmt: skip
    return principal
