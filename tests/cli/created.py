"""created.py FOLDER COMMAND…: runs the command and prints the names of the entries that it made in FOLDER, also of
those that it removed again. `mlmembench-PID-…` stands for a name with its own process id. Exits with the command's
status."""

import ctypes
import os
import struct
import subprocess
import sys

IN_CREATE = 0x100

libc = ctypes.CDLL(None, use_errno=True)
fd = libc.inotify_init1(os.O_NONBLOCK)
if fd < 0 or libc.inotify_add_watch(fd, sys.argv[1].encode(), IN_CREATE) < 0:
    sys.exit(f"cannot watch {sys.argv[1]}: {os.strerror(ctypes.get_errno())}")
process = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL)
process.wait()
try:
    events = os.read(fd, 1 << 16)
except BlockingIOError:
    events = b""
while events:
    size = struct.unpack("iIII", events[:16])[3]
    name = events[16 : 16 + size].rstrip(b"\0").decode()
    if name.startswith(f"mlmembench-{process.pid}-"):
        print(name)
    events = events[16 + size :]
sys.exit(process.returncode)
