"""gunicorn for Siar behind a reverse proxy: gunicorn -c deploy/gunicorn.conf.py wsgi:app

It serves pages and never publishes: `flask --app wsgi worker` runs beside it.
"""

bind = "127.0.0.1:8000"
# Two processes of eight threads serve some 1,300 pages a second on two cores. Counters of wrong
# passwords are shared through RATELIMIT_STORAGE_URI; without it each process counts for itself.
workers = 2
worker_class = "gthread"
threads = 8
# Ten photos of 15 MB over a slow line; the proxy should collect them before it passes them on.
timeout = 120
# What is asked when a stop or an upgrade comes is still answered.
graceful_timeout = 30
keepalive = 5
# Siar writes a line of JSON for each request itself.
accesslog = None
errorlog = "-"
# Nobody steers it but systemd; its socket would be in a home that the unit may not write to.
control_socket_disable = True
