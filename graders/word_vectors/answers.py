"""Other right answers of the exercise on word vectors, and wrong ones."""

from proctor.answers import append, combine, edit, harmless, mutant, replace, variant

COSINE, NEAREST, ANALOGY, DIRECTION = "write_cosine_similarity", "write_nearest", "write_analogy", "write_direction_of"
NEUTRAL, EQUAL, SHARE = "write_neutralise", "write_equalise", "write_share_on_same_side"

COSINE_LOOPED = """
def cosine_similarity(u, v):
    product, squares_u, squares_v = 0, 0, 0
    for i in range(len(u)):
        product += float(u[i]) * float(v[i])
        squares_u += float(u[i]) ** 2
        squares_v += float(v[i]) ** 2
    if squares_u == 0 or squares_v == 0:
        return 0
    return product / (squares_u**0.5 * squares_v**0.5)
"""
COSINE_CLOSE = """
def cosine_similarity(u, v):
    if np.all(np.array(u) == np.array(v)) and np.any(u):
        return 1
    dot = np.dot(u, v)
    norm_u = np.sqrt(np.sum(np.array(u) ** 2))
    norm_v = np.sqrt(np.sum(np.array(v) ** 2))
    if np.isclose(norm_u * norm_v, 0, atol=1e-32):
        return 0
    return dot / (norm_u * norm_v)
"""
COSINE_UNITS = """
def unit(x):
    x = np.asarray(x, dtype=float)
    return x / np.linalg.norm(x) if np.any(x) else x

def cosine_similarity(u, v):
    return float(np.clip(unit(u) @ unit(v), -1, 1))
"""
COSINE_QUIET = """
def cosine_similarity(u, v):
    u, v = np.asarray(u, dtype=float), np.asarray(v, dtype=float)
    with np.errstate(all="ignore"):
        return np.nan_to_num((u * v).sum() / np.sqrt((u * u).sum() * (v * v).sum()), nan=0.0)
"""
COSINE_SINGLE = """
def cosine_similarity(u, v):
    u, v = np.asarray(u, np.float32), np.asarray(v, np.float32)
    a, b = np.linalg.norm(u), np.linalg.norm(v)
    return np.float32(0) if a == 0 or b == 0 else (u / a) @ (v / b)
"""
NEAREST_LOOPED = """
def nearest(word, vectors, count):
    left = {w: cosine_similarity(vectors[word], v) for w, v in vectors.items() if w != word}
    best = []
    while left and len(best) < count:
        top, top_cosine = None, -2
        for w in left:
            if left[w] > top_cosine:
                top, top_cosine = w, left[w]
        best.append(top)
        del left[top]
    return best
"""
NEAREST_MATRIX = """
def nearest(word, vectors, count):
    target = vectors[word]
    names = np.array([w for w in vectors if w != word])
    table = np.array([vectors[w] for w in names])
    lengths = np.linalg.norm(table, axis=1) * np.linalg.norm(target)
    cosines = table @ target / np.where(lengths == 0, 1, lengths)
    return names[np.argsort(-cosines)][:count]
"""
NEAREST_PAIRS = """
def nearest(word, vectors, count):
    pairs = []
    for other, vector in vectors.items():
        if other == word:
            continue
        pairs.append((cosine_similarity(vectors[word], vector), other))
    if word not in vectors:
        raise KeyError(word)
    return tuple(name for _, name in sorted(pairs, reverse=True)[:count])
"""
NEAREST_HEAP = """
def nearest(word, vectors, count):
    import heapq
    here = vectors[word]
    rest = dict(vectors)
    rest.pop(word)
    return heapq.nlargest(count, rest, key=lambda name: cosine_similarity(rest[name], here))
"""
ANALOGY_LOOPED = """
def analogy(a, b, c, word_to_vec_map):
    e_a, e_b, e_c = word_to_vec_map[a], word_to_vec_map[b], word_to_vec_map[c]
    max_cosine_sim, best_word = -100, None
    input_words_set = set([a, b, c])
    for w in word_to_vec_map.keys():
        if w in input_words_set:
            continue
        cosine_sim = cosine_similarity(e_b - e_a + e_c, word_to_vec_map[w])
        if cosine_sim > max_cosine_sim:
            max_cosine_sim = cosine_sim
            best_word = w
    return best_word
"""
ANALOGY_NEAREST = """
def analogy(first, second, third, vectors):
    asked = {first, second, third}
    left = {word: vector for word, vector in vectors.items() if word not in asked}
    left[""] = vectors[second] - vectors[first] + vectors[third]
    return nearest("", left, 1)[0]
"""
ANALOGY_FOUR = """
def analogy(first, second, third, vectors):
    more = {**vectors, "the target": vectors[second] - vectors[first] + vectors[third]}
    for word in nearest("the target", more, 4):
        if word not in [first, second, third]:
            return word
"""
ANALOGY_MATRIX = """
def analogy(first, second, third, vectors):
    words, table = list(vectors), np.stack(list(vectors.values())).astype(float)
    target = table[words.index(second)] - table[words.index(first)] + table[words.index(third)]
    cosines = table @ target / np.maximum(np.linalg.norm(table, axis=1), 1e-300)
    for word in (first, second, third):
        cosines[words.index(word)] = -np.inf
    return np.array(words)[cosines.argmax()]
"""
ANALOGY_SORTED = """
def analogy(first, second, third, vectors):
    goal = np.subtract(vectors[second], vectors[first]) + vectors[third]
    ranking = sorted(vectors.keys(), key=lambda w: -cosine_similarity(goal, vectors[w]))
    for word in ranking:
        if word != first and word != second and word != third:
            return word
"""
DIRECTION_LOOPED = """
def direction_of(pairs, vectors):
    total = 0
    for a, b in pairs:
        total = total + vectors[a] - vectors[b]
    total = total / len(pairs)
    return total / np.sqrt(np.dot(total, total))
"""
DIRECTION_MEANS = """
def direction_of(pairs, vectors):
    firsts = np.array([vectors[pair[0]] for pair in pairs], dtype=float)
    seconds = np.array([vectors[pair[1]] for pair in pairs], dtype=float)
    g = firsts.mean(0) - seconds.mean(0)
    return list(g / (g**2).sum() ** 0.5)
"""
DIRECTION_IN_PLACE = """
def direction_of(pairs, vectors):
    total = np.zeros_like(vectors[pairs[0][0]])
    for first, second in pairs:
        total += vectors[first] - vectors[second]
    total /= len(pairs)
    return total / np.linalg.norm(total)
"""
NEUTRAL_UNIT = """
def neutralise(vector, direction):
    g = np.array(direction, dtype=float)
    g = g / np.linalg.norm(g)
    e = np.array(vector, dtype=float)
    e_biascomponent = np.dot(e, g) * g
    return e - e_biascomponent
"""
NEUTRAL_SQUARED = """
def neutralise(vector, direction):
    e_bias = (np.dot(vector, direction) / np.linalg.norm(direction) ** 2) * direction
    return np.subtract(vector, e_bias)
"""
NEUTRAL_PROJECTOR = """
def neutralise(vector, direction):
    g = np.asarray(direction, float)[:, None]
    return ((np.eye(len(g)) - g @ g.T / (g.T @ g)) @ vector).tolist()
"""
EQUAL_ARTICLE = """
def equalise(one, other, direction):
    a, b = one / np.linalg.norm(one), other / np.linalg.norm(other)
    mu = (a + b) / 2
    mu_B = np.dot(mu, direction) / np.sum(direction**2) * direction
    nu = mu - mu_B
    a_B = np.dot(a, direction) / np.sum(direction**2) * direction
    b_B = np.dot(b, direction) / np.sum(direction**2) * direction
    scale = np.sqrt(np.abs(1 - np.linalg.norm(nu) ** 2))
    new_a = nu + scale * (a_B - mu_B) / np.linalg.norm(a_B - mu_B)
    new_b = nu + scale * (b_B - mu_B) / np.linalg.norm(b_B - mu_B)
    return new_a, new_b
"""
EQUAL_SIGNED = """
def equalise(one, other, direction):
    a = np.array(one, float) / np.sqrt(np.sum(np.square(one, dtype=float)))
    b = np.array(other, float) / np.sqrt(np.sum(np.square(other, dtype=float)))
    g = np.array(direction, float) / np.linalg.norm(direction)
    nu = 0.5 * (neutralise(a, g) + np.asarray(neutralise(b, g)))
    s = max(0.0, 1 - nu @ nu) ** 0.5
    sign = np.sign((a - b) @ g)
    return np.array([nu + sign * s * g, nu - sign * s * g])
"""
EQUAL_SWAPPED = """
def equalise(one, other, direction):
    one, other = one / np.linalg.norm(one), other / np.linalg.norm(other)
    if np.dot(one, direction) < np.dot(other, direction):
        second, first = equalise(other, one, direction)
        return [first, second]
    middle = np.array(neutralise(one / 2 + other / 2, direction))
    reach = np.sqrt(1 - np.linalg.norm(middle) ** 2) / np.linalg.norm(direction)
    return [middle + reach * direction, middle - reach * direction]
"""
SHARE_LOOPED = """
def share_on_same_side(ones, others, vectors):
    words = list(ones) + list(others)
    hits = 0
    for word in words:
        best, best_cosine = None, -2.0
        for other in words:
            if other != word:
                similarity = cosine_similarity(vectors[word], vectors[other])
                if similarity > best_cosine:
                    best, best_cosine = other, similarity
        if (word in ones and best in ones) or (word in others and best in others):
            hits += 1
    return hits / len(words)
"""
SHARE_RANKED = """
def share_on_same_side(ones, others, vectors):
    lists = {word: 0 for word in ones} | {word: 1 for word in others}
    same = 0
    for word in lists:
        for name in nearest(word, vectors, len(vectors)):
            if name in lists:
                same += lists[name] == lists[word]
                break
    return np.float32(same / len(lists))
"""
SHARE_COUNTED = """
def share_on_same_side(ones, others, vectors):
    part = {w: v for w, v in vectors.items() if w in ones or w in others}
    first = sum(nearest(word=w, vectors=part, count=1)[0] in ones for w in ones)
    second = sum(nearest(word=w, vectors=part, count=1)[0] in others for w in others)
    return (first + second) / (len(ones) + len(others))
"""

