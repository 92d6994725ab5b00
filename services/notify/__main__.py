"""Starts notify."""

import asyncio

from services.notify.app import main
from shared import logs

if __name__ == "__main__":
    logs.set_up("notify")
    asyncio.run(main())
