"""Cells that break, hang or use something up in right work, and the marks that remain."""

from __future__ import annotations

from dataclasses import dataclass

from attacks.exercise import FULL

HASTY, PATIENT = 6, 60  # seconds of a cell, where many wait for their end and where none does


@dataclass(frozen=True)
class Damage:
    """One such cell.

    Args:
        cell: its source.
        due: the points that the rest earns.
        said: what the verdict says about the cell, as a pattern for its status and error.
        seconds: time limit of a cell; `PATIENT` if it takes a while to see that it does no harm.
        instead_of: grade id of the solution cell that it replaces; "" for a new first cell.
    """

    cell: str
    due: float = FULL
    said: str = ""
    instead_of: str = ""
    seconds: int = HASTY


IN_RELU = "write_relu"
RUNAWAY = """import signal, threading, time
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
"""

DAMAGE = {
    "loops_for_ever": Damage("while True: pass", said="timeout"),
    "sleeps_for_ever": Damage("import time\ntime.sleep(10**6)", said="timeout"),
    "ignores_signals": Damage(RUNAWAY + "while True: pass", said="timeout"),
    "switches_the_timer_off": Damage(
        "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0)\nwhile True: pass", said="timeout"
    ),
    "catches_the_timeout": Damage(
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass", said="timeout"
    ),
    # The first process of a namespace takes no such signal from itself.
    "stops_itself": Damage("import os\nos.kill(os.getpid(), 19)", said="ok|timeout"),
    "stops_everything": Damage("import os\nos.kill(0, 19)", said="ok|timeout"),
    "kills_itself": Damage("import os\nos.kill(os.getpid(), 9)", said="ok|died"),
    "hangs_when_asked": Damage("def relu(x):\n    while True: pass", FULL - 2, "", IN_RELU),
    "sleeps_when_asked": Damage("import time\ndef relu(x):\n    time.sleep(10**6)", FULL - 2, "", IN_RELU),
    "hangs_when_asked_ignoring_signals": Damage(
        RUNAWAY + "def relu(x):\n    signal.setitimer(signal.ITIMER_REAL, 0)\n    while True: pass",
        FULL - 2,
        "",
        IN_RELU,
    ),
    "never_ends_yielding": Damage("def count(n):\n    while True: pass\n    yield", FULL - 1, "", "write_count"),
    "exits": Damage("import os\nos._exit(0)", said="died"),
    "quits": Damage("quit()"),
    "raises_system_exit": Damage("raise SystemExit(0)", said="SystemExit"),
    "exits_when_asked": Damage("import os\ndef relu(x):\n    os._exit(0)", FULL - 2, "", IN_RELU),
    "raises_base_exceptions_when_asked": Damage(
        "class Own(BaseException):\n    __str__ = None\ndef relu(x):\n    raise Own()", FULL - 2, "", IN_RELU
    ),
    "raises_generator_exit_when_asked": Damage("def relu(x):\n    raise GeneratorExit", FULL - 2, "", IN_RELU),
    "presses_the_interrupt_key": Damage("def relu(x):\n    raise KeyboardInterrupt", FULL - 2, "", IN_RELU),
    "segfaults": Damage("import ctypes\nctypes.string_at(0)", said="died"),
    "aborts": Damage("import os\nos.abort()", said="died"),
    "overflows_the_stack": Damage(
        "import sys\nsys.setrecursionlimit(10**9)\ndef deep(n):\n    return deep([n])\ndeep(1)", said="died|timeout"
    ),
    "recurses": Damage("def deep(n):\n    return deep(n + 1)\ndeep(0)", said="RecursionError|timeout"),
    "kills_its_parent": Damage("import os\nos.kill(os.getppid(), 9)\nos.kill(1, 15)"),
    "kills_its_session": Damage("import os\nos.killpg(0, 9)", said="ok|died"),
    "forks_without_end": Damage(
        "import os, time\nwhile True:\n    if os.fork() == 0:\n        time.sleep(100)", said="BlockingIOError|timeout"
    ),
    "forks_exponentially": Damage(
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
        said="timeout|died|Error",
    ),
    "starts_threads_without_end": Damage(
        "import threading, time\nwhile True:\n"
        "    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()",
        said="RuntimeError|timeout",
    ),
    "fills_memory_with_python": Damage(
        "fill = []\nwhile True:\n    fill.append(bytearray(2**24))", said="MemoryError|timeout"
    ),
    "fills_memory_with_numpy": Damage("fill = np.ones((10**6, 10**6))", said="MemoryError|timeout"),
    "broadcasts_a_huge_array": Damage("fill = np.broadcast_to(1.0, (10**5, 10**5)) + 1", said="MemoryError|timeout"),
    "fills_memory_when_asked": Damage(
        "def relu(x):\n    return [bytes(2**30) for _ in range(9)]", FULL - 2, "", IN_RELU
    ),
    "fills_a_memory_file": Damage(
        """import os
number = os.memfd_create("fill")
while True:
    os.write(number, bytes(2**24))""",
        said="OSError|timeout",
    ),
    "fills_many_memory_files": Damage(
        """import os
kept = [os.memfd_create("fill") for _ in range(9)]
for number in kept:
    for _ in range(32):
        os.write(number, bytes(2**24))
print("ACHIEVED holds 4.5 GiB where 3 are allowed")""",
        said="",
    ),
    "fills_socket_buffers": Damage(
        """import os, socket, time
for _ in range(30):
    if os.fork() == 0:
        pairs = [socket.socketpair() for _ in range(240)]
        for one in [one for pair in pairs for one in pair]:
            one.setblocking(False)
            try:
                while True:
                    one.send(bytes(2**16))
            except BlockingIOError:
                pass
        time.sleep(100)  # so that the sockets stay open
time.sleep(20)  # the examiner looks ten times a second; a busy machine may take longer
print("ACHIEVED queues 3 GiB beside what 3 GiB of memory hold")""",
        said="died",
        seconds=PATIENT,
    ),
    "fills_memory_with_children": Damage(
        """import mmap, os, time
ready, done = os.pipe()
for _ in range(15):
    if os.fork() == 0:
        kept = mmap.mmap(-1, 300 * 2**20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE)
        os.write(done, b"x")
        time.sleep(100)
for _ in range(15):
    os.read(ready, 1)
time.sleep(20)  # until a busy machine has noticed
files = [f"/proc/{pid}/status" for pid in os.listdir("/proc") if pid.isdigit()]
held = [line for file in files for line in open(file) if "RssAnon" in line]
if sum(int(line.split()[1]) for line in held) > 4 * 2**20:
    print("ACHIEVED holds 4.4 GiB where 3 are allowed")""",
        said="died",
        seconds=PATIENT,
    ),
    "fills_shared_memory": Damage(
        "with open('/dev/shm/fill', 'wb') as file:\n    while True:\n        file.write(bytes(2**20))",
        said="OSError|timeout",
    ),
    "fills_its_folder": Damage(
        """import os
for number in range(20):
    with open(f"fill{number}", "wb") as file:
        for _ in range(200):
            file.write(bytes(2**20))""",
        said="OSError|timeout",
    ),
    "makes_a_sparse_terabyte": Damage("open('sparse', 'wb').truncate(2**40)", said="OSError|timeout"),
    "makes_a_million_files": Damage(
        "for number in range(10**6):\n    open(f'file{number}', 'w').close()", said="OSError|timeout"
    ),
    "nests_folders": Damage(
        "import os\nwhile True:\n    os.mkdir('deeper')\n    os.chdir('deeper')", said="OSError|timeout"
    ),
    "opens_files_without_end": Damage("kept = [open('/dev/null') for _ in range(10**4)]", said="OSError|timeout"),
    "prints_a_gigabyte": Damage("for _ in range(1024):\n    print('x' * 2**20)"),
    "prints_one_long_line": Damage("print('x' * (30 * 2**20))"),
    "prints_for_ever": Damage("while True:\n    print('full marks')", said="timeout"),
    "writes_past_python": Damage(
        """import os
for number in (1, 2):
    try:
        for _ in range(1024):
            os.write(number, b"x" * 2**20)
    except OSError:
        pass"""
    ),
    "displays_a_million_times": Damage(
        "from IPython.display import display\nfor number in range(10**6):\n    display(number)", said="timeout"
    ),
    "displays_huge_pictures": Damage(
        """from IPython.display import display
for _ in range(400):
    display({"image/png": "A" * (2 * 2**20)}, raw=True)"""
    ),
    "draws_a_progress_bar": Damage("for step in range(10**6):\n    print(f'\\r{step} of 10**6', end='')"),
    "asks_for_input": Damage("name = input('name? ')", said="Error"),
    "asks_for_a_password": Damage("import getpass\ngetpass.getpass()", said="Error"),
    "leaves_a_daemon": Damage(
        """import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            for folder in (COURSE, "."):
                try:
                    with open(os.path.join(folder, "submitted/bystander/sums/sums.ipynb"), "a") as file:
                        file.write("x")
                except OSError:
                    pass
            time.sleep(0.01)
    os._exit(0)"""
    ),
    "overrides_what_it_defined": Damage("del relu, total\nnp = None", FULL - 6, "", "write_count"),
    "puts_junk_into_the_shell": Damage(
        "import IPython.core.interactiveshell as it\nit.InteractiveShell.run_cell = None\n"
        "get_ipython().user_ns.clear()",
        0,
    ),
}
