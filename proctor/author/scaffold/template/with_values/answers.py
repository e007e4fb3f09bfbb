"""Other answers with a temperature; `proctor verify` tries them as three students."""

from proctor.answers import edit, mutant, variant

variants = [
    variant("multiplies by the inverse", edit("write_warm_softmax", "/ temperature", "* (1 / temperature)")),
]
mutants = [
    mutant("another temperature", edit("write_warm_softmax", "/ temperature", "/ 2.5"), fails="warm_softmax"),
    mutant("forgets the temperature", edit("write_warm_softmax", "/ temperature", ""), fails="warm_softmax"),
    mutant("multiplies by it", edit("write_warm_softmax", "/ temperature", "* temperature"), fails="warm_softmax"),
    mutant(
        "the probabilities are divided",
        edit("write_warm_softmax", "softmax(scores / temperature)", "softmax(scores) / temperature"),
        fails="warm_softmax",
    ),
]