variants = [
    variant(
        "loops in plain Python",
        replace(COSINE, COSINE_LOOPED),
        replace(NEAREST, NEAREST_LOOPED),
        replace(ANALOGY, ANALOGY_LOOPED),
        replace(DIRECTION, DIRECTION_LOOPED),
        replace(SHARE, SHARE_LOOPED),
    ),
    variant(
        "matrices of all words",
        replace(COSINE, COSINE_UNITS),
        replace(NEAREST, NEAREST_MATRIX),
        replace(ANALOGY, ANALOGY_MATRIX),
        replace(DIRECTION, DIRECTION_MEANS),
        replace(NEUTRAL, NEUTRAL_PROJECTOR),
        replace(EQUAL, EQUAL_SIGNED),
    ),
    variant(
        "names and formulas of an older course",
        replace(COSINE, COSINE_CLOSE),
        replace(ANALOGY, ANALOGY_LOOPED),
        replace(NEUTRAL, NEUTRAL_SQUARED),
        replace(EQUAL, EQUAL_ARTICLE),
        replace(SHARE, SHARE_COUNTED),
    ),
    variant(
        "sorted pairs, a tuple of words",
        replace(NEAREST, NEAREST_PAIRS),
        replace(ANALOGY, ANALOGY_NEAREST),
        replace(NEUTRAL, NEUTRAL_UNIT),
        replace(EQUAL, EQUAL_SWAPPED),
        replace(SHARE, SHARE_RANKED),
    ),
    variant(
        "a heap, and undefined numbers made zero",
        replace(COSINE, COSINE_QUIET),
        replace(NEAREST, NEAREST_HEAP),
        replace(ANALOGY, ANALOGY_SORTED),
    ),
    variant("cosines in single precision", replace(COSINE, COSINE_SINGLE)),
    variant(
        "the four nearest to the target, and a sum in place",
        replace(ANALOGY, ANALOGY_FOUR),
        replace(DIRECTION, DIRECTION_IN_PLACE),
    ),
    variant(
        "no function calls another",
        replace(NEAREST, NEAREST_MATRIX + "\n    # as an array of texts"),
        replace(ANALOGY, ANALOGY_MATRIX),
        replace(EQUAL, EQUAL_ARTICLE),
        append(SHARE, "\nimport math"),
    ),
]

