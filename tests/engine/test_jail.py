"""The jail: what student code can see, reach and use up."""

from __future__ import annotations

import errno
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile

import pytest

from proctor.course.assignment import MOST_MEMORY_GB, Budget
from proctor.errors import NotGraded
from proctor.jail.client import Jail
from proctor.jail.limits import MOST_CPU_SECONDS, PROCESSORS, Limits, share_of
from proctor.jail.server import NOBODY, ForkServer

LIMITS = Limits.of(Budget(cell_seconds=10))

# TensorFlow's threads: its own pools, tf.data's, those of graphs, compiled functions and sessions.
THREADED = {
    "operations": """x = tf.random.normal((900, 900))
tf.linalg.svd(x[:200, :200])
tf.raw_ops.SparseMatMul(a=x @ x, b=tf.sort(x), a_is_sparse=True)
tf.nn.conv2d(tf.random.normal((8, 64, 64, 16)), tf.random.normal((3, 3, 16, 16)), 1, "SAME")
tf.convert_to_tensor([[[0] * 700] * 700] * 3, tf.uint8)""",
    "datasets": """numbers = tf.data.Dataset.range(100).shuffle(10).map(lambda x: 2 * x, num_parallel_calls=2)
numbers = numbers.interleave(tf.data.Dataset.from_tensors, num_parallel_calls=2).batch(8).prefetch(tf.data.AUTOTUNE)
assert sum(int(tf.reduce_sum(batch)) for batch in numbers) == 9900
generated = tf.data.Dataset.from_generator(lambda: iter(range(5)), output_signature=tf.TensorSpec((), "int32"))
own = tf.data.Options()
own.threading.private_threadpool_size = 2
asked = generated.map(lambda x: tf.py_function(lambda y: y + 1, [x], "int32"), num_parallel_calls=4).with_options(own)
assert sum(int(x) for x in asked) == 15""",
    "functions": """@tf.function
def sums(x):
    total = tf.constant(0.0)
    for turn in tf.range(4):
        total += tf.reduce_sum(x @ x) if turn % 2 == 0 else 1.0
    square = tf.ones((300, 300)) @ tf.ones((300, 300))
    rows = tf.cast(tf.reduce_max(tf.sort(tf.reshape(square, [-1]))), "int32")
    return total, tf.reshape(tf.map_fn(lambda row: 2 * row, x), [rows, -1])
assert sums(tf.ones((300, 300)))[1].shape == (300, 300)""",
    "compiled": """network = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4), keras.layers.Dense(1)])
network.compile("adam", "mse", jit_compile=True)
network.fit(np.ones((64, 8)), np.zeros(64), verbose=0)""",
    "sessions": """with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    assert session.run(tf.reduce_sum(tf.ones((500, 500)) @ tf.ones((500, 500)))) == 500**3""",
    "training": """layers = keras.layers
network = keras.Sequential([
    keras.Input((16, 16, 3)), layers.RandomFlip(), layers.Conv2D(8, 3), layers.BatchNormalization(),
    layers.MaxPooling2D(), layers.Dropout(0.2), layers.Reshape((49, 8)), layers.Bidirectional(layers.LSTM(6)),
    layers.Dense(2, activation="softmax"),
])
network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
x, y = np.ones((64, 16, 16, 3), "float32"), np.zeros(64)
network.fit(x, y, validation_split=0.2, verbose=0)
network.fit(tf.data.Dataset.from_tensor_slices((x, y)).batch(8).prefetch(2), verbose=0)
assert network.predict(x, verbose=0).shape == (64, 2)""",
    "strategies": """with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
    network = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
    network.compile("sgd", "mse")
network.fit(np.ones((64, 8)), np.zeros(64), verbose=0)""",
}


@pytest.fixture
def jail(address):
    """A jail with one file."""
    with Jail(address, LIMITS, {"mine.txt": b"mine"}, 5) as made:
        yield made


def said(jail: Jail, source: str, seconds: float = 60) -> str:
    """What a cell prints."""
    outcome = jail.run_cell(source, seconds)
    assert outcome.error == ""
    return "".join(output.get("text", "") for output in outcome.outputs)


