"""Names of the layers that isolate a jail, and the tiers of isolation that a course can accept."""

from __future__ import annotations

VIEW, PROCESSES, LANDLOCK, FILTER = "view", "processes", "landlock", "filter"

LAYERS = {
    VIEW: "sees the system, Python and the training data, read-only, and no network",
    PROCESSES: "sees and signals its own processes only, has scratch space of its own, dies whole",
    LANDLOCK: "opens only what the kernel has on a list",
    FILTER: "system calls that no notebook needs are refused",
}

# Strongest first; the keys are the values of `c.Proctor.jail` in nbgrader_config.py.
TIERS: dict[str, frozenset[str]] = {
    "full": frozenset(LAYERS),
    "namespaces": frozenset([VIEW, PROCESSES, FILTER]),
    "landlock": frozenset([LANDLOCK, FILTER]),
    "process": frozenset(),
}

HOLDS = {
    "full": "It saw the system, Python and the training data only, had no network, and ended with all that it started.",
    "namespaces": (
        "It saw the system, Python and the training data only, had no network, and ended with all that it started. "
        "The kernel's own list of files (Landlock), a second lock on the same door, is missing here."
    ),
    "landlock": (
        "It could open the system, Python and the training data only, and had no network. "
        "It could find out whether another file exists, and its memory was bounded process by process."
    ),
    "process": "It could read what this machine's user may read, and use the network: only for code that is trusted.",
}
"""Tier → what held for the student code that ran in it (docs/security.md, "Tiers")."""


def tier(layers: frozenset[str]) -> str:
    """The strongest tier whose layers are all in `layers`."""
    return next(name for name, needed in TIERS.items() if needed <= layers)


def is_as_strong(found: str, wanted: str) -> bool:
    """Whether the tier `found` is at least as strong as the tier `wanted`."""
    order = list(TIERS)
    return order.index(found) <= order.index(wanted)


def to_bits(layers: frozenset[str]) -> int:
    """The layers as a bit field of one byte, as the fork server sends them."""
    return sum(1 << bit for bit, name in enumerate(LAYERS) if name in layers)


def from_bits(bits: int) -> frozenset[str]:
    """The layers in a bit field that `to_bits` made."""
    return frozenset(name for bit, name in enumerate(LAYERS) if bits >> bit & 1)
