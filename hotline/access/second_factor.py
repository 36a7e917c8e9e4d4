"""The second factor: authenticator apps whose codes work once, and recovery codes."""

from __future__ import annotations

import base64
import io
from typing import Any, cast

import qrcode  # type: ignore[import-untyped]
from flask_babel import gettext as _
from flask_security import MfRecoveryForm, Totp, UserMixin
from passlib.exc import TokenError  # type: ignore[import-untyped]
from passlib.totp import TOTP, TotpMatch  # type: ignore[import-untyped]
from qrcode.image.svg import SvgFillImage  # type: ignore[import-untyped]
from sqlalchemy import CursorResult, or_, update

from hotline.access.forms import complain
from hotline.ports import Clock
from hotline.transaction import db
from models.accounts import User


class OnceTotp(Totp):
    """Authenticator codes by our clock, each of which opens the door once."""

    def __init__(self, secrets: dict[str, str], issuer: str, *, clock: Clock) -> None:
        super().__init__(secrets, issuer)
        self._totp = TOTP.using(
            issuer=issuer, secrets=secrets, now=lambda: clock.now().timestamp()
        )

    def counter_of(self, token: str, secret: str, *, window: int) -> int | None:
        """The period a code belongs to, None for a wrong code; nothing is noted yet."""
        try:
            return int(self._totp.verify(token, secret, window=window).counter)
        except TokenError:
            return None

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The picture to scan, on white paper of its own: a dark page must not shine through."""
        picture = qrcode.make(self.get_totp_uri(username, totp), image_factory=SvgFillImage)
        with io.BytesIO() as file:
            picture.save(file)
            drawn = base64.b64encode(file.getvalue()).decode("ascii")
        return f"data:image/svg+xml;base64,{drawn}"

    def get_last_counter(self, user: UserMixin) -> int | None:
        """The period of the last code this person used."""
        return cast("User", user).tf_last_counter

    def set_last_counter(self, user: UserMixin, tmatch: TotpMatch) -> None:
        """Note the period of a code; raises TokenError when another request was quicker."""
        counter = int(tmatch.counter)
        done: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
            update(User)
            .where(
                User.id == cast("User", user).id,
                or_(User.tf_last_counter.is_(None), User.tf_last_counter < counter),
            )
            .values(tf_last_counter=counter)
            .execution_options(synchronize_session=False)
        )
        if done.rowcount != 1:
            raise TokenError


class RecoveryForm(MfRecoveryForm):
    """Takes a recovery code however it was typed: spaces and capitals do not matter."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.code.label.text = _("Recovery code")

    def validate(self, extra_validators: Any = None, **options: Any) -> bool:
        """True for a code that was not used yet."""
        signs = "".join((self.code.data or "").split()).replace("-", "").lower()
        if signs:
            self.code.data = "-".join(signs[at : at + 4] for at in range(0, len(signs), 4))
        if super().validate(extra_validators=extra_validators, **options):
            return True
        complain(self.code, _("This is not one of your recovery codes, or it was used before."))
        return False


def has_authenticator(user: User) -> bool:
    """True when an authenticator app is set up."""
    return bool(user.tf_totp_secret and user.tf_primary_method)


def has_second_factor(user: User) -> bool:
    """True when the person cannot be let in by a password alone."""
    return has_authenticator(user) or bool(user.webauthn)
