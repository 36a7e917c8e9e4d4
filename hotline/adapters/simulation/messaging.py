"""The provider's second REST side, for messaging services: other paths, and pages told by `meta`."""

from __future__ import annotations

import re
from typing import Any

from hotline.adapters.simulation.core import Core
from hotline.adapters.simulation.rest import Answer, Request, not_found
from hotline.adapters.simulation.scenario import Service

PREFIX = "/v1/"
LIST = re.compile(r"/v1/Services")
MEMBERS = re.compile(r"/v1/Services/([^/]+)/PhoneNumbers")


def answer(core: Core, method: str, path: str, request: Request) -> Answer:
    """The answer to a request for services or for the numbers in one."""
    services = {_sid(core, service): service for service in list(core.services.values())}
    if method == "GET" and LIST.fullmatch(path):
        rows = [_service(core, sid, service) for sid, service in services.items()]
        return _page(core, request, path, "services", rows)
    members = MEMBERS.fullmatch(path)
    if method == "GET" and members and members[1] in services:
        rows = [_member(core, members[1], number) for number in services[members[1]].numbers]
        return _page(core, request, path, "phone_numbers", rows)
    return not_found(path)


def _sid(core: Core, service: Service) -> str:
    return core.chance.sid("MG", service.name)


def _service(core: Core, sid: str, service: Service) -> dict[str, Any]:
    url = f"{core.own_base}/v1/Services/{sid}"
    return {
        "sid": sid,
        "account_sid": core.scenario.account_sid,
        "friendly_name": service.name,
        "inbound_request_url": service.url or None,
        "inbound_method": service.method,
        "fallback_url": None,
        "fallback_method": "POST",
        "status_callback": None,
        "use_inbound_webhook_on_number": service.by_number,
        "validity_period": 36000,
        "date_created": _instant(core),
        "date_updated": _instant(core),
        "url": url,
        "links": {"phone_numbers": f"{url}/PhoneNumbers"},
    }


def _member(core: Core, service: str, number: str) -> dict[str, Any]:
    sid = core.number(number).sid
    return {
        "sid": sid,
        "account_sid": core.scenario.account_sid,
        "service_sid": service,
        "phone_number": number,
        "country_code": "MO",
        "capabilities": ["Voice", "SMS"],
        "date_created": _instant(core),
        "date_updated": _instant(core),
        "url": f"{core.own_base}/v1/Services/{service}/PhoneNumbers/{sid}",
    }


def _instant(core: Core) -> str:
    """An instant as this side writes it, in ISO 8601; the other one has RFC 2822."""
    return core.pace.now().strftime("%Y-%m-%dT%H:%M:%SZ")


def _page(core: Core, request: Request, path: str, name: str, rows: list[dict[str, Any]]) -> Answer:
    size, page = int(request.get("PageSize", "50")), int(request.get("Page", "0"))
    last = max(0, -(-len(rows) // size) - 1)

    def address(number: int) -> str:
        return f"{core.own_base}{path}?PageSize={size}&Page={number}"

    return Answer(200, {
        name: rows[page * size : (page + 1) * size],
        "meta": {
            "page": page, "page_size": size, "key": name, "url": address(page),
            "first_page_url": address(0),
            "previous_page_url": address(page - 1) if page else None,
            "next_page_url": address(page + 1) if page < last else None,
        },
    })  # fmt: skip
