"""Starts intake."""

import asyncio

from services.intake.app import main
from shared import logs

if __name__ == "__main__":
    logs.set_up("intake")
    asyncio.run(main())