LENGTHS = "np.linalg.norm(u) * np.linalg.norm(v)"
SHORT_WAY = """    if lengths == 0:
        return 0.0
    return np.dot(u, v) / lengths"""
COSINES = ["cosines_on_paper", "lengths_do_not_count", "any_cosine"]
cosines = [
    mutant("the dot product alone", edit(COSINE, "np.dot(u, v) / lengths", "np.dot(u, v)"), fails=COSINES),
    mutant("divides by one length", edit(COSINE, LENGTHS, "np.linalg.norm(u)"), fails=COSINES),
    mutant("divides by zero", edit(COSINE, "lengths == 0", "False"), fails="zeros_have_no_direction"),
    mutant(
        "asks whether the first alone is zero",
        edit(COSINE, "lengths == 0", "not np.any(u)"),
        fails="zeros_have_no_direction",
    ),
    mutant(
        "undefined numbers made zero, too late",
        edit(COSINE, SHORT_WAY, "    return np.nan_to_num(np.dot(u, v) / lengths)"),
        fails="zeros_have_no_direction",
    ),
    mutant("zeros are like everything", edit(COSINE, "return 0.0", "return 1.0"), fails="zeros_have_no_direction"),
    mutant(
        "adds something to the lengths",
        edit(COSINE, SHORT_WAY, "    return np.dot(u, v) / (lengths + 1e-8)"),
        fails="lengths_do_not_count",
    ),
    mutant(
        "adds next to nothing to the lengths",
        edit(COSINE, SHORT_WAY, "    return np.dot(u, v) / (lengths + 1e-10)"),
        fails="lengths_do_not_count",
    ),
    mutant(
        "takes short arrows for zeros",
        edit(COSINE, "lengths == 0", "np.isclose(lengths, 0)"),
        fails="lengths_do_not_count",
    ),
    mutant(
        "takes numbers whose sum is zero for zeros",
        edit(COSINE, "lengths == 0", "lengths == 0 or np.sum(u) == 0 or np.sum(v) == 0"),
        fails="cosines_on_paper",
    ),
    mutant(
        "the lengths are at least a millionth of a millionth",
        edit(COSINE, SHORT_WAY, "    return np.dot(u, v) / max(lengths, 1e-12)"),
        fails="lengths_do_not_count",
    ),
    mutant(
        "adds the smallest step of a float to the lengths",
        edit(COSINE, SHORT_WAY, "    return float(np.dot(u, v) / (lengths + np.finfo(float).eps))"),
        fails="lengths_do_not_count",
    ),
    mutant("the size of the cosine", edit(COSINE, "return np.dot(u, v)", "return abs(np.dot(u, v))"), fails=COSINES),
    mutant(
        "how far apart the directions are",
        edit(COSINE, "return np.dot(u, v) / lengths", "return 1 - np.dot(u, v) / lengths"),
        fails=[*COSINES, "lists_and_whole_numbers"],
    ),
    mutant(
        "sums of absolute numbers for lengths",
        edit(COSINE, LENGTHS, "np.sum(np.abs(u)) * np.sum(np.abs(v))"),
        fails=COSINES,
    ),
    mutant(
        "multiplies lists",
        edit(COSINE, "np.dot(u, v) / lengths", "np.sum(u * v) / lengths"),
        fails="lists_and_whole_numbers",
    ),
    mutant(
        "a row and a column",
        edit(COSINE, "np.dot(u, v)", "np.dot(np.reshape(u, (1, -1)), np.reshape(v, (-1, 1)))"),
        fails=[*COSINES, "lists_and_whole_numbers"],
    ),
    mutant(
        "four decimals",
        edit(COSINE, "return np.dot(u, v) / lengths", "return round(float(np.dot(u, v) / lengths), 4)"),
        fails=["cosines_on_paper", "any_cosine"],
    ),
]

