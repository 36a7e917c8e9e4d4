"""Measures whole conversations: incoming, language, waiting, ringing, accepted, connected, over.

    python -m benchmarks.conversation [--levels 10,50,200] [--seconds 15] [--databases sqlite,postgresql]

So many callers are on the line at every moment: whoever has rung off rings again. There is a line
for every ten of them, each with its volunteers. For each database and level it tells how many calls
a second went from the first ring to the end, how many of them met a person, and p50/p95/p99 of each
address in milliseconds. The floor, in the same run and with as many at once, is the same server
answering a request that needs no record (`screen`).
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from benchmarks.incoming import LINE, TOKEN
from benchmarks.stand import Postgres, Stand
from hotline import config as configuration
from hotline.adapters.simulation.legs import Leg
from hotline.adapters.simulation.report import percentile
from hotline.adapters.simulation.scenario import Number, Person, Press
from hotline.adapters.simulation.webhooks import Signing, Webhooks
from hotline.adapters.system import SystemClock
from hotline.app import create_app
from hotline.transaction import dispose, unit_of_work
from models.accounts import AccountRole, User
from models.agency import Line, Shift, ShiftMember
from triage.vocabulary import RingStrategy, Role

SPEED = 10.0
CALLERS_A_LINE = 10
VOLUNTEERS_A_LINE = 12
WARM_SECONDS = 4.0
FLOOR_SECONDS = 4.0
SHARES = (0.5, 0.95, 0.99)


def step_of(path: str) -> str:
    """The address without what differs from call to call."""
    name = path.split("/voice/", 1)[-1]
    return f"leg/{name.rsplit('/', 1)[-1]}" if name.startswith("leg/") else name


def open_lines(stand: Stand, count: int) -> list[str]:
    """Lines with volunteers on shift, rung one by one so that the load is the callers'."""
    numbers = [f"{LINE[:-2]}{number + 10:02d}" for number in range(count)]
    app = create_app(configuration.read(stand.env))
    now = SystemClock().now()
    with app.app_context(), unit_of_work() as session:
        centre = session.query(Line).filter_by(number=LINE).one().centre
        role = session.query(AccountRole).filter_by(name=Role.VOLUNTEER.value).one()
        for place, number in enumerate(numbers):
            line = Line(number=number, name=f"line {place}", centre=centre, always_open=True,
                        ring_strategy=RingStrategy.FIXED_ORDER,
                        settings={"wait_ceiling": 600})  # fmt: skip
            session.add(line)
            session.flush()
            shift = Shift(line_id=line.id, starts_at=now - timedelta(hours=1),
                          ends_at=now + timedelta(hours=7))  # fmt: skip
            session.add(shift)
            for each in range(VOLUNTEERS_A_LINE):
                name = f"bench{place}x{each}"
                user = User(username=name, display_name=name, spoken=["yue"], active=True,
                            email=f"{name}@hotline.invalid", password="-",
                            fs_uniquifier=name, phone=f"+853661{place:02d}{each:03d}",
                            created_at=now, roles=[role], centres=[centre])  # fmt: skip
                session.add(user)
                session.flush()
                shift.members.append(ShiftMember(user_id=user.id, position=each))
                stand.network.add_phone(Person(
                    str(user.phone), name, presses=(Press("1", times=9999),), talk=None, after=1.0
                ))  # fmt: skip
    app.extensions["hotline.voice"].keeper.close()
    dispose(app)
    for number in numbers:
        stand.network.add_number(Number(number))
    return numbers


