import Foundation
import Glibc

/// A process that whoever reads its arguments waits for, until the value goes.
///
/// One of its threads waits in a page of a file whose file system does not answer, and another one in mmap(2) behind it: the kernel lets
/// nobody into its address space meanwhile. The file system is one of FUSE's, in a mount namespace of its own.
package final class StuckProcess {
    /// The process that is stuck.
    package let pid: Int32
    private let server: RunningProgram

    /// - Parameters:
    ///   - arguments: that it is to have behind `-c` and its text.
    ///   - user: whom it acts as.
    package init(_ arguments: [String] = [], user: UInt32 = 0) async throws {
        let server = try RunningProgram("python3", ["-c", Self.server, "\(user)"] + arguments, endSignal: SIGKILL)
        self.server = server
        try await eventually("it is stuck: \(server.output)\(server.errors)") { server.output.contains("stuck") }
        let words = server.output.split(whereSeparator: \.isWhitespace)
        guard words.count > 1, let pid = Int32(words[1]) else {
            throw NotInTime("the number in \(server.output)", within: .zero)
        }
        self.pid = pid
    }

    /// Ends its file system, and with it the process.
    package func stop() { server.stop() }

    deinit { stop() }

    /// Serves `/f`, whose first read fails and whose second is never answered, and says once the process waits for it.
    private static let server =
        "import ctypes, os, signal, struct, sys, threading, time\n" + """
            libc = ctypes.CDLL(None, use_errno=True)
            user, rest = int(sys.argv[1]), sys.argv[2:]
            # Nobody is to wait for it when the test is gone.
            signal.alarm(90)

            def check(code, what):
                if code: raise OSError(ctypes.get_errno(), what + ": " + os.strerror(ctypes.get_errno()))

            check(libc.unshare(0x20000), "unshare")
            check(libc.mount(b"none", b"/", None, 0x4000 | 0x40000, None), "make mounts private")
            folder = "/mnt"
            check(libc.mount(b"tmpfs", folder.encode(), b"tmpfs", 0, None), "mount tmpfs")
            os.chmod(folder, 0o755)
            os.mknod(folder + "/fuse", 0o20600, os.makedev(10, 229))
            os.mkdir(folder + "/mount")
            server = os.open(folder + "/fuse", os.O_RDWR)
            options = b"fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other" % server
            check(libc.mount(b"stuck", (folder + "/mount").encode(), b"fuse", 0, options), "mount fuse")
            victim = "import ctypes, os, sys, threading, time\\n" + '''
            libc = ctypes.CDLL(None)
            libc.mmap.restype = ctypes.c_void_p
            libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
            libc.write.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
            file = os.open(sys.argv[1], os.O_RDONLY)
            page = libc.mmap(None, 4096, 1, 1, file, 0)
            libc.memcpy.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
            target = ctypes.create_string_buffer(1)
            def map():
                time.sleep(0.5)
                libc.mmap(None, 4096, 1, 0x22, -1, 0)
            # Made before, as making a thread maps its stack.
            threading.Thread(target=map).start()
            threading.Thread(target=lambda: libc.memcpy(target, page, 1)).start()
            time.sleep(10000)
            '''
            child = os.fork()
            if child == 0:
                os.close(server)
                os.setresuid(user, user, user)
                # A change of the user takes it back.
                libc.prctl(1, signal.SIGKILL)
                os.execv("/usr/bin/python3", ["python3", "-c", victim, folder + "/mount/f"] + rest)
            print("victim", child, flush=True)

            def watch():
                # Whoever reads its arguments waits, in a process of its own that can be left.
                for _ in range(200):
                    reader = os.fork()
                    if reader == 0:
                        libc.prctl(1, signal.SIGKILL)
                        os.close(server)
                        open("/proc/%d/cmdline" % child).read()
                        os._exit(0)
                    time.sleep(0.3)
                    if os.waitpid(reader, os.WNOHANG)[0] == 0:
                        os.kill(reader, signal.SIGKILL)
                        os.waitpid(reader, 0)
                        print("stuck", flush=True)
                        return

            threading.Thread(target=watch, daemon=True).start()

            def attributes(node):
                mode, size = (0o40755, 0) if node == 1 else (0o100644, 1 << 20)
                return struct.pack("<6Q3I7I", node, size, size // 512, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)

            reads = 0
            while True:
                request = os.read(server, 1 << 20)
                _, kind, unique, node = struct.unpack_from("<IIQQ", request)
                def answer(data=b"", error=0): os.write(server, struct.pack("<IiQ", 16 + len(data), -error, unique) + data)
                if kind == 26: answer(struct.pack("<4I2H2I2HI7I", 7, 31, 0, 0, 16, 12, 131072, 1, 32, 0, 0, *[0] * 7))
                elif kind == 1: answer(struct.pack("<4Q2I", 2, 0, 3600, 3600, 0, 0) + attributes(2))
                elif kind == 3: answer(struct.pack("<Q2I", 3600, 0, 0) + attributes(node))
                elif kind in (14, 27): answer(struct.pack("<QII", 1, 0, 0))
                elif kind == 15:
                    reads += 1
                    if reads == 1: answer(error=5)
                elif kind in (2, 42): pass
                elif kind in (18, 29, 25): answer()
                else: answer(error=38)
            """
}
