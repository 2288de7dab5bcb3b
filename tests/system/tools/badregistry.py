#!/usr/bin/python3
# badregistry.py - a registry on the loopback that does one thing wrong
#
# usage: badregistry.py [CERTIFICATE KEY]
#
# Prints its address and serves until it is killed or nobody asked for a minute; with a
# certificate it speaks TLS. GET /v2/WAY/... is answered as ways() says: each way is an
# image that is right but for one thing, which its name tells.
import gzip
import hashlib
import http.server
import io
import json
import ssl
import sys
import tarfile

OCI = "application/vnd.oci.image."
blobs = {}
manifests = {}


def put(data, media=None):
    if not isinstance(data, bytes):
        data = json.dumps(data).encode()
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    blobs[digest] = data
    return {"mediaType": media or OCI + "layer.v1.tar+gzip", "digest": digest, "size": len(data)}


def tar(name="file", text=b"text\n"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        info = tarfile.TarInfo(name)
        info.size = len(text)
        t.addfile(info, io.BytesIO(text))
    return out.getvalue()


def config(*tars, **more):
    ids = ["sha256:" + hashlib.sha256(t).hexdigest() for t in tars]
    return {"architecture": "amd64", "os": "linux", "config": {},
            "rootfs": {"type": "layers", "diff_ids": ids}, **more}


def manifest(conf, *layers):
    return {"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json", "layers": list(layers),
            "config": conf if "digest" in conf else put(conf, OCI + "config.v1+json")}


def index(*entries):
    return {"schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": list(entries)}


def entry(doc, **more):
    here = {"os": "linux", "architecture": "amd64"}
    return {**put(doc, doc["mediaType"]), "platform": here, **more}


def lie(descriptor, **more):
    return {**descriptor, **more}


def ways():
    zero, one, two = tar("right"), tar(), tar("other")
    never = tar("never")  # no answer holds it whole: a store that has a layer does not ask for it
    layer = put(gzip.compress(one))
    good = manifest(config(zero), put(gzip.compress(zero)))
    nothing = "sha256:" + 64 * "0"
    nested = good
    for _ in range(5):
        nested = index(entry(nested))
    wrong = put(b"wrong bytes behind this digest")
    blobs[wrong["digest"]] = b"WRONG bytes behind this digest"
    return {
        "good": good,
        "good-index": index(entry(good)),
        "empty-answer": b"",
        "html": b"<html><body>Welcome</body></html>",
        "cut-json": json.dumps(good).encode()[:-7],
        "deep-json": b"[" * 100000,
        "huge": b" " * (5 << 20),
        "schema1": {"schemaVersion": 1, "name": "x", "fsLayers": [{"blobSum": layer["digest"]}]},
        "both": {**good, **index()},
        "artifact": manifest(put({}, "application/vnd.example.thing"), layer),
        "many-layers": manifest(config(*[one] * 129), *[layer] * 129),
        "nested": nested,
        "other-platform": index(entry(good, platform={"os": "linux", "architecture": "m68k"})),
        "entry-size": index(entry(good, size=7)),
        "entry-missing": index(entry(good, digest=nothing)),
        "config-wrong": manifest(lie(wrong, mediaType=OCI + "config.v1+json"), layer),
        "config-garbage": manifest(put(b"\0\1\2", OCI + "config.v1+json"), layer),
        "config-huge": manifest(lie(put(config(one), OCI + "config.v1+json"), size=1 << 40), layer),
        "layer-count": manifest(config(one, two), layer),
        "layer-missing": manifest(config(one), lie(layer, digest=nothing)),
        "layer-wrong": manifest(config(one), wrong),
        "layer-size": manifest(config(one), lie(layer, size=layer["size"] + 1)),
        "layer-content": manifest(config(two), layer),
        "layer-garbage": manifest(config(never), put(b"this is no archive" * 1000)),
        "layer-cut": manifest(config(never), put(gzip.compress(never)[:-9])),
        "layer-outside": manifest(config(tar("../../../outside")), put(tar("../../../outside"))),
        "second-wrong": manifest(config(one, two), layer, wrong),
    }


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        way, kind, what = self.path.split("/")[2:5]
        if way == "to-http":
            self.send_response(302)
            self.send_header("Location", "http://" + self.headers["Host"] + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        data = manifests.get(way) if what == "latest" else blobs.get(what)
        self.send_response(404 if data is None else 200)
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        self.wfile.write(data or b"")

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    asked = True

    def handle_error(self, request, client_address):
        pass  # who is refused something may go

    def process_request(self, *args):
        self.asked = True
        super().process_request(*args)

    def handle_timeout(self):
        sys.exit(0)


for name, doc in ways().items():
    manifests[name] = doc if isinstance(doc, bytes) else json.dumps(doc).encode()
    if not isinstance(doc, bytes):
        put(doc)
server = Server(("127.0.0.1", 0), Handler)
server.timeout = 60
if len(sys.argv) == 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print("%s:%d" % server.server_address, flush=True)
while True:
    server.handle_request()
