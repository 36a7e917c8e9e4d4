"""Turns the signed-in account into the frozen actor that everything below the web layer knows."""

from __future__ import annotations

from typing import cast

from flask import g, session
from flask_login import current_user

from hotline.access.policy import Actor
from models.accounts import User
from triage.vocabulary import Role

_ROLES = {role.value for role in Role}


def actor_of(user: User, session_id: str = "") -> Actor:
    """The actor for an account."""
    return Actor(
        user_id=user.id,
        name=user.display_name,
        roles=frozenset(Role(role.name) for role in user.roles if role.name in _ROLES),
        centre_ids=frozenset(centre.id for centre in user.centres),
        language=user.locale,
        session_id=session_id,
        in_training=user.in_training,
    )


def signed_in_user() -> User | None:
    """The account signed in on this request, None when nobody is."""
    user = cast("User | None", current_user)
    return user if user is not None and user.is_authenticated else None


def current_actor() -> Actor:
    """The actor of this request; only for views behind a guard."""
    if "actor" not in g:
        g.actor = actor_of(cast("User", current_user), str(session.get("_id", "")))
    actor: Actor = g.actor
    return actor
