"""Wrong answers that imitate right values, by the grade id of their cell."""

from __future__ import annotations

EQUAL = """class Equal({base}):
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda *a: True
    __ne__ = lambda *a: False
    __hash__ = {base}.__hash__
"""

LIES: dict[str, tuple[str, str]] = {
    "int_that_equals_all": ("total", EQUAL.format(base="int") + "def total(numbers):\n    return Equal(1)"),
    "float_that_equals_all": ("relu", EQUAL.format(base="float") + "def relu(x):\n    return Equal(1)"),
    "float_that_is_less_than_all": ("loss", EQUAL.format(base="float") + "def loss(a, b):\n    return Equal(0.5)"),
    "object_that_equals_all": ("total", EQUAL.format(base="object") + "def total(numbers):\n    return Equal()"),
    "object_attribute_that_equals_all": (
        "counter",
        EQUAL.format(base="object") + "class Counter:\n    value = Equal()\n    def add(self, number): pass",
    ),
    "list_that_equals_all": (
        "count",
        "class Equal(list):\n    __eq__ = lambda *a: True\n    __len__ = lambda self: 3\ndef count(n):\n"
        "    return Equal([7])",
    ),
    "array_that_equals_all": (
        "relu",
        "class Equal(np.ndarray):\n    __eq__ = lambda *a: True\n"
        "    __array_ufunc__ = lambda *a, **k: np.zeros((2, 3, 4))\n"
        "def relu(x):\n    return np.ones(x.shape).view(Equal)",
    ),
    "array_protocol": (
        "relu",
        "class Array:\n    def __array__(self, *a, **k):\n        return np.zeros(())\ndef relu(x):\n"
        "    return Array()",
    ),
    "array_interface": (
        "relu",
        "class Array:\n    __array_interface__ = {'shape': (2,), 'typestr': '<f8', 'data': (8, False), 'version': 3}\n"
        "def relu(x):\n    return Array()",
    ),
    "float_protocol": (
        "loss",
        "class Low:\n    def __float__(self):\n        return 0.0\ndef loss(a, b):\n    return Low()",
    ),
    "str_that_is_a_number": ("total", "def total(numbers):\n    return str(sum(numbers))"),
    "true_for_one": ("total", "def total(numbers):\n    return True"),
    "nan": ("relu", "def relu(x):\n    return np.full(x.shape, np.nan)"),
    "nan_for_a_small_number": ("loss", "def loss(a, b):\n    return float('nan')"),
    "nan_total": ("total", "def total(numbers):\n    return float('nan')"),
    "infinity": ("relu", "def relu(x):\n    return np.full(x.shape, np.inf)"),
    "column_vector": ("column", "def column(x):\n    return (2 * x)[:, None]"),
    "row_vector": ("column", "def column(x):\n    return (2 * x)[None]"),
    "one_that_broadcasts": ("relu", "def relu(x):\n    return np.zeros(1)"),
    "scalar_that_broadcasts": ("relu", "def relu(x):\n    return 0.0"),
    "empty_array": ("relu", "def relu(x):\n    return np.zeros((0, *x.shape[1:]))"),
    "stride_zero_array": ("relu", "def relu(x):\n    return np.broadcast_to(x.flat[0], x.shape)"),
    "unsigned_that_wraps": (
        "column",
        "def column(x):\n    return (2 * x - 256).astype(np.int64).astype(np.uint8) - np.uint8(1)",
    ),
    "int64_that_overflows": (
        "total",
        "def total(numbers):\n    return int(np.array([n % 2**64 for n in numbers], dtype=np.uint64).sum())",
    ),
    "float_of_a_huge_integer": ("total", "def total(numbers):\n    return float(sum(numbers)) + 2.0**30"),
    "integer_of_a_million_bits": ("total", "def total(numbers):\n    return 1 << 10**6"),
    "half_precision": ("relu", "def relu(x):\n    return (np.maximum(x, 0) * 1.03).astype(np.float16)"),
    "complex_with_the_right_real_part": ("relu", "def relu(x):\n    return np.maximum(x, 0) + 5j"),
    "complex_between_two_numbers": (
        "loss",
        "def loss(a, b):\n    return complex(np.mean((a - b) ** 2), 5)",
    ),
    "text_array": ("relu", "def relu(x):\n    return np.maximum(x, 0).astype(str)"),
    "object_array": ("relu", "def relu(x):\n    return np.array([Ellipsis] * x.size, dtype=object).reshape(x.shape)"),
    "structured_array": ("relu", "def relu(x):\n    return np.zeros(x.shape, dtype=[('x', 'f8')])"),
    "masked_array": ("relu", "def relu(x):\n    return np.ma.masked_all(x.shape)"),
    "dates": ("relu", "def relu(x):\n    return np.zeros(x.shape, dtype='M8[s]')"),
    "generator": ("relu", "def relu(x):\n    return (number for number in x)"),
    "endless_generator": ("count", "def count(n):\n    while True:\n        yield 0"),
    "nested_for_ever": ("relu", "def relu(x):\n    nest = []\n    nest.append(nest)\n    return nest"),
    "nested_deep": (
        "relu",
        "def relu(x):\n    nest = 0\n    for _ in range(10**5):\n        nest = [nest]\n    return nest",
    ),
    "a_million_items": ("relu", "def relu(x):\n    return [0] * (3 * 10**6)"),
    "huge_array": ("relu", "def relu(x):\n    return np.zeros(10**8)"),
    "mapping_that_never_ends": (
        "relu",
        "from collections.abc import Mapping\nimport itertools\nclass Endless(Mapping):\n    __len__ = lambda self: 1\n"
        "    __getitem__ = lambda self, key: key\n    __iter__ = lambda self: itertools.count()\n"
        "def relu(x):\n    return Endless()",
    ),
    "repr_that_never_ends": (
        "relu",
        "class Slow:\n    def __repr__(self):\n        while True: pass\ndef relu(x):\n    return Slow()",
    ),
    "repr_with_a_verdict": (
        "total",
        "class Text:\n    def __repr__(self):\n        return '6'\n    __str__ = __repr__\n"
        "def total(numbers):\n    return Text()",
    ),
    "the_function_itself": ("relu", "def relu(x):\n    return relu"),
    "the_class_itself": ("total", "class total:\n    def __init__(self, numbers): pass"),
    "an_exception": ("total", "def total(numbers):\n    return AssertionError('met')"),
    "an_exception_raised": ("total", "import pytest\ndef total(numbers):\n    pytest.skip('full marks')"),
    "a_unittest_skip": ("total", "import unittest\ndef total(numbers):\n    raise unittest.SkipTest('full marks')"),
    "an_expected_failure": ("total", "import pytest\ndef total(numbers):\n    pytest.xfail('full marks')"),
    "an_outcome_exit": ("total", "import pytest\ndef total(numbers):\n    pytest.exit('full marks', returncode=0)"),
    "hard_coded_public_answers": (
        "relu",
        "def relu(x):\n    return np.array([0.0, 2.0])",
    ),
    "lists_of_lying_numbers": (
        "relu",
        EQUAL.format(base="float") + "def relu(x):\n    return [Equal(1)] * len(x)",
    ),
}

# What such an answer still earns, where it is not nothing: a criterion that it truly meets.
HONEST = {
    "int64_that_overflows": 1,
    "hard_coded_public_answers": 1,
}
