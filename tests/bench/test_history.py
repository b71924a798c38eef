"""What a benchmark takes for years of history is what a tick of the worker meets."""

from bench import growth, history
from bench.history import History
from bench.processes import count_by_status
from publisher import clock
from publisher.models.deliveries import DeliveryStatus
from publisher.worker import Worker
from tests.bench.test_rows import stage  # noqa: F401 - a fixture

_S = DeliveryStatus
ALIVE = (_S.PENDING, _S.SENDING, _S.UNKNOWN)


def test_history_grows_and_what_is_alive_stays(stage, monkeypatch):  # noqa: F811
    monkeypatch.setattr(history, "ACCOUNTS", 400)
    monkeypatch.setattr(history, "OFFICES", 7)
    monkeypatch.setitem(history._PAST, "id", "100000 + p.n * 400 + a.n")
    monkeypatch.setitem(history._PAST, "office_id", "1 + a.n % 7")
    worker = Worker(stage.app)
    grown = History(stage, clock.now(), owner=worker.owner)

    alive = []
    for size in (800, 2000):
        grown.deepen(size)
        growth._tick(worker, grown)
        counts = count_by_status()
        alive.append({status: counts[status] for status in ALIVE})
        assert counts[_S.PUBLISHED] > 0.9 * size
        assert _S.CLAIMED not in counts
    worker.stop()

    assert alive[0] == alive[1]
    assert alive[0][_S.PENDING] == 1 + history.DUE + history.WAITING * 400
