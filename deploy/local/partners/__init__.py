"""The partner simulator: order system, payouts and fleet control over real HTTP, with faults on demand."""
