"""A weekly alert whose server fails and whose sender is killed: one copy in the mailbox in the end."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from mailwatch.register import checked
from mailwatch.site import Site
from tests.bureau import DESK
from tests.facts import at
from tests.faults.house import MONDAY, question
from tests.faults.injecting import MONDAY_MORNING, alerted
from tests.faults.killing import message_ids, site_of
from tests.faults.lives import Launch, Once
from tests.registers import KEY
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import Watched, watching
from tests.servers.smtp import Sink, smtp_server

_LATER = timedelta(minutes=11)
_TRIES = 3


class Weather(NamedTuple):
    """How the server behaves."""

    answer: str = "250 2.0.0 pris"
    hangs_up: str = ""


FAIR = Weather()
WEATHERS = (
    FAIR,
    Weather(answer="451 4.3.0 plus tard"),
    Weather(answer="452 4.3.1 plus de place"),
    Weather(hangs_up="RCPT"),
    Weather(hangs_up="after"),
)


@dataclass(kw_only=True)
class Alerting:
    """Where alerts leave from; each run has a mailbox and a register of its own."""

    server: Dovecot
    folder: Path
    launch: Launch
    draw: random.Random
    lasting: float = 0.5
    """Seconds of a life that nothing disturbs, as the last one took."""

    def run(self, number: int) -> list[str]:
        """Send one alert through lives that end and a server that fails; say what is wrong."""
        weathers = [self.draw.choice(WEATHERS) for _ in range(self.draw.randint(1, _TRIES))]
        faults = self.run_through(weathers, killed=True)
        return [f"alerte {number} : {fault} ({weathers})" for fault in faults]

    def run_through(self, weathers: Sequence[Weather], *, killed: bool = False) -> list[str]:
        """Send one alert, a life for each weather, then in fair weather; say what is wrong."""
        with (
            TemporaryDirectory(dir=self.folder) as folder,
            watching(self.server) as watched,
            smtp_server() as sink,
        ):
            watched.mailbox.put(question(1), at(MONDAY))
            sink.deliver = lambda taken: watched.mailbox.put(taken.octets, MONDAY_MORNING)
            site = alerted(site_of(watched, Path(folder)), sink.port)
            for late, weather in enumerate(weathers):
                sink.answer, sink.hangs_up = weather
                life = self.launch(Once(site=site, key=KEY, at=MONDAY_MORNING + late * _LATER))
                if killed:
                    time.sleep(self._moment())
                    life.kill()
                else:
                    life.ends()
            return self._settle(site, sink, watched)

    def _moment(self) -> float:
        """When to kill: half of the time in the second half, when the alert is on its way."""
        share = self.draw.random()
        return self.lasting * self.draw.choice((share, (1 + share) / 2))

    def _settle(self, site: Site, sink: Sink, watched: Watched) -> list[str]:
        sink.answer, sink.hangs_up = FAIR
        faults = []
        for late in range(_TRIES, _TRIES + 3):
            began = time.monotonic()
            words, code = self.launch(
                Once(site=site, key=KEY, at=MONDAY_MORNING + late * _LATER)
            ).ends()
            self.lasting = time.monotonic() - began
            if code:
                faults.append(f"{code} {words}")
        faults += checked(Path(site.state), KEY, DESK)
        copies = Counter(name for name in message_ids(watched) if name.startswith("<alerte."))
        if sorted(copies.values()) != [1]:
            faults.append(f"exemplaires : {sorted(copies.values())}")
        return faults
