"""How well a jail holds: the layers that this machine offers, and the least that a course accepts."""

from __future__ import annotations

VIEW, PROCESSES, LANDLOCK, FILTER = "view", "processes", "landlock", "filter"

LAYERS = {
    VIEW: "sees the system, Python and the training data, read-only, and no network",
    PROCESSES: "sees and signals its own processes only, has scratch space of its own, dies whole",
    LANDLOCK: "opens only what the kernel has on a list",
    FILTER: "system calls that no notebook needs are refused",
}

# Strongest first, by the word with which a course accepts it.
TIERS: dict[str, frozenset[str]] = {
    "full": frozenset(LAYERS),
    "namespaces": frozenset([VIEW, PROCESSES, FILTER]),
    "landlock": frozenset([LANDLOCK, FILTER]),
    "process": frozenset(),
}


def tier(layers: frozenset[str]) -> str:
    """The strongest tier of which every layer is there."""
    return next(name for name, needed in TIERS.items() if needed <= layers)


def is_as_strong(found: str, wanted: str) -> bool:
    """Whether the tier `found` is `wanted` or a stronger one."""
    order = list(TIERS)
    return order.index(found) <= order.index(wanted)


def as_bits(layers: frozenset[str]) -> int:
    """The layers as one byte, for the fork server to say with each jail."""
    return sum(1 << bit for bit, name in enumerate(LAYERS) if name in layers)


def from_bits(bits: int) -> frozenset[str]:
    """The layers that `as_bits` made `bits` from."""
    return frozenset(name for bit, name in enumerate(LAYERS) if bits >> bit & 1)
