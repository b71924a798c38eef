"""From planned to published: claim, prepare, send, record, and look again when in doubt.

    pending ─► claimed ─► sending ─► published
       ▲          │          ├─► pending (later)   nothing became public
       └──────────┘          ├─► failed            nothing became public and never will
      its worker died        └─► unknown ─► looked for twice ─► published | pending

`claiming`, `beginning` and `recording` touch the database and nothing else; `sending` touches the
network and nothing else. No transaction is open while we wait for a platform. Every change is a
compare-and-swap on status and fence, so a worker that slept through its lease changes nothing.
"""
