"""`load`: find a data set by its name, read it, and print one line that says which one it is."""

from __future__ import annotations

import difflib
import json
import os
from pathlib import Path
from typing import Any

from proctor.datasets import places
from proctor.datasets.cats import CATS
from proctor.datasets.cats_dogs import CATS_DOGS
from proctor.datasets.course import find_definitions, load_course_sets
from proctor.datasets.creature_names import CREATURE_NAMES
from proctor.datasets.crossings import CROSSINGS
from proctor.datasets.dataset import Dataset, Found, Source
from proctor.datasets.dates import DATES
from proctor.datasets.diagonal import DIAGONAL
from proctor.datasets.emoji import EMOJI
from proctor.datasets.fashion import FASHION
from proctor.datasets.happy_sad import HAPPY_SAD
from proctor.datasets.headlines import HEADLINES
from proctor.datasets.horses_humans import HORSES_HUMANS
from proctor.datasets.jazz import JAZZ
from proctor.datasets.mnist import MNIST
from proctor.datasets.newcomers import NEWCOMERS
from proctor.datasets.news import NEWS
from proctor.datasets.pets import PETS
from proctor.datasets.portraits import PORTRAITS
from proctor.datasets.resumes import RESUMES
from proctor.datasets.rooms import ROOMS
from proctor.datasets.series import SERIES
from proctor.datasets.sign_letters import SIGN_LETTERS
from proctor.datasets.signs import SIGNS
from proctor.datasets.sonnets import SONNETS
from proctor.datasets.streets import STREETS
from proctor.datasets.temperatures import TEMPERATURES
from proctor.datasets.whistles import WHISTLES
from proctor.datasets.word_vectors import WORD_VECTORS
from proctor.errors import ProctorError

_OURS = (
    MNIST,
    FASHION,
    HAPPY_SAD,
    SERIES,
    CATS,
    SIGNS,
    SIGN_LETTERS,
    DIAGONAL,
    HORSES_HUMANS,
    CATS_DOGS,
    NEWCOMERS,
    PETS,
    TEMPERATURES,
    NEWS,
    JAZZ,
    WHISTLES,
    CROSSINGS,
    STREETS,
    WORD_VECTORS,
    EMOJI,
    CREATURE_NAMES,
    DATES,
    PORTRAITS,
    ROOMS,
    HEADLINES,
    RESUMES,
    SONNETS,
)
DATASETS = {dataset.name: dataset for dataset in _OURS}
SOURCES = "sources.json"  # marks a folder that `export` wrote, and says what is in it

_announced: set[tuple[str, str]] = set()


def load(name: str, split: str = "train") -> Any:
    """Return the data set `name`, and print whether it is the real one or the drawn stand-in.

    The real one is looked for in `$PROCTOR_DATA`, in the Keras cache and, unless
    `PROCTOR_OFFLINE=1`, at its public address, in this order.

    Args:
        name: one of `names()`.
        split: "train" or "test"; the two have no item in common.

    Returns, depending on the data set:
        "mnist", "fashion": images, uint8 (n, 28, 28), and labels, uint8 (n,).
        "happy_sad": the path of a folder with the pictures in happy/ and sad/.
        "series": days and values, float32 (1461,) each.
        "cats": pictures, uint8 (n, 64, 64, 3), and labels, int64 (n,): 1 for a cat, 0 for none.
        "diagonal": points, float64 (n, 2), and labels, int64 (n,), 0 or 1.
        "signs": pictures, uint8 (n, 64, 64, 3), and labels from 0 to 5, int64 (n,).
        "sign_letters": the path of a CSV file with the columns "label", numbers of letters from 0
            (A) to 24 (Y) without 9 (J), and "pixel1" to "pixel784", not in this order.
        "horses_humans": the path of a folder with train/, validation/ and studio/, each with the
            pictures in horses/ and humans/; for "test" of one with horses/ and humans/.
        "cats_dogs": the path of a folder with the files in cats/ and dogs/, of which some are no
            pictures; all are for "test".
        "newcomers": pictures of two kinds, and a network to borrow from, as a `Newcomers`.
        "pets": for "train" two pairs, to learn from and held out: pictures, uint8 (n, 48, 48, 3),
            and labels, int64 (n,), 0 for a cat and 1 for a dog; for "test" one such pair.
        "portraits": pictures, uint8 (n, 48, 40, 3), and whose they are, int64 (n,).
        "jazz": tunes, int64 (n, 40), numbers of the words in `proctor.datasets.jazz.WORDS`.
        "whistles": three lists of sounds, float32 (samples,): calls, other whistles, backgrounds.
        "crossings": pictures, uint8 (n, 160, 256, 3), a detector's outputs, float32
            (n, 10, 10, 2, 9), and two lists: the true boxes, float64 (things, 4) each, and kinds.
        "streets": pictures, uint8 (n, 48, 64, 3), and labels, uint8 (n, 48, 64): for each pixel the
            number of one of `proctor.datasets.streets.KINDS`.
        "news": the path of a CSV file with the columns "category", one of five, and "text".
        "temperatures": the path of a folder with temperatures.csv, a line for each day, and
            sunspots.csv, a line for each month.
        "word_vectors": a dict of words, each with its vector, float64 (50,).
        "emoji": a list of sentences, labels, int64 (n,), places in `proctor.datasets.emoji.FACES`,
            and a dict of words, each with its vector, float64 (50,).
        "dates": two lists, of dates as people write them and of the same as in 1979-05-03.
        "resumes": a list of texts, and for each the list of its marks: (start, end, kind), so that
            text[start:end] is one of `proctor.datasets.resumes.KINDS`.
        "creature_names": a list of names of small letters, each once.
        "rooms": a list of `proctor.datasets.rooms.Story`: text, question, answer, start, end.
        "headlines": a list of headlines, the serious ones first, labels, int64 (n,), 1 for a joke,
            a list of words, and a dict of words, each with its vector, float64 (50,).
        "sonnets": two lists of lines in small letters, to read and to put aside; the second have no
            other words than the first.
        A course's own: see `course_data.py` in its folder.

    Raises ProctorError if there is no such data set or split, or its file cannot be read.
    """
    dataset = named(name)
    if split not in ("train", "test"):
        raise ProctorError(f'split must be "train" or "test", got {split!r}')
    if split == "test" and exported_sources() is not None:
        raise ProctorError(f"{name}: the test split is not available here.")
    found = find(dataset)
    data = read(dataset, found, split)
    if (name, split) not in _announced:
        _announced.add((name, split))
        print(_describe_source(dataset, found, split, dataset.count(data)), flush=True)
    return data


