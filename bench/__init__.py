"""What must be fast, measured: each figure beside its floor or peer, taken in the same run.

`python -m bench` (or `make bench`) runs all and appends to `bench/results.jsonl`;
`python -m bench due_500` runs one. Figures are never asserted in tests: machines differ.
"""
