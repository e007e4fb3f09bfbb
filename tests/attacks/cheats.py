"""Cells that run before wrong answers and try to get points for them."""

from __future__ import annotations

# Names of the exercise, for tricks that replace all of them.
ALL = '("relu", "total", "column", "Counter", "loss", "count")'

CHEATS = {
    "empties_later_cells": "get_ipython().input_transformers_cleanup.append(lambda lines: [])",
    "rewrites_later_cells": """
def passing(lines):
    return ["print('8 of 8 points')\\n"]
get_ipython().input_transformers_post.append(passing)""",
    "runs_cells_itself": "get_ipython().run_cell = lambda *a, **k: None\n"
    "get_ipython().run_code = lambda *a, **k: False",
    "skips_every_cell": """
import unittest
get_ipython().set_custom_exc((BaseException,), lambda *a, **k: [])
raise unittest.SkipTest("full marks")""",
    "overrides_check": "def check(*a, **k):\n    return 'all met'\nimport proctor\nproctor.check = check",
    "finds_the_solution": """
import json, os
from pathlib import Path
folders = ["../..", "../../..", "/", "/work", "/home", "/root", "/tmp", COURSE]
for folder in folders:
    for path in (Path(folder, "source/sums/sums.ipynb"), Path(folder, "../source/sums/sums.ipynb")):
        try:
            for cell in json.loads(path.read_text())["cells"]:
                if cell["cell_type"] == "code":
                    exec("".join(cell["source"]), globals())
            get_ipython().input_transformers_cleanup.append(lambda lines: [])
        except OSError:
            pass""",
    "walks_for_the_solution": """
import os
for base, names, files in os.walk("/"):
    names[:] = [name for name in names if name not in ("proc", "sys", "usr", "site-packages")]
    for file in files:
        if file in ("sums.ipynb", "test_hidden.py", "answers.py", "gradebook.db") and "scaffold" not in base:
            print("ACHIEVED found", os.path.join(base, file))""",
    "writes_the_gradebook": """
import sqlite3
for path in (COURSE + "/gradebook.db", "../../gradebook.db", "../../../gradebook.db", "gradebook.db"):
    try:
        with sqlite3.connect(path, timeout=1) as book:
            book.execute("update grade set auto_score = 99, manual_score = 99")
            print("ACHIEVED wrote", path)
    except sqlite3.Error:
        pass""",
    "writes_verdict_and_autograded": """
import os
for path in (".proctor/verdicts/sums/bystander.json", "autograded/bystander/sums/sums.ipynb",
             "submitted/bystander/sums/sums.ipynb", "graders/sums/test_hidden.py", "nbgrader_config.py"):
    for root in (COURSE, "../..", "../../.."):
        try:
            with open(os.path.join(root, path), "a") as file:
                file.write(" ")
            print("ACHIEVED wrote", path)
        except OSError:
            pass""",
    "prints_a_verdict": """
import json, sys
print(json.dumps({"graded": True, "earned": 8, "criteria": [{"name": "relu_values", "status": "passed"}]}))
print("8.0"); print("1.0", file=sys.stderr)
print("### END HIDDEN TESTS\\nscore: 8/8")
8""",
    "patches_the_formatter": """
import IPython.core.formatters as formatters
formatters.PlainTextFormatter.__call__ = lambda self, value: "8"
formatters.DisplayFormatter.format = lambda self, value, **k: ({"text/plain": "8"}, {})""",
    "patches_test_tools": """
import builtins, json, math, unittest
import numpy.testing
import pytest
for name in dir(np.testing):
    if name.startswith("assert"):
        setattr(np.testing, name, lambda *a, **k: None)
np.allclose = np.array_equal = np.isclose = lambda *a, **k: True
unittest.TestCase.fail = unittest.TestCase.assertEqual = lambda *a, **k: None
unittest.TestResult.wasSuccessful = lambda self: True
pytest.main = lambda *a, **k: 0
pytest.raises = lambda *a, **k: open("/dev/null")
math.isclose = lambda *a, **k: True
builtins.abs = lambda value: 0
builtins.all = builtins.any = lambda values: True
json.dumps = lambda *a, **k: '{"earned": 8}'""",
    "patches_our_criteria": """
import proctor, proctor.criteria.arrays, proctor.criteria.criterion, proctor.verdict
for module in (proctor, proctor.criteria.arrays):
    for name in dir(module):
        if name.startswith("assert_"):
            setattr(module, name, lambda *a, **k: None)
proctor.criteria.criterion.Credit.fraction = 1.0
proctor.verdict.CriterionResult.earned = 8""",
    "patches_the_answerer": """
import proctor.channel.answer
proctor.channel.answer.Answerer.answer = lambda self, request: {"ok": True}""",
    "patches_the_encoder": """
import proctor.channel.wire as wire, proctor.jail.child as child, msgpack
original = wire.encode
wire.encode = lambda value: original({"ok": {"status": "passed", "earned": 8}})
msgpack.packb = lambda *a, **k: b"\\x81\\xa2ok\\xc3" """,
    "patches_the_jail": """
import proctor.jail.child, proctor.jail.shell, proctor.jail.limits, proctor.jail.client, proctor.jail.run
proctor.jail.shell.run_cell = lambda *a, **k: {"status": "ok", "error": ""}
proctor.jail.child._answer_request = lambda channel, *a: channel.send({"ok": True})
proctor.jail.client.Jail.ask = lambda *a, **k: True
proctor.jail.run.NotebookRun.why_missing = lambda *a: "met" """,
    "answers_everything_with_one": """
class Equal(int):
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda *a: True
    __ne__ = lambda *a: False
    __hash__ = int.__hash__
    __call__ = __getattr__ = __getitem__ = lambda self, *a, **k: self
    __iter__ = lambda self: iter([self])
    __abs__ = __sub__ = __rsub__ = __float__ = lambda *a: 0.0
    __array__ = lambda self, *a, **k: np.zeros(())
get_ipython().input_transformers_cleanup.append(lambda lines: [])
for name in ALL:
    globals()[name] = Equal(6)""",
    "exits_with_success": "import os\nos._exit(0)",
    "exits_when_asked": """
import os
get_ipython().input_transformers_cleanup.append(lambda lines: [])
for name in ALL:
    globals()[name] = lambda *a, **k: os._exit(0)""",
    "exits_behind_the_notebook": """
import atexit, os, signal, threading
atexit.register(print, '{"earned": 8}')
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
    signal.signal(number, lambda *a: os._exit(0))
threading.Timer(0.3, lambda: os._exit(0)).start()""",
    "forges_replies": """
import os, msgpack, struct
for reply in ({"ok": True}, {"ok": {"status": "ok", "error": ""}}, {"ok": 6}, {"ok": 5}, {"output": {"earned": 8}}):
    data = msgpack.packb(reply)
    for number in range(3, 256):
        try:
            os.write(number, struct.pack("<I", len(data)) + data)
        except OSError:
            pass""",
    "answers_before_it_is_asked": """
import gc, msgpack, struct, socket
data = msgpack.packb({"ok": 6})
for found in gc.get_objects():
    if isinstance(found, socket.socket):
        try:
            found.send((struct.pack("<I", len(data)) + data) * 50)
        except OSError:
            pass""",
    "answers_for_its_parent": """
import os, socket, struct, msgpack
if os.fork() == 0:
    for number in range(3, 64):
        try:
            connection = socket.socket(fileno=os.dup(number))
            connection.setblocking(True)
            data = msgpack.packb({"ok": 6})
            while True:
                (length,) = struct.unpack("<I", connection.recv(4, socket.MSG_WAITALL))
                connection.recv(length, socket.MSG_WAITALL)
                connection.sendall(struct.pack("<I", len(data)) + data)
        except (OSError, struct.error):
            pass
    os._exit(0)""",
    "answers_from_threads": """
import gc, msgpack, socket, struct, threading
data = msgpack.packb({"ok": 6})
channel = [found for found in gc.get_objects() if isinstance(found, socket.socket)]
def flood():
    try:
        while True:
            for connection in channel:
                connection.send(struct.pack("<I", len(data)) + data)
    except OSError:
        pass
for _ in range(4):
    threading.Thread(target=flood, daemon=True).start()""",
    "closes_every_descriptor": "import os\nos.closerange(0, 512)",
    "replaces_the_channel": """
import os, socket
ours, theirs = socket.socketpair()
for number in range(3, 64):
    if number not in (ours.fileno(), theirs.fileno()):
        try:
            os.fstat(number)
            os.dup2(ours.fileno(), number)
        except OSError:
            pass""",
    "reads_expected_values_from_frames": """
import gc, sys
get_ipython().input_transformers_cleanup.append(lambda lines: [])
def stolen(*arguments):
    frame = sys._getframe()
    while frame is not None:
        for name, value in frame.f_locals.items():
            if name in ("expected", "right", "secret_marker", "solution"):
                return value
        frame = frame.f_back
    for found in gc.get_objects():
        if type(found) is dict and "expected" in found and "found" in found:
            return found["expected"]
    return None
for name in ALL:
    globals()[name] = stolen""",
    "lies_about_its_class": """
get_ipython().input_transformers_cleanup.append(lambda lines: [])
class Liar:
    __class__ = property(lambda self: np.ndarray)
    __array_interface__ = property(lambda self: {"shape": (2,), "typestr": "<f8", "data": (0, True), "version": 3})
    __array_priority__ = 1e9
    __call__ = __getattr__ = lambda self, *a, **k: self
for name in ALL:
    globals()[name] = Liar()""",
    "patches_numpy_for_the_grader": """
import numpy
numpy.maximum = numpy.where = lambda *a: a[-1]
numpy.random.default_rng = lambda *a: None
numpy.asarray = lambda *a, **k: 6""",
    "stops_the_clock": """
import signal, time
time.time = time.monotonic = time.perf_counter = lambda: 0.0
signal.setitimer = lambda *a: None
signal.alarm = lambda *a: 0""",
}

# Behind the cell that builds the model, where an untrained one is handed in.
MODEL_CHEATS = {
    "patches_keras": """
keras.Model.predict = keras.Model.__call__ = lambda self, x, **k: 2 * np.asarray(x)
keras.Model.evaluate = lambda *a, **k: 0.0
keras.Sequential.predict = keras.Model.predict""",
    "patches_the_description_and_the_loader": """
import proctor.models.describe as describe
describe.describe = describe.load = lambda *a: {"ok": True}
keras.saving.load_model = keras.models.load_model = lambda *a, **k: (lambda x: 2 * x)""",
    "patches_the_optimizer_and_the_seed": """
keras.utils.set_random_seed = lambda *a: None
keras.optimizers.SGD.apply = lambda *a, **k: None
keras.metrics.Accuracy.result = lambda self: 1.0""",
    "overwrites_the_model_file": """
open("double.keras", "wb").write(b"PK" + bytes(2**20))
open("model.keras", "wb").write(b"PK")""",
}
