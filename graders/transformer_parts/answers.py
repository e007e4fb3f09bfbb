"""Other right answers of the exercise on the parts of a transformer, and wrong ones."""

from proctor.answers import edit, mutant, variant

variants = [variant("a place more for the comparison", edit("write_masks", "numbers != 0", "numbers > 0"))]
mutants = [mutant("looks at itself not", edit("write_masks", "np.tri(length, dtype=bool)", "np.tri(length, k=-1, dtype=bool)"), fails=["looking_ahead", "any_masks"])]
