"""The hidden criteria of `augment`, which students never get."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
    as_tuple,
    assert_choice,
    assert_close,
    assert_shape,
    call_unchanged,
    criterion,
    datasets,
    layer,
    make_model,
)


@criterion("versions", points=1, hint="Try one copy, whole numbers as pictures, and labels other than 0 and 1.")
@pytest.mark.parametrize("count, copies, dtype", [(9, 1, "uint8"), (4, 5, "float32"), (1, 12, "uint8")])
def test_any_pictures(student, count, copies, dtype):
    """Any number of versions is made of any number of pictures, each with its label."""
    rng = np.random.default_rng(count)
    shown = rng.integers(0, 256, (count, 10, 10, 3)).astype(dtype)
    shown[..., 2] = 25 * np.arange(1, count + 1)[:, None, None]
    labels = rng.permutation(50)[:count] - 20
    block = make_model(student, (10, 10, 3), layer("RandomFlip", mode="horizontal"))
    made = call_unchanged(student, "make_versions", block, shown, labels, copies)
    versions, found = as_tuple(made, "make_versions(...)", ("pictures", "labels"))
    versions, found = as_array(versions, "the varied pictures"), as_array(found, "the labels")
    assert_shape(versions, (count * copies, 10, 10, 3), "the varied pictures")
    assert_shape(found, (count * copies,), "the labels")
    numbers = np.rint(np.median(versions[..., 2].astype(float), axis=(1, 2)) / 25).astype(int) - 1
    if sorted(numbers) != sorted([*range(count)] * copies):
        raise CriterionFailed("as many versions of each picture as there should be", "others")
    if set(zip(numbers.tolist(), found.tolist(), strict=True)) - set(enumerate(labels.tolist())):
        raise CriterionFailed("the label of its picture for each version", "other labels")
    mirrored = [
        [np.abs(version - picture).max() < 0.5 for picture in (shown[number], shown[number][:, ::-1])]
        for version, number in zip(versions.astype(float), numbers, strict=True)
    ]
    if not all(map(any, mirrored)):
        raise CriterionFailed("pictures as the block makes them", "others")


@criterion("gap", points=1, hint="Try longer lists, NumPy arrays, and no number for `last`.")
@pytest.mark.parametrize("epochs", [3, 5, 12, 40])
def test_any_history(student, epochs):
    """The gap of any history is right, over 5 epochs if nothing else is said."""
    rng = np.random.default_rng(epochs)
    known, new = rng.uniform(0, 1, (2, epochs)).round(3)
    for last in (None, 1, 4, 10):
        for convert in (np.ndarray.tolist, np.array):
            history = {"val_accuracy": convert(new), "loss": [1.0] * epochs, "accuracy": convert(known)}
            found = call_unchanged(student, "gap", history, *([] if last is None else [last]))
            count = 5 if last is None else last
            expected = 100 * (known[-count:].mean() - new[-count:].mean())
            assert_close(as_array(found, "gap(...)"), np.array(expected), "gap(...)", atol=1e-3)


@criterion("accuracy", points=2, hint="How far apart are the two learning curves, and is the second one still rising?")
def test_knows_new_pictures(student, thresholds, credit):
    """The saved network is right about most cats and dogs that this notebook has never loaded."""
    credit.within(accuracy(student.model, datasets.load("pets", split="test")), thresholds, "new")


@criterion("answers", points=1, hint="What does a mirror make of the thing that the label is about?")
def test_the_mirror(student):
    """It is known where mirroring spoils the labels."""
    wrong = {
        "a": "A mirrored leaf could have grown on the same tree.",
        "c": "A mirrored cloud is a cloud.",
    }
    assert_choice(student.answers, "mirror", "b", wrong)


@criterion("answers", points=1, hint="Which pictures is each of the two curves about?")
def test_the_curve_above(student):
    """It is known why the curve of the pictures held out may lie above the other one."""
    wrong = {
        "a": "Then both curves would come together, but the varied pictures would still be the harder ones.",
        "b": "A picture does not become easier because there are fewer of them; the curve only becomes noisier.",
    }
    assert_choice(student.answers, "above", "c", wrong)


@criterion("answers", points=1, hint="What are the pictures held out there for?")
def test_the_judge(student):
    """It is known what is lost if the pictures held out are varied, too."""
    wrong = {
        "b": "No network learns from the pictures that judge it, varied or not.",
        "c": "The number is to say what the network is worth on the pictures that come. Is it still about these?",
    }
    assert_choice(student.answers, "judge", "a", wrong)
