"""A real S3 server for tests: moto's, in a process of its own on this machine."""

import itertools
import subprocess
import sys

import requests

KEY_ID, SECRET_KEY = "kunci-uji", "rahasia-uji-ember"
#: The server looks who it is, not whether it is true.
SIGNED = (
    f"AWS4-HMAC-SHA256 Credential={KEY_ID}/20261123/us-east-1/s3/aws4_request, "
    "SignedHeaders=host, Signature=0"
)
SERVER = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()  # ends with the tests, however they end
"""


class BucketServer:
    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.address = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        self._numbers = itertools.count()
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=60)

    def new_bucket(self):
        name = f"siar-{next(self._numbers)}"
        self._asked("PUT", name)
        return f"s3://{name}/media/kabupaten?endpoint={self.address}"

    def names(self, url):
        """Return the names of all that lies in a bucket."""
        listing = self._asked("GET", url.split("/")[2]).text
        return [each.partition("</Key>")[0] for each in listing.split("<Key>")[1:]]

    def write(self, url, name, content):
        """Put something there behind Siar's back."""
        self._asked("PUT", f"{url.split('/')[2]}/{name}", data=content)

    def empty(self, url):
        for name in self.names(url):
            self._asked("DELETE", f"{url.split('/')[2]}/{name}")

    def _asked(self, method, path, **given):
        answer = requests.request(
            method,
            f"{self.address}/{path}",
            headers={"Authorization": SIGNED},
            timeout=60,
            **given,
        )
        answer.raise_for_status()
        return answer
