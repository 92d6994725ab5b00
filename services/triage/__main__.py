"""Starts triage."""

import asyncio

from services.triage.app import main
from shared import logs

if __name__ == "__main__":
    logs.set_up("triage")
    asyncio.run(main())
