# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stands between a real device and a real server and makes one of them seem older than it is."""
import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP_BY_HOP = ("connection", "keep-alive", "transfer-encoding", "content-length", "host", "date",
              "server")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def relay(self):
        meddler = self.server.meddler
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = meddler.change(meddler.on_request, self.path, body)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
        there = http.client.HTTPConnection("127.0.0.1", meddler.port, timeout=60)
        there.request(self.command, self.path, body, headers)
        reply = there.getresponse()
        answer = meddler.change(meddler.on_answer, self.path, reply.read())
        there.close()
        self.send_response(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_HEAD = relay


class Meddler:
    """on_request and on_answer: path → a function that changes the object in the body."""

    def __init__(self, port):
        self.port = port
        self.on_request = {}
        self.on_answer = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.meddler = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def change(self, changes, path, body):
        if path not in changes or not body:
            return body
        content = json.loads(body)
        changes[path](content)
        return json.dumps(content).encode()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
