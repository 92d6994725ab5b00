"""Who may tell complaints: integrations with their keys and secrets, kept in memory so that no store is needed."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from pydantic import BaseModel, ConfigDict

from shared import clock
from shared.flow.errors import Transient
from shared.outbound.signing import BadSignature, verify
from shared.web.auth import secret_matches

log = structlog.get_logger(__name__)

PAUSE_S = 0.02
MOST_MET = 1_000
AHEAD = timedelta(seconds=5)


class Integration(BaseModel):
    """One channel's software. `lines` empty: every line. `supplies`: may supply facts about other channels' cases."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    name: str
    key_hash: str
    secrets: list[str] = []
    lines: list[str] = []
    supplies: bool = False
    signed: bool = False
    revoked_at: datetime | None = None

    def stood(self, at: datetime) -> bool:
        """Whether it was not revoked yet."""
        return self.revoked_at is None or at < self.revoked_at


class Integrations:
    """The list as last read; while the store is away the last one known counts."""

    def __init__(self, read: Callable[[], Awaitable[Sequence[Mapping[str, Any]]]], every_s: float = 2.0) -> None:
        self._read, self.every_s = read, every_s
        self._known: dict[str, Integration] = {}
        self._met: dict[tuple[str, str], Integration] = {}
        self.read_at: datetime | None = None
        self._wanted = asyncio.Event()
        self._looking = asyncio.Lock()

    async def run(self) -> None:
        """Until cancelled: reads the list again and again, and at once when somebody unknown is met."""
        while True:
            with contextlib.suppress(Transient):
                await self.refresh()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wanted.wait(), self.every_s)
            self._wanted.clear()

    async def refresh(self) -> None:
        """Reads the list; Transient while the store is away."""
        began = clock.now()
        known = {}
        for entry in await self._read():
            try:
                one = Integration.model_validate({**entry, "id": entry["_id"]})
            except ValueError:
                log.error("an integration is not of its form and left out")
                continue
            known[one.id] = one
        self._known, self.read_at, self._met = known, began, {}

    async def by_key(self, id: str, secret: str) -> Integration | None:
        """Whose API key this is, now. One nobody knows is looked for once more in the store."""
        found = self._known.get(id)
        if found is None or not found.stood(clock.now()):
            await self._look_again()
            found = self._known.get(id)
        if found is None or not found.stood(clock.now()) or not secret_matches(secret, found.key_hash):
            return None
        return found

    def met(self, claimed: tuple[str, str]) -> Integration | None:
        """Whose key this is, where it was found good since the list was last read and still stands."""
        found = self._met.get(claimed)
        return found if found is not None and (found.revoked_at is None or found.stood(clock.now())) else None

    def meet(self, claimed: tuple[str, str], found: Integration) -> None:
        """Remembers a key found good until the list is read again."""
        if len(self._met) < MOST_MET:
            self._met[claimed] = found

    async def _look_again(self) -> None:
        """One look for all who wait, with a pause before it: strangers cost the store little."""
        arrived = clock.now()
        async with self._looking:
            if self.read_at is not None and self.read_at >= arrived:
                return
            await asyncio.sleep(PAUSE_S)
            try:
                await self.refresh()
            except Transient:
                if self.read_at is None:
                    raise

    def at(self, id: str, at: datetime) -> Integration | None:
        """Who this was at that time; Transient while the list known here is older than that.

        A time to come is waited for only as far as clocks of brokers stand apart: it would hold up everybody.
        """
        found = self._known.get(id)
        if found is None and (self.read_at is None or self.read_at <= at <= clock.now() + AHEAD):
            self._wanted.set()
            raise Transient("the list of integrations is not read yet")
        return found if found is not None and found.stood(at) else None


def check_signature(of: Integration, headers: Mapping[str, str], body: bytes, at: datetime) -> str | None:
    """Why a signed body does not hold; None when it does."""
    try:
        verify(of.secrets, headers, body, at)
    except BadSignature as fault:
        return str(fault)
    return None
