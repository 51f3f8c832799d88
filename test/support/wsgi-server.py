"""Serves docs/integrating/wsgi_api.py in front of a small application, with the raw target that gunicorn gives."""

import json
import os
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

sys.path.insert(0, "docs/integrating")
from wsgi_api import OAuth10  # noqa: E402


class Handler(WSGIRequestHandler):
    def get_environ(self):
        return {**super().get_environ(), "RAW_URI": self.path}


def application(environ, start):
    caller = environ["oauth10.caller"]
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length).decode()
    start("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"subject": caller["subject"], "body": body}).encode()]


make_server("127.0.0.1", int(os.environ["PORT"]), OAuth10(application), handler_class=Handler).serve_forever()
