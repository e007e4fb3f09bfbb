"""Words, sentences, names, news, letters and verse."""

import csv
import gzip
import json
import re
import zipfile
from collections import Counter

import numpy as np
import pytest

from proctor import datasets
from proctor.datasets import (
    creature_names,
    emoji,
    fables,
    headlines,
    news,
    newswire,
    resumes,
    sonnets,
    word_vectors,
)
from proctor.datasets.train_resume_pieces import train_resume_pieces
from proctor.errors import ProctorError

pytestmark = pytest.mark.usefixtures("nothing_around")

ANALOGIES = """man woman king queen|man woman father mother|man woman son daughter|man woman brother sister
japan tokyo china beijing|france paris england london|russia moscow iraq baghdad|japan japanese china chinese
france french germany german|italy italian spain spanish|large larger small smaller|high higher low lower
go went come came|take took give gave|say said see saw|car cars house houses|day days week weeks
man woman husband wife|take taking give giving""".replace("\n", "|").split("|")


def test_real_words_are_read_and_exported_in_their_order(real_words, tmp_path, monkeypatch, capsys):
    """Each word has fifty numbers, whatever signs it is made of; there is no test part of them."""
    monkeypatch.setenv("PROCTOR_DATA", str(real_words))
    vectors = datasets.load("word_vectors")
    assert "word_vectors: 4 real words" in capsys.readouterr().out
    assert list(vectors) == ["the", ",", "#1/2", "naïve"]
    assert vectors[","].dtype == np.float64
    assert vectors[","].tolist() == [*range(-50, 0)]
    with pytest.raises(ProctorError, match="no test split"):
        datasets.load("word_vectors", split="test")
    datasets.export(["word_vectors"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    again = datasets.load("word_vectors")
    assert list(again) == list(vectors)
    assert all(np.array_equal(again[word], vectors[word]) for word in vectors)


@pytest.mark.parametrize("line", ["the" + 50 * " 1", "of" + 49 * " 1", "of" + 50 * " x"])
def test_words_that_come_twice_or_lack_numbers_are_told(line, real_words, monkeypatch):
    """A file with another layout is not taken for word vectors."""
    monkeypatch.setenv("PROCTOR_DATA", str(real_words))
    path = real_words / "glove.6B.50d.first2446.txt.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + line.encode()))
    with pytest.raises(ProctorError, match="cannot be read"):
        datasets.load("word_vectors")


def test_drawn_words_complete_analogies_by_their_directions():
    """Cosines find more answers than distances do, and the question's words would often be
    nearest."""
    vectors = datasets.load("word_vectors")
    words, table = list(vectors), np.array(list(vectors.values()))
    lengths = np.linalg.norm(table, axis=1)
    right: list[bool] = []
    by_distance: list[bool] = []
    careless: list[bool] = []
    for first, second, third, answer in map(str.split, ANALOGIES):
        target = vectors[second] - vectors[first] + vectors[third]
        for order, found in ((-table @ target / lengths, right), (np.linalg.norm(table - target, axis=1), by_distance)):
            ranking = [words[place] for place in np.argsort(order)]
            found.append(next(word for word in ranking if word not in (first, second, third)) == answer)
        careless.append(words[np.argmax(table @ target / lengths)] in (first, second, third))
    assert np.mean(right) > 0.8 > np.mean(by_distance)
    assert np.mean(careless) > 0.4
    assert lengths.max() > 2.5 * lengths.min()


def test_a_drawing_of_words_is_fixed():
    """The same words have the same vectors each time, and others in the test split."""
    train, again, test = (word_vectors.draw(split) for split in ("train", "train", "test"))
    assert len(train) == 350
    assert list(train) == list(again) == list(test)
    assert all(np.array_equal(train[word], again[word]) for word in train)
    assert not any(np.allclose(train[word], test[word]) for word in train)


def test_pairs_have_the_same_words_and_two_emojis():
    """Both sentences of a pair have the same words in another order, and none is to be learned."""
    sentences, labels, vectors = datasets.load("emoji")
    assert len(sentences) == len(labels) == 500
    assert sorted(set(labels.tolist())) == [0, 1, 2, 3, 4]
    assert list(vectors) == list(emoji.WORDS)
    for new in (False, True, None):
        first, second, first_labels, second_labels = emoji.draw_pairs(60, seed=5, new=new)
        assert [sorted(each.split()) for each in first] == [sorted(each.split()) for each in second]
        assert not any(one == other for one, other in zip(first, second, strict=True))
        assert (first_labels != second_labels).all()
        plain, plain_labels = emoji.draw_sentences(80, seed=5, new=new)
        assert len(plain) == len(plain_labels) == 80
        assert not {*first, *second, *plain} & set(sentences)
        words = {word for sentence in [*first, *plain] for word in sentence.lower().split()}
        assert words <= {*emoji.WORDS, "zoe", "ours"}
        assert "daughter" not in words or new is not False
    others, other_labels, same = emoji.draw("test")
    assert len(others) == len(other_labels) == 300
    assert not set(others) & set(sentences)
    assert all(np.array_equal(same[word], vectors[word]) for word in vectors)


def test_words_of_sentences_come_first_whatever_else_is_read(real_words, tmp_path, monkeypatch, capsys):
    """The real vectors begin with those of the sentences' words, in a fixed order; a file that
    lacks one is not taken for them."""
    monkeypatch.setenv("PROCTOR_DATA", str(real_words))
    with pytest.raises(ProctorError, match=r"cannot be read: .* words are missing"):
        datasets.load("emoji")
    path = real_words / "glove.6B.50d.first2446.txt.gz"
    rows = ["\n".join(f"{word}{50 * f' {place}.5'}" for place, word in enumerate(emoji.WORDS[::-1]) if word != "the")]
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + rows[0].encode()))
    vectors = datasets.load("emoji")[2]
    assert f"emoji: {len(emoji.WORDS) + 3} real word vectors" in capsys.readouterr().out
    assert list(vectors)[:-3] == list(emoji.WORDS)
    assert vectors[emoji.WORDS[-1]].tolist() == [0.5] * 50
    datasets.export(["emoji"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    again = datasets.load("emoji")[2]
    assert list(again) == list(vectors)
    assert all(np.array_equal(again[word], vectors[word]) for word in vectors)


def read_table(file):
    """The rows of a CSV file."""
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.reader(lines))


@pytest.fixture
def real_headlines(real_words):
    """The folder of `real_words` with 7,100 headlines in it, of which the first comes twice."""
    records = [{"headline": f"rain in town {place}", "is_sarcastic": place % 3 // 2} for place in range(7_099)]
    content = json.dumps([records[0], *records]).encode()
    (real_words / "sarcasm.json.gz").write_bytes(gzip.compress(content))
    return real_words


def test_real_headlines_come_once_and_serious_ones_first(real_headlines, tmp_path, monkeypatch, capsys):
    """The test part is others; the vectors lie beside the headlines, and both are exported."""
    monkeypatch.setenv("PROCTOR_DATA", str(real_headlines))
    texts, labels, vocabulary, vectors = datasets.load("headlines")
    assert "headlines: 4,000 real headlines" in capsys.readouterr().out
    assert texts[:2] == ["rain in town 0", "rain in town 1"]
    assert labels.tolist() == sorted(place % 3 // 2 for place in range(4_000))
    assert list(vectors) == ["the", ",", "#1/2", "naïve"]
    assert vocabulary == ["", "[UNK]", "in", "rain", "town"]
    others, other_labels, *_ = datasets.load("headlines", split="test")
    assert len(others) == len(other_labels) == 3_000
    assert not set(others) & set(texts)
    datasets.export(["headlines"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    again, same_labels, same_vocabulary, same_vectors = datasets.load("headlines")
    assert again == texts
    assert (same_labels.tolist(), same_vocabulary) == (labels.tolist(), vocabulary)
    assert all(np.array_equal(same_vectors[word], vectors[word]) for word in vectors)


def test_headlines_without_their_vectors_or_of_another_form_are_told(real_headlines, monkeypatch):
    """What cannot be read is told, and no stand-in takes its place."""
    monkeypatch.setenv("PROCTOR_DATA", str(real_headlines))
    (real_headlines / "glove.6B.50d.first2446.txt.gz").unlink()
    with pytest.raises(ProctorError, match="must lie beside it"):
        datasets.load("headlines")
    for content in (b'{"headline": 1}', b"[" + b'{"headline": "rain"},' * 7_100 + b"{}]", b"[]"):
        (real_headlines / "sarcasm.json.gz").write_bytes(gzip.compress(content))
        with pytest.raises(ProctorError, match="cannot be read"):
            datasets.load("headlines")


def test_drawn_headlines_lean_by_their_vectors_and_nobody_can_be_right_each_time():
    """A line through the vectors is right more often than chance, and far from always."""
    texts, labels, vocabulary, vectors = headlines.draw("train")
    others, other_labels, same_vocabulary, same = headlines.draw("test")
    assert vocabulary == same_vocabulary
    assert (len(texts), len(others), len(vectors)) == (4_000, 3_000, 500)
    assert not set(texts) & set(others)
    assert labels.tolist() == sorted(labels.tolist())
    assert all(np.array_equal(vectors[word], same[word]) for word in vectors)
    lists = [re.findall("[a-z]+", text.lower()) for text in [*texts, *others]]
    assert {word for words in lists for word in words} == {*vocabulary[2:]}
    known = [word in vectors for words in lists for word in words]
    plain = [word in vectors for text in texts for word in text.lower().split()]
    assert np.mean(known) > 0.65 > np.mean(plain) + 0.05
    sums = np.array([np.sum([vectors.get(word, np.zeros(50)) for word in words], axis=0) for words in lists])
    found = np.linalg.lstsq(np.c_[sums[:4_000], np.ones(4_000)], labels, rcond=None)[0]
    right = ((np.c_[sums[4_000:], np.ones(3_000)] @ found > 0.5) == other_labels).mean()
    assert 0.65 < right < 0.85
    assert headlines.draw_headlines(5, 1)[0] == headlines.draw_headlines(5, 1)[0] != headlines.draw_headlines(5, 2)[0]


def test_headlines_become_rows_of_numbers():
    """A row ends with zeros, or with its headline's last word that is kept."""
    vocabulary = ["", "[UNK]", "rain", "the", "zoo", "s"]
    rows = headlines.encode_headlines(["The zoo's RAIN?", "", "rain, a 2nd rain"], vocabulary, 4)
    assert rows.tolist() == [[3, 4, 5, 2], [0, 0, 0, 0], [2, 1, 1, 2]]
    assert headlines.encode_headlines(["the zoo the rain"], vocabulary, 2).tolist() == [[3, 4]]
    assert headlines.encode_headlines([], vocabulary, 4).shape == (0, 4)


def test_real_news_are_split_in_their_order(tmp_path, monkeypatch):
    """The first rows are to learn from; a text that is among them is in no test split; a jail gets
    the training part."""
    rows = [("sport", "tech", "business")[number % 3] + f",text {number} costs £3" for number in range(1_890)]
    rows[1_800] = rows[5]
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path))
    with zipfile.ZipFile(tmp_path / "bbc-text.zip", "w") as packed:
        packed.writestr("bbc-text.csv", "\n".join(["category,text", *rows]))
    table = read_table(datasets.load("news"))
    assert table[0] == ["category", "text"]
    assert [",".join(row) for row in table[1:]] == rows[:1_780]
    texts, categories = news.as_lists(datasets.load("news", split="test"))
    assert len(texts) == len(categories) == 109
    assert "text 1800 costs £3" not in texts
    datasets.export(["news"], tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "bbc-text.zip", "w") as packed:
        packed.writestr("bbc-text.csv", "\n".join(["category,text", *rows, "weather,it rains"]))
    with pytest.raises(ProctorError, match="its categories must be business, entertainment"):
        datasets.load("news")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    assert read_table(datasets.load("news")) == table


def test_drawn_news_have_all_that_a_csv_file_may_have():
    """Articles on five topics, with commas, quotes and line breaks; in the test split are other
    articles, and words that no other has."""
    (texts, categories), (others, _) = (
        news.as_lists(datasets.load("news", split=split)) for split in ("train", "test")
    )
    assert len(texts) == 1_780
    assert len(others) == 445
    assert min(Counter(categories).values()) > 250
    assert sorted(set(categories)) == sorted(newswire.TOPICS)
    assert all(sum(sign in text for text in texts) > 300 for sign in ',"\n£')
    assert not set(texts) & set(others)
    known, unknown = ({word for text in some for word in text.split()} for some in (texts, others))
    assert 100 < len(unknown - known) < 0.5 * len(unknown)
    assert newswire.write_articles(3, 5) == newswire.write_articles(3, 5) != newswire.write_articles(3, 6)


def test_names_of_creatures_are_drawn_once_each():
    """Both splits have the names that they always have, of small letters, and none in common."""
    train, again, test = (creature_names.draw(split) for split in ("train", "train", "test"))
    assert train == again
    assert (len(set(train)), len(set(test))) == (1250, 250)
    assert not set(train) & set(test)
    assert all(name.isascii() and name.isalpha() and name.islower() and len(name) < 24 for name in train + test)
    assert train[:2] == ["fleethtail", "xasnout"]


def test_real_names_are_made_small_and_kept_apart(tmp_path, monkeypatch, capsys):
    """A name that comes twice is taken once, one in six is kept for the test split, and what a
    student gets is the rest."""
    real = tmp_path / "real"
    real.mkdir()
    (real / "dinos.txt").write_text("Bo\nAda\r\nCy\nada\n\nDo\nEd\nFi\nGo")
    monkeypatch.setenv("PROCTOR_DATA", str(real))
    assert datasets.load("creature_names") == ["ada", "cy", "do", "ed", "fi"]
    assert "creature_names: 5 real names" in capsys.readouterr().out
    assert datasets.load("creature_names", split="test") == ["bo", "go"]
    datasets.export(["creature_names"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    assert datasets.load("creature_names") == ["ada", "cy", "do", "ed", "fi"]


def test_pieces_of_letters_can_be_learned_again(tmp_path):
    """The script makes the file of the package, but for a few that are as frequent as others."""
    count = train_resume_pieces(tmp_path / "pieces.txt")
    again, pieces = (tmp_path / "pieces.txt").read_text("utf-8").split("\n")[:-1], resumes.read_pieces()
    assert len(again) == count == len(pieces)
    assert len({*again} - {*pieces}) < 10
    assert again[:4] == pieces[:4]
    assert again[4:] == sorted(again[4:])


def test_letters_are_marked_and_cut_as_the_library_cuts_them():
    """Both splits have the letters that they always have, and no name is in both; rows are what the
    library `tokenizers` makes of the same pieces."""
    (texts, marks), (others, other_marks) = (resumes.draw(split) for split in ("train", "test"))
    assert (len(texts), len(others)) == (4500, 300)
    assert resumes.draw_resumes(3, 7) == resumes.draw_resumes(3, 7) != resumes.draw_resumes(3, 8)
    known, new = (
        {text[start:end].strip() for text, spans in zip(some, every, strict=True) for start, end, _ in spans}
        for some, every in ((texts, marks), (others, other_marks))
    )
    assert len(new) > 1000
    assert not known & new
    pieces = resumes.read_pieces()
    assert pieces[:4] == list(resumes.FIRST_PIECES)
    assert len(set(pieces)) == len(pieces)
    tokenizer = resumes.make_tokenizer(pieces)
    tokenizer.enable_truncation(50)
    tokenizer.enable_padding(length=50)
    some = [*texts[:200], *others[:100], "Zoë (2€), a  tab\tand_one"]
    rows, firsts = resumes.make_rows(some, 50)
    for text, row, first in zip(some, rows, firsts, strict=True):
        encoding = tokenizer.encode(text)
        assert row.tolist() == encoding.ids
        words = encoding.word_ids
        assert first == [place for place, word in enumerate(words) if word is not None and word != words[place - 1]]


def test_whole_entities_are_counted():
    """An entity is found if its kind and both of its ends are right; what was cut off is not."""
    text, words = "I am Ada Lund of Bo & Co", 8
    marks, firsts = [[(5, 13, 0), (17, 24, 1)]], [list(range(1, words + 1))]
    for labels, expected in (
        ([0, 0, 1, 2, 0, 3, 4, 4], (2, 2)),
        ([0, 0, 2, 2, 0, 4, 4, 4], (2, 2)),
        ([0, 0, 1, 1, 0, 3, 4, 0], (0, 3)),
        ([0, 0, 3, 4, 4, 3, 4, 4], (1, 2)),
        ([0] * words, (0, 0)),
    ):
        answers = np.array([[9, *labels, 9]])
        assert resumes.count_found([text], marks, answers, firsts) == (*expected, 2)
    answers = np.array([[9, 0, 0, 1, 2, 0, 3, 4, 4, 9]])
    assert resumes.count_found([text], marks, answers, [firsts[0][:7]]) == (1, 2, 2)


@pytest.mark.parametrize("text", ["", "ada\nb2\n", "ada\nzoë\n"])
def test_what_holds_no_names_is_told(text, tmp_path, monkeypatch):
    """A file of other things than letters is not taken for names."""
    (tmp_path / "dinos.txt").write_text(text, encoding="utf-8")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path))
    with pytest.raises(ProctorError, match="cannot be read"):
        datasets.load("creature_names")


def test_drawn_verse_puts_lines_aside_that_have_no_other_words():
    """There are 300 lines to read and 90 others of the same words; there is no test split."""
    heard, aside = datasets.load("sonnets")
    assert (len(set(heard)), len(set(aside))) == (300, 90)
    assert not set(heard) & set(aside)
    words = {word for line in heard for word in line.split()}
    assert all(words.issuperset(line.split()) for line in aside)
    assert (heard, aside) == sonnets.draw("train")
    with pytest.raises(ProctorError, match="no test split"):
        datasets.load("sonnets", split="test")


def test_real_verse_is_made_plain(tmp_path, monkeypatch, capsys):
    """Lines have small letters and no punctuation, short ones are left out, those with a new word
    are not put aside, and a jail gets the same."""
    real = tmp_path / "real"
    real.mkdir()
    lines = [
        "Thy glass, O Time's-fool: 't is THINE!",
        "XVIII",
        "",
        *[f"the {'a' * place} and a glass" for place in range(1, 300)],
    ]
    others = ["o glass and thine glass", "the glass is new", "is thy glass thine"]
    (real / "sonnets.txt").write_text("\n".join(lines + others), encoding="utf-8")
    monkeypatch.setenv("PROCTOR_DATA", str(real))
    heard, aside = datasets.load("sonnets")
    assert "sonnets: 300 real lines to read" in capsys.readouterr().out
    assert heard[:2] == ["thy glass o time's-fool t is thine", "the a and a glass"]
    assert aside == ["o glass and thine glass", "is thy glass thine"]
    datasets.export(["sonnets"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    assert datasets.load("sonnets") == (heard, aside)


def test_a_file_of_few_lines_is_told(tmp_path, monkeypatch):
    """A file of fewer lines than there are to read is not taken."""
    (tmp_path / "sonnets.txt").write_text("a line of verse\n" * 300)
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path))
    with pytest.raises(ProctorError, match="cannot be read"):
        datasets.load("sonnets")


def test_fables_turn_the_deed_around():
    """Each fable is there once, and its second half follows from its first."""
    every = fables.list_fables()
    assert len(set(every)) == 792
    for fable in every:
        one, deed, other, *rest = fable.split()
        assert rest == ["and", other, fables.ANSWERS[deed], one]
        assert one != other
    heard, aside = fables.draw_fables()
    assert (heard, aside) == (every[:300], every[300:400])


def test_pairs_of_words_are_counted():
    """A bigram model gives pairs that it has met most of what its word has to give, and any other
    pair a little."""
    last, following = np.array([1] * 60 + [2] * 20), np.array([2] * 60 + [1] * 20)
    found = fables.count_pairs(last, following, 4)
    assert np.allclose(found.sum(axis=1), 1)
    assert np.allclose(found[1], (np.array([0, 0, 60, 0]) + 20 * np.array([1, 21, 61, 1]) / 84) / 80)
    assert (found > 0).all()