def test_it_runs_as_nobody_without_any_privilege(jail):
    """No root, no capability, and none to be had."""
    found = said(jail, "print(open('/proc/self/status').read())")
    lines = dict(line.split(":\t", 1) for line in found.splitlines() if ":\t" in line)
    assert "0" not in lines["Uid"].split()
    assert {lines[name].strip("0") for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {""}
    assert lines["NoNewPrivs"] == "1"


def test_it_sees_no_process_but_its_own(jail):
    """The machine's other processes are not there to look at or to signal."""
    assert int(said(jail, "import os\nprint(len([p for p in os.listdir('/proc') if p.isdigit()]))")) <= 3
    outcome = jail.run_cell("os.kill(-1, 9)", 60)
    assert outcome.error.startswith("ProcessLookupError")


def test_it_sees_no_other_jail(address, jail):
    """Of two submissions that run at once neither can read the other's files."""
    with Jail(address, LIMITS, {"theirs.txt": b"theirs"}, 5) as other:
        assert "theirs.txt" in said(other, "import os\nprint(os.listdir('.'))")
        source = "import os\nprint(os.listdir('.'), list(os.walk('..')))"
        found = said(jail, source)
        folders = "print([n for n in os.listdir('/proc/self/fd') if os.path.isdir(f'/proc/self/fd/{n}')])"
        with Jail(address, LIMITS, {}, 5) as third:
            assert said(third, f"import os\n{folders}") == "[]\n"
    assert "mine.txt" in found
    assert "theirs.txt" not in found


def test_the_system_is_read_only(jail):
    """Nothing outside the scratch folder can be written."""
    source = """import os
for folder in ("/", "/usr", "/etc", "/tmp", os.path.dirname(os.__file__), "/proc/sys/kernel"):
    try:
        open(os.path.join(folder, "x"), "w")
        print("wrote", folder)
    except OSError:
        pass"""
    assert said(jail, source) == ""


def test_nothing_outlives_it(address):
    """A daemon that leaves its session dies with the jail."""
    seconds = str(10**6 + os.getpid())  # not those of a run beside this one
    with Jail(address, LIMITS, {}, 5) as jail:
        said(jail, f"import subprocess\n_ = subprocess.Popen(['setsid', 'sleep', '{seconds}'])")
        assert seconds in subprocess.run(["ps", "ax"], capture_output=True, text=True).stdout
    for _ in range(100):
        if seconds not in subprocess.run(["ps", "ax"], capture_output=True, text=True).stdout:
            return
    pytest.fail(f"sleep {seconds} is still there")


@pytest.mark.parametrize(
    "source, error",
    [
        ("import numpy\nnumpy.ones(10**10)", "MemoryError"),
        ("b = bytearray(10**10)", "MemoryError"),
        ("f = open('big', 'wb')\nfor _ in range(3000):\n    f.write(bytes(2**20))", "OSError"),
        ("files = [open(f'f{n}', 'w') for n in range(2000)]", "OSError"),
        (
            "import os\nfor _ in range(5000):\n    if os.fork() == 0:\n        os.kill(os.getpid(), 19)",
            "BlockingIOError",
        ),
        ("while True: pass", "stopped after 2 s"),
        ("try:\n    while True: pass\nexcept BaseException:\n    while True: pass", "stopped after 2 s"),
    ],
)
def test_what_it_may_use_is_bounded(jail, source, error):
    """Memory, disk, open files, processes and time end in an error in the cell,
    and the jail goes on."""
    assert jail.run_cell(source, 2 if "while" in source else 120).error.startswith(error)
    assert said(jail, "print('still here')") == "still here\n"


@pytest.mark.parametrize("seen", [True, False])
def test_the_memory_of_all_its_processes_together_is_bounded(jail, seen):
    """All child processes are counted, also if they hide their shared memory (PR_SET_DUMPABLE)."""
    source = f"""import ctypes, mmap, os, time
ready, done = os.pipe()
for _ in range(15):
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(4, {seen:d})
        kept = mmap.mmap(-1, 300 * 2**20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE)
        os.write(done, b"x")
        time.sleep(100)
for _ in range(15):
    os.read(ready, 1)
time.sleep(60)  # by then the examiner, which looks ten times a second, has killed it
"""
    assert jail.run_cell(source, 120).status == "died"


@pytest.mark.parametrize(
    "fill",
    [
        "kept = [socket.socketpair() for _ in range(240)]\nfor one, other in kept:\n    send(one), send(other)",
        "name = f'socket-{os.getpid()}'\nlistener = bound(name)\nlistener.listen(4000)\nconnect(name, 480)",
        "kept = [sent_to_itself(bound(f'socket-{os.getpid()}-{n}')) for n in range(480)]",
    ],
    ids=["pairs", "not accepted", "in flight"],
)
def test_what_waits_in_its_sockets_is_bounded(jail, fill):
    """The kernel's memory counts, wherever sockets are: open, in a queue or inside one another."""
    source = f"""import os, socket, time

def send(one):
    one.setblocking(False)
    try:
        while True:
            one.send(bytes(2**16))
    except BlockingIOError:
        pass

def bound(name):
    made = socket.socket(socket.AF_UNIX)
    made.bind(name)
    return made

def connect(name, times):
    for _ in range(times):
        one = socket.socket(socket.AF_UNIX)
        one.connect(name)
        send(one)

def sent_to_itself(one):
    here, there = socket.socketpair()
    socket.send_fds(here, [b"x"], [one.fileno()])
    return there

for _ in range(10):
    if os.fork() == 0:
        exec({fill!r})
        time.sleep(100)  # so that the sockets stay open
time.sleep(100)  # by then the examiner has killed it
"""
    outcome = jail.run_cell(source, 120)
    # The kernel bounds sockets in flight of all jails together, which have one user: unix(7).
    assert outcome.status == "died" or os.strerror(errno.ETOOMANYREFS) in outcome.error, outcome.error


@pytest.mark.parametrize("call", ["vmsplice(1, 0, 0, 0)", "setsockopt(1, 1, 7, number, 4)"])
def test_no_buffer_of_the_kernels_is_made_larger(jail, call):
    """Whole pages cannot be left in a pipe, nor a socket's buffer be enlarged."""
    source = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nnumber = ctypes.byref(ctypes.c_int(10**6))\n"
    assert said(jail, f"{source}print(libc.{call}, ctypes.get_errno())") == "-1 1\n"


def test_a_flood_of_output_is_cut(jail):
    """What a cell prints is bounded where it is printed, and says so."""
    found = said(jail, "print('x' * 10**8)")
    assert len(found) < 300_000
    assert found.endswith("… cut here: a cell may print 256 KiB\n")


def test_a_jail_that_cannot_be_made_costs_no_other():
    """The examiner is told why, and the next one is made as ever."""

    def allow_processes(process: int, most: int) -> None:
        child = os.fork()
        if child == 0:
            try:
                if os.getuid() == 0:  # who may not limit others, but become them
                    os.setresgid(NOBODY, NOBODY, NOBODY)
                    os.setresuid(NOBODY, NOBODY, NOBODY)
                resource.prlimit(process, resource.RLIMIT_NPROC, (most, before[1]))
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0

    before = resource.getrlimit(resource.RLIMIT_NPROC)
    with ForkServer() as server:
        assert server.layers
        allow_processes(server._process.pid, 1)
        with pytest.raises(NotGraded, match=r"no jail could be started .*Resource temporarily unavailable"):
            Jail(server.address, LIMITS, {}, 5)
        allow_processes(server._process.pid, before[0])
        with Jail(server.address, LIMITS, {}, 5) as jail:
            assert said(jail, "print('made')") == "made\n"


def test_a_client_without_the_key_gets_no_jail():
    """Who cannot open the key's file, as no jail can, is hung up on, and holds up nobody."""
    with ForkServer() as server, tempfile.TemporaryFile() as other:
        assert server.layers
        for shown in ([], [other.fileno()]):
            with socket.socket(socket.AF_UNIX) as stranger, socket.socket(socket.AF_UNIX) as silent:
                for connection in (stranger, silent):
                    connection.settimeout(60)
                    connection.connect(server.address)
                socket.send_fds(stranger, [b"\0"], shown)
                assert stranger.recv(1) == b""
                with Jail(server.address, LIMITS, {}, 5) as jail:
                    assert said(jail, "print('made')") == "made\n"


def test_a_jail_has_a_ceiling_whatever_is_asked_for(address):
    """Memory and processor time beyond what any assignment may have are not granted."""
    asked = Limits(memory_gb=10_000, cpu_seconds=1e9, output_kb=100)
    with Jail(address, asked, {}, 30) as jail:
        source = "import resource\nprint([resource.getrlimit(n)[0] for n in (resource.RLIMIT_AS, resource.RLIMIT_CPU)])"
        memory, seconds = json.loads(said(jail, source))
    assert 0 < memory <= MOST_MEMORY_GB * 2**30
    assert 0 < seconds <= MOST_CPU_SECONDS + 1


def test_its_main_thread_knows_its_priority(jail):
    """TensorFlow asks for it when threads wait for each other, and prints a line if that fails."""
    script = """import ctypes, os, sys
from proctor.jail.isolate import fork
pid = fork(frozenset(sys.argv[1:]))
if pid == 0:
    library, found = ctypes.CDLL(None), (ctypes.c_int * 2)()
    library.pthread_self.restype = ctypes.c_void_p
    os._exit(library.pthread_getschedparam(ctypes.c_void_p(library.pthread_self()), found, ctypes.byref(found, 4)))
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"""
    command = [sys.executable, "-c", script, *jail.layers]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"0\n"


def test_threads_take_little_of_its_address_space(jail):
    """What a thread allocates reserves no 64 MiB for it: TensorFlow starts several threads for each
    processor that it may use, and the address space is bounded."""
    source = """import threading
from pathlib import Path
def size():
    return int(Path("/proc/self/status").read_text().split("VmSize:")[1].split()[0]) // 1024
def allocate():
    kept = bytearray(10_000)
    together.wait()
together, before = threading.Barrier(41), size()
for _ in range(40):
    threading.Thread(target=allocate).start()
while together.n_waiting < 40:
    pass
print(size() - before)
together.wait()"""
    stacks = 40 * 8
    assert int(said(jail, source)) < stacks + 200


def test_its_processors_are_few_and_others_for_each():
    """On a large server a jail has four processors, and the next jail four others."""
    shares = [share_of(process, list(range(8, 104))) for process in (1000, 1001, 1002)]
    assert [len(set(share)) for share in shares] == [4, 4, 4]
    assert len({number for share in shares for number in share}) == 12
    assert sorted(share_of(1000, [5, 9])) == [5, 9]


def test_it_has_no_more_processors_than_that(jail):
    """So TensorFlow starts no more threads than a jail may have, however large the server is."""
    assert int(said(jail, "import os\nprint(len(os.sched_getaffinity(0)))")) <= PROCESSORS


def test_threads_of_the_standard_library_work(jail):
    """Pools and locks, which Keras loads images with, find the shared memory they need."""
    source = "from multiprocessing.pool import ThreadPool\nprint(ThreadPool(2).map(abs, [-1, -2]))"
    assert said(jail, source) == "[1, 2]\n"


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("source", THREADED.values(), ids=THREADED)
def test_tensorflow_has_its_threads(address, source, threads):
    """Those of the process that a jail is a fork of are not there, and nothing waits for them."""
    with Jail(address, Limits.of(Budget(), threads=threads), {}, 5) as jail:
        assert jail.run_cell("import keras, numpy as np, tensorflow as tf", 120).error == ""
        assert jail.run_cell(source, 300).error == ""


def test_tokenizers_are_trained_in_one_thread(jail):
    """The library `tokenizers` starts none of its own: it would start one for each processor, and
    warn in every process that is forked afterwards."""
    source = """import os, tokenizers
def threads():
    return len(os.listdir("/proc/self/task"))
before, tokenizer = threads(), tokenizers.ByteLevelBPETokenizer()
tokenizer.train_from_iterator(["the owl and the other owls"] * 3000, vocab_size=270, show_progress=False)
tokenizer.encode_batch(["the owls"] * 100)
print(tokenizer.decode(tokenizer.encode("the owls").ids), threads() - before)"""
    assert said(jail, source) == "the owls 0\n"


def test_input_finds_nobody(jail):
    """A cell that asks for input gets an error, not an eternity."""
    assert jail.run_cell("input('?')", 60).error.startswith(("StdinNotImplementedError", "EOFError"))


def test_a_cell_may_not_spoil_the_output_of_the_next(jail):
    """Whatever a cell does to sys.stdout, the next cell's print is shown."""
    jail.run_cell("import sys\nsys.stdout = sys.stderr = None", 60)
    assert said(jail, "print('here')") == "here\n"


def test_two_jails_start_from_the_same_random_state(address):
    """Seeds are set: the same code draws the same numbers."""
    source = (
        "import random, numpy, keras\nprint(random.random(), numpy.random.rand(), keras.random.uniform((1,)).numpy())"
    )
    drawn = []
    for _ in range(2):
        with Jail(address, LIMITS, {}, 5) as jail:
            drawn.append(said(jail, source))
    assert drawn[0] == drawn[1]
