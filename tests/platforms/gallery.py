"""An office's own web server, from which platforms fetch pictures."""

import io
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image

from publisher.platforms.base import Picture


@cache
def jpeg(shade=200, size=(40, 40)):
    """Return a real grey JPEG."""
    content = io.BytesIO()
    Image.new("L", size, shade).save(content, "JPEG")
    return content.getvalue()


class Gallery:
    """Serves what was put into it, until it is closed. Everything else is 404."""

    def __init__(self):
        self.files = {}
        self.fetched = []  # paths, as they were asked for
        gallery = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                gallery.fetched.append(self.path)
                content = gallery.files.get(self.path)
                self.send_response(404 if content is None else 200)
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, *_):
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def picture(self, alt_text="Kader menimbang balita.", content=None, shade=200):
        """Put a picture in; return it with its public address."""
        content = jpeg(shade) if content is None else content
        path = f"/publik/{len(self.files)}.jpg"
        self.files[path] = content
        return Picture(
            content=content,
            mime="image/jpeg",
            alt_text=alt_text,
            name=f"{len(self.files)}.jpg",
            url=self.url + path,
        )

    def close(self):
        self._server.shutdown()
        self._server.server_close()
