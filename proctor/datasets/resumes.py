"""Short letters of people who look for work, and what is marked in them.

A letter is made of sentences, such as "I have worked at {employer} since {year}.", whose gaps are
filled. Five kinds of fillings are marked: `KINDS`. Names of families, employers and places are made
up of the same parts, so a word does not tell what it is; the words around it do.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from proctor.datasets.dataset import Dataset

DRAWING = 1  # raise it when a letter changes
KINDS = ("name", "employer", "place", "skill", "degree")

Mark = tuple[int, int, int]
Resumes = tuple[list[str], list[list[Mark]]]

# What fills the gaps. Words behind a bar are in no letter to learn from, nor is one in four of the
# names that are put together.
ONSETS = "B Bl Br C Cl Cr D Dr F Fl G Gr H J K L M N P Pl R S Sh St T Th Tr V W Wh | Dw Gl Kn Qu Sn Sw Y Z"
VOWELS = "a e i o u"
CODAS = "ck l ld m n nd ng r rk rn s sk st th x"
ENDINGS = "bury by combe den field ford gate ham ley low more ridge stead stow ton well wick worth"
MIDDLES = "b d l ll m n nd r rt s t v z"
CLOSINGS = "a an as e el en et ia ic in ina is o on or us y"
BUSINESSES = """Airlines Bank Energy Foods Hospital Hotels Insurance Laundry Library Logistics Media Motors Museum Rail
School Steel Systems Textiles Theatre Tools"""
COLOURS = """Amber Black Blue Bright Bronze Copper First Free Golden Grand Green Grey Happy Iron Little Long Northern
Old Proud Quick Quiet Red Royal Silver Southern Sunny Swift United White Wild"""
THINGS = """Anchor Apple Arrow Barrel Bear Bell Bridge Candle Castle Chair Clock Cloud Crown Door Eagle Feather
Fountain Fox Garden Hammer Harbour Horse House Kettle Key Lamp Lantern Leaf Lion Market Mill Moon Needle Oak Owl River
Ship Spoon Star Stone Table Tower Tree Wagon Wheel | Acorn Compass Falcon Island Ladder Meadow Orchard Pencil Tiger"""
ACTIVITIES = """baking binding building buying carving cleaning collecting cooking counting cutting designing drawing
drying fixing growing guarding hanging leading lifting loading making mending mixing moving naming packing painting
planning planting printing reading repairing selling sewing sorting storing teaching testing tracking training
translating washing weaving weighing welding writing | baling brewing drilling engraving feeding grinding ironing
judging pruning rinsing"""
OBJECTS = """baskets bicycles boats books boxes bread bricks cakes cars chairs children clocks clothes crowds data dogs
doors dramas engines flowers forms furniture gardens glass hats horses houses knives lamps letters machines maps
meals metal music numbers paper parcels pictures plans plants poems rooms ropes shoes signs silk songs stories tables
teams texts tools toys trees walls windows wood wool | apprentices beehives cheese fences gates jewels mirrors
pottery saddles tents"""
MAKERS = "Base Cad Desk Draw Flow Lab Pad Plan Script Sheet Type ify ix os soft | Cast Grid Mark Note Track"
LEVELS = "BA BSc Certificate Diploma Doctorate MA MSc PhD"
SUBJECTS = """Accounting Agriculture Art Biology Chemistry Classics Dance Design Drama Economics Education Engineering
Ethics Farming Film Finance Forestry Geography Geology Greek Health History Hygiene Languages Latin Law Linguistics
Literature Logic Management Mathematics Mechanics Medicine Music Nursing Nutrition Optics Pharmacy Philosophy Physics
Planning Politics Psychology Religion Safety Sociology Sport Statistics Tourism Work | Archaeology Astronomy
Dentistry Ecology Journalism Theology Weaving Zoology"""
ROLES = "baker clerk cook driver gardener guard manager mechanic nurse painter teacher trainee waiter writer"
MONTHS = "January March April June July August October November"

# Sentences of a letter. The first one is of "hello", the others are of any other group.
SENTENCES = {
    "hello": """{name}, {place}. | My name is {name} and I live in {place}. | I am {name}. | This is a letter from
        {name}, {place}. | I am {name} from {place}, and I am looking for work. |
        Dear Sir or Madam, my name is {name}.""",
    "job": """I have worked at {employer} in {place} since {year}. | From {year} to {later} I was with {employer}. |
        Last employer: {employer}, {place}. | In {year} I joined {employer} as a {role}. | My last job was at
        {employer}, {place}. | I was a {role} for {employer} until {year}. | I left {employer} in {month} and moved to
        {place}. | At {employer} I worked for {name}. | I know {place} from my years with {employer}.""",
    "study": """I hold a {degree} from {place}. | Education: {degree}, {place}, {year}. | In {year} I finished my
        {degree}. | I studied in {place} and have a {degree}. | Degree: {degree} ({year}).""",
    "skill": """I am good at {skill}, {skill} and {skill}. | Skills: {skill}, {skill}, {skill}. | Software: {tool}
        {tool} {tool}. | I know the programs {tool} and {tool}, and I enjoy {skill}. | People call me when it comes to
        {skill}. | My strengths are {skill} and {skill}. | Software: {tool} {tool}. | I use {tool} every day.""",
    "other": """I can start in {month}. | I look forward to your answer. | Please call me after {month}. | You may ask
        {name} of {employer}. | I would like to move to {place}. | Please ask {name} about me. | My friend {name} told
        me about you. | Thank you for reading.""",
}

COUNTS, SEEDS = {"train": 4500, "test": 300}, {"train": 4501, "test": 4502}
LONG, SLIPS = 0.02, 0.05  # shares of letters that are long, and of marks that are a letter off

PIECES = Path(__file__).parent / "resume_pieces.txt"
FIRST_PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
PAD, UNK, CLS, SEP = range(4)
WORD = re.compile(r"\w+|[^\w\s]+")  # how `tokenizers.pre_tokenizers.Whitespace` cuts


def _items(text: str, new: bool) -> list[str]:
    """What stands before the bar, or behind it."""
    known, _, unknown = text.partition("|")
    return [item.replace("_", " ") for item in (unknown if new else known).split()]


class _Writer:
    """Writes letters.

    Args:
        seed: of all that it draws.
        new: whether it fills the gaps with what is in no letter to learn from.
    """

    def __init__(self, seed: int, new: bool) -> None:
        self.rng, self.new = np.random.Generator(np.random.PCG64(seed)), new

    def choose(self, items: list[str]) -> str:
        return items[int(self.rng.integers(len(items)))]

    def one_of(self, text: str) -> str:
        return self.choose(_items(text, self.new))

    def join(self, *lists: str) -> str:
        """A name put together of one item of each list."""
        known, unknown = [_items(each, False) for each in lists], [_items(each, True) for each in lists]
        while True:
            parts = [self.choose(old + new if self.new else old) for old, new in zip(known, unknown, strict=True)]
            seen = all(part in old for part, old in zip(parts, known, strict=True))
            if seen:  # such as "Ba" + "ck" + "ton"
                seen = sum(old.index(part) for part, old in zip(parts, known, strict=True)) % 4 > 0
            if seen != self.new:
                return "".join(parts)

    def town(self) -> str:
        """A name of a place, which may be a family's, too."""
        return self.join(ONSETS, VOWELS, CODAS, ENDINGS)

    def employer(self) -> str:
        """A firm's name, which may be that of a place alone."""
        which = self.rng.random()
        if which < 0.5:
            return f"{self.town()} {self.choose(BUSINESSES.split())}"
        if which < 0.65:
            return f"{self.town()} & {self.choose(['Sons', 'Daughters'])}"
        if which < 0.9:
            return f"{self.choose(COLOURS.split())} {self.one_of(THINGS)}"
        return self.town()

    def skill(self) -> str:
        """What somebody can do, such as "cooking" or "tuning harps"."""
        if self.rng.random() < 0.3:
            return self.one_of(ACTIVITIES)
        return f"{self.choose(_items(ACTIVITIES, new=False))} {self.one_of(OBJECTS)}"

    def fill(self, gap: str) -> str:
        """What is written for a gap."""
        match gap:
            case "name":
                return f"{self.join(ONSETS, VOWELS, MIDDLES, CLOSINGS)} {self.town()}"
            case "employer":
                return self.employer()
            case "place":
                return self.town()
            case "skill":
                return self.skill()
            case "tool":
                return self.join(ONSETS, VOWELS, MIDDLES, MAKERS)
            case "degree":
                return f"{self.choose(LEVELS.split())} in {self.one_of(SUBJECTS)}"
            case "year":
                self.year = int(self.rng.integers(1985, 2020))
                return str(self.year)
            case "later":
                return str(self.year + int(self.rng.integers(1, 7)))
            case "month":
                return self.choose(MONTHS.split())
            case _:
                return self.choose(ROLES.split())

    def write(self) -> tuple[str, list[Mark]]:
        """A letter, and the marks in it."""
        groups = [group for group in SENTENCES if group != "hello"]
        count = int(self.rng.integers(5, 7) if self.rng.random() < LONG else self.rng.integers(1, 3))
        order = [str(group) for group in self.rng.permutation(groups)]
        text, marks = "", []
        for group in ["hello", *(order * 2)[:count]]:
            sentence = self.choose([" ".join(each.split()) for each in SENTENCES[group].split("|")])
            text += " " if text else ""
            for part in re.split(r"({\w+})", sentence):
                if not part.startswith("{"):
                    text += part
                    continue
                gap = part[1:-1]
                start, text = len(text), text + self.fill(gap)
                kind = "skill" if gap == "tool" else gap
                if kind in KINDS:
                    marks.append((start, len(text), KINDS.index(kind)))
        return text, [self.mark_carelessly(text, mark) for mark in marks]

    def mark_carelessly(self, text: str, mark: Mark) -> Mark:
        """A mark, which is now and then a character off, though not a word."""
        start, end, kind = mark
        slip = self.rng.random()
        if slip < SLIPS / 2 and text[end - 2 : end].isalnum():
            end -= 1
        elif slip > 1 - SLIPS / 2 and text[start - 1 : start] == " ":
            start -= 1
        return start, end, kind


