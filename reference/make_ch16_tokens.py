"""GPT-2's tokens of lines of a novel and of film reviews, by Python's tokenizers, for the tests of chapter 16.

    python reference/make_ch16_tokens.py TOKENIZER_DIR NOVEL REVIEWS.tar.gz reference/fixtures/gpt2-tokens --lines 20
    python reference/make_ch16_tokens.py TOKENIZER_DIR NOVEL REVIEWS.tar.gz DIR --lines 1000 --whole

Writes texts.json (texts and their numbers), vocab.json and merges.txt. Without --whole these hold only what can occur in the texts:
a pair is joined only where its result is a piece of a word, so leaving out the others changes nothing.
"""

import argparse
import json
import pathlib
import shutil
import tarfile

from tokenizers import ByteLevelBPETokenizer
from tokenizers.pre_tokenizers import ByteLevel

END = "<|endoftext|>"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("tokenizer", type=pathlib.Path)
    arguments.add_argument("novel", type=pathlib.Path)
    arguments.add_argument("reviews", type=pathlib.Path)
    arguments.add_argument("out", type=pathlib.Path)
    arguments.add_argument("--lines", type=int, default=20)
    arguments.add_argument("--whole", action="store_true")
    given = arguments.parse_args()

    lines = [line for line in given.novel.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    step = max(1, len(lines) // given.lines)
    texts = lines[::step][:given.lines]
    with tarfile.open(given.reviews) as archive:
        found = 0
        for member in archive:
            if found == given.lines:
                break
            if member.isfile() and "/test/pos/" in "/" + member.name:
                review = archive.extractfile(member).read().decode()
                texts.append(review if given.whole else review[:200])
                found += 1
    texts += ["Let us encode this sentence", "", "   spaces\n\n\ttabs  ", "naïve café 漢字 🙂 don't we'll 3,274,634"]

    files = [given.tokenizer / "vocab.json", given.tokenizer / "merges.txt"]
    tokenizer = ByteLevelBPETokenizer(*map(str, files))
    ids = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "texts.json").write_text(json.dumps([{"text": t, "ids": i} for t, i in zip(texts, ids)], indent=0) + "\n")
    if given.whole:
        for file in files:
            shutil.copy(file, given.out)
        return
    vocabulary = json.loads(files[0].read_text(encoding="utf-8"))
    words = {word for text in texts for word, _ in ByteLevel(add_prefix_space=False).pre_tokenize_str(text)}
    possible = {word[i:j] for word in words for i in range(len(word)) for j in range(i + 1, len(word) + 1)}
    kept = {token: number for token, number in vocabulary.items() if token in possible or len(token) == 1 or token == END}
    merges = files[1].read_text(encoding="utf-8").splitlines()
    merges = [line for line in merges if line.startswith("#version") or line.replace(" ", "") in possible]
    (given.out / "vocab.json").write_text(json.dumps(kept, separators=(",", ":")) + "\n")
    (given.out / "merges.txt").write_text("\n".join(merges) + "\n", encoding="utf-8")


main()
