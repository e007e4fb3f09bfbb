"""Right work that is untidy: none of it may cost a mark."""

from __future__ import annotations

# A cell of the student's own before right answers, or instead of one of them (by grade id).
NOISE: dict[str, str | dict[str, str]] = {
    "stderr_and_warnings": """
import logging, sys, warnings
print("careful", file=sys.stderr)
warnings.warn("deprecated")
logging.error("something is off")
warnings.simplefilter("error")""",
    "stderr_when_asked": {
        "write_relu": "import sys, warnings\ndef relu(x):\n    print('Traceback', file=sys.stderr)\n"
        "    warnings.warn('overflow')\n    print(0.0)\n    return np.maximum(x, 0)"
    },
    "numbers_printed": "print(0)\nprint('0.0')\n0",
    "figures": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nplt.figure()\n"
    "plt.close('all')\nplt.plot([3])",
    "gui_backend": "import matplotlib\nmatplotlib.use('TkAgg', force=False)\n%gui qt\n%matplotlib notebook",
    "magics": """
%load_ext autoreload
%autoreload 2
%timeit -n1 -r1 sum(range(10))
%config InlineBackend.figure_format = 'retina'
%who
!echo 0""",
    "cell_magics": "%%javascript\nalert(1)",
    "writefile_and_run": "open('mine.py', 'w').write('found = 1')\n%run mine.py\nassert found == 1",
    "bash_magic": "%%bash\necho 0 >&2\nexit 1",
    "top_level_await": "import asyncio\nawait asyncio.sleep(0)\nasync with asyncio.timeout(1):\n"
    "    await asyncio.sleep(0)",
    "breakpoint": "breakpoint()",
    "input_in_its_own_cell": "name = input('name? ')",
    "name_error_in_its_own_cell": "show(undefined)",
    "syntax_error_in_its_own_cell": "for x in\n",
    "tabs_and_unicode": {"write_relu": "def relu(größe):\n\tЖ = np.maximum(größe, 0)\n\treturn Ж  # 解 🙂"},
    "windows_line_ends": {"write_total": "def total(numbers):\r\n    return sum(numbers)\r\n"},
    "lambda_and_partial": {
        "write_total": "import functools, operator\ntotal = functools.partial(functools.reduce, operator.add)"
    },
    "numpy_scalars_returned": {"write_loss": "def loss(a, b):\n    return np.mean((a - b) ** 2)"},
    "tensors_returned": {
        "write_column": "import tensorflow as tf\ndef column(x):\n    return tf.constant(x) * 2",
    },
    "lists_returned": {"write_column": "def column(x):\n    return [2 * float(number) for number in x]"},
    "int_subclass_returned": {
        "write_total": "class Money(int):\n    pass\ndef total(numbers):\n    return Money(sum(numbers))"
    },
    "dataclass_with_slots": {
        "write_counter": "import dataclasses\n@dataclasses.dataclass(slots=True)\nclass Counter:\n    value: int = 0\n"
        "    def add(self, number):\n        self.value += number"
    },
    "list_iterator_returned": {"write_count": "def count(n):\n    return iter(range(n))"},
    "changes_its_argument": {"write_relu": "def relu(x):\n    x[x < 0] = 0\n    return x"},
    "stdout_replaced": "import io, sys\nsys.stdout = sys.stderr = io.StringIO()",
    "threads_and_pools": """
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
with ThreadPoolExecutor(4) as pool:
    list(pool.map(abs, range(9)))
ThreadPool(2).map(abs, [1])""",
    "subprocesses": "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(0)'], check=True)",
    "progress_bar_of_training": """
import keras
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
_ = model.fit(np.ones((64, 1)), np.ones((64, 1)), epochs=2)""",
    "temporary_files": """
import tempfile, pathlib
with tempfile.TemporaryDirectory() as folder:
    pathlib.Path(folder, "x").write_text("x")
np.save("mine.npy", np.ones(3)); np.load("mine.npy")""",
}