def draw_resumes(count: int, seed: int, new: bool = False) -> Resumes:
    """Draw letters.

    Args:
        count: number of letters.
        seed: of the letters.
        new: whether the names, skills and so on are in no letter to learn from.

    Returns the texts, and for each the marks: (start, end, kind), so that text[start:end] is marked
    as KINDS[kind].
    """
    writer = _Writer(seed, new)
    texts, marks = zip(*(writer.write() for _ in range(count)), strict=True)
    return list(texts), list(marks)


def read_pieces() -> list[str]:
    """The pieces of words that a tokenizer knows: the number of a piece is its place in this list.

    They were learned from the letters by the library `tokenizers`, and are kept in a file, since it
    numbers them in another order each time: `python -m proctor.datasets.train_resume_pieces`.
    """
    return PIECES.read_text(encoding="utf-8").split("\n")[:-1]


def find_words(text: str) -> list[tuple[int, int]]:
    """Where each word of a text stands, as `tokenizers.pre_tokenizers.Whitespace` finds it."""
    return [match.span() for match in WORD.finditer(text)]


def cut_word(word: str, places: dict[str, int]) -> list[int]:
    """The numbers of the pieces of a word, as `tokenizers.models.WordPiece` cuts it.

    Args:
        word: one without white space.
        places: the number of each piece.
    """
    numbers: list[int] = []
    start = 0
    while start < len(word):
        before = "##" if start else ""
        ends = [end for end in range(len(word), start, -1) if before + word[start:end] in places]
        if not ends:
            return [UNK]
        numbers.append(places[before + word[start : ends[0]]])
        start = ends[0]
    return numbers