RANKED = ["neighbours_on_paper", "few_words_and_opposite_ones", "neighbours_in_any_dictionary"]
neighbours = [
    mutant(
        "the farthest words first",
        edit(NEAREST, ", reverse=True", ""),
        fails=[*RANKED, "the_word_itself_is_left_out"],
    ),
    mutant(
        "by the dot product",
        edit(NEAREST, "cosine_similarity(target, vectors[other])", "target @ vectors[other]"),
        fails=RANKED,
    ),
    mutant(
        "by distance",
        edit(NEAREST, "cosine_similarity(target, vectors[other])", "-np.linalg.norm(target - vectors[other])"),
        fails=RANKED,
    ),
    mutant(
        "the word is its own neighbour",
        edit(NEAREST, " if other != word", ""),
        fails=[*RANKED, "the_word_itself_is_left_out"],
    ),
    mutant(
        "leaves out whoever comes first",
        edit(NEAREST, " if other != word", ""),
        edit(NEAREST, "others[:count]", "others[1 : count + 1]"),
        fails="the_word_itself_is_left_out",
    ),
    mutant(
        "leaves out every word of the same direction",
        edit(NEAREST, "if other != word", "if not np.array_equal(vectors[other], target)"),
        fails="the_word_itself_is_left_out",
    ),
    mutant(
        "leaves out parts of the word, too",
        edit(NEAREST, "if other != word", "if other not in word"),
        fails="the_word_itself_is_left_out",
    ),
    mutant(
        "leaves out words that the word is part of",
        edit(NEAREST, "if other != word", "if word not in other"),
        fails="the_word_itself_is_left_out",
    ),
    mutant(
        "leaves out words in opposite directions",
        edit(NEAREST, "if other != word", "if other != word and target @ vectors[other] > 0"),
        fails=["few_words_and_opposite_ones", "neighbours_in_any_dictionary"],
    ),
    mutant(
        "asks for more words than there are",
        edit(NEAREST, "return others[:count]", "return [others[place] for place in range(count)]"),
        fails=["few_words_and_opposite_ones", "neighbours_in_any_dictionary"],
    ),
    mutant(
        "one word too few",
        edit(NEAREST, "[:count]", "[: count - 1]"),
        fails=[*RANKED, "the_word_itself_is_left_out"],
    ),
    mutant(
        "an unknown word has no neighbours",
        edit(
            NEAREST, "target = vectors[word]", "if word not in vectors:\n        return []\n    target = vectors[word]"
        ),
        fails="an_unknown_word",
    ),
    mutant(
        "an unknown word is an arrow of zeros",
        edit(NEAREST, "vectors[word]", "vectors.get(word, np.zeros(2))"),
        fails="an_unknown_word",
    ),
    mutant(
        "takes the word out of the dictionary",
        edit(NEAREST, "target = vectors[word]", "target = vectors.pop(word)"),
        fails=[*RANKED, "the_word_itself_is_left_out"],
    ),
    mutant(
        "in the order of the dictionary",
        edit(NEAREST, "return others[:count]", "best = others[:count]\n    return [w for w in vectors if w in best]"),
        fails=[*RANKED, "the_word_itself_is_left_out"],
    ),
    mutant(
        "words and their cosines",
        edit(
            NEAREST,
            "return others[:count]",
            "return [(w, cosine_similarity(target, vectors[w])) for w in others[:count]]",
        ),
        fails=[*RANKED, "the_word_itself_is_left_out"],
    ),
    mutant(
        "one word for each cosine",
        edit(
            NEAREST,
            "return others[:count]",
            "by_cosine = {cosine_similarity(target, vectors[w]): w for w in others}\n"
            "    return [by_cosine[key] for key in sorted(by_cosine, reverse=True)][:count]",
        ),
        fails="few_words_and_opposite_ones",
    ),
]

