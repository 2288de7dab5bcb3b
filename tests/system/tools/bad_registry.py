#!/usr/bin/python3
"""bad_registry.py - a registry on the loopback that serves an OCI layout and lies about it.

usage: bad_registry.py LAYOUT ADDRESS-FILE

The name of the repository says how: 127.0.0.1:PORT/HOW:NAME, where NAME is that
of an image of the layout and HOW is one of the methods below or "honest". The
address is written into ADDRESS-FILE when it listens; it ends with its parent.
"""
import ctypes
import hashlib
import json
import os
import re
import signal
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LAYOUT = sys.argv[1]


def blob(digest):
    with open(os.path.join(LAYOUT, "blobs", *digest.split(":")), "rb") as f:
        return f.read()


def descriptor(name):
    with open(os.path.join(LAYOUT, "index.json")) as f:
        for d in json.load(f)["manifests"]:
            if d.get("annotations", {}).get("org.opencontainers.image.ref.name") == name:
                return d
    return None


def changed(data):
    """The same length, another content."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, data, kind="application/octet-stream", code=200, headers=()):
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for key, value in headers:
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def refuse(self, code, text):
        self.answer(json.dumps({"errors": [{"code": "X", "message": text}]}).encode(), "application/json", code)

    def do_GET(self):
        if self.path.rstrip("/") == "/v2":
            return self.answer(b"{}", "application/json")
        found = re.fullmatch(r"/v2/([a-z-]+)/(manifests|blobs)/(.+)", self.path)
        if not found:
            return self.refuse(404, "nothing here")
        how, what, which = found.groups()
        self.how = how.replace("-", "_")
        return self.manifest(which) if what == "manifests" else self.blob(which)

    do_HEAD = do_GET

    # ---- manifests

    def manifest(self, which):
        d = descriptor(which) if ":" not in which else {"digest": which, "mediaType": "application/vnd.oci.image.manifest.v1+json"}
        if not d:
            return self.refuse(404, "no such manifest\x1b[31m\n" + "x" * 5000)
        data, kind = blob(d["digest"]), d["mediaType"]
        change = getattr(self, "manifest_" + self.how, None)
        if change:
            data = change(json.loads(data), data)
            if data is None:
                return None
        self.answer(data, kind, headers=[("Docker-Content-Digest", "sha256:" + hashlib.sha256(data).hexdigest())])
        return None

    def manifest_not_json(self, doc, data):
        return b"<html>not found</html>"

    def manifest_truncated_manifest(self, doc, data):
        return data[:len(data) // 2]

    def manifest_endless_manifest(self, doc, data):
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.oci.image.manifest.v1+json")
        self.send_header("Connection", "close")
        self.end_headers()
        self.pour(4 << 30)

    def manifest_huge_layer_size(self, doc, data):
        doc["layers"][0]["size"] = 1 << 62
        return json.dumps(doc).encode()

    def manifest_negative_size(self, doc, data):
        doc["layers"][0]["size"] = -1
        return json.dumps(doc).encode()

    def manifest_bad_digest(self, doc, data):
        doc["layers"][0]["digest"] = "sha256:../../../../etc/passwd"
        return json.dumps(doc).encode()

    def manifest_many_layers(self, doc, data):
        doc["layers"] = doc["layers"] * 100000
        return json.dumps(doc).encode()

    def manifest_fewer_layers(self, doc, data):
        doc["layers"] = doc["layers"][:-1]
        return json.dumps(doc).encode()

    def manifest_no_config(self, doc, data):
        del doc["config"]
        return json.dumps(doc).encode()

    def manifest_deep(self, doc, data):
        return b"[" * 1000000

    def manifest_unknown_kind(self, doc, data):
        doc["layers"][0]["mediaType"] = "application/x-nonsense"
        return json.dumps(doc).encode()

    def manifest_server_error(self, doc, data):
        self.refuse(500, "out of order")

    def manifest_redirect_loop(self, doc, data):
        self.answer(b"", code=307, headers=[("Location", self.path)])

    def manifest_redirect_file(self, doc, data):
        self.answer(b"", code=307, headers=[("Location", "file:///etc/passwd")])

    # ---- blobs

    def blob(self, digest):
        try:
            data = blob(digest)
        except OSError:
            return self.refuse(404, "no such blob")
        is_config = data[:1] == b"{"
        name = ("config_" if is_config else "layer_") + self.how
        change = getattr(self, name, None)
        if change:
            data = change(data)
        if data is not None:
            self.answer(data)
        return None

    def config_changed_config(self, data):
        return changed(data)

    def layer_changed_layer(self, data):
        return changed(data)

    def layer_short_layer(self, data):
        return data[:-100]

    def layer_long_layer(self, data):
        return data + b"more"

    def layer_other_layer(self, data):
        return b"\0" * len(data)

    def layer_cut_layer(self, data):
        """The length is right, the connection ends early; every time."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[:len(data) // 2])
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def layer_endless_layer(self, data):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.pour(4 << 30)

    def layer_missing_layer(self, data):
        self.refuse(404, "no such blob")

    def layer_slow_layer(self, data):
        """For who wants to interrupt: a little at a time."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        for at in range(0, len(data), 20000):
            self.wfile.write(data[at:at + 20000])
            self.wfile.flush()
            time.sleep(0.02)

    def pour(self, total):
        chunk = b" " * 65536
        try:
            for _ in range(total // len(chunk)):
                self.wfile.write(chunk)
        except OSError:
            pass
        self.close_connection = True


def main():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *args: None
    with open(sys.argv[2] + ".new", "w") as f:
        f.write("127.0.0.1:%d\n" % server.server_port)
    os.rename(sys.argv[2] + ".new", sys.argv[2])
    server.serve_forever()


main()