def put_aside(x: Any, y: Any) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """What to learn from, and the last tenth, held apart to judge by.

    Args:
        x, y: arrays of as many items each.

    Returns ((x, y) of the first nine tenths, (x, y) of the last).
    """
    first = len(x) - len(x) // 10
    return (x[:first], y[:first]), (x[first:], y[first:])


def source(name: str) -> Source:
    """Return "real" or "drawn", whichever data `load(name)` would return.

    Prints nothing. Like `load`, it may fetch the data from its public address the first time.

    Raises ProctorError if there is no such data set.
    """
    return find(named(name)).source


def names() -> list[str]:
    """Return the names of all data sets, the course's own included."""
    return sorted({**DATASETS, **_of_course()})


def named(name: str) -> Dataset:
    """Return the data set called `name`; raises ProctorError, with the nearest name, if none is."""
    if name in DATASETS:
        return DATASETS[name]
    if name in (own := _of_course()):
        return own[name]
    near = difflib.get_close_matches(str(name), names(), n=1)
    advice = f'Did you mean "{near[0]}"?' if near else f"There are {', '.join(names())}."
    raise ProctorError(f'There is no data set "{name}". {advice}')


def definition(name: str) -> Path | None:
    """The file of the course that defines the data set `name`; None if Proctor itself does."""
    return find_definitions(exported_sources() is not None) if name in _of_course() else None


def _of_course() -> dict[str, Dataset]:
    return load_course_sets(find_definitions(exported_sources() is not None), DATASETS)


def find(dataset: Dataset) -> Found:
    """Find where `dataset` is to be read from; fetches it from its public address if need be."""
    folder = os.environ.get("PROCTOR_DATA", "")
    exported = exported_sources()
    if exported is not None and dataset.name in exported:
        path = Path(folder) / dataset.part if dataset.part else None
        return Found(exported[dataset.name], path, "from $PROCTOR_DATA")
    if not dataset.file:
        return Found("drawn", None, "")
    if folder and exported is None:
        # The folder of unpacked files is as good as the archive.
        for path in (Path(folder) / dataset.file, Path(folder) / dataset.part):
            if os.path.exists(path):
                return Found("real", path, "from $PROCTOR_DATA")
    path = places.keras_cache() / dataset.file
    if os.path.isfile(path):
        return Found("real", path, "from the Keras cache")
    if dataset.url and (downloaded := places.download(dataset.url, dataset.sha256, dataset.file)):
        return Found("real", downloaded, f"from {dataset.url.split('/')[2]}")
    network = "PROCTOR_OFFLINE is set" if places.offline() else "offline"
    network = network if dataset.url else "they have no public address"
    given = f"no {dataset.file} in $PROCTOR_DATA" if folder else "no $PROCTOR_DATA"
    return Found("drawn", None, f"no real ones found: {network}, {given}")


def read(dataset: Dataset, found: Found, split: str) -> Any:
    """Return the data of one split; raises ProctorError if the file cannot be read."""
    if found.path is None or dataset.read is None:
        return dataset.draw(split)
    try:
        return dataset.read(found.path, split)
    except places.UNREADABLE as error:
        # The text of an OSError holds the path, and students are shown no folder of this machine.
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
        raise ProctorError(
            f"{dataset.name}: {found.path.name} ({found.where}) cannot be read: {reason}. Replace it or delete it."
        ) from error


def exported_sources() -> dict[str, Source] | None:
    """Return name → source of what `export` wrote into `$PROCTOR_DATA`.

    None if `$PROCTOR_DATA` is not set or is no folder that `export` wrote.
    """
    folder = os.environ.get("PROCTOR_DATA")
    if not folder or not os.path.isfile(path := os.path.join(folder, SOURCES)):
        return None
    try:
        sources = json.loads(Path(path).read_text())
        return {str(name): "real" if kind == "real" else "drawn" for name, kind in sources.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise ProctorError(f"{SOURCES} in $PROCTOR_DATA cannot be read; export the data again.") from error


def _describe_source(dataset: Dataset, found: Found, split: str, count: int) -> str:
    """Return such as "mnist: 60,000 real digits (from $PROCTOR_DATA)"."""
    kind = "generated" if not dataset.file else "real" if found.source == "real" else "drawn stand-in"
    where = f" ({found.where})" if found.where and dataset.file else ""
    return f"{dataset.name}: {count:,} {kind} {'test ' if split == 'test' else ''}{dataset.noun}{where}"
