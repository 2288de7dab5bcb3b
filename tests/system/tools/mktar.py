#!/usr/bin/python3
"""mktar.py - writes a tar archive that says exactly what its input says.

usage: mktar.py [--format ustar|gnu|pax] OUT < LINES

Names are taken as they are, however hostile. A line is one member:

    dir   NAME [mode= uid= gid= mtime= xattr.NAME=VALUE]
    file  NAME [text=TEXT | size=BYTES] [the same]
    copy  NAME from=PATH [the same]
    sym   NAME to=TARGET            hard NAME to=TARGET
    fifo  NAME                      char NAME dev=MAJOR:MINOR     block NAME dev=...

TEXT and xattr values know Python's escapes (\\n, \\x00). Empty lines and lines
that begin with # are passed over.
"""
import io
import os
import shlex
import sys
import tarfile

TYPES = {
    "dir": tarfile.DIRTYPE, "file": tarfile.REGTYPE, "copy": tarfile.REGTYPE, "sym": tarfile.SYMTYPE,
    "hard": tarfile.LNKTYPE, "fifo": tarfile.FIFOTYPE, "char": tarfile.CHRTYPE, "block": tarfile.BLKTYPE,
}


def unescape(text):
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape")


class Zeros(io.RawIOBase):
    """As many zero bytes as anybody reads."""

    def read(self, n=-1):
        return bytes(n)


def member(line):
    words = shlex.split(line)
    kind, name = words[0], words[1]
    opts = dict(w.split("=", 1) for w in words[2:])
    info = tarfile.TarInfo(name)
    info.type = TYPES[kind]
    info.mode = int(opts.get("mode", "755" if kind == "dir" else "644"), 8)
    info.uid, info.gid = int(opts.get("uid", 0)), int(opts.get("gid", 0))
    info.mtime = float(opts.get("mtime", 1000000000))
    if info.mtime == int(info.mtime):
        info.mtime = int(info.mtime)
    info.linkname = opts.get("to", "")
    if "dev" in opts:
        info.devmajor, info.devminor = map(int, opts["dev"].split(":"))
    for key, value in opts.items():
        if key.startswith("xattr."):
            info.pax_headers["SCHILY.xattr." + key[6:]] = unescape(value)
    data = None
    if kind == "file":
        text = unescape(opts.get("text", "")).encode("latin-1")
        info.size = int(opts.get("size", len(text)))
        data = io.BytesIO(text) if "size" not in opts else Zeros()
    elif kind == "copy":
        info.size = os.path.getsize(opts["from"])
        data = open(opts["from"], "rb")
    return info, data


def main():
    args = sys.argv[1:]
    form = tarfile.PAX_FORMAT
    if args[0] == "--format":
        form = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": form}[args[1]]
        args = args[2:]
    out = sys.stdout.buffer if args[0] == "-" else open(args[0], "wb")
    with tarfile.open(fileobj=out, mode="w|", format=form, encoding="utf-8") as tar:
        for line in sys.stdin:
            if line.strip() and not line.startswith("#"):
                tar.addfile(*member(line))


main()
