"""The fault campaign: the whole system on real servers, killed, stopped and cut off while complaints keep coming."""