def make_rows(texts: list[str], length: int) -> tuple[np.ndarray, list[list[int]]]:
    """What a tagger of these pieces takes, without the library.

    Returns rows of numbers, int64 (len(texts), length), and for each text the places in its row at
    which a word begins; words that are cut off have none.
    """
    places = {piece: number for number, piece in enumerate(read_pieces())}
    rows, firsts = np.zeros((len(texts), length), np.int64), []
    for row, text in zip(rows, texts, strict=True):
        numbers, begins = [CLS], []
        for start, end in find_words(text):
            begins.append(len(numbers))
            numbers += cut_word(text[start:end], places)
        numbers = [*numbers[: length - 1], SEP]
        row[: len(numbers)] = numbers
        firsts.append([first for first in begins if first < length - 1])
    return rows, firsts


def count_found(
    texts: list[str], marks: list[list[Mark]], answers: np.ndarray, firsts: list[list[int]]
) -> tuple[int, int, int]:
    """How many whole entities of letters were found.

    Args:
        texts, marks: as `draw_resumes` returns them.
        answers: array of labels (len(texts), length): 2k + 1 for the first word of an entity of the
            kind k, 2k + 2 for its others, 0 for none.
        firsts: the places in a row at which words begin, as `make_rows` returns them.

    Returns how many are right, how many were found, and how many there are.
    """
    right = found = 0
    for text, spans, answer, places in zip(texts, marks, answers, firsts, strict=True):
        words = find_words(text)
        said = np.zeros(len(words) + 1, np.int64)  # none behind the last one, nor where it was cut off
        said[: len(places)] = answer[places]
        kinds = (said + 1) // 2  # 0 for none
        begins = (said % 2 == 1) | (kinds > 0) & (np.append(0, kinds[:-1]) != kinds)
        goes_on = (kinds > 0) & ~begins
        found += int(begins.sum())
        for start, end, kind in spans:
            first, last = (sum(word[1 - side] <= (start, end - 1)[side] for word in words) for side in (0, 1))
            whole = begins[first] and goes_on[first + 1 : last].all() and not goes_on[last]
            right += int(whole and kinds[first] == kind + 1)
    return right, found, sum(map(len, marks))


def draw(split: str) -> Resumes:
    """The letters of a split; those of "test" have other names, skills and so on."""
    return draw_resumes(COUNTS[split], SEEDS[split], new=split == "test")


RESUMES = Dataset(
    name="resumes",
    noun="letters",
    draw=draw,
    drawing=DRAWING,
    count=lambda data: len(data[0]),
)
