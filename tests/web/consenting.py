"""A person at a platform's consent page, sent there by Siar, as tests play it."""

import re
from urllib.parse import parse_qs, urlsplit

import requests

#: Where platforms send people back to.
BACK = "/registri/akun/sambungkan/kembali"


class Visit:
    """A person at the platform, sent there by Siar."""

    def __init__(self, client, account):
        self.client = client
        self.account_id = account.id
        self.started = client.post(f"/registri/akun/{account.id}/sambungkan/mulai")
        self.address = self.started.headers["Location"]

    @property
    def asked(self):
        return {name: values[0] for name, values in parse_qs(urlsplit(self.address).query).items()}

    def look(self, **changed):
        return self._at_platform("GET", **changed)

    def _at_platform(self, method, data=None, **changed):
        parts = urlsplit(self.address)
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                method,
                f"{parts.scheme}://{parts.netloc}{parts.path}",
                params={**self.asked, **changed},
                data=data,
                headers={"Origin": f"{parts.scheme}://{parts.netloc}"},
                allow_redirects=False,
                timeout=30,
            )

    def allow(self, *accounts):
        """Allow Siar to use these accounts; return where the platform sends the browser."""
        answer = self._at_platform("POST", {"akun": accounts, "izinkan": "1"})
        return _local(answer.headers["Location"])

    def deny(self):
        return _local(self._at_platform("POST", {"tolak": "1"}).headers["Location"])

    def confirm(self, page, choice=0):
        held = re.findall(r'name="held"[^>]*value="([^"]+)"', page.get_data(as_text=True))
        where = f"/registri/akun/{self.account_id}/sambungkan/konfirmasi"
        return self.client.post(where, data={"held": held[choice]})


def _local(address):
    parts = urlsplit(address)
    assert (parts.netloc, parts.path) == ("localhost", BACK)
    return f"{parts.path}?{parts.query}"