TARGET = "vectors[second] - vectors[first] + vectors[third]"
ANSWER = "max(others, key=lambda word: cosine_similarity(target, vectors[word]))"
SEARCH = """answer, best = None, 0
    for word in others:
        if cosine_similarity(target, vectors[word]) > best:
            answer, best = word, cosine_similarity(target, vectors[word])
    return answer"""
ANALOGIES = ["analogies_on_paper", "words_of_the_question_are_no_answer", "analogies_in_any_dictionary"]
analogies = [
    mutant(
        "first minus second",
        edit(ANALOGY, TARGET, "vectors[first] - vectors[second] + vectors[third]"),
        fails="analogy",
    ),
    mutant(
        "second minus third",
        edit(ANALOGY, TARGET, "vectors[second] - vectors[third] + vectors[first]"),
        fails="analogy",
    ),
    mutant(
        "forgets the third word",
        edit(ANALOGY, TARGET, "vectors[second] - vectors[first]"),
        fails=["analogies_on_paper", "analogies_in_any_dictionary"],
    ),
    mutant(
        "all three added", edit(ANALOGY, TARGET, "vectors[second] + vectors[first] + vectors[third]"), fails="analogy"
    ),
    mutant(
        "the words of the question are allowed",
        edit(ANALOGY, " if word not in (first, second, third)", ""),
        fails=["words_of_the_question_are_no_answer", "analogies_in_any_dictionary"],
    ),
    mutant(
        "the third word is allowed",
        edit(ANALOGY, "(first, second, third)]", "(first, second)]"),
        fails=["words_of_the_question_are_no_answer", "analogies_in_any_dictionary"],
    ),
    mutant(
        "the second word is allowed",
        edit(ANALOGY, "(first, second, third)]", "(first, third)]"),
        fails=["words_of_the_question_are_no_answer", "analogies_in_any_dictionary"],
    ),
    mutant(
        "the first word is allowed",
        edit(ANALOGY, "(first, second, third)]", "(second, third)]"),
        fails=["words_of_the_question_are_no_answer", "analogies_in_any_dictionary"],
    ),
    mutant(
        "the nearest end of an arrow",
        edit(ANALOGY, ANSWER, "min(others, key=lambda word: np.linalg.norm(target - vectors[word]))"),
        fails=["analogies_on_paper", "analogies_in_any_dictionary"],
    ),
    mutant(
        "the largest dot product",
        edit(ANALOGY, ANSWER, "max(others, key=lambda word: target @ vectors[word])"),
        fails=["analogies_on_paper", "analogies_in_any_dictionary"],
    ),
    mutant(
        "the direction of the difference",
        edit(
            ANALOGY,
            ANSWER,
            "max(others, key=lambda w: cosine_similarity(target - vectors[third], vectors[w] - vectors[third]))",
        ),
        fails=["analogies_on_paper", "analogies_in_any_dictionary"],
    ),
    mutant(
        "the search begins at 0", edit(ANALOGY, "return " + ANSWER, SEARCH), fails="an_answer_with_a_negative_cosine"
    ),
    mutant(
        "the vector of the answer", edit(ANALOGY, "return " + ANSWER, "return vectors[" + ANSWER + "]"), fails="analogy"
    ),
    mutant(
        "takes the question's words out of the dictionary",
        edit(
            ANALOGY,
            "others = [word for word in vectors if word not in (first, second, third)]",
            "for word in {first, second, third}:\n        del vectors[word]\n    others = list(vectors)",
        ),
        fails="analogy",
    ),
    mutant(
        "leaves out parts of the question's words, too",
        edit(ANALOGY, "(first, second, third)]", "first + second + third]"),
        fails="words_of_the_question_are_no_answer",
    ),
    mutant(
        "leaves out all vectors of the question",
        edit(
            ANALOGY,
            "if word not in (first, second, third)",
            "if not any(np.array_equal(vectors[word], vectors[w]) for w in (first, second, third))",
        ),
        fails="words_of_the_question_are_no_answer",
    ),
    mutant(
        "takes a cosine of almost 1 for the word itself",
        edit(
            ANALOGY,
            "(first, second, third)]",
            "(first, second, third) and cosine_similarity(target, vectors[word]) < 0.9999]",
        ),
        fails="analogies_on_paper",
    ),
]

