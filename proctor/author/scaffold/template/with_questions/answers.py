"""Every wrong choice is a mutant."""

from proctor.answers import edit, mutant, replace, variant

variants = [
    variant("capital letters", replace("write_answers", 'answers = dict(scale="C", shift=" B ")')),
]
mutants = [
    mutant("all grow", edit("write_answers", '"b"', '"a"'), fails="a_shift_of_the_scores"),
    mutant("one grows", edit("write_answers", '"b"', '"c"'), fails="a_shift_of_the_scores"),
    mutant("nothing changes", edit("write_answers", '"c"', '"a"'), fails="a_larger_scale"),
    mutant("they become alike", edit("write_answers", '"c"', '"b"'), fails="a_larger_scale"),
    mutant(
        "a question is left out",
        edit("write_answers", '"shift": "b", ', ""),
        fails=["every_question_has_an_answer", "a_shift_of_the_scores"],
    ),
]
hidden_because = {
    "a_shift_of_the_scores": "a public criterion would hold the key",
    "a_larger_scale": "a public criterion would hold the key",
}
