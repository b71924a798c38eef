"""What a WSGI server imports: `gunicorn wsgi:app`, `flask --app wsgi …`."""

import config
from publisher import create_app

app = create_app(config.load())
