"""What `flask --app tests.chaos.siar worker` loads: Siar as it is, at a clock of ours."""

import os
from pathlib import Path

import config
from publisher import create_app
from publisher.db import db
from publisher.platforms import http
from tests.chaos import injected
from tests.chaos.clockwork import Levers, Orders

FOLDER, SLOT = Path(os.environ["CHAOS_FOLDER"]), int(os.environ["CHAOS_SLOT"])
orders, levers = Orders.read(FOLDER), Levers(FOLDER)

injected.set_clock(orders.clock, levers, SLOT)
injected.set_policy(orders.policy)
injected.break_names(levers)

app = create_app(config.load())
http.configure(app.config["PLATFORM_GATEWAY"], connect_s=1, read_s=orders.read_s)
with app.app_context():
    injected.die_in_commit(db.engine, levers, SLOT)
