"""Learn the pieces of words of `resumes` and write them to a file; run it by `python -m`."""

from __future__ import annotations

import string
import sys
from pathlib import Path

from proctor.datasets.resumes import FIRST_PIECES, PIECES, draw

SIZE = 600


def train_resume_pieces(path: Path) -> int:
    """Write the pieces to `path`, one a line; returns how many there are.

    The library `tokenizers` learns `SIZE` of them from the letters of the training split. Single
    letters, digits and signs are added, so that every word of English can be put together. Which of
    several equally frequent pieces are the last ones is the library's chance in each process.
    """
    import tokenizers

    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    trainer = tokenizers.trainers.WordPieceTrainer(
        vocab_size=SIZE, special_tokens=list(FIRST_PIECES), show_progress=False
    )
    tokenizer.train_from_iterator(draw("train")[0], trainer)
    letters = {*string.ascii_letters, *string.digits}
    learned = {*tokenizer.get_vocab(), *letters, *(f"##{letter}" for letter in letters), *string.punctuation}
    pieces = [*FIRST_PIECES, *sorted(learned - {*FIRST_PIECES})]
    path.write_text("\n".join(pieces) + "\n", encoding="utf-8")
    return len(pieces)


if __name__ == "__main__":
    print(f"{train_resume_pieces(Path(sys.argv[1]) if len(sys.argv) > 1 else PIECES)} pieces")
