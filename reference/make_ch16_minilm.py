"""Makes the fixture of chapter 16's sentence encoder: a tiny BERT with drawn weights, in the layout of Hugging Face, a WordPiece
vocabulary of our own, and the vectors that PyTorch and transformers give.

    python make_ch16_minilm.py [--out reference/fixtures]

Writes hf/minilm-tiny/{config.json, model.safetensors, vocab.txt, tokenizer_config.json} and ch16_minilm_tiny.safetensors:
in.input_ids, in.attention_mask, out.hidden (after the last layer), out.vectors (mean over the words, length 1), out.cosines.
Computed in float64 from the stored float32 weights.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertModel

WORDS = (
    "the a film story cat dog sofa couch sleep ##s ##ing ##ed on in is was not very good bad boring wonderful we saw it and "
    "naive cafe rain tomorrow un ##watch ##able ! . , ? ' - 2 + ="
).split()
TEXTS = [
    "The film was very boring!",
    "We saw a wonderful story.",
    "The cat is sleeping on the sofa, and the dog sleeps on the couch.",
    "unwatchable",
    "Naïve café - 2 + 2 = unknown?",
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "fixtures")
    out = parser.parse_args().out
    folder = out / "hf" / "minilm-tiny"
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + WORDS
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text('{"do_lower_case": true, "tokenizer_class": "BertTokenizer"}\n')

    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=32,
        initializer_range=0.3,
    )
    model = BertModel(config).eval()
    # Biases and norms that are not what a model begins with, so that none can be left out unnoticed.
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(0, 0.2)
            elif "LayerNorm" in name:
                parameter.normal_(1, 0.2)
    state = {name: tensor.contiguous() for name, tensor in model.state_dict().items() if "position_ids" not in name}
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    kept = config.to_dict()
    kept["architectures"] = ["BertModel"]
    (folder / "config.json").write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")

    tokenizer = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True)
    tokenizer.enable_padding()
    encodings = tokenizer.encode_batch(TEXTS)
    batch = {
        "input_ids": torch.tensor([encoding.ids for encoding in encodings]),
        "attention_mask": torch.tensor([encoding.attention_mask for encoding in encodings]),
    }
    with torch.no_grad():
        hidden = model.double()(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
    words = batch["attention_mask"].unsqueeze(-1).double()
    vectors = torch.nn.functional.normalize((hidden * words).sum(1) / words.sum(1), dim=1)
    tensors = {
        "in.input_ids": batch["input_ids"],
        "in.attention_mask": batch["attention_mask"],
        "out.hidden": hidden.float(),
        "out.vectors": vectors.float(),
        "out.cosines": (vectors @ vectors.T).float(),
    }
    save_file(tensors, out / "ch16_minilm_tiny.safetensors", metadata={"chapter": "16", "model": "BERT, mean pooled", "seed": "1"})
    print(batch["input_ids"].tolist())


if __name__ == "__main__":
    main()
