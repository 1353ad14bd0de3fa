"""An automounter of one place, in a mount namespace of its own.

    automount.py MOUNT TEXT

Whoever steps into the folder MOUNT has a file system mounted there, in memory, whose file app.pid holds TEXT.
"""

import ctypes
import fcntl
import os
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)
mount, text = sys.argv[1:3]


def check(code, what):
    if code:
        sys.exit(f"{what}: {os.strerror(ctypes.get_errno())}: this test needs root, and autofs of the kernel")


os.makedirs(mount, exist_ok=True)
check(libc.unshare(0x20000), "unshare of mounts")
check(libc.mount(b"none", b"/", None, 0x4000 | 0x40000, None), "private mounts")
# What is of this process group waits for no mount.
if os.getpgrp() != os.getpid():
    os.setpgid(0, 0)
ours, kernels = os.pipe()
options = f"fd={kernels},pgrp={os.getpgrp()},minproto=5,maxproto=5,direct".encode()
check(libc.mount(b"automount", mount.encode(), b"autofs", 0, options), "mount of autofs")
os.close(kernels)
place = os.open(mount, os.O_RDONLY)
print("ready", flush=True)
while True:
    packet = os.read(ours, 304)
    if len(packet) < 16:
        sys.exit(0)
    _, kind, token = struct.unpack_from("<iiI", packet)
    if kind != 5:  # One that is missing, of a direct mount
        fcntl.ioctl(place, 0x9361, token)
        continue
    check(libc.mount(b"none", mount.encode(), b"tmpfs", 0, None), "mount of tmpfs")
    with open(mount + "/app.pid", "w") as file:
        file.write(text + "\n")
    fcntl.ioctl(place, 0x9360, token)