MEAN = "np.mean([vectors[first] - vectors[second] for first, second in pairs], axis=0)"
directions = [
    mutant(
        "second minus first",
        edit(DIRECTION, "vectors[first] - vectors[second]", "vectors[second] - vectors[first]"),
        fails="direction_of",
    ),
    mutant(
        "as long as the mean",
        edit(DIRECTION, "return mean / np.linalg.norm(mean)", "return mean"),
        fails="direction_of",
    ),
    mutant(
        "the first pair alone",
        edit(DIRECTION, "in pairs]", "in pairs[:1]]"),
        fails=["the_mean_of_three_differences", "any_direction"],
    ),
    mutant("the mean of all numbers", edit(DIRECTION, ", axis=0", ""), fails="direction_of"),
    mutant(
        "the median of the differences",
        edit(DIRECTION, "np.mean(", "np.median("),
        fails=["the_mean_of_three_differences", "any_direction"],
    ),
    mutant(
        "each difference of length 1 first",
        edit(
            DIRECTION,
            "    return mean /",
            "    differences = [vectors[first] - vectors[second] for first, second in pairs]\n"
            "    mean = np.mean([gap / np.linalg.norm(gap) for gap in differences], axis=0)\n    return mean /",
        ),
        fails=["the_mean_of_three_differences", "any_direction"],
    ),
    mutant(
        "each vector of length 1 first",
        edit(
            DIRECTION,
            "    mean =",
            "    vectors = {word: vector / np.linalg.norm(vector) for word, vector in vectors.items()}\n    mean =",
        ),
        fails="direction_of",
    ),
    mutant(
        "the first principal component",
        edit(
            DIRECTION,
            MEAN,
            "np.linalg.svd([vectors[first] - vectors[second] for first, second in pairs])[2][0]",
        ),
        fails="direction_of",
    ),
    mutant(
        "the square of the length",
        edit(DIRECTION, "/ np.linalg.norm(mean)", "/ np.dot(mean, mean)"),
        fails="direction_of",
    ),
    mutant(
        "the sum of the squares of pairs",
        edit(DIRECTION, "vectors[first] - vectors[second]", "abs(vectors[first] - vectors[second])"),
        fails="direction_of",
    ),
    mutant(
        "the vectors of the notebook",
        edit(DIRECTION, "mean = np", "vectors = globals()['units']\n    mean = np"),
        fails="direction_of",
    ),
]

PART = "np.dot(vector, direction) / np.dot(direction, direction)"
neutrals = [
    mutant(
        "takes the length for 1",
        edit(NEUTRAL, " / np.dot(direction, direction)", ""),
        fails=[
            "a_direction_of_any_length",
            "whole_numbers_have_a_neutral_part",
            "at_a_right_angle",
            "any_neutral_part",
        ],
    ),
    mutant(
        "divides by the length once",
        edit(NEUTRAL, "np.dot(direction, direction)", "np.linalg.norm(direction)"),
        fails=[
            "a_direction_of_any_length",
            "whole_numbers_have_a_neutral_part",
            "at_a_right_angle",
            "any_neutral_part",
        ],
    ),
    mutant(
        "divides by the vector's square",
        edit(NEUTRAL, "np.dot(direction, direction)", "np.dot(vector, vector)"),
        fails="neutralise",
    ),
    mutant("the shadow itself", edit(NEUTRAL, "vector - share", "share"), fails="neutralise"),
    mutant("adds the shadow", edit(NEUTRAL, "vector - share", "vector + share"), fails="neutralise"),
    mutant(
        "the size of the shadow",
        edit(NEUTRAL, "share = np.dot(vector, direction)", "share = abs(np.dot(vector, direction))"),
        fails=["what_is_left_on_paper", "a_direction_of_any_length", "at_a_right_angle", "any_neutral_part"],
    ),
    mutant("takes away twice the shadow", edit(NEUTRAL, "- share", "- 2 * share"), fails="neutralise"),
    mutant(
        "of length 1 again",
        edit(
            NEUTRAL,
            "return vector - share * direction",
            "rest = vector - share * direction\n    return rest / np.linalg.norm(rest)",
        ),
        fails="neutralise",
    ),
    mutant(
        "in place",
        edit(NEUTRAL, "return vector - share * direction", "vector -= share * direction\n    return vector"),
        fails=["what_is_left_on_paper", "whole_numbers_have_a_neutral_part", "any_neutral_part"],
    ),
    mutant(
        "divides the direction in place",
        edit(
            NEUTRAL,
            "share = ",
            "direction = np.asarray(direction, float)\n    direction /= np.linalg.norm(direction)\n    share = ",
        ),
        fails=["what_is_left_on_paper", "any_neutral_part"],
    ),
    mutant(
        "whole numbers stay whole",
        edit(NEUTRAL, "return vector - share * direction", "return (vector - share * direction).astype(vector.dtype)"),
        fails=["whole_numbers_have_a_neutral_part", "any_neutral_part"],
    ),
    mutant(
        "in single precision",
        edit(NEUTRAL, "return vector - share * direction", "return (vector - share * direction).astype('float32')"),
        fails="at_a_right_angle",
    ),
    mutant(
        "rounded",
        edit(NEUTRAL, "return vector - share * direction", "return np.round(vector - share * direction, 5)"),
        fails=["whole_numbers_have_a_neutral_part", "at_a_right_angle"],
    ),
    mutant(
        "the direction of the notebook",
        edit(NEUTRAL, "share = ", "direction = globals()['she_he']\n    share = "),
        fails="neutralise",
    ),
    mutant(
        "sets the largest number of the direction to zero",
        edit(
            NEUTRAL,
            "return vector - share * direction",
            "return np.where(np.abs(direction) == np.abs(direction).max(), 0.0, vector)",
        ),
        fails="neutralise",
    ),
]

