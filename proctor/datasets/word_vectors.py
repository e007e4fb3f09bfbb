"""Word vectors: the most frequent words of GloVe, or drawn vectors that are made of meanings.

The real file holds the first 2,446 lines of glove.6B.50d.txt, packed by gzip: a word and its fifty
numbers in each line. Its makers publish them within glove.6B.zip, of 822 MB, at
https://nlp.stanford.edu/projects/glove, and `head -n 2446 glove.6B.50d.txt | gzip` makes the file.

A drawn vector is the sum of what its word means: one direction for the field of life that the word
comes from, one for the thing or the family of words that it belongs to, one each for a woman's
word, a plural, a past tense, a capital, and so on, and a little that is its own. The words of a
field also lean to a woman's or a man's, as they do in real texts, and so does each word by itself.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

from proctor.datasets.dataset import Dataset
from proctor.errors import ProctorError

DRAWING = 1  # version of the stand-in; raise it when `draw` returns something else
SEEDS = {"train": 3811, "test": 3812}
WORDS, SIZE = 2446, 50  # of the real file
LARGEST = 2**24  # bytes of the unpacked file

Vectors = dict[str, np.ndarray]

# Families of words, each with a word for each of the forms in front, in their order; "-" is none.
FORMS: dict[str, str] = {
    "man woman": """
        he she | him her | his - | himself - | man woman | boy girl | father mother | son daughter | brother sister |
        husband wife | king queen | prince - | lord - | male female | spokesman spokeswoman""",
    "men women": "men women | boys girls | brothers -",
    "land capital people": """
        france paris french | japan tokyo japanese | china beijing chinese | russia moscow russian |
        iraq baghdad iraqi | england london english | israel jerusalem israeli | germany - german |
        italy - italian | spain - spanish | iran - iranian | turkey - turkish | mexico - mexican | greece - greek |
        india - indian | canada - canadian | australia - australian | ireland - irish | egypt - egyptian |
        poland - - | brazil - - | sweden - - | switzerland - swiss""",
    "now past done doing": """
        go went gone going | come came - coming | take took taken taking | give gave given giving | see saw seen - |
        say said - saying | run ran - running | win won - winning | lose lost - losing | make made - making |
        write wrote written writing | know knew known - | get got - getting | play played - playing |
        speak spoke - speaking | begin began - beginning | think thought - thinking | build built - building""",
    "as more most": """
        large larger largest | small smaller - | high higher highest | low lower - | big - biggest |
        good better best | bad - worst | great greater - | young younger - | old older - | close closer -""",
    "one many": """
        city cities | country countries | year years | month months | week weeks | day days | car cars | house houses |
        ship ships | team teams | game games | player players | leader leaders | student students | doctor doctors |
        lawyer lawyers | artist artists | officer officers | song songs | child children |
        school schools | book books""",
}
# How far the words of a field lean to a woman's (above 0) or to a man's (below), and the words.
FIELDS: dict[str, tuple[float, str]] = {
    "family": (0.9, "baby kids parents marriage married families couple home love friends lives born"),
    "arts": (0.6, "singer dance music album songs artist actor film movie theater writer author art novel show"),
    "health": (0.6, "patients medical care hospital doctor doctors health cancer disease treatment body heart"),
    "school": (0.3, "professor student students college university language class science library"),
    "nature": (0.2, "sea river island coast lake mountain beach water earth animals fish"),
    "weather": (0.1, "rain storm weather winter summer spring heat cold hot ice sun"),
    "counting": (0.0, "one two three four five six seven eight nine ten dozen"),
    "days": (0.0, "monday tuesday wednesday thursday friday saturday sunday weekend week evening"),
    "law": (-0.2, "judge lawyer attorney court legal justice laws trial police prison editor guilty"),
    "business": (-0.5, "manager chief director bank market chairman company analyst trade prices profit shares"),
    "politics": (-0.7, "president minister governor mayor secretary ambassador leader party election vote power"),
    "sport": (-0.8, "coach captain player league football goal season stadium match squad team scoring field defense"),
    "war": (-0.9, "commander army troops soldiers officer officers command weapons battle forces guard attack war"),
    "royalty": (0.0, "king queen prince lord royal kingdom"),
}
LEANING = 0.35  # how far a word leans by itself, as a standard deviation
FIELD, FAMILY, FORM, GENDER, OWN, COMMON, LEAN = 0.9, 1.0, 0.8, 0.8, 0.75, 0.4, 0.5


def draw(split: str) -> Vectors:
    """Draw a vector for each word, float64 (50,), as the docstring of this module tells.

    The words of both splits are the same, their vectors are not.
    """
    rng = np.random.default_rng(SEEDS[split])
    square, triangle = np.linalg.qr(rng.normal(size=(SIZE, SIZE)))
    square_on_square = iter((square * np.sign(np.diag(triangle))).T)  # no two of these have anything in common

    common, gender, many = (next(square_on_square) for _ in range(3))

    def own(strength: float) -> np.ndarray:
        """A direction that says nothing of a woman or a man."""
        vector = rng.normal(0, strength / np.sqrt(SIZE), SIZE)
        return vector - vector @ gender * gender

    sums: Vectors = {}
    for forms, families in FORMS.items():
        ways = [-GENDER * gender, GENDER * gender]
        if forms == "men women":
            ways = [way + FORM * many for way in ways]
        elif forms != "man woman":
            ways = [FORM * next(square_on_square) for _ in forms.split()]
        for family in families.split("|"):
            thing = own(FAMILY)
            sums |= {word: thing + way for word, way in zip(family.split(), ways, strict=True) if word != "-"}
    for leaning, words in FIELDS.values():
        field = FIELD * next(square_on_square)
        for word in words.split():
            thing, lean = own(FAMILY), LEAN * rng.normal(leaning, LEANING) * gender
            sums[word] = sums.get(word, thing) + field + lean
    return {word: rng.uniform(3, 7) * (COMMON * common + vector + own(OWN)) for word, vector in sums.items()}


def read(path: Path, split: str) -> Vectors:
    """Return the vector of each word, float64 (50,), the most frequent word first.

    Args:
        path: the cut file of GloVe's, packed by gzip, or what `write` wrote.
        split: "train"; there are no other real words.

    Raises ProctorError for the test split; OSError, EOFError or ValueError if the file cannot be
    unpacked or holds something else.
    """
    if split == "test":
        raise ProctorError("word_vectors: the real words are one set; there is no test split of them.")
    if path.suffix == ".npz":
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            words, table = arrays["words"].tolist(), arrays["vectors"].astype(np.float64)
    else:
        with gzip.open(path) as packed:
            lines = packed.read(LARGEST).decode("utf-8").splitlines()[:WORDS]
        words = [line.split(" ", 1)[0] for line in lines]
        table = np.loadtxt([line.partition(" ")[2] for line in lines], np.float64, comments=None, ndmin=2)
    if len(set(words)) != len(words) or table.shape != (len(words), SIZE):
        raise ValueError(f"it must hold different words and {SIZE} numbers for each, found {table.shape}")
    return dict(zip(words, table, strict=True))


def write(data: Vectors, path: Path) -> None:
    """Write the words and their vectors as arrays of NumPy's."""
    np.savez(path, words=np.array(list(data)), vectors=np.array(list(data.values())))


WORD_VECTORS = Dataset(
    name="word_vectors",
    noun="words",
    draw=draw,
    drawing=DRAWING,
    count=len,
    file="glove.6B.50d.first2446.txt.gz",
    sha256="a7e3fcd9ec881417573fb7ceb920359000844211ffbcb9eec7610e7ed98bcee3",
    read=read,
    part="word_vectors.npz",
    write=write,
)
