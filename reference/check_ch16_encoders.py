"""Compares chapter 16's encoders with Python's transformers and safetensors on the real files, which are no part of the project.

    python check_ch16_encoders.py --program target/debug/ch16-transformers --minilm DIR --data ../shared/data

- tokens: WordPiece (vocab.txt and tokenizer.json) and byte-level BPE (vocab.json, merges.txt) on 1,000 lines of the novel and 1,000 reviews;
- sentences: tokens and cosines of 20 sentences by all-MiniLM-L6-v2;
- folder: a network that `finetune` has trained loads in transformers, gives the same class scores there, and has the same tensors.
"""

import argparse
import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import BertWordPieceTokenizer, ByteLevelBPETokenizer, Tokenizer
from transformers import AutoModel, AutoModelForSequenceClassification


def texts_of(data):
    novel = (data / "gutenberg" / "1268-0.txt").read_text(encoding="utf-8-sig").splitlines()
    lines = [line for line in novel if line.strip()][:1000]
    reviews = []
    with tarfile.open(data / "imdb" / "aclImdb_v1.tar.gz") as archive:
        for member in archive:
            if member.isfile() and re.search(r"/(pos|neg)/", member.name):
                reviews.append(archive.extractfile(member).read().decode())
                if len(reviews) == 1000:
                    break
    return lines, reviews


def check_tokens(program, data, work):
    bert, gpt2 = data / "tokenizers" / "bert-base-uncased", data / "tokenizers" / "gpt2"
    pieces = work / "vocab-only"
    pieces.mkdir()
    (pieces / "vocab.txt").write_bytes((bert / "vocab.txt").read_bytes())
    told = Tokenizer.from_file(str(bert / "tokenizer.json"))
    told.no_truncation()
    told.no_padding()
    for name, folder, python in [
        ("WordPiece, tokenizer.json", bert, told),
        ("WordPiece, vocab.txt", pieces, BertWordPieceTokenizer(str(bert / "vocab.txt"), lowercase=True)),
        ("byte pairs", gpt2, ByteLevelBPETokenizer(str(gpt2 / "vocab.json"), str(gpt2 / "merges.txt"))),
    ]:
        for what, texts in zip(("lines of the novel", "reviews"), texts_of(data)):
            (work / "texts.json").write_text(json.dumps(texts))
            command = [program, "tokens", "--tokenizer", folder, "--texts", work / "texts.json", "--json", work / "ids.json"]
            subprocess.run(command, check=True, capture_output=True)
            here = json.loads((work / "ids.json").read_text())
            there = [encoding.ids for encoding in python.encode_batch(texts)]
            equal = sum(a == b for a, b in zip(here, there))
            print(f"{name}: {equal} of {len(texts)} {what} have the same tokens, {sum(map(len, there))} in all")


def check_sentences(program, folder, work):
    sentences = [
        "The film was a complete waste of time.", "I wish I had those two hours of my life back.",
        "A wonderful story, beautifully acted.", "The actors are superb and the plot is moving.", "A cat sleeps on the sofa.",
        "The kitten is having a nap on the couch.", "Dogs like to chase sticks in the park.",
        "The central bank raised interest rates again.", "Borrowing money has become more expensive.",
        "Shares fell sharply after the announcement.", "How do I train a neural network?",
        "What is the best way to fit a deep learning model?", "Gradient descent follows the slope of the loss.",
        "The balloon landed on an unknown island.", "Five castaways reached a shore in the Pacific.",
        "Boil the pasta for nine minutes.", "Cook the noodles until they are soft.", "It will rain tomorrow in the mountains.",
        "Tomorrow's forecast: showers over the hills.", "2 + 2 = 4, naïve café — déjà vu!",
    ]
    (work / "sentences.txt").write_text("\n".join(sentences) + "\n")
    command = [program, "sentences", "--model-dir", folder, "--texts", work / "sentences.txt", "--json", work / "here.json"]
    subprocess.run(command + ["--out", work], check=True, capture_output=True)
    here = json.loads((work / "here.json").read_text())
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()
    encodings = tokenizer.encode_batch(sentences)
    ids = torch.tensor([encoding.ids for encoding in encodings])
    mask = torch.tensor([encoding.attention_mask for encoding in encodings])
    with torch.no_grad():
        hidden = AutoModel.from_pretrained(folder).eval()(input_ids=ids, attention_mask=mask).last_hidden_state
    words = mask.unsqueeze(-1).float()
    vectors = torch.nn.functional.normalize((hidden * words).sum(1) / words.sum(1), dim=1)
    error = ((vectors @ vectors.T).flatten() - torch.tensor(here["cosines"])).abs().max().item()
    there = [[t for t, m in zip(e.ids, e.attention_mask) if m] for e in encodings]
    print(f"20 sentences: tokens equal: {there == here['tokens']}, largest difference of cosines {error:.1e}")


def check_folder(program, work):
    command = [program, "finetune", "--train-size", "200", "--valid-size", "20", "--test-size", "20", "--num-epochs", "1"]
    subprocess.run(command + ["--out", work], check=True, capture_output=True)
    folder = work / "ch16-transformers" / "finetune" / "model"
    texts = ["All in all this film is brilliant.", "In the end the film was not in the least convincing!"]
    (work / "texts.txt").write_text("\n".join(texts) + "\n")
    command = [program, "ask", "--model-dir", folder, "--texts", work / "texts.txt", "--json", work / "asked.json"]
    subprocess.run(command + ["--out", work], check=True, capture_output=True)
    here = json.loads((work / "asked.json").read_text())
    model, told = AutoModelForSequenceClassification.from_pretrained(folder, output_loading_info=True)
    lacking = {name: list(found) for name, found in told.items() if found}
    error = 0.0
    for tokens, logits in zip(here["tokens"], here["logits"]):
        with torch.no_grad():
            there = model.eval()(input_ids=torch.tensor([tokens])).logits[0]
        error = max(error, (there - torch.tensor(logits)).abs().max().item())
    python = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True)
    same = [python.encode(text).ids for text in texts] == here["tokens"]
    names = json.loads((folder / "config.json").read_text())["id2label"]
    print(f"folder: classes {names}, problems of loading {lacking}, tokens equal: {same}, largest difference of scores {error:.1e}")
    tensors = load_file(folder / "model.safetensors")
    equal = all(torch.equal(tensor, tensors[name]) for name, tensor in model.state_dict().items())
    print(f"folder: {len(tensors)} tensors, all equal to those of the loaded model: {equal}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--minilm", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        work, program = Path(work), arguments.program.resolve()
        check_tokens(program, arguments.data, work)
        check_sentences(program, arguments.minilm, work)
        check_folder(program, work)


main()