def at_once(level: int, seconds: float, one: Callable[[int], None]) -> None:
    """So many at every moment, each doing it again as soon as it is done."""
    stop_at = time.monotonic() + seconds

    def go_on(place: int) -> None:
        while time.monotonic() < stop_at:
            one(place)

    threads = [threading.Thread(target=go_on, args=(place,)) for place in range(level)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def floor(stand: Stand, level: int) -> list[float]:
    """Seconds of requests that reach our code and touch no record, with as many at once."""
    sender = Webhooks(Signing(TOKEN), stand.env["HOTLINE_PUBLIC_URL"], now=SystemClock().now)
    address = f"{stand.env['HOTLINE_PUBLIC_URL']}/voice/screen"
    found: list[float] = []
    at_once(level, FLOOR_SECONDS, lambda _place: found.append(
        sender.send(address, "POST", {"CallSid": "CA0"}).seconds))  # fmt: skip
    sender.close()
    return found


def converse(stand: Stand, numbers: list[str], level: int, seconds: float) -> list[Leg]:
    """The calls that ended while it was measured."""
    over: list[tuple[float, Leg]] = []

    def call(place: int) -> None:
        person = Person(
            f"+8536300{place:04d}", f"caller {place}", talk=5.0,
            presses=(Press("1", at="/language", after=0.5), Press("3", at="/choice", after=0.5)),
        )  # fmt: skip
        leg = stand.network.place_call(numbers[place % len(numbers)], person)
        while not leg.over:
            time.sleep(0.02)
        over.append((time.monotonic(), leg))

    began = time.monotonic()
    at_once(level, WARM_SECONDS + seconds, call)
    measured = began + WARM_SECONDS, began + WARM_SECONDS + seconds
    return [leg for at, leg in over if measured[0] <= at < measured[1]]


def measure(level: int, seconds: float, postgres: Postgres | None) -> None:
    """One level, printed."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as place:
        stand = Stand(Path(place), level, speed=SPEED, postgres=postgres)
        stand.prepare()
        numbers = open_lines(stand, max(1, level // CALLERS_A_LINE))
        try:
            with stand.network:
                stand.start_web()
                stand.start_worker()
                ground = floor(stand, level)
                calls = converse(stand, numbers, level, seconds)
                stand.network.settle(60)
                events = list(stand.network.core.events)
        finally:
            stand.stop()
    _tell(level, seconds, calls, events, ground)


def _tell(level: int, seconds: float, calls: list[Leg], events: list[dict[str, object]],
          ground: list[float]) -> None:  # fmt: skip
    routes: dict[str, list[float]] = defaultdict(list)
    for event in events:
        if event["event"] == "webhook" and float(str(event["at"])) > WARM_SECONDS * SPEED:
            routes[step_of(str(event["path"]))].append(float(str(event["milliseconds"])))
        elif event["event"] == "callback":
            routes[f"({event['what']})"].append(float(str(event["milliseconds"])))
    met = sum(bool(leg.record.bridged_with) for leg in calls)
    dropped = sum(leg.record.dropped for leg in calls)
    print(f"\n{level} callers at every moment: {len(calls) / seconds:.1f} calls/s, "
          f"{met} of {len(calls)} met a person, {dropped} dropped; "
          f"floor {len(ground) / FLOOR_SECONDS:.0f} requests/s")  # fmt: skip
    print(f"  {'address':<14}{'count':>7}{'p50':>9}{'p95':>9}{'p99':>9}  ms   p50/floor")
    base = [each * 1000 for each in ground]
    for name, values in [("(floor)", base), *sorted(routes.items())]:
        cells = "".join(f"{percentile(values, share):>9.1f}" for share in SHARES)
        ratio = percentile(values, 0.5) / max(percentile(base, 0.5), 0.001)
        print(f"  {name:<14}{len(values):>7}{cells}{ratio:>16.1f}", flush=True)


def main() -> None:
    """Measure every level on every database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--levels", default="10,50,200")
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--databases", default="sqlite,postgresql")
    given = parser.parse_args()
    for database in given.databases.split(","):
        print(f"\n== {database}")
        for level in map(int, given.levels.split(",")):
            postgres = Postgres() if database == "postgresql" else None
            try:
                measure(level, given.seconds, postgres)
            finally:
                if postgres is not None:
                    postgres.close()


if __name__ == "__main__":
    main()
