"""Starts notify."""

import uvloop

from services.notify.app import main
from shared import logs

if __name__ == "__main__":
    logs.set_up("notify")
    uvloop.run(main())