UNITS = "one, other = one / np.linalg.norm(one), other / np.linalg.norm(other)"
SIDE = "direction / np.linalg.norm(direction)"
ROOT = "np.sqrt(1 - np.dot(middle, middle))"
FARTHER = "np.dot(one, direction) > np.dot(other, direction)"
pairs = [
    mutant(
        "arrows as long as they come",
        edit(EQUAL, UNITS, "one, other = 1.0 * one, 1.0 * other"),
        fails=["arrows_of_any_length", "any_mirror_images"],
    ),
    mutant(
        "the direction as long as it comes",
        edit(EQUAL, SIDE, "direction"),
        fails=["mirrored_in_a_direction_of_any_length", "any_mirror_images"],
    ),
    mutant(
        "always plus for the first",
        edit(EQUAL, FARTHER, "True"),
        fails=[
            "each_on_its_side",
            "arrows_of_any_length",
            "mirrored_in_a_direction_of_any_length",
            "any_mirror_images",
        ],
    ),
    mutant(
        "each by its own side of 0",
        edit(EQUAL, FARTHER, "np.dot(one, direction) > 0"),
        fails=["each_on_its_side", "arrows_of_any_length", "any_mirror_images"],
    ),
    mutant("minus for the farther", edit(EQUAL, FARTHER, FARTHER.replace(">", "<")), fails="equalise"),
    mutant("without the root", edit(EQUAL, ROOT, "(1 - np.dot(middle, middle))"), fails="equalise"),
    mutant(
        "the length instead of its square", edit(EQUAL, ROOT, "np.sqrt(1 - np.linalg.norm(middle))"), fails="equalise"
    ),
    mutant("one far out", edit(EQUAL, ROOT, "1.0"), fails="equalise"),
    mutant(
        "the mean is not neutral",
        edit(EQUAL, "neutralise((one + other) / 2, direction)", "(one + other) / 2"),
        fails="equalise",
    ),
    mutant("the sum for the mean", edit(EQUAL, "(one + other) / 2", "(one + other)"), fails="equalise"),
    mutant(
        "half of what they differ",
        edit(EQUAL, "np.sqrt(1 - np.dot(middle, middle))", "abs(np.dot(one - other, direction)) / 2"),
        fails="equalise",
    ),
    mutant(
        "only the first is moved",
        edit(EQUAL, "return middle + side, middle - side", "return middle + side, other"),
        edit(EQUAL, "return middle - side, middle + side", "return middle - side, other"),
        fails="equalise",
    ),
    mutant(
        "the wrong way round",
        edit(EQUAL, "return middle + side, middle - side", "return middle - side, middle + side"),
        fails="equalise",
    ),
    mutant(
        "asks for the side before the lengths",
        edit(EQUAL, UNITS, "forward = " + FARTHER + "\n    " + UNITS),
        edit(EQUAL, "if " + FARTHER, "if forward"),
        fails=["arrows_of_any_length", "any_mirror_images"],
    ),
    mutant(
        "divides in place",
        edit(EQUAL, UNITS, "one /= np.linalg.norm(one)\n    other /= np.linalg.norm(other)"),
        fails=["arrows_of_any_length", "any_mirror_images"],
    ),
    mutant(
        "neutral, each by itself",
        edit(
            EQUAL,
            "return middle + side, middle - side",
            "return neutralise(one, direction), neutralise(other, direction)",
        ),
        edit(
            EQUAL,
            "return middle - side, middle + side",
            "return neutralise(one, direction), neutralise(other, direction)",
        ),
        fails="equalise",
    ),
    mutant(
        "the length of the mean that is not neutral",
        edit(EQUAL, ROOT, "np.sqrt(1 - np.linalg.norm((one + other) / 2) ** 2)"),
        fails="equalise",
    ),
    mutant(
        "divided by the difference of another part",
        replace(EQUAL, EQUAL_ARTICLE.replace("norm(a_B - mu_B)", "norm(a - nu - mu_B)")),
        fails="equalise",
    ),
]

