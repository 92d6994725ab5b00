"""Starts intake; on uvloop, since its door is the busiest."""

import uvloop

from services.intake.app import main
from shared import logs

if __name__ == "__main__":
    logs.set_up("intake")
    uvloop.run(main())
