"""The proof that the grader is right.

`variants` are other right answers; `mutants` are wrong ones, with the criteria that must catch
them.
"""

from proctor.answers import edit, mutant, replace, variant

ROW_BY_ROW = """
def softmax(scores):
    def of_row(row):
        powers = [np.exp(score - max(row)) for score in row]
        return [power / sum(powers) for power in powers]

    return np.apply_along_axis(of_row, -1, scores)
"""

variants = [
    variant("by way of logarithms", edit("write_softmax", "scores.max(", "np.logaddexp.reduce(scores, ")),
    variant("row by row", replace("write_softmax", ROW_BY_ROW)),
]

mutants = [
    mutant(
        "sums over the whole batch",
        edit("write_softmax", "powers.sum(axis=-1, keepdims=True)", "powers.sum()"),
        fails=["rows_are_on_their_own", "any_shape", "large_scores"],
    ),
    mutant(
        "lets large scores overflow",
        edit("write_softmax", " - scores.max(axis=-1, keepdims=True)", ""),
        fails="large_scores",
    ),
    mutant(
        "divides by the largest",
        edit("write_softmax", "powers.sum(", "powers.max("),
        fails="softmax",
    ),
]

hidden_because = {
    "large_scores": "the text says that there is a trap; seeing it is part of the task",
}
