"""The telephone provider: the only module that imports its library.

Everything that speaks its REST interface stands here behind the Telephony port: the account's own
address may be another one (a compatible provider, or the simulated network), every request has a
time limit, and each failure says whether trying again could help or might do it twice.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator
from twilio.rest import Client
from twilio.rest.api.v2010.account.call.transcription import TranscriptionInstance

from hotline.adapters.hosts import elsewhere
from hotline.adapters.listed import (
    MessagingService,
    listed_call,
    listed_number,
    listed_service,
    whole,
)
from hotline.config import PROVIDER_API, Config
from hotline.ports import (
    CallOrder,
    DeliveryError,
    MessageOrder,
    ProviderCall,
    ProviderMessage,
    ProviderNumber,
    ProviderRecording,
)

# The library writes addresses with numbers in them at INFO.
logging.getLogger("twilio.http_client").setLevel(logging.WARNING)

Result = TypeVar("Result")

EVENTS = ["initiated", "ringing", "answered", "completed"]
TIMEOUT_SECONDS = 5.0
MOST_MESSAGES = 50
# As many as a busy fortnight has; in the largest pages that the provider gives.
MOST_LISTED = 20_000
PAGE = 1000
MOST_NUMBERS = 200
LARGEST_RECORDING = 32 * 1024 * 1024


ALGORITHMS = {"hmac-sha1": HMAC_SHA1, "hmac-sha256": HMAC_SHA256}


def sign(token: str, url: str, params: Mapping[str, str], scheme: str = "hmac-sha1") -> str:
    """The signature the provider would send with these parameters to this address."""
    return str(RequestValidator(token).compute_signature(url, params, ALGORITHMS[scheme]))


def verify(
    tokens: Sequence[str],
    url: str,
    params: Mapping[str, str],
    body: bytes | None,
    signature: str | None,
    scheme: str = "hmac-sha1",
) -> bool:
    """True when one of the tokens signed this request; never raises, and refuses what is unclear.

    The scheme is ours to choose: a request that could name it could choose the weaker one.

    `params` is the form as it came, repeated keys kept (a MultiDict). `body` is given for anything
    that is no form: its hash must be in the address.
    """
    if not signature:
        return False
    try:
        if body:
            digests = parse_qs(urlsplit(url).query).get("bodySHA256", [])
            actual = hashlib.sha256(body).hexdigest()
            if not digests or not hmac.compare_digest(actual, digests[0]):
                return False
            params = {}
        return any(
            token and RequestValidator(token).validate(url, params, signature, ALGORITHMS[scheme])
            for token in tokens
        )
    except (ValueError, TypeError, IndexError, AttributeError, KeyError):
        # The library stumbles over odd ports and bodies; whoever sends those is not the provider.
        return False


class _ElsewhereClient(TwilioHttpClient):
    """The library's own client, with the provider's address replaced and a time limit on all."""

    def __init__(self, base: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._base = base.rstrip("/")

    def request(self, method: str, url: str, *args: Any, **given: Any) -> Any:  # type: ignore[override]
        """One request, sent to the configured address."""
        return super().request(method, elsewhere(url, self._base), *args, **given)


class TwilioTelephony:
    """The Telephony port over the provider's REST interface."""

    def __init__(self, config: Config, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._account = config.account_sid
        self._token = config.auth_tokens[0] if config.auth_tokens else ""
        self._base = config.telephony_api_url.rstrip("/")
        self._timeout = timeout
        # A region or edge from the environment would change the address behind our back; an empty
        # mapping would be taken for none given.
        self._client = Client(
            self._account,
            self._token,
            http_client=_ElsewhereClient(self._base, timeout),
            environment={"HOTLINE": "1"},
        )

    def place_call(self, order: CallOrder) -> str:
        """Place a call; gives the provider's sid."""
        return str(
            self._do(
                lambda: self._client.calls.create(
                    to=order.to,
                    from_=order.from_number,
                    url=order.answer_url,
                    method="POST",
                    fallback_url=order.fallback_url,
                    fallback_method="POST",
                    status_callback=order.status_url,
                    status_callback_method="POST",
                    status_callback_event=EVENTS,
                    timeout=order.timeout_seconds,
                    time_limit=order.limit_seconds,
                ).sid,
                creates=True,
            )
        )

    def end_call(self, sid: str, *, unanswered: bool = False) -> None:
        """Hang up a call; `unanswered` cancels one that nobody has picked up yet."""
        status = "canceled" if unanswered else "completed"
        self._do(lambda: self._client.calls(sid).update(status=status))

    def redirect_call(self, sid: str, url: str) -> None:
        """Make a live call ask that address what to play next."""
        self._do(lambda: self._client.calls(sid).update(url=url, method="POST"))

    def stop_transcription(self, call_sid: str, name: str) -> None:
        """Stop a live transcription on a call; no error when none of that name runs."""
        try:
            self._do(
                lambda: self._client.calls(call_sid).transcriptions(name).update(
                    status=TranscriptionInstance.UpdateStatus.STOPPED  # type: ignore[arg-type]
                )
            )
        except DeliveryError as error:
            # 20404: none of that name; 21220: the call itself is over.
            if error.code not in (20404, 21220):
                raise

    def find_call(self, sid: str) -> ProviderCall | None:
        """What the provider knows of a call, None when it knows none."""
        try:
            return listed_call(self._do(lambda: self._client.calls(sid).fetch()))
        except DeliveryError as error:
            if error.code == 20404:
                return None
            raise

    def calls_since(self, since: datetime, *, to: str | None = None) -> list[ProviderCall]:
        """The provider's own list of calls started since then."""
        given: dict[str, Any] = {"start_time_after": since, "limit": MOST_LISTED, "page_size": PAGE}
        if to is not None:
            given["to"] = to
        return [listed_call(found) for found in self._do(lambda: self._client.calls.list(**given))]

    def send_message(self, order: MessageOrder) -> str:
        """Send a text message; gives the provider's sid."""
        return str(
            self._do(
                lambda: self._client.messages.create(
                    to=order.to,
                    from_=order.from_number,
                    body=order.body,
                    status_callback=order.status_url,
                    validity_period=order.valid_seconds,
                ).sid,
                creates=True,
            )
        )

    def messages_to(self, number: str) -> list[ProviderMessage]:
        """The provider's own list of the latest text messages to that number, sent or on their way.

        Not by date: a message that still waits there has no date of sending yet.
        """
        found = self._do(lambda: self._client.messages.list(to=number, limit=MOST_MESSAGES))
        return [
            ProviderMessage(str(one.sid), str(one.status or ""), str(one.to or ""), str(one.body or ""))
            for one in found
        ]

    def recordings_since(self, since: datetime) -> list[ProviderRecording]:
        """The provider's own list of recordings made since then and not deleted."""
        given: dict[str, Any] = {"date_created_after": since, "limit": MOST_LISTED, "page_size": PAGE}
        return [
            ProviderRecording(
                sid=str(found.sid), call_sid=str(found.call_sid or ""),
                status=str(found.status or ""), seconds=whole(found.duration) or 0,
            )
            for found in self._do(lambda: self._client.recordings.list(**given))
        ]  # fmt: skip

    def empty_queues(self) -> list[str]:
        """The names of the provider's queues in which nobody waits."""
        found = self._do(lambda: self._client.queues.list(limit=MOST_LISTED, page_size=PAGE))
        return [str(queue.friendly_name) for queue in found if not queue.current_size]

    def delete_queue(self, name: str) -> None:
        """Delete an empty waiting queue of that name; no error when there is none."""
        for queue in self._do(lambda: self._client.queues.list(limit=MOST_LISTED)):
            if queue.friendly_name == name:
                self._forget_missing(lambda found=queue: found.delete())  # type: ignore[misc]

    def fetch_recording(self, url: str) -> bytes:
        """The audio behind a recording address of this provider (other hosts are refused).

        The bare name of a recording stands for its address.
        """
        if "/" not in url:
            url = f"{self._base}/2010-04-01/Accounts/{self._account}/Recordings/{url}"
        allowed = {urlsplit(self._base).netloc, urlsplit(PROVIDER_API).netloc}
        if urlsplit(url).netloc not in allowed:
            raise DeliveryError("a recording on a foreign host", permanent=True)
        address = url if url.endswith((".wav", ".mp3")) else f"{url}.wav"

        def fetch() -> bytes:
            answer = requests.get(
                address, auth=(self._account, self._token), timeout=self._timeout * 4, stream=True
            )
            with answer:
                if answer.status_code != 200:
                    raise TwilioRestException(answer.status_code, "recording")
                content = answer.raw.read(LARGEST_RECORDING + 1, decode_content=True)
            if len(content) > LARGEST_RECORDING:
                raise DeliveryError("a recording beyond all measure", permanent=True)
            return bytes(content)

        return self._do(fetch)

    def delete_recording(self, sid: str) -> None:
        """Delete a recording at the provider."""
        self._forget_missing(lambda: self._client.recordings(sid).delete())

    def numbers(self) -> list[ProviderNumber]:
        """Every number of the account and the addresses set for it, or for the service it is in."""
        services = self._messaging_services()
        found = self._do(lambda: self._client.incoming_phone_numbers.list(limit=MOST_NUMBERS))
        return [listed_number(number, services) for number in found]

    def _messaging_services(self) -> dict[str, MessagingService] | None:
        """The messaging service of each number that is in one; None where that is not told."""
        found: dict[str, MessagingService] = {}
        try:
            for each in self._do(lambda: self._client.messaging.v1.services.list(limit=MOST_NUMBERS)):
                service = listed_service(each)
                members = self._do(lambda each=each: each.phone_numbers.list(limit=MOST_NUMBERS))  # type: ignore[misc]
                found |= {str(member.phone_number): service for member in members}
        except DeliveryError as error:
            # A compatible provider has no such thing.
            return {} if error.code == 20404 else None
        return found

    def _forget_missing(self, work: Callable[[], object]) -> None:
        try:
            self._do(work)
        except DeliveryError as error:
            if error.code != 20404:
                raise

    @staticmethod
    def _do(work: Callable[[], Result], *, creates: bool = False) -> Result:
        """The result of a REST request; every failure becomes a DeliveryError that says its kind.

        Something that `creates` may have happened although no answer came: that is unknown, and
        must not be asked a second time blindly.
        """
        try:
            return work()
        except TwilioException as error:
            status, code = _status_and_code(error)
            busy = status == 429 or status >= 500
            unknown = creates and status >= 500
            raise DeliveryError(
                f"refused with {status}", permanent=not busy, unknown=unknown, code=code
            ) from error
        except requests.exceptions.ConnectTimeout as error:
            raise DeliveryError("not reached") from error
        except requests.exceptions.RequestException as error:
            sent = not _never_connected(error)
            raise DeliveryError("no answer", unknown=creates and sent) from error


def _never_connected(error: requests.exceptions.RequestException) -> bool:
    """True when the request cannot have reached anybody."""
    return "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)


def _status_and_code(error: TwilioException) -> tuple[int, int | None]:
    """HTTP status and the provider's own number of an error of its library."""
    if isinstance(error, TwilioRestException):
        return int(error.status), int(error.code) if error.code else None
    answer = error.args[1] if len(error.args) > 1 else None
    status = int(getattr(answer, "status_code", 500))
    return status, 20404 if status == 404 else None
