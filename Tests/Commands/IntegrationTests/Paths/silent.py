"""A file system in user space (FUSE) that can fall silent, in a mount namespace of its own, or in that in which it is run (shared).

    silent.py MOUNT BACKING SWITCH [shared]

It shows the files and links of the folder BACKING, as they are, at MOUNT. While there is a file SWITCH it takes every request and answers none;
what it has taken it answers once that file is gone. As an NFS server that is dead, it lets nobody go who waits: not even SIGKILL ends that.
"""

import ctypes
import errno
import os
import select
import stat
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)
mount, backing, switch = sys.argv[1:4]


def check(code, what):
    if code:
        sys.exit(f"{what}: {os.strerror(ctypes.get_errno())}: this test needs root, and FUSE of the kernel")


def device():
    try:
        return os.open("/dev/fuse", os.O_RDWR)
    except FileNotFoundError:
        # A container has none: one is made in memory of this namespace.
        check(libc.mount(b"none", mount.encode(), b"tmpfs", 0, None), "mount of tmpfs")
        path = mount + "/fuse"
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(10, 229))
        return os.open(path, os.O_RDWR)


os.makedirs(mount, exist_ok=True)
if "shared" not in sys.argv:
    check(libc.unshare(0x20000), "unshare of mounts")
    check(libc.mount(b"none", b"/", None, 0x4000 | 0x40000, None), "private mounts")
try:
    fuse = device()
except OSError as error:
    sys.exit(f"/dev/fuse: {error}: this test needs root, and FUSE of the kernel")
options = b"fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other" % fuse
check(libc.mount(b"silent", mount.encode(), b"fuse", 0, options), "mount of fuse")
print("ready", flush=True)

# The root is node 1.
names = {1: "."}


def attributes(node):
    found = os.lstat(os.path.join(backing, names[node]))
    kind = stat.S_IFMT(found.st_mode)
    return struct.pack(
        "<6Q3I7I", node, found.st_size, 1, 0, int(found.st_mtime), int(found.st_ctime), 0, 0, 0,
        kind | (0o755 if kind == stat.S_IFDIR else 0o644), 1, 0, 0, 0, 4096, 0)


def lookup(name):
    if not os.path.lexists(os.path.join(backing, name)):
        raise FileNotFoundError(errno.ENOENT, name)
    node = next((number for number, known in names.items() if known == name), len(names) + 1)
    names[node] = name
    return struct.pack("<4Q2I", node, 0, 0, 0, 0, 0) + attributes(node)


def result(code, node, body):
    if code == 26:  # INIT
        return struct.pack("<4I2H2I2HI7I", 7, 31, 0, 0, 16, 12, 131072, 1, 32, 0, 0, *[0] * 7)
    if code == 1:  # LOOKUP
        return lookup(body.rstrip(b"\0").decode())
    if code == 3:  # GETATTR
        return struct.pack("<Q2I", 0, 0, 0) + attributes(node)
    if code == 5:  # READLINK
        return os.readlink(os.path.join(backing, names[node])).encode()
    if code in (14, 27):  # OPEN, OPENDIR: past the page cache
        return struct.pack("<QII", 1, 1, 0)
    if code == 15:  # READ
        offset, count = struct.unpack_from("<QI", body, 8)
        with open(os.path.join(backing, names[node]), "rb") as file:
            file.seek(offset)
            return file.read(count)
    if code == 17:  # STATFS
        return struct.pack("<5Q10I", 0, 0, 0, 0, 0, 4096, 255, 4096, *[0] * 7)
    if code in (18, 25, 29):  # RELEASE, FLUSH, RELEASEDIR
        return b""
    raise OSError(errno.ENOSYS, "not known")


waiting = []
while True:
    if select.select([fuse], [], [], 0.02)[0]:
        try:
            waiting.append(os.read(fuse, 1 << 18))
        except InterruptedError:
            continue
        except OSError as error:
            if error.errno == errno.ENOENT:  # Whoever asked has gone.
                continue
            sys.exit(0)
    if os.path.exists(switch):
        continue
    for request in waiting:
        length, code, unique, node = struct.unpack_from("<IIQQ", request)
        if code in (2, 36, 42):  # FORGET, INTERRUPT, BATCH_FORGET have no answer
            continue
        try:
            data, fault = result(code, node, request[40:length]), 0
        except OSError as error:
            data, fault = b"", error.errno
        try:
            os.write(fuse, struct.pack("<IiQ", 16 + len(data), -fault, unique) + data)
        except OSError:
            pass
    waiting = []
