"""Measures whole conversations: incoming, language, waiting, ringing, accepted, connected, over.

    python -m benchmarks.conversation [--levels 10,50,200] [--database URL]

For each number of concurrent callers it tells how many calls a second ran from the first ring to
the end, how many were connected, and p50/p95/p99 of each address in milliseconds, beside the floor:
the same server answering a request that needs no record (`screen`), measured in the same run.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from benchmarks.faults import Stand
from benchmarks.incoming import LINE, TOKEN
from hotline import config as configuration
from hotline.adapters.simulation.report import percentile
from hotline.adapters.simulation.scenario import Person, Press
from hotline.adapters.simulation.webhooks import Webhooks
from hotline.app import create_app
from hotline.transaction import dispose, unit_of_work
from models.agency import Line
from triage.vocabulary import RingStrategy

FLOOR_REQUESTS = 300


def step_of(path: str) -> str:
    """The address without what differs from call to call."""
    name = path.split("/voice/", 1)[-1]
    return f"leg/{name.rsplit('/', 1)[-1]}" if name.startswith("leg/") else name


def one_ring_a_call(stand: Stand) -> None:
    """Ring one telephone for each call, so that the load is the callers' and not the roster's."""
    app = create_app(configuration.read(stand.env))
    with app.app_context(), unit_of_work() as session:
        line = session.query(Line).filter_by(number=LINE).one()
        line.ring_strategy = RingStrategy.FIXED_ORDER
        line.settings = {"wait_ceiling": 600}
    app.extensions["hotline.voice"].keeper.close()
    dispose(app)


def floor(stand: Stand) -> list[float]:
    """Seconds of requests that reach our code and touch no record."""
    sender = Webhooks(TOKEN, stand.env["HOTLINE_PUBLIC_URL"])
    address = f"{stand.env['HOTLINE_PUBLIC_URL']}/voice/screen"
    try:
        return [sender.send(address, "POST", {"CallSid": "CA0"}).seconds
                for _ in range(FLOOR_REQUESTS)]  # fmt: skip
    finally:
        sender.close()


def measure(level: int, database: str | None) -> None:
    """One level, printed."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as place:
        stand = Stand(Path(place), level)
        if database:
            stand.env["HOTLINE_DATABASE_URL"] = database
        stand.prepare()
        one_ring_a_call(stand)
        core = stand.network.core
        try:
            with stand.network:
                stand.start_web()
                stand.start_worker()
                time.sleep(2)
                ground = floor(stand)
                began = time.monotonic()
                for number in range(level):
                    stand.network.place_call(LINE, Person(
                        f"+8536300{number:04d}", f"caller {number}", talk=5.0,
                        presses=(Press("1", at="/language", after=0.5),
                                 Press("1", at="/choice", after=0.5)),
                    ))  # fmt: skip
                stand.network.settle(300)
                seconds = time.monotonic() - began
        finally:
            stand.stop()
        _tell(level, seconds, stand.network.summary(), core.events, ground)


def _tell(level: int, seconds: float, found: dict[str, object], events: list[dict[str, object]],
          ground: list[float]) -> None:  # fmt: skip
    routes: dict[str, list[float]] = defaultdict(list)
    for event in events:
        if event["event"] == "webhook":
            routes[step_of(str(event["path"]))].append(float(str(event["milliseconds"])))
    print(f"\n{level} concurrent callers: {level / seconds:.1f} calls/s in {seconds:.1f} s, "
          f"connected {found['bridged']}, dropped {found['dropped']}")  # fmt: skip
    print(f"  {'address':<14}{'count':>7}{'p50':>9}{'p95':>9}{'p99':>9}  ms")
    routes["(floor)"] = [each * 1000 for each in ground]
    for name, values in sorted(routes.items()):
        cells = "".join(f"{percentile(values, share):>9.1f}" for share in (0.5, 0.95, 0.99))
        print(f"  {name:<14}{len(values):>7}{cells}")


def main() -> None:
    """Measure every level."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--levels", default="10,50,200")
    parser.add_argument("--database", default="", help="an empty database of its own")
    given = parser.parse_args()
    for level in given.levels.split(","):
        measure(int(level), given.database or None)


if __name__ == "__main__":
    main()