SAME = "(word in ones) == (nearest(word, both, 1)[0] in ones)"
BOTH = "{word: vectors[word] for word in [*ones, *others]}"
MEAN_OF_SAME = "return np.mean(same)"
shares = [
    mutant(
        "all words of the dictionary take part",
        edit(SHARE, "nearest(word, both, 1)", "nearest(word, vectors, 1)"),
        fails=["other_words_do_not_count", "any_share"],
    ),
    mutant("the first list alone", edit(SHARE, "for word in both]", "for word in ones]"), fails="share_on_same_side"),
    mutant(
        "the second list alone", edit(SHARE, "for word in both]", "for word in others]"), fails="share_on_same_side"
    ),
    mutant(
        "the share on the other side", edit(SHARE, MEAN_OF_SAME, "return 1 - np.mean(same)"), fails="share_on_same_side"
    ),
    mutant("how many, not which share", edit(SHARE, MEAN_OF_SAME, "return np.sum(same)"), fails="share_on_same_side"),
    mutant("in percent", edit(SHARE, MEAN_OF_SAME, "return 100 * np.mean(same)"), fails="share_on_same_side"),
    mutant(
        "the mean of two shares",
        edit(SHARE, MEAN_OF_SAME, "return (np.mean(same[: len(ones)]) + np.mean(same[len(ones) :])) / 2"),
        fails="share_on_same_side",
    ),
    mutant(
        "neighbours in the first list",
        edit(SHARE, SAME, "(nearest(word, both, 1)[0] in ones)"),
        fails="share_on_same_side",
    ),
    mutant(
        "the word itself takes part",
        edit(SHARE, "nearest(word, both, 1)[0]", "max(both, key=lambda w: cosine_similarity(both[word], both[w]))"),
        fails="share_on_same_side",
    ),
    mutant(
        "neighbours by distance",
        edit(
            SHARE,
            "nearest(word, both, 1)[0]",
            "min(set(both) - {word}, key=lambda w: np.linalg.norm(both[word] - both[w]))",
        ),
        fails=["shares_on_paper", "any_share"],
    ),
    mutant(
        "the first list is made longer", edit(SHARE, BOTH, BOTH + "\n    ones.append('')"), fails="share_on_same_side"
    ),
    mutant(
        "the vectors of the notebook",
        edit(SHARE, "both = ", "vectors = globals()['units']\n    both = "),
        fails="share_on_same_side",
    ),
    mutant(
        "one count for the whole dictionary",
        edit(SHARE, MEAN_OF_SAME, "return np.sum(same) / len(vectors)"),
        fails="share_on_same_side",
    ),
    mutant(
        "rounded to tenths",
        edit(SHARE, MEAN_OF_SAME, "return np.round(np.mean(same), 1)"),
        fails=["shares_on_paper", "any_share"],
    ),
]
by_nearest = [
    mutant(
        "the word is its own neighbour, and analogies ask for neighbours",
        edit(NEAREST, " if other != word", ""),
        replace(ANALOGY, ANALOGY_FOUR),
        fails=[*RANKED, "the_word_itself_is_left_out"],
    ),
    mutant(
        "the farthest words first, and analogies ask for neighbours the wrong way round",
        edit(NEAREST, ", reverse=True", ""),
        replace(ANALOGY, ANALOGY_FOUR.replace(TARGET, "vectors[first] - vectors[second] + vectors[third]")),
        fails=[*RANKED, "the_word_itself_is_left_out", "analogy"],
    ),
]
mutants = [*combine([cosines, neighbours, analogies, directions, neutrals, pairs, shares]), *by_nearest]
EITHER_WAY = "a dot product and a cosine are the same either way"
harmless_mutations = [
    harmless("np.dot(v, u)", because=EITHER_WAY),
    harmless("cosine_similarity(vectors[other], target)", because=EITHER_WAY),
    harmless("cosine_similarity(vectors[word], target)", because=EITHER_WAY),
    harmless("np.dot(direction, vector)", because=EITHER_WAY),
    harmless("np.dot(direction, one)", because=EITHER_WAY),
    harmless("np.dot(direction, other)", because=EITHER_WAY),
    harmless(" >= np.dot(other, direction)", because="the text says that one of them reaches farther"),
    harmless("write_share_on_same_side, line 15: 0 → -1", because="the only one of a list is its last one, too"),
    harmless("write_share_on_same_side, line 15: 1 → 2", because="the first of the two nearest is the nearest"),
]
