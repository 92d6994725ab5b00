"""Starts compensation."""

import uvloop

from services.compensation.app import main
from shared import logs

if __name__ == "__main__":
    logs.set_up("compensation")
    uvloop.run(main())
