"""Seconds that Python takes to read the film reviews out of their tarball, and to tokenise and count them with regular expressions.

    python reference/bench_ch15_text.py aclImdb_v1.tar.gz
    cargo run -p ch15-rnn -- reading aclImdb_v1.tar.gz
"""

import re
import sys
import tarfile
import time
from collections import Counter

TAG = re.compile(r"<[^>]*>")
EMOTICON = re.compile(r"[:;=]-?[()DP]")
NO_WORD = re.compile(r"\W+")


def words(text):
    text = TAG.sub("", text)
    emoticons = EMOTICON.findall(text.lower())
    return (NO_WORD.sub(" ", text.lower()) + " ".join(emoticons).replace("-", "")).split()


def main():
    started = time.perf_counter()
    train, count = [], 0
    with tarfile.open(sys.argv[1]) as archive:
        for member in archive:
            parts = member.name.split("/")
            if member.isfile() and len(parts) == 4 and parts[2] in ("pos", "neg"):
                text = archive.extractfile(member).read().decode()
                count += 1
                if parts[1] == "train":
                    train.append(text)
    print(f"reading {count:,} reviews: {time.perf_counter() - started:.2f} s")
    started = time.perf_counter()
    counts = Counter()
    for text in train:
        counts.update(words(text))
    print(f"tokens and vocabulary of {len(train):,} reviews, {len(counts):,} words: {time.perf_counter() - started:.2f} s")


main()
