"""Counters every service exports; labels are names of services, lanes and routes, never of people or cases."""

from prometheus_client import Counter, Gauge, Histogram

DECIDED = Counter("redress_records_decided", "Records decided, published and committed", ["service", "lane"])
CONFLICTS = Counter("redress_write_conflicts", "Things loaded and decided again after a conflict", ["service", "lane"])
WAITS = Counter("redress_lane_waits", "Times a lane began to wait for the log or the store", ["service", "lane"])
DEAD = Counter("redress_dead_letters", "Records that could not be read", ["service", "lane"])
SET_ASIDE = Counter("redress_set_aside", "Records a person must look at", ["service", "lane"])
TICKS = Counter("redress_ticks", "Ticks appended", ["service", "lane"])
EFFECTS = Counter("redress_effects", "Tries of effects by verdict", ["service", "lane", "kind", "verdict"])
LAG = Gauge("redress_lag", "Records waiting on the partitions held", ["service", "lane"])
LANE_STATE = Gauge("redress_lane_state", "1 for the state a lane is in", ["service", "lane", "state"])
REQUESTS = Counter("redress_http_requests", "HTTP requests by route template", ["service", "method", "route", "status"])
REQUEST_SECONDS = Histogram("redress_http_seconds", "Time to answer", ["service", "route"])
LARGE = Counter("redress_large_documents", "Documents over 256 kB", ["service"])
