"""The engine under faults: real workers, a real database, practice platforms, and a nemesis.

`run` sends deliveries while a seeded `nemesis` kills, freezes, cuts and fills; `judge` then holds
the platforms' own book against the database. Time is a `clockwork` that runs faster than ours, so
that leases, looks and windows of the product pass in seconds while their proportions stay.
`python -m tests.chaos` is the long form (`make chaos`); the tests here are the short one, and show
that the judge does condemn an engine that retries blindly or gives up on doubt.
"""
